"""What only the clusters show: stores, namespaces and objects that are not in the plan."""

from __future__ import annotations

from typing import Any

import pytest

from components.access.live import Comparison
from components.access.model import Crossing, Difference
from tests.unit.access_samples import (
    AT,
    BOTH,
    BUILDS,
    OTHERS,
    SELECTOR,
    SHARED,
    compare_with,
    deployed,
    list_crossings,
    list_unplanned,
    live,
    manual,
    organization,
    plan,
    planned_crossings,
    pull_store,
    pulling,
    report,
    store,
    summarize,
)

PULLING = plan(pulling("acme"), organization("acme2"))


def test_nothing_beside_the_plan() -> None:
    comparison = compare_with(PULLING, deployed(PULLING))
    assert (comparison.crossings, comparison.missing, comparison.unplanned) == ((), (), ())
    assert comparison.objects == {
        "ClusterSecretStore": 3,
        "Role": 3,
        "RoleBinding": 3,
        "ExternalSecret": 2,
        "ClusterExternalSecret": 1,
        "Namespace": 2,
    }
    assert compare_with(PULLING, deployed(PULLING)).reachers == ()


def test_nothing_of_the_plan() -> None:
    pull = pull_store(PULLING)
    stores = {name: f"ClusterSecretStore {name}" for name in ("org-acme", "org-acme2", pull)}
    lost = "the store does not exist"
    identity = "the identity of the store does not exist"
    assert compare_with(PULLING, live()) == Comparison(
        missing=tuple(
            sorted(
                [
                    *(Difference("dev", text, "", lost) for text in stores.values()),
                    *(
                        Difference("dev", f"ServiceAccount secret-manager/eso-{name}", text, identity)
                        for name, text in stores.items()
                    ),
                    Difference(
                        "dev",
                        "ClusterExternalSecret registry-pull-secret-acme",
                        stores[pull],
                        "the object does not exist",
                    ),
                    *(
                        Difference(
                            "dev",
                            f"ExternalSecret openchoreo-ci-{name}/git-clone-secret",
                            stores[f"org-{name}"],
                            "the object does not exist",
                        )
                        for name in ("acme", "acme2")
                    ),
                ]
            )
        ),
        objects={"Namespace": 0},
    )


def test_a_store_of_others_without_conditions() -> None:
    foreign = store("foreign")
    assert list_crossings(foreign) == (
        Crossing(
            "shared-store",
            "live",
            ("acme", "acme2"),
            ("acme", "acme2"),
            subject="every namespace",
            store="ClusterSecretStore foreign",
            identity="ServiceAccount secret-manager/eso-foreign",
            why="the store is not in the plan and serves all of them, and it reads where the keys of 2 of them are",
            remedy="delete ClusterSecretStore foreign, or restrict its conditions to namespaces of one organization",
        ),
    )
    text = f"serves every namespace (2 organizations), reads {AT} as ServiceAccount secret-manager/eso-foreign"
    assert list_unplanned(foreign) == (Difference("dev", "ClusterSecretStore foreign", "", text),)


@pytest.mark.parametrize(
    ("conditions", "organizations"),
    [
        pytest.param([{"namespaces": [BUILDS]}], "", id="a-name"),
        pytest.param([{"namespaces": [BUILDS, OTHERS]}], "acme acme2", id="two-names"),
        pytest.param([{"namespaces": [BUILDS]}, {"namespaces": [OTHERS]}], "acme acme2", id="alternatives"),
        pytest.param([{"namespaceSelector": {}}], "acme acme2", id="an-empty-selector"),
        pytest.param([{"namespaceRegexes": ["acme"]}], "acme acme2", id="a-regex-matches-anywhere"),
        pytest.param([{"namespaceRegexes": [r"^openchoreo-ci-acme\z"]}], "", id="an-anchored-regex-of-go"),
        pytest.param([{"namespaceRegexes": ["[["]}], "acme acme2", id="a-regex-that-python-cannot-read"),
        pytest.param([{"namespaceSelector": {"matchLabels": {SELECTOR: "acme"}}}], "", id="labels"),
        pytest.param([{"namespaceSelector": {"matchLabels": {SELECTOR: "acme", "a": "b"}}}], "", id="more-labels"),
        pytest.param(
            [{"namespaceSelector": {"matchExpressions": [{"key": SELECTOR, "operator": "Exists"}]}}],
            "acme acme2",
            id="exists",
        ),
        pytest.param(
            [{"namespaceSelector": {"matchExpressions": [{"key": SELECTOR, "operator": "DoesNotExist"}]}}],
            "acme acme2",
            id="does-not-exist",
        ),
        pytest.param(
            [
                {
                    "namespaceSelector": {
                        "matchExpressions": [{"key": SELECTOR, "operator": "In", "values": ["acme", "acme2"]}]
                    }
                }
            ],
            "acme acme2",
            id="in",
        ),
        pytest.param(
            [
                {
                    "namespaceSelector": {
                        "matchLabels": {"openchoreo.dev/organization": "acme"},
                        "matchExpressions": [{"key": SELECTOR, "operator": "NotIn", "values": ["acme2"]}],
                    }
                }
            ],
            "",
            id="not-in",
        ),
        pytest.param(
            [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": OTHERS}}}],
            "",
            id="the-label-with-the-name",
        ),
    ],
)
def test_whom_a_store_of_others_serves(conditions: Any, organizations: str) -> None:
    expected = [("shared-store", organizations, organizations)] if organizations else []
    foreign = store("foreign", conditions=conditions)
    assert summarize(list_crossings(foreign)) == expected
    (difference,) = list_unplanned(foreign)
    assert difference.object == "ClusterSecretStore foreign"


def test_a_store_of_others_where_no_keys_of_organizations_are() -> None:
    foreign = store("foreign", provider={"fake": {"data": [{"key": "a", "value": "canary-value"}, "broken"]}})
    (crossing,) = list_crossings(foreign)
    assert crossing.why == "the store is not in the plan and serves all of them"
    assert crossing.identity == "values in the store itself"


def test_a_planned_store_without_its_conditions() -> None:
    stripped = store("org-acme")
    objects = [item for item in deployed(BOTH).objects if item["metadata"]["name"] != "org-acme"]
    cluster = live(*objects, stripped, namespaces=deployed(BOTH).namespaces, accounts=deployed(BOTH).accounts)
    comparison = compare_with(BOTH, cluster)
    assert comparison.crossings == (
        Crossing(
            "store-conditions",
            "live",
            ("acme2",),
            ("acme",),
            subject=f"{OTHERS}, workloads with {SELECTOR}=acme2",
            store="ClusterSecretStore org-acme",
            identity="ServiceAccount secret-manager/eso-org-acme, Role secret-manager/eso-org-acme",
            keys=(f"{AT}: acme-git",),
            why="the conditions of the store let in namespaces of other organizations",
            remedy="restrict the conditions of ClusterSecretStore org-acme to the namespaces of acme",
        ),
    )
    assert [item.text for item in comparison.unplanned] == [
        f"serves every namespace; planned: namespace {BUILDS}",
    ]


def test_a_planned_store_that_signs_in_as_another() -> None:
    changed = store("org-acme", account="eso-org-acme2", conditions=[{"namespaces": [BUILDS]}])
    objects = [item for item in deployed(BOTH).objects if item["metadata"]["name"] != "org-acme"]
    cluster = live(*objects, changed, namespaces=deployed(BOTH).namespaces, accounts=deployed(BOTH).accounts)
    comparison = compare_with(BOTH, cluster)
    assert summarize(comparison.crossings) == [("shared-identity", "acme", "acme2")]
    assert comparison.crossings[0].keys == (f"{AT}: acme2-git",)
    identity = "ServiceAccount secret-manager/eso-org-acme"
    assert [item.text for item in comparison.unplanned] == [
        f"signs in as {identity}2; planned: {identity}, Role secret-manager/eso-org-acme",
    ]


def test_a_store_of_others_that_signs_in_as_an_organization() -> None:
    foreign = store("foreign", account="eso-org-acme2", conditions=[{"namespaces": [BUILDS]}])
    assert summarize(list_crossings(foreign)) == [("shared-identity", "acme", "acme2")]
    own = store("foreign", account="eso-org-acme", conditions=[{"namespaces": [BUILDS]}])
    assert list_crossings(own) == ()


def test_a_store_in_a_namespace_signs_in_as_an_organization() -> None:
    role = "arn:aws:iam::123456789012:role/"
    aws = {"service": "SecretsManager", "region": "eu-central-1"}
    planned = plan(
        organization("acme"), organization("acme2"), stores={"org": {"aws": {**aws, "role": f"{role}{{organization}}"}}}
    )
    foreign = store("mine", namespace=BUILDS, provider={"aws": {**aws, "role": f"{role}acme2"}})
    comparison = compare_with(planned, deployed(planned, foreign))
    assert summarize(comparison.crossings) == [("shared-identity", "acme", "acme2")]
    identity = f"the operator's own identity, IAM role {role}acme2"
    assert [(item.object, item.text) for item in comparison.unplanned] == [
        (
            f"SecretStore {BUILDS}/mine",
            f"serves namespace {BUILDS} (acme), reads aws SecretsManager eu-central-1 as {identity}",
        )
    ]


def test_what_the_configuration_explains_is_listed_once() -> None:
    shared = plan(organization("acme"), organization("acme2"), stores={"org": SHARED})
    assert report(shared, deployed(shared)).crossings == planned_crossings(shared)
    together = plan(
        organization("acme"), organization("acme2"), stores={"org": {"kubernetes": {"remoteNamespace": OTHERS}}}
    )
    assert len(planned_crossings(together)) == 1
    assert summarize(report(together, deployed(together)).crossings) == [
        ("source-namespace", "acme2", "acme"),
    ]


@pytest.mark.parametrize(
    ("name", "labels", "crossings"),
    [
        pytest.param("dp-acme-default-dev-1", {SELECTOR: "acme"}, [], id="own"),
        pytest.param("dp-acme-default-dev-1", {SELECTOR: "acme2"}, [("namespace", "acme", "acme2")], id="spoofed"),
        pytest.param("dp-acme-acme2-dev-1", {SELECTOR: "acme"}, [], id="a-project-called-like-another"),
        pytest.param(
            "dp-acme-acme2-dev-1", {SELECTOR: "acme2"}, [("namespace", "acme", "acme2")], id="inside-the-name"
        ),
        pytest.param("dp-shortened-acme-dev-1", {SELECTOR: "acme2"}, [], id="a-project-after-a-shortened-name"),
        pytest.param("dp-other-dev-1", {SELECTOR: "acme2"}, [], id="no-name"),
        pytest.param(BUILDS, {SELECTOR: "acme2"}, [("namespace", "acme", "acme2")], id="a-build-namespace"),
        pytest.param("platform", {}, [], id="of-the-platform"),
    ],
)
def test_labels_of_namespaces(name: str, labels: dict[str, str], crossings: list[tuple[str, str, str]]) -> None:
    assert summarize(list_crossings(namespaces={name: labels})) == crossings


def test_a_namespace_with_the_labels_of_two_organizations() -> None:
    planes = {"workflowPlane": {"context": "dev"}, "dataPlane": {"context": "dev"}}
    planned = plan(release="v1", clusters=planes, namespaces=[organization("acme"), organization("acme2")])
    labels = {SELECTOR: "acme", "openchoreo.dev/rendered-release-namespace": "acme2"}
    (crossing,) = compare_with(planned, deployed(planned, namespaces={"x": labels})).crossings
    assert summarize([crossing]) == [("namespace", "acme acme2", "acme acme2")]
    assert crossing.subject == "namespace x"


def test_the_namespace_of_a_manual_secret_belongs_to_its_organization() -> None:
    planned = plan(manual("acme", "one", "special"), organization("acme2"))
    found_in = deployed(planned, namespaces={"special": {SELECTOR: "acme2"}})
    assert summarize(compare_with(planned, found_in).crossings) == [
        ("namespace", "acme", "acme2"),
    ]


def test_two_clusters() -> None:
    clusters = {"buildPlane": {"context": "b"}, "dataPlane": {"context": "d"}}
    planned = plan(pulling("acme"), pulling("acme2"), clusters=clusters)
    data = [item for item in planned.stores if item.plane == "data"]
    cluster = live(planes=("data",))
    missing = compare_with(planned, cluster).missing
    assert {item.object for item in missing if not item.store} == {f"ClusterSecretStore {item.name}" for item in data}
    assert str(cluster) == "dev (data)"
