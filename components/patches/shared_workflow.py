"""Patches of a cluster-scoped workflow, so that the builds of some namespaces use the Secrets of this package.

For all other namespaces it stays as it was. Source: the ClusterWorkflows that openchoreo/openchoreo v1.2.3 ships. Each
has an entry of ``spec.resources`` for each Secret, and an argument of the run with the name of the Secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..manifests import Manifest
from .model import RESOURCES, Patch
from .override import Override, Steps
from .shared_entries import share_entries
from .written_code import write_choice, write_text

_ALWAYS: Final = "true"
_NEVER: Final = "false"


@dataclass(frozen=True)
class RunSecret:
    """Where a workflow names the Secret of one credential, and where it creates it for each run."""

    resource: str
    """Id of the entry that creates the Secret."""
    argument: Steps
    """Path of the argument with the name of the Secret."""
    own_choice: str = ""
    """Whether a developer has chosen another Secret, as an expression without ``${}``. If so, everything
    stays as it was. Empty: developers have no choice."""


def use_prepared_secrets(secrets: Mapping[RunSecret, Mapping[str, str]], variable: str) -> Patch:
    """The patch with which builds use Secrets that exist before they start.

    Args:
        secrets: Secret of a workflow -> namespace -> name of its Secret. Without namespaces, nothing changes.
        variable: expression for the namespace, without ``${}``: ``metadata.namespaceName``.
    """
    overrides = []
    for run_secret, names in secrets.items():
        if names:
            overrides += [_rename(run_secret, names, variable), _switch_off(run_secret, names, variable)]
    return Patch(overrides=tuple(overrides))


def use_run_secrets(secrets: Mapping[RunSecret, Mapping[str, Manifest]], variable: str, *, stack: str = "") -> Patch:
    """The patch with which each run creates Secrets of this package in the place of those of the workflow.

    Args:
        secrets: Secret of a workflow -> namespace -> template of an ExternalSecret. It creates the Secret that the
            argument of the run names already. Without namespaces, nothing changes.
        variable: expression for the namespace, without ``${}``: ``metadata.namespaceName``.
        stack: name of the stack. Empty: it is unknown.
    """
    resources = [
        resource
        for run_secret, templates in secrets.items()
        for resource in share_entries(
            templates,
            variable=variable,
            identifier=run_secret.resource,
            stack=stack,
            unless=run_secret.own_choice,
        )
    ]
    overrides = [_switch_off(run_secret, names, variable) for run_secret, names in secrets.items() if names]
    return Patch(tuple(resources), overrides=tuple(overrides))


def _rename(run_secret: RunSecret, names: Mapping[str, str], variable: str) -> Override:
    different = len(set(names.values())) > 1
    value = write_choice(variable, names) if different else write_text(next(iter(names.values())))
    return Override(run_secret.argument, variable, tuple(sorted(names)), value, unless=run_secret.own_choice)


def _switch_off(run_secret: RunSecret, namespaces: Mapping[str, object], variable: str) -> Override:
    path: Steps = ("spec", RESOURCES, ("id", run_secret.resource), "includeWhen")
    return Override(path, variable, tuple(sorted(namespaces)), _NEVER, _ALWAYS, run_secret.own_choice)
