"""Live ExternalSecrets and PushSecrets that are not in the plan, and the keys that they read and write."""

from __future__ import annotations

import pytest

from components.access.model import Crossing, Difference
from tests.unit.access_samples import (
    AT,
    BUILDS,
    SELECTOR,
    Object,
    compare_with,
    deployed,
    external_secret,
    list_crossings,
    list_unplanned,
    named,
    plan,
    pulling,
    store,
    summarize,
)

KEY = f"{AT}: acme2-git"


def reading(*entries: Object) -> Object:
    """An ExternalSecret of acme with these entries; its store is acme's."""
    default = {"kind": "ClusterSecretStore", "name": "org-acme"}
    return named("ExternalSecret", "x", BUILDS, spec={"secretStoreRef": default, "data": [*entries]})


def through(name: str, key: str) -> Object:
    """An entry with a store of its own."""
    source = {"storeRef": {"kind": "ClusterSecretStore", "name": name}}
    return {"secretKey": "a", "remoteRef": {"key": key}, "sourceRef": source}


@pytest.mark.parametrize(
    ("item", "crossings"),
    [
        pytest.param(external_secret("x", BUILDS, "org-acme", "acme-git"), [], id="own-key"),
        pytest.param(external_secret("x", "platform", "foreign", "acme2-git"), [], id="of-the-platform"),
        pytest.param(
            external_secret("x", BUILDS, "foreign", "acme2-git"),
            [("external-secret", "acme", "acme2")],
            id="a-key-of-others",
        ),
        pytest.param(external_secret("x", BUILDS, "foreign", "other"), [], id="a-key-of-nobody"),
        pytest.param(external_secret("x", BUILDS, "missing", "acme2-git"), [], id="no-store"),
        pytest.param(external_secret("x", BUILDS, "org-acme2", "acme2-git"), [], id="refused-by-the-store"),
        pytest.param(
            external_secret("x", BUILDS, "own", "acme2-git", kind="SecretStore"),
            [("external-secret", "acme", "acme2")],
            id="through-a-store-of-its-own",
        ),
        pytest.param(
            reading(through("foreign", "acme2-git")),
            [("external-secret", "acme", "acme2")],
            id="another-store-for-one-entry",
        ),
        pytest.param(
            named(
                "ExternalSecret",
                "x",
                BUILDS,
                spec={
                    "dataFrom": [
                        {
                            "extract": {"key": "acme2-git"},
                            "sourceRef": {"storeRef": {"kind": "ClusterSecretStore", "name": "foreign"}},
                        },
                        {"sourceRef": {"generatorRef": {"kind": "Webhook", "name": "hook"}}},
                    ]
                },
            ),
            [("external-secret", "acme", "acme2")],
            id="data-from",
        ),
        pytest.param(
            named(
                "ClusterExternalSecret",
                "x",
                spec={
                    "namespaceSelectors": [{"matchLabels": {SELECTOR: "acme"}}],
                    "externalSecretSpec": external_secret("x", "", "foreign", "acme2-git")["spec"],
                },
            ),
            [("external-secret", "acme", "acme2")],
            id="in-several-namespaces",
        ),
        pytest.param(
            named(
                "ClusterExternalSecret",
                "x",
                spec={
                    "namespaceSelector": {"matchLabels": {SELECTOR: "nobody"}},
                    "externalSecretSpec": external_secret("x", "", "foreign", "acme2-git")["spec"],
                },
            ),
            [],
            id="in-no-namespace",
        ),
        pytest.param(
            named(
                "ClusterExternalSecret",
                "x",
                spec={
                    "namespaces": [BUILDS],
                    "externalSecretSpec": external_secret("x", "", "foreign", "acme2-git")["spec"],
                },
            ),
            [("external-secret", "acme", "acme2")],
            id="in-a-list-of-namespaces",
        ),
        pytest.param(
            named(
                "PushSecret",
                "x",
                BUILDS,
                spec={
                    "secretStoreRefs": [{"kind": "ClusterSecretStore", "name": "foreign"}],
                    "data": [{"match": {"remoteRef": {"remoteKey": "acme2-git"}}}],
                },
            ),
            [("push-secret", "acme", "acme2")],
            id="writes-a-key",
        ),
        pytest.param(
            named(
                "PushSecret",
                "x",
                BUILDS,
                spec={
                    "secretStoreRefs": [{"kind": "ClusterSecretStore", "labelSelector": {"matchLabels": {"a": "b"}}}],
                    "data": [{"match": {"remoteRef": {"remoteKey": "acme2-git"}}}],
                },
            ),
            [("push-secret", "acme", "acme2")],
            id="writes-to-stores-with-labels",
        ),
        pytest.param(
            named(
                "PushSecret",
                "x",
                BUILDS,
                spec={"secretStoreRefs": [{"kind": "ClusterSecretStore", "name": "org-acme"}], "dataTo": [{}]},
            ),
            [],
            id="writes-every-key-of-its-own",
        ),
        pytest.param(
            named(
                "ClusterPushSecret",
                "x",
                spec={
                    "namespaceSelectors": [{"matchLabels": {SELECTOR: "acme"}}],
                    "pushSecretSpec": {
                        "secretStoreRefs": [{"kind": "ClusterSecretStore", "name": "foreign"}],
                        "data": [{"match": {"remoteRef": {"remoteKey": "acme2-git"}}}],
                    },
                },
            ),
            [("push-secret", "acme", "acme2")],
            id="writes-from-several-namespaces",
        ),
    ],
)
def test_objects_that_use_keys_of_others(item: Object, crossings: list[tuple[str, str, str]]) -> None:
    only_acme = [{"namespaces": [BUILDS]}, {"namespaceSelector": {"matchLabels": {SELECTOR: "acme"}}}]
    stores = (store("foreign", conditions=only_acme), store("own", namespace=BUILDS))
    stores[0]["metadata"]["labels"] = {"a": "b"}
    result = [crossing for crossing in list_crossings(item, *stores) if crossing.object]
    assert summarize(result) == crossings
    for crossing in result:
        assert crossing.keys == (KEY,)


def test_what_a_wrong_label_brings_into_a_namespace() -> None:
    """The planned object does as it should; what it has created is to be deleted once the label is right."""
    planned = plan(pulling("acme"), pulling("acme2"))
    name = next(item.name for item in planned.stores if item.is_pull_store and item.organizations == ("acme2",))
    created = external_secret("registry-pull-secret", "dp-acme-dev", name, "acme2-pull")
    created["metadata"]["ownerReferences"] = [{"uid": "1"}]
    cluster = deployed(planned, created, namespaces={"dp-acme-dev": {SELECTOR: "acme2"}})
    first, second = compare_with(planned, cluster).crossings
    text = "ExternalSecret dp-acme-dev/registry-pull-secret"
    assert (first.reason, first.object, first.readers, first.owners) == ("external-secret", text, ("acme",), ("acme2",))
    assert first.remedy == f"correct the labels of the namespace dp-acme-dev, then delete {text}"
    assert (second.reason, second.subject) == ("namespace", "namespace dp-acme-dev")


def test_a_crossing_of_an_object_says_what_it_does() -> None:
    found_crossings = list_crossings(
        external_secret("x", BUILDS, "foreign", "acme2-git"), store("foreign", conditions=[{"namespaces": [BUILDS]}])
    )
    assert found_crossings == (
        Crossing(
            "external-secret",
            "live",
            ("acme",),
            ("acme2",),
            object=f"ExternalSecret {BUILDS}/x",
            store="ClusterSecretStore foreign",
            identity="ServiceAccount secret-manager/eso-foreign",
            keys=(KEY,),
            why="the object reads a key of acme2",
            remedy=f"delete ExternalSecret {BUILDS}/x, and restrict the conditions of ClusterSecretStore foreign",
        ),
    )


@pytest.mark.parametrize(
    ("item", "difference"),
    [
        pytest.param(
            external_secret("x", BUILDS, "org-acme", "acme-git"),
            Difference("dev", f"ExternalSecret {BUILDS}/x", "ClusterSecretStore org-acme", "of acme, 1 key", own=True),
            id="of-a-run",
        ),
        pytest.param(
            external_secret("x", BUILDS, "org-acme2", "a", "b"),
            Difference(
                "dev",
                f"ExternalSecret {BUILDS}/x",
                "ClusterSecretStore org-acme2",
                "of acme, 2 keys; the store refuses its namespace",
            ),
            id="refused",
        ),
        pytest.param(
            external_secret("x", "elsewhere", "missing", "a"),
            Difference("dev", "ExternalSecret elsewhere/x", "ClusterSecretStore missing", "of no organization, 1 key"),
            id="of-nobody",
        ),
        pytest.param(
            reading({"secretKey": "a", "remoteRef": {"key": "a"}}, through("org-acme2", "a")),
            Difference(
                "dev",
                f"ExternalSecret {BUILDS}/x",
                "ClusterSecretStore org-acme, ClusterSecretStore org-acme2",
                "of acme, 2 keys; ClusterSecretStore org-acme2 refuses its namespace",
            ),
            id="two-stores",
        ),
        pytest.param(
            named(
                "ExternalSecret",
                "x",
                BUILDS,
                spec={"dataFrom": [{"sourceRef": {"generatorRef": {"kind": "Password", "name": "p"}}}]},
            ),
            Difference("dev", f"ExternalSecret {BUILDS}/x", "Password p", "of acme, 0 keys"),
            id="a-generator",
        ),
        pytest.param(
            named("PushSecret", "x", BUILDS, spec={"secretStoreRefs": [{"labelSelector": {}}]}),
            Difference("dev", f"PushSecret {BUILDS}/x", "SecretStore with labels", "of acme, every key"),
            id="a-push",
        ),
        pytest.param(
            named("ExternalSecret", "x", BUILDS, spec={}),
            Difference("dev", f"ExternalSecret {BUILDS}/x", "", "of acme, 0 keys"),
            id="empty",
        ),
        pytest.param(
            named("ExternalSecret", "x", BUILDS, spec={"dataFrom": [{"find": {"name": {"regexp": ".*"}}}]}),
            Difference("dev", f"ExternalSecret {BUILDS}/x", "SecretStore without a name", "of acme, every key"),
            id="without-a-store",
        ),
    ],
)
def test_objects_that_are_not_planned(item: Object, difference: Difference) -> None:
    assert list_unplanned(item) == (difference,)
