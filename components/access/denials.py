"""What the admission policies of ``isolation: strict`` deny of what stores and their conditions would allow.

Policies are not applied to objects that exist, so a live object that reads or writes is never denied. Neither are
rights, nor what the secret manager decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from ..admission.external_secrets import build_external_secret_policy, build_push_secret_policy
from ..admission.model import AdmissionRules
from ..admission.policy import BINDING, POLICY
from ..object_names import format_object
from ..openchoreo.labels import ORGANIZATION_LABEL
from .model import Crossing, Difference
from .rooms import Room
from .uses import STORE

_FOREIGN: Final = frozenset({"shared-identity", "shared-store"})
"""Reasons of crossings through live stores that the plan does not have."""


def is_denied(crossing: Crossing, rules: Collection[AdmissionRules], usable: Collection[str]) -> bool:
    """Whether policies deny every object by which the organizations of a crossing could read.

    Args:
        crossing: what leads from one organization to another.
        rules: those of every cluster of the plan. Empty: there are no policies.
        usable: live stores that objects use, which the policies do not stop any more, or that let in namespaces for
            which the policies have no list of stores.
    """
    kind, _, name = crossing.store.partition(" ")
    if not rules or any(_allows(item, crossing.readers, name) for item in rules):
        return False
    if crossing.reason == "store-conditions":
        return all(name in item.stores for item in rules)
    if crossing.origin == "live" and crossing.reason in _FOREIGN and kind in {STORE, "SecretStore"}:
        return crossing.store not in usable
    return False


def _allows(rules: AdmissionRules, readers: Iterable[str], store: str) -> bool:
    """Whether a store is one of those that a reader may use."""
    lists = (rules.build_stores, rules.workload_stores)
    return any(store in stores.get(reader, ()) for reader in readers for stores in lists)


def is_limited(rules: AdmissionRules, room: Room) -> bool:
    """Whether a namespace may use the stores of a list only, by its labels, as the policies decide."""
    return room.labels.get(ORGANIZATION_LABEL) in rules.build_stores or any(
        room.labels.get(workloads.label) in rules.workload_stores for workloads in rules.workload_namespaces
    )


def list_missing_policies(
    cluster: str, rules: AdmissionRules, objects: Iterable[Mapping[str, Any]]
) -> Iterator[Difference]:
    """Policies about reading and writing that a cluster lacks, or that someone has changed.

    The names of policies contain the stack, and the rules are compared without them.
    """
    every = list(objects)
    policies = [item for item in every if item["kind"] == POLICY]
    bound = {
        item["spec"].get("policyName")
        for item in every
        if item["kind"] == BINDING
        and "Deny" in (item["spec"].get("validationActions") or ())
        and not item["spec"].get("matchResources")
    }
    for build in (build_external_secret_policy, build_push_secret_policy):
        policy, _ = build(rules).render(rules)
        names = {item["metadata"]["name"] for item in policies if item["spec"] == policy["spec"]}
        if not names & bound:
            suffix = policy["metadata"]["name"].removeprefix(f"{rules.name}-")
            text = "the policy does not exist as planned, or is not bound, so admission denies nothing"
            yield Difference(cluster, format_object(POLICY, f"...-{suffix}", None), "", text)
