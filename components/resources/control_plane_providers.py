"""The providers of the control plane: for patches, and for objects of the stack there."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pulumi

from ..plan.stack import Plan
from .live_objects import LiveInputs, compare_objects
from .plane_providers import register_kubernetes_provider, register_provider

_NAME = "control-plane"


def register_control_plane_providers(
    plan: Plan, live: LiveInputs, refused: AbstractSet[str]
) -> list[pulumi.ProviderResource]:
    """The providers that the organizations need; none if nothing on the control plane is changed.

    In a release with SecretReferences, objects are compared with the live ones, even if the stack has none any more.
    Otherwise it would delete those that another stack has taken over.

    Args:
        plan: of the stack.
        live: what a run adds to the plan.
        refused: organizations that this run refuses.
    """
    cluster, organizations = plan.settings.clusters.control_plane, plan.organizations
    creates = plan.release.secret_reference is not None
    # The provider also deletes the last patch, and must have the word for that.
    word = plan.settings.release_promoted
    needed = creates or word == "ignore" or any(organization.patched_objects for organization in organizations)
    if cluster is None or not needed:
        return []
    openchoreo = register_provider(_NAME, "control plane", cluster, plan.release, word)
    if not creates:
        return [openchoreo]
    compared = compare_objects("control", openchoreo, plan, live, refused)
    if not any(organization.secret_references for organization in organizations):
        return [openchoreo]
    return [openchoreo, register_kubernetes_provider(_NAME, cluster, compared)]
