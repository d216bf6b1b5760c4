"""What an organization's pull secret adds: to ComponentTypes, and to the namespaces of its workloads.

Source: OpenChoreo v0.9 docs, ``registry-pull-secret``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..manifests import STACK_ANNOTATION, Manifest
from ..openchoreo.release import Release
from ..openchoreo.v0_9 import V0_9
from ..patches.model import Patch, Resource
from ..patches.patch import patch
from ..pull.credential import PullSecret
from ..pull.secret import secret
from ..secrets.external_secret import Target, cluster_external_secret, external_secret
from ..secrets.manual_secret import ManualSecret
from ..settings.stack import Organization


def component_type_patch(
    organization: Organization,
    *,
    release: Release = V0_9,
    store: str | None = None,
    refresh_interval: str = "1h0m0s",
    stack: str | None = None,
) -> Patch:
    """What each ComponentType of an organization's pull secret gains.

    Args:
        organization: one with a ``pull_secret``.
        release: of the platform.
        store: ClusterSecretStore on the data plane. None: the one that the DataPlane names.
        refresh_interval: canonical Go duration, unless the organization or its pull secret say otherwise.
        stack: written into the ExternalSecret, so that the stack knows its own entry again. None: left out.

    Raises:
        ValueError: the organization has no pull secret.
    """
    pull = _pull(organization)
    template = secret(pull)
    if pull.delivery != "component" or isinstance(template, ManualSecret):
        return Patch(image_pull_secrets=(pull.name,))
    if stack is not None:
        template = replace(template, annotations={STACK_ANNOTATION: stack})
    where = store or release.data_plane_store
    target = _target(organization, pull, "${metadata.namespace}", where, refresh_interval)
    return Patch((Resource(pull.resource_id, external_secret(target, template)),), (pull.name,))


def with_pull_secret(
    component_type: Manifest, organization: Organization, *, release: Release = V0_9, store: str | None = None
) -> Manifest:
    """The ComponentType with an organization's pull secret, for those who keep their manifests in git.

    Args:
        component_type: it is not changed.
        organization: one with a ``pull_secret``.
        release: of the platform.
        store: ClusterSecretStore on the data plane. None: the one that the DataPlane names.

    Raises:
        ValueError: the organization has no pull secret.
        PatchError: the ComponentType cannot take it.
    """
    return patch(component_type, component_type_patch(organization, release=release, store=store)).object


def fan_out(
    organization: Organization,
    *,
    store: str,
    refresh_interval: str = "1h0m0s",
    release: Release = V0_9,
    names: Mapping[str, Any] | None = None,
) -> Manifest | None:
    """The ClusterExternalSecret of delivery ``namespace``; None for the others.

    Args:
        organization: one with a ``pull_secret``.
        store: ClusterSecretStore on the data plane.
        refresh_interval: canonical Go duration, unless the organization or its pull secret say otherwise.
        release: of the platform.
        names: remote key -> what it is called in the manager, where that is not the key itself.

    Raises:
        ValueError: the organization has no pull secret.
    """
    pull = _pull(organization)
    template = secret(pull)
    if pull.delivery != "namespace" or isinstance(template, ManualSecret):
        return None
    target = replace(_target(organization, pull, "", store, refresh_interval), names=names or {})
    labels = release.data_plane_labels(organization.name)
    return cluster_external_secret(f"registry-pull-secret-{organization.name}", target, template, labels)


def _pull(organization: Organization) -> PullSecret:
    if organization.pull_secret is None:
        msg = f'organization "{organization.name}" has no pull_secret'
        raise ValueError(msg)
    return organization.pull_secret


def _target(organization: Organization, pull: PullSecret, namespace: str, store: str, interval: str) -> Target:
    """Where it arrives, with the interval that is configured nearest to it."""
    nearest = pull.refresh_interval or organization.refresh_interval or interval
    return Target(organization.name, namespace, store, nearest)
