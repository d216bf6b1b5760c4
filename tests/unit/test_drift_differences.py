"""Differences between a manifest and the live object."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.drift.differences import (
    Difference,
    build_removal,
    build_replacement,
    find_differences,
    is_default,
    remove_fields,
    select_immutable,
)

CONFIGURED: dict[str, Any] = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {
        "name": "git",
        "labels": {"openchoreo.dev/organization": "acme"},
        "annotations": {"pulumi.com/patchForce": "true"},
    },
    "spec": {
        "refreshInterval": "1h0m0s",
        "data": [{"secretKey": "token", "remoteRef": {"key": "git"}}, {"secretKey": "user"}],
        "target": {},
    },
}
LIVE: dict[str, Any] = {
    **CONFIGURED,
    "metadata": {
        **CONFIGURED["metadata"],
        "uid": "1",
        "labels": {"openchoreo.dev/organization": "acme", "others": "label"},
        "annotations": {"force-sync": "now"},
    },
    "status": {"conditions": []},
}


def edited(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The live object with another value of one field; None: without the field."""
    live = copy.deepcopy(LIVE)
    place: Any = live
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    elif isinstance(place, list) and path[-1] == len(place):
        place.append(value)
    else:
        place[path[-1]] = value
    return live


def test_status_and_labels_of_others_do_not_count() -> None:
    assert find_differences(CONFIGURED, LIVE) == ()


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        pytest.param(
            ("spec", "refreshInterval"),
            "5m",
            Difference(("spec", "refreshInterval"), "changed", "5m", "1h0m0s"),
            id="another value",
        ),
        pytest.param(
            ("spec", "data", 0, "remoteRef", "key"),
            "other",
            Difference(("spec", "data", 0, "remoteRef", "key"), "changed", "other", "git"),
            id="another remote key",
        ),
        pytest.param(
            ("spec", "data", 0, "remoteRef"),
            None,
            Difference(("spec", "data", 0, "remoteRef"), "missing", configured={"key": "git"}),
            id="a removed field",
        ),
        pytest.param(
            ("spec", "data", 1),
            None,
            Difference(("spec", "data", 1), "missing", configured={"secretKey": "user"}),
            id="a removed item",
        ),
        pytest.param(
            ("spec", "data", 2), {"a": 1}, Difference(("spec", "data", 2), "extra", {"a": 1}), id="an added item"
        ),
        pytest.param(("spec", "more"), {}, Difference(("spec", "more"), "extra", {}), id="an added field"),
        pytest.param(
            ("spec", "secretStoreRef"),
            {"name": "other"},
            Difference(("spec", "secretStoreRef"), "extra", {"name": "other"}),
            id="an added store",
        ),
        pytest.param(("immutable",), True, Difference(("immutable",), "extra", live=True), id="an added block"),
        pytest.param(
            ("spec", "data"),
            "text",
            Difference(("spec", "data"), "changed", "text", CONFIGURED["spec"]["data"]),
            id="another type",
        ),
        pytest.param(
            ("metadata", "labels", "openchoreo.dev/organization"),
            "globex",
            Difference(("metadata", "labels", "openchoreo.dev/organization"), "changed", "globex", "acme"),
            id="another label",
        ),
        pytest.param(
            ("metadata", "labels"),
            None,
            Difference(("metadata", "labels", "openchoreo.dev/organization"), "missing", configured="acme"),
            id="no label",
        ),
    ],
)
def test_an_edit_is_found(path: tuple[str | int, ...], value: Any, difference: Difference) -> None:
    assert find_differences(CONFIGURED, edited(path, value)) == (difference,)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("spec", "target"), None, id="an empty value is the same as none"),
        pytest.param(("spec", "more"), "null", id="null is the same as none"),
        pytest.param(("spec", "secretStoreRef"), {}, id="ESO writes an empty reference"),
    ],
)
def test_no_edit(path: tuple[str | int, ...], value: Any) -> None:
    live = edited(path, value)
    if value == "null":
        live["spec"]["more"] = None
    assert find_differences(CONFIGURED, live) == ()


@pytest.mark.parametrize("kind", ["Namespace", "ServiceAccount"])
def test_other_controllers_write_to_these_kinds(kind: str) -> None:
    configured = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "acme"}}
    assert find_differences(configured, {**configured, "spec": {"finalizers": ["kubernetes"]}, "secrets": []}) == ()


def test_fields_that_are_not_configured_are_removed() -> None:
    live = edited(("spec", "data", 2), {"one": 1})
    live["spec"]["data"].append({"two": 2})
    live["spec"]["a/b~c"] = "added"
    differences = find_differences(CONFIGURED, live)

    assert find_differences(CONFIGURED, remove_fields(live, differences)) == ()
    assert build_removal(differences) == [
        {"op": "remove", "path": "/spec/a~1b~0c"},
        {"op": "remove", "path": "/spec/data/3"},
        {"op": "remove", "path": "/spec/data/2"},
    ]
    assert live["spec"]["a/b~c"] == "added"


@pytest.mark.parametrize(
    ("stored", "default"),
    [
        pytest.param({"spec": {"data": [{}, {}, {"a": 1}]}}, True, id="added again"),
        pytest.param({"spec": {"data": [{}, {}, {"a": 2}]}}, False, id="added again with another value"),
        pytest.param({"spec": {"data": [{}, {}]}}, False, id="no such item"),
        pytest.param({"spec": {}}, False, id="no such list"),
        pytest.param({"spec": "text"}, False, id="no mapping"),
    ],
)
def test_the_api_server_decides_what_is_a_default(stored: dict[str, Any], *, default: bool) -> None:
    assert is_default(Difference(("spec", "data", 2), "extra", {"a": 1}), stored) is default


@pytest.mark.parametrize(
    ("kind", "path", "immutable"),
    [
        pytest.param("RoleBinding", ("roleRef", "name"), True, id="role"),
        pytest.param("RoleBinding", ("subjects", 1), False, id="subjects"),
        pytest.param("Secret", ("type",), True, id="type"),
        pytest.param("Secret", ("immutable",), True, id="immutable"),
        pytest.param("Secret", ("data", "key"), False, id="data"),
        pytest.param("Role", ("rules", 0), False, id="other kinds"),
    ],
)
def test_immutable_fields_need_a_new_object(kind: str, path: tuple[str | int, ...], *, immutable: bool) -> None:
    difference = Difference(path, "changed")
    assert select_immutable(kind, [difference]) == ((difference,) if immutable else ())


def test_a_replacement_of_the_body_keeps_the_metadata() -> None:
    live = {"metadata": {"name": "a", "resourceVersion": "7"}, "spec": {"provider": {"fake": {}}}, "status": {}}
    configured = {"apiVersion": "v1", "kind": "K", "metadata": {"name": "a"}, "spec": {"provider": {"vault": {}}}}
    assert build_replacement(configured, live) == [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "add", "path": "/spec", "value": {"provider": {"vault": {}}}},
    ]


@pytest.mark.parametrize(
    ("kind", "problems"),
    [("ClusterExternalSecret", 0), ("ExternalSecret", 1)],
)
def test_empty_reference_of_a_cluster_external_secret(kind: str, problems: int) -> None:
    """ESO writes it into the specification of the ExternalSecrets; other kinds have no such field there."""
    configured = {**CONFIGURED, "kind": kind, "spec": {"externalSecretSpec": {"data": []}}}
    live = {**LIVE, "kind": kind, "spec": {"externalSecretSpec": {"data": [], "secretStoreRef": {}}}}
    assert len(find_differences(configured, live)) == problems
