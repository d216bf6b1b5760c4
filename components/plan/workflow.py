"""Build credentials as ``spec.resources`` of a ComponentWorkflow: OpenChoreo makes them with each run.

Source: OpenChoreo v0.9 docs, "Component Workflow Secrets": the ids ``git-credentials`` and ``registry-credentials``.
A run writes its resources over what is there and deletes them with itself, so with the docs' fixed names a run that is
deleted takes the Secrets of all others away; hence a name for each run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..manifests import STACK_ANNOTATION
from ..openchoreo.release import Release
from ..patches.model import Patch, Resource
from ..secrets.external_secret import SecretTemplate, external_secret
from ..settings.stack import Organization
from .credential import Credential

_IDS: Final = {"git": "git-credentials", "registry-push": "registry-credentials"}


def in_workflow(organization: Organization, credential: Credential) -> bool:
    """Whether a credential comes with each run instead of ahead of the first build."""
    return organization.component_workflows is not None and credential.secret.credential in _IDS


def component_workflow_patch(
    organization: Organization, found: tuple[Credential, ...], *, release: Release, stack: str | None = None
) -> Patch:
    """What each ComponentWorkflow of an organization gains.

    Args:
        organization: one with ``component_workflows``.
        found: its credentials.
        release: of the platform.
        stack: written into the ExternalSecrets, so that the stack knows its own entries again. None: left out.
    """
    workflows = organization.component_workflows
    resources = []
    for credential in found:
        secret = credential.secret
        if workflows is None or not in_workflow(organization, credential) or not isinstance(secret, SecretTemplate):
            continue
        name = secret.name if workflows.secret_names == "fixed" else f"{release.run_name}-{secret.name}"
        annotations = {**secret.annotations, **({} if stack is None else {STACK_ANNOTATION: stack})}
        target = replace(credential.target, namespace=release.build_namespace_template)
        manifest = external_secret(target, replace(secret, name=name, annotations=annotations))
        resources.append(Resource(_IDS[secret.credential], manifest))
    return Patch(tuple(resources))
