"""Patches that several organizations share, one for each cluster-scoped object of the control plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from ..plan.combined_patches import CombinedPatch
from ..secrets.external_secret import Names
from .object_patches import ObjectPatch, register_patch


def register_combined_patches(
    patches: Sequence[CombinedPatch],
    names: Names,
    after: Mapping[str, Sequence[pulumi.Resource]],
    refused: Mapping[str, pulumi.Resource],
    provider: pulumi.ProviderResource,
) -> list[ObjectPatch]:
    """Register the patches of cluster-scoped objects.

    Args:
        patches: for each object its organizations.
        names: names in the managers of the stores.
        after: organization -> what must exist before an object refers to it. It outlives the patches too.
        refused: organization of which nothing is changed -> the resource that fails because of it. What it shares with
            others stays as it is.
        provider: the `OpenChoreoProvider` of the control plane.

    Raises:
        PatchError: an expression becomes too long.
    """
    registered: list[ObjectPatch] = []
    everything = [resource for resources in after.values() for resource in resources]
    first: list[pulumi.Resource] = []
    for patch in patches:
        blocked = [refused[plan.name] for plan in patch.organizations if plan.name in refused]
        # The others come after the first one, so that the state has the long list of dependencies once.
        opts = pulumi.ResourceOptions(provider=provider, depends_on=[*(first or everything), *blocked])
        registered.append(register_patch(f"shared/{patch.place.name}", patch.plan(names), {}, opts))
        if not first and not blocked:
            first = [registered[-1]]
    return registered
