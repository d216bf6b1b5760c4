"""What an empty list would open: without keys every Secret of a namespace, without namespaces every namespace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.errors import SettingsError
from components.managers.cluster_secret_store import render_store
from components.managers.manager import PlannedStore
from components.managers.registry import list_managers
from components.openchoreo.v0_9 import V0_9
from components.plan.stores import plan_stores
from components.settings.rules.stores import NO_KEYS, StoreArguments, validate_store_arguments
from tests.unit.samples import KUBERNETES, Raw, planned, settings

MANAGERS = {manager.settings_key: manager for manager in list_managers() if manager.settings_key != "custom"}
BLOCKS: dict[str, Raw] = {key: {key: dict(manager.example)} for key, manager in MANAGERS.items()}
STORES = {key: planned({"scope": "shared", **block}) for key, block in BLOCKS.items()}
KEYS: list[list[str]] = [[], ["a"], ["a", "b"]]


@pytest.mark.parametrize("key", BLOCKS)
@pytest.mark.parametrize("keys", KEYS, ids=len)
def test_no_role_has_an_empty_list_of_names(key: str, keys: list[str]) -> None:
    """In RBAC it means every Secret."""
    manifests = replace(STORES[key], keys=tuple(keys)).identity
    rules = [rule for manifest in manifests for rule in manifest.get("rules", ())]
    assert [rule for rule in rules if not rule["resourceNames"]] == []
    assert (rules != []) == (keys != [] and key == "kubernetes")


@pytest.mark.parametrize("key", BLOCKS)
@pytest.mark.parametrize("keys", KEYS, ids=len)
def test_a_manager_that_enforces_keys_needs_some(key: str, keys: list[str]) -> None:
    manager = STORES[key].manager
    arguments = StoreArguments("org", manager, ["acme"], ["builds"], keys, frozenset(), V0_9)
    refused = [problem for problem in validate_store_arguments(arguments) if problem.message == NO_KEYS]
    assert [problem.path for problem in refused] == (["keys"] if key in {"fake", "kubernetes"} and not keys else [])


@pytest.mark.parametrize("differing", [{"selectors": ()}, {"selectors": ({},)}])
def test_a_store_without_conditions_is_not_rendered(differing: dict[str, Any]) -> None:
    """ESO would let every namespace use it."""
    open_store: PlannedStore = planned(KUBERNETES, namespaces=(), **differing)
    with pytest.raises(SettingsError) as raised:
        render_store(open_store, {}, None)
    assert [str(problem) for problem in raised.value.problems] == [
        "namespaces: is empty; expected at least one namespace that may use the store"
    ]


ECR: Raw = {"registry": "ecr", "account": "123456789012", "region": "eu-central-1", "ecr": {"roleArn": "ROLE"}}


@pytest.mark.parametrize(
    "credentials",
    [
        {"git": {"manual": "gitToken"}},
        {"registries": [{**ECR, "ecr": {"roleArn": "arn:aws:iam::123456789012:role/push"}}]},
    ],
    ids=["manual", "generator"],
)
def test_a_stack_plans_no_store_without_keys(credentials: Raw) -> None:
    assert plan_stores(settings({"organizations": [{"name": "acme", **credentials}]}), V0_9) == ()
