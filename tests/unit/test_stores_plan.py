"""Which stores are planned for the builds and the workloads of organizations, on one cluster or two."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.managers.cluster_secret_store import render_store
from components.managers.manager import PlannedStore
from components.managers.secret_store import SecretStoreSettings
from components.openchoreo.v0_9 import V0_9
from components.plan.stores import plan_stores
from components.settings.stack import StackSettings
from tests.unit.samples import GIT, KUBERNETES, Raw, message, on_every_plane, planned, settings

STORE = SecretStoreSettings.model_validate(KUBERNETES).manager
BUILDS = ("openchoreo-ci-acme",)
ACME, GLOBEX = ({"openchoreo.dev/release-namespace": name} for name in ("acme", "globex"))
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}


def _pull(key: str = "acme-pull", **keys: Any) -> Raw:
    return {"componentTypes": ["service"], "dockerConfig": {"remoteKey": key}, **keys}


def _settings(*organizations: Raw, one_cluster: bool, stores: Raw | None = None) -> StackSettings:
    edits = on_every_plane()
    edits["organizations"] = list(organizations)
    edits["secretStores"] = stores or {"default": KUBERNETES}
    if one_cluster:
        edits["clusters"]["dataPlane"] = edits["clusters"]["buildPlane"]
    return settings(edits)


NAMESPACE: Raw = {"name": "acme", "git": GIT, "pullSecret": _pull(delivery="namespace")}
COMPONENT: Raw = {"name": "acme", "git": GIT, "pullSecret": _pull()}
OWN_STORE: Raw = {"name": "acme", "git": GIT, "pullSecret": _pull(secretStore="default")}


@pytest.mark.parametrize("user", [NAMESPACE, OWN_STORE], ids=["namespace", "component"])
def test_one_cluster_has_a_store_each_for_their_own_keys(user: Raw) -> None:
    assert plan_stores(_settings(user, one_cluster=True), V0_9) == (
        PlannedStore("default-acme", STORE, ("acme",), BUILDS, ("acme-git",), (), "build"),
        PlannedStore("default-pull-acme", STORE, ("acme",), (), ("acme-pull",), (ACME,), "build"),
    )


@pytest.mark.parametrize("user", [NAMESPACE, OWN_STORE], ids=["namespace", "component"])
def test_two_clusters_have_a_store_each_for_their_own_keys(user: Raw) -> None:
    assert plan_stores(_settings(user, one_cluster=False), V0_9) == (
        PlannedStore("default-acme", STORE, ("acme",), BUILDS, ("acme-git",), (), "build"),
        PlannedStore("default-acme", STORE, ("acme",), (), ("acme-pull",), (ACME,), "data"),
    )


@pytest.mark.parametrize("one_cluster", [True, False])
@pytest.mark.parametrize(
    "user",
    [
        pytest.param(COMPONENT, id="component-through-the-data-plane's"),
        pytest.param(
            {
                "name": "acme",
                "git": GIT,
                "pullSecret": {
                    "componentTypes": ["service"],
                    "delivery": "manual",
                    "registries": [BOT],
                    "namespaces": ["dp-a"],
                },
            },
            id="manual",
        ),
    ],
)
def test_no_store_is_planned_for_workloads(user: Raw, one_cluster: bool) -> None:
    assert plan_stores(_settings(user, one_cluster=one_cluster), V0_9) == (
        PlannedStore("default-acme", STORE, ("acme",), BUILDS, ("acme-git",)),
    )


def test_workloads_alone() -> None:
    user = {"name": "acme", "pullSecret": _pull(delivery="namespace")}
    assert plan_stores(_settings(user, one_cluster=True), V0_9) == (
        PlannedStore("default-pull-acme", STORE, ("acme",), (), ("acme-pull",), (ACME,), "build"),
    )


def test_another_store_for_workloads() -> None:
    user = {"name": "acme", "git": GIT, "pullSecret": _pull(delivery="namespace", secretStore="pull")}
    stores = {"default": KUBERNETES, "pull": {**KUBERNETES, "scope": "shared"}}
    assert plan_stores(_settings(user, one_cluster=True, stores=stores), V0_9) == (
        PlannedStore("default-acme", STORE, ("acme",), BUILDS, ("acme-git",)),
        PlannedStore("pull", STORE, ("acme",), (), ("acme-pull",), (ACME,), "build"),
    )


TWO: tuple[Raw, Raw, Raw] = (
    {"name": "acme", "git": GIT, "pullSecret": _pull(delivery="namespace")},
    {"name": "globex", "git": GIT, "pullSecret": _pull("globex-pull", delivery="namespace")},
    {"name": "initech", "git": {"remoteKey": "initech-git"}},
)
BOTH_BUILDS = ("openchoreo-ci-acme", "openchoreo-ci-globex", "openchoreo-ci-initech")


def test_a_shared_store_on_one_cluster() -> None:
    found = _settings(*TWO, one_cluster=True, stores={"default": {**KUBERNETES, "scope": "shared"}})
    users, pulls = ("acme", "globex", "initech"), ("acme-pull", "globex-pull")
    assert plan_stores(found, V0_9) == (
        PlannedStore("default", STORE, users, BOTH_BUILDS, ("acme-git", "initech-git"), (), "build"),
        PlannedStore("default-pull", STORE, ("acme", "globex"), (), pulls, (ACME, GLOBEX), "build"),
    )


def test_a_shared_store_on_two_clusters() -> None:
    found = _settings(*TWO, one_cluster=False, stores={"default": {**KUBERNETES, "scope": "shared"}})
    users = ("acme", "globex", "initech")
    assert plan_stores(found, V0_9) == (
        PlannedStore("default", STORE, users, BOTH_BUILDS, ("acme-git", "initech-git"), (), "build"),
        PlannedStore("default", STORE, ("acme", "globex"), (), ("acme-pull", "globex-pull"), (ACME, GLOBEX), "data"),
    )


@pytest.mark.parametrize(
    ("differing", "conditions"),
    [
        pytest.param({}, [{"namespaces": ["openchoreo-ci-acme"]}], id="builds"),
        pytest.param(
            {"selectors": (ACME,)},
            [{"namespaces": ["openchoreo-ci-acme"]}, {"namespaceSelector": {"matchLabels": ACME}}],
            id="both",
        ),
        pytest.param(
            {"namespaces": (), "selectors": (ACME, GLOBEX), "plane": "data"},
            [{"namespaceSelector": {"matchLabels": ACME}}, {"namespaceSelector": {"matchLabels": GLOBEX}}],
            id="workloads-of-two",
        ),
    ],
)
def test_conditions(differing: Any, conditions: list[Raw]) -> None:
    """An empty list of conditions would open the store to every namespace."""
    made = render_store(planned(KUBERNETES, **differing), {}, None)
    assert made["spec"]["conditions"] == conditions


@pytest.mark.parametrize("one_cluster", [True, False])
def test_the_identity_of_workloads_reads_its_own_keys_only(one_cluster: bool) -> None:
    stores = plan_stores(_settings(NAMESPACE, one_cluster=one_cluster), V0_9)
    rules = {store.is_pull_store: store.identity[1]["rules"][0]["resourceNames"] for store in stores}
    assert rules == {False: ["acme-git"], True: ["acme-pull"]}


def test_an_entry_for_workloads_only_needs_no_other_name() -> None:
    """A pull store that moves to an entry of its own keeps its name, and so do deployed environments."""
    own = {"name": "acme", "git": GIT, "pullSecret": _pull(delivery="namespace", secretStore="default-pull")}
    stores = {"default": KUBERNETES, "default-pull": KUBERNETES}
    assert plan_stores(_settings(own, one_cluster=True, stores=stores), V0_9) == plan_stores(
        _settings(NAMESPACE, one_cluster=True), V0_9
    )


def test_builds_through_another_entry_that_workloads_read_too() -> None:
    user = {
        "name": "acme",
        "git": {**GIT, "secretStore": "extra"},
        "pullSecret": _pull(delivery="namespace", secretStore="extra"),
    }
    stores = {"default": KUBERNETES, "extra": KUBERNETES}
    assert plan_stores(_settings(user, one_cluster=True, stores=stores), V0_9) == (
        PlannedStore("extra-acme", STORE, ("acme",), BUILDS, ("acme-git",)),
        PlannedStore("extra-pull-acme", STORE, ("acme",), (), ("acme-pull",), (ACME,)),
    )


COLLISION = {"name": "pull-acme", "git": {"remoteKey": "other-git"}}


@pytest.mark.parametrize("one_cluster", [True, False])
def test_a_pull_store_with_the_name_of_another_organization_s_store(one_cluster: bool) -> None:
    with pytest.raises(SettingsError) as caught:
        _settings(NAMESPACE, COLLISION, one_cluster=one_cluster)
    assert str(caught.value) == message(
        'organizations[1] ("pull-acme").secretStore: "default" has the ClusterSecretStore "default-pull-acme" for the '
        "pull secret of one organization and for the builds of another; use another entry of secretStores for the pull "
        "secret"
    )


def test_a_pull_store_with_the_name_of_another_entry_s_store() -> None:
    with pytest.raises(SettingsError) as caught:
        _settings(
            {**NAMESPACE, "git": {**GIT, "secretStore": "default-pull"}},
            one_cluster=True,
            stores={"default": KUBERNETES, "default-pull": KUBERNETES},
        )
    assert str(caught.value) == message(
        'organizations[0] ("acme").secretStore: "default" has the same ClusterSecretStore "default-pull-acme" as the '
        'store "default-pull"; rename one of the two entries'
    )


@pytest.mark.parametrize("one_cluster", [True, False])
def test_a_pull_store_with_a_long_name(one_cluster: bool) -> None:
    """The longest name of builds' stores is too long for a pull store beside it."""
    entry = "s" * 240
    user = {"name": "a-name-8", "secretStore": entry, "git": GIT, "pullSecret": _pull(delivery="namespace")}
    if not one_cluster:
        assert _settings(user, one_cluster=False, stores={entry: KUBERNETES})
        return
    with pytest.raises(SettingsError) as caught:
        _settings(user, one_cluster=True, stores={entry: KUBERNETES})
    assert str(caught.value) == message(
        'organizations[0] ("a-name-8").secretStore: gives a ClusterSecretStore a name of 254 characters; the maximum '
        "is 249"
    )
