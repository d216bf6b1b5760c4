"""One run of a workflow, as OpenChoreo v1.x renders it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from components.manifests import Manifest
from local.proof.cel import render

STORE: Final = "default"
"""What the plane of builds names."""


@dataclass(frozen=True)
class Run:
    """What a build mounts, and what is created for it."""

    git: str
    """Name of the Secret for cloning."""
    push: str
    """Name of the Secret for pushing."""
    created: tuple[tuple[str, str], ...]
    """Name and store of every ExternalSecret that the run creates, in the order of the entries."""
    read: tuple[str, ...]
    """Names of the SecretReferences that it needs."""


def render_run(workflow: Manifest, namespace: str, secret_ref: str | None) -> Run:
    """The run ``run-1`` of a namespace.

    Args:
        workflow: the workflow.
        namespace: on the control plane.
        secret_ref: SecretReference that the developer chose. Empty: none. None: the run has no such parameter.
    """
    variables = {
        "metadata": {"namespaceName": namespace, "workflowRunName": "run-1", "namespace": f"workflows-{namespace}"},
        "parameters": {"repository": {} if secret_ref is None else {"secretRef": secret_ref}},
        "workflowplane": {"secretStore": STORE},
    }
    spec = workflow["spec"]
    arguments = {entry["name"]: entry["value"] for entry in spec["runTemplate"]["spec"]["arguments"]["parameters"]}
    entries = [entry["template"] for entry in spec["resources"] if render(entry.get("includeWhen", True), variables)]
    names = [render(reference["name"], variables) for reference in spec.get("externalRefs") or ()]
    return Run(
        render(arguments["git-secret"], variables),
        render(arguments["registry-push-secret"], variables),
        tuple((render(_name(template), variables), render(_store(template), variables)) for template in entries),
        tuple(name for name in names if name),
    )


def _name(template: Any) -> Any:
    return template["metadata"]["name"]


def _store(template: Any) -> Any:
    return template["spec"]["secretStoreRef"]["name"]
