"""Patches of a cluster-scoped workflow, so that the builds of some namespaces use the Secrets of this package.

For all other namespaces it stays as it was. Source: the ClusterWorkflows that openchoreo/openchoreo v1.2.3 ships. Each
has an entry of ``spec.resources`` for each Secret, and an argument of the run with the name of the Secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..manifests import Manifest
from ..openchoreo.kinds import Steps
from ..openchoreo.release import RunSecret
from .model import RESOURCES, Patch, Resource
from .override import Override
from .shared_entries import share_entries
from .written_code import write_choice, write_text

_ALWAYS: Final = "true"
_NEVER: Final = "false"


def use_secrets(
    prepared: Mapping[RunSecret, Mapping[str, str]],
    created: Mapping[RunSecret, Mapping[str, Manifest]],
    variable: str,
    *,
    stack: str = "",
) -> Patch:
    """The patch with which builds use the Secrets of this package in the place of those of the workflow.

    Args:
        prepared: Secret of a workflow -> namespace -> name of its Secret, which exists before the build starts.
        created: Secret of a workflow -> other namespaces -> template of an ExternalSecret. With it each run creates the
            Secret that the argument of the run names already.
        variable: expression for the namespace, without ``${}``: ``metadata.namespaceName``.
        stack: name of the stack. Empty: it is unknown.
    """
    resources: list[Resource] = []
    overrides: list[Override] = []
    for run_secret in sorted({*prepared, *created}, key=lambda run_secret: run_secret.resource):
        names, templates = prepared.get(run_secret, {}), created.get(run_secret, {})
        resources += share_entries(
            templates, variable=variable, identifier=run_secret.resource, stack=stack, unless=run_secret.own_choice
        )
        if names:
            overrides.append(_rename(run_secret, names, variable))
        if names or templates:
            overrides.append(_switch_off(run_secret, {*names, *templates}, variable))
    return Patch(tuple(resources), overrides=tuple(overrides))


def _rename(run_secret: RunSecret, names: Mapping[str, str], variable: str) -> Override:
    different = len(set(names.values())) > 1
    value = write_choice(variable, names) if different else write_text(next(iter(names.values())))
    return Override(run_secret.argument, variable, tuple(sorted(names)), value, unless=run_secret.own_choice)


def _switch_off(run_secret: RunSecret, namespaces: Iterable[str], variable: str) -> Override:
    path: Steps = ("spec", RESOURCES, ("id", run_secret.resource), "includeWhen")
    return Override(path, variable, tuple(sorted(namespaces)), _NEVER, _ALWAYS, run_secret.own_choice)
