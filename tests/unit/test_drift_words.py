"""Planned objects: their names, order and digests; and differences in words, without values that may be secret."""

from __future__ import annotations

from typing import Any

import pytest

from components.drift.differences import Difference, Path
from components.drift.managers import is_managed, list_managers
from components.drift.planned import PlannedManifest
from components.drift.words import describe_differences, format_path

SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "scanner", "namespace": "ns"},
    "type": "Opaque",
    "data": {"key": "dmFsdWU="},
}
STORE = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ClusterSecretStore",
    "metadata": {"name": "org", "annotations": {"openchoreo-secrets/stack": "a/b/c"}},
    "spec": {"provider": {"fake": {"data": [{"key": "a", "value": "canary"}]}}},
}


def planned(manifest: dict[str, Any], *, secret: bool = False) -> PlannedManifest:
    return PlannedManifest('organization "acme"', manifest, secret=secret)


def of_kind(kind: str, **annotations: str) -> PlannedManifest:
    return planned({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x", "annotations": annotations}})


def test_names() -> None:
    assert str(planned(SECRET)) == 'Secret ns/scanner (organization "acme")'
    assert planned(STORE).name == "ClusterSecretStore org"


def test_objects_come_after_those_that_they_need() -> None:
    kinds = ["ClusterExternalSecret", "GithubAccessToken", "Secret", "RoleBinding", "Role", "Namespace"]
    assert sorted(kinds, key=lambda kind: of_kind(kind).rank) == [*reversed(kinds[2:]), *reversed(kinds[:2])]


def test_a_namespace_without_the_stack_is_adopted() -> None:
    assert of_kind("Namespace").adopted
    assert not of_kind("Namespace", **{"openchoreo-secrets/stack": "a/b/c"}).adopted
    assert not of_kind("Role").adopted
    assert planned({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}).adopted


def test_a_digest_has_8_characters_and_no_byte_of_a_secret() -> None:
    rotated = {**SECRET, "data": {"key": "b3RoZXI="}}
    store = {**STORE, "spec": {"provider": {"fake": {"data": [{"key": "a", "value": "other"}]}}}}
    longer = {**STORE, "spec": {"provider": {"fake": {"data": [{"key": "a"}, {"key": "b"}]}}}}

    assert len(planned(SECRET).digest) == 8
    assert planned(SECRET).digest != planned(rotated).digest
    assert planned(SECRET, secret=True).digest == planned(rotated, secret=True).digest
    assert planned(STORE, secret=True).digest == planned(store, secret=True).digest
    assert planned(STORE, secret=True).digest != planned(longer, secret=True).digest
    assert planned(SECRET, secret=True).digest != planned({**SECRET, "type": "other"}, secret=True).digest


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(("spec", "data", 0, "remoteRef"), "spec.data[0].remoteRef", id="fields and indices"),
        pytest.param(("metadata", "labels", "a.b/c"), 'metadata.labels["a.b/c"]', id="a key with dots"),
        pytest.param(("data", ".dockerconfigjson"), 'data[".dockerconfigjson"]', id="a key of a docker config"),
        pytest.param(("data", "api-key"), "data.api-key", id="a key with a dash"),
        pytest.param(("data", 'a"b'), r'data["a\"b"]', id="a quote"),
    ],
)
def test_paths_in_words(path: Path, text: str) -> None:
    assert format_path(path) == text


@pytest.mark.parametrize(
    ("subject", "difference", "text"),
    [
        pytest.param(
            planned(STORE),
            Difference(("spec", "provider", "url"), "changed", "x", "y"),
            'spec.provider.url is "x", configured "y"',
            id="changed",
        ),
        pytest.param(
            planned(STORE),
            Difference(("spec", "conditions"), "missing", configured=[1]),
            "spec.conditions is missing, configured [1]",
            id="missing",
        ),
        pytest.param(
            planned(STORE),
            Difference(("spec", "conditions", 1), "extra", {"a": "ß" * 200}),
            f'spec.conditions[1] is {{"a": "{"ß" * 93}..., not configured',
            id="extra and long",
        ),
        pytest.param(
            planned(STORE),
            Difference(("spec", "provider", "token"), "extra", "canary"),
            "spec.provider.token is not configured",
            id="someone added it to the provider block",
        ),
        pytest.param(
            planned(STORE),
            Difference(("spec", "target", "template", "data", "a"), "changed", "canary", "y"),
            "spec.target.template.data.a has another value",
            id="a template",
        ),
        pytest.param(
            planned(STORE, secret=True),
            Difference(("spec", "provider", "fake", "data", 0, "value"), "changed", "canary", "canary"),
            "spec.provider.fake.data[0].value has another value",
            id="a manual value in a store",
        ),
        pytest.param(
            planned(SECRET),
            Difference(("data", "key"), "missing", configured="canary"),
            "data.key is missing",
            id="data of a Secret",
        ),
        pytest.param(
            planned(SECRET, secret=True),
            Difference(("metadata", "labels", "a"), "changed", "x", "y"),
            'metadata.labels.a is "x", configured "y"',
            id="a label of a Secret",
        ),
    ],
)
def test_differences_in_words(subject: PlannedManifest, difference: Difference, text: str) -> None:
    assert describe_differences(subject, [difference]) == text
    assert describe_differences(subject, [difference, difference]) == f"{text}; {text}"


def test_who_wrote_a_field() -> None:
    def entry(manager: str, **fields: Any) -> dict[str, Any]:
        return {"manager": manager, "fieldsV1": fields}

    live = {
        "metadata": {
            "managedFields": [
                entry("ours", **{"f:data": {"f:key": {}}, "f:spec": {".": {}, "f:list": {}}}),
                entry("editor", **{"f:data": {"f:extra": {}}, "f:spec": {"f:items": {'k:{"name":"a"}': {}}}}),
                {"manager": "nothing"},
            ]
        }
    }
    assert list_managers(live, ("data", "key")) == {"ours"}
    assert list_managers(live, ("data", "extra")) == {"editor"}
    assert list_managers(live, ("data",)) == {"ours", "editor"}
    assert list_managers(live, ("spec", "list", 0, "value")) == {"ours"}
    assert list_managers(live, ("spec", "items", 0, "value")) == {"editor"}
    assert list_managers({"metadata": {}}, ("data",)) == frozenset()
    assert is_managed(live, "ours")
    assert not is_managed(live, "others")
    assert not is_managed({"metadata": {}}, "ours")


@pytest.mark.parametrize(
    "added",
    [
        [{"rewrite": [{"transform": {"template": "canary"}}]}],
        {"templateFrom": [{"literal": "canary"}]},
    ],
)
def test_a_template_in_an_added_value_is_not_shown(added: Any) -> None:
    manifest = {"apiVersion": "v1", "kind": "ExternalSecret", "metadata": {"name": "x"}}
    difference = Difference(("spec", "dataFrom"), "extra", live=added)
    assert describe_differences(planned(manifest), (difference,)) == "spec.dataFrom is not configured"
