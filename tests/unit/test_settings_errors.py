"""Mistakes in a single value: every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.samples import (
    AT_ACME,
    DURATION,
    EMPTY,
    GIT,
    GIT_KEYS,
    GONE,
    KUBERNETES,
    NOT_A_DATA_KEY,
    NOT_A_LABEL,
    NOT_AN_OBJECT_NAME,
    ONE_GIT_KIND,
    ORGANIZATION_KEYS,
    REGISTRY_KEYS,
    RELEASE_NAMES,
    REMOTE_KEYS,
    STORE_KEYS,
    TOP_KEYS,
    Edits,
    Raw,
    acme,
    assert_rejected,
    message,
    raw,
    rejection,
)

CLUSTERS = "{buildPlane: {context: openchoreo-build}}"
ORGANIZATION = "{name: acme, git: {remoteKey: acme-github-pat, property: token}}"

UNKNOWN = [
    pytest.param(
        {"organisations": []},
        f'organisations: unknown key; did you mean "organizations"? expected one of: {TOP_KEYS}',
        id="top-level",
    ),
    pytest.param(
        {"organizations.0.gitt": {}},
        f'{AT_ACME}.gitt: unknown key; did you mean "git"? expected one of: {ORGANIZATION_KEYS}',
        id="in-a-list",
    ),
    pytest.param(
        {"organizations.0.zzz": {}},
        f"{AT_ACME}.zzz: unknown key; expected one of: {ORGANIZATION_KEYS}",
        id="nothing-is-near",
    ),
    pytest.param(
        {"organizations.0.git.remote_key": "x"},
        f'{AT_ACME}.git.remote_key: unknown key; did you mean "remoteKey"? expected one of: {GIT_KEYS}',
        id="snake-case-is-for-python",
    ),
    pytest.param(
        {"organizations.0.git.REMOTEKEY": "x"},
        f'{AT_ACME}.git.REMOTEKEY: unknown key; did you mean "remoteKey"? expected one of: {GIT_KEYS}',
        id="only-the-case-differs",
    ),
    pytest.param(
        {"clusters.buildPlane.contxt": "x"},
        'clusters.buildPlane.contxt: unknown key; did you mean "context"? expected one of: context, kubeconfig',
        id="nested",
    ),
    pytest.param(
        {"organizations.0.registries": [{"server": "quay.io", "remoteKey": "a", "usernam": "x"}]},
        f'{AT_ACME}.registries[0].usernam: unknown key; did you mean "username"? expected one of: {REGISTRY_KEYS}',
        id="list-in-a-list",
    ),
    pytest.param(
        {"secretStores.default.scoop": "shared"},
        'secretStores.default.scoop: unknown key; did you mean "scope"? expected one of: ' + STORE_KEYS,
        id="below-a-name-of-the-user",
    ),
    pytest.param(
        {"secretStores.default.kubernetes.remotNamespace": "x"},
        'secretStores.default.kubernetes.remotNamespace: unknown key; did you mean "remoteNamespace"? '
        "expected one of: remoteNamespace, server, serviceAccount",
        id="deep-below-a-name-of-the-user",
    ),
    pytest.param(
        {"secretStores": {"fake": {**KUBERNETES, "dato": 1}}, "organizations.0.secretStore": "fake"},
        f"secretStores.fake.dato: unknown key; expected one of: {STORE_KEYS}",
        id="a-store-named-like-a-key",
    ),
    pytest.param(
        {"organizations.0.external": [{"name": "sonar", "keys": {"token": {"remoteKey": "a", "propertyy": "x"}}}]},
        f'{AT_ACME}.external[0].keys.token.propertyy: unknown key; did you mean "property"? '
        f"expected one of: {REMOTE_KEYS}, manual",
        id="below-a-key-of-a-secret",
    ),
]


@pytest.mark.parametrize(("edits", "problem"), UNKNOWN)
def test_unknown_key(edits: Edits, problem: str) -> None:
    assert_rejected(edits, problem)


@pytest.mark.parametrize(
    ("path", "where", "expected"),
    [
        ("clusters", "clusters", "a mapping such as {buildPlane: {context: openchoreo-build}}"),
        ("organizations", "organizations", f"a list such as [{ORGANIZATION}]"),
        ("clusters.buildPlane", "clusters.buildPlane", "a mapping such as {context: openchoreo-build}"),
        ("clusters.buildPlane.context", "clusters.buildPlane.context", "a value such as openchoreo-build"),
        ("organizations.0.name", "organizations[0].name", "a value such as acme"),
        (
            "secretStores.default.kubernetes.remoteNamespace",
            "secretStores.default.kubernetes.remoteNamespace",
            "a value such as secret-manager",
        ),
    ],
)
def test_missing_key(path: str, where: str, expected: str) -> None:
    assert_rejected({path: GONE}, f"{where}: is missing; expected {expected}")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        pytest.param("clusters", "dev", f"clusters: must be a mapping, such as {CLUSTERS}", id="scalar-for-mapping"),
        pytest.param("clusters", None, f"clusters: must be a mapping, such as {CLUSTERS}", id="nothing-for-mapping"),
        pytest.param("clusters", True, f"clusters: must be a mapping, such as {CLUSTERS}", id="boolean-for-mapping"),
        pytest.param(
            "secretStores",
            [],
            "secretStores: must be a mapping, such as {org: {kubernetes: {remoteNamespace: secret-manager}}}",
            id="list-for-mapping",
        ),
        pytest.param(
            "organizations", {}, f"organizations: must be a list, such as [{ORGANIZATION}]", id="mapping-for-list"
        ),
        pytest.param(
            "organizations", "acme", f"organizations: must be a list, such as [{ORGANIZATION}]", id="string-for-list"
        ),
        pytest.param(
            "organizations", ["acme"], f"organizations[0]: must be a mapping, such as {ORGANIZATION}", id="names-only"
        ),
        pytest.param("organizations.0.name", ["a"], "organizations[0].name: must be a string, not a list", id="list"),
        pytest.param("organizations.0.name", 1, "organizations[0].name: must be a string, not a number", id="number"),
        pytest.param("organizations.0.name", None, "organizations[0].name: must be a string, not nothing", id="null"),
        pytest.param(
            "organizations.0.git",
            "x",
            f"{AT_ACME}.git: must be a mapping, such as {{remoteKey: acme-github-pat, property: token}}",
            id="git",
        ),
        pytest.param(
            "release",
            0.9,
            f"release: must be a string, not a number; expected {RELEASE_NAMES}",
            id="release-without-v",
        ),
        pytest.param("refreshInterval", 5, "refreshInterval: must be a string, not a number", id="seconds-unsaid"),
        pytest.param(
            "secretStores.default.kubernetes.server",
            {"fromKubeconfig": "yes"},
            "secretStores.default.kubernetes.server.fromKubeconfig: must be true or false, not a string",
            id="string-for-boolean",
        ),
    ],
)
def test_wrong_type(path: str, value: Any, problem: str) -> None:
    assert_rejected({path: value}, problem)


@pytest.mark.parametrize("name", ["Acme", "acme inc", "-acme", "acme-", "", "a.b", "acme_1", "ácme"])
def test_organization_name_is_a_label(name: str) -> None:
    assert_rejected({"organizations.0.name": name}, f'organizations[0].name: "{name}" {NOT_A_LABEL}')


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param({"organizations": []}, f"organizations: {EMPTY}", id="organizations"),
        pytest.param(acme(registries=[]), f"{AT_ACME}.registries: {EMPTY}", id="registries"),
        pytest.param(acme(external=[]), f"{AT_ACME}.external: {EMPTY}", id="external"),
        pytest.param(
            acme(external=[{"name": "sonar", "extract": []}]),
            f"{AT_ACME}.external[0].extract: {EMPTY}",
            id="extract",
        ),
        pytest.param(
            {"secretStores": {"default": {"fake": {"data": []}}}},
            f"secretStores.default.fake.data: {EMPTY}",
            id="fake-data",
        ),
        pytest.param(
            acme(registries=[1]),
            f"{AT_ACME}.registries[0]: must be a mapping, such as {{registry: ghcr, username: acme-bot, password: "
            "{remoteKey: acme-ghcr, property: password}}",
            id="a-list-of-wrong-entries-is-not-also-called-empty",
        ),
    ],
)
def test_empty_list(edits: Edits, problem: str) -> None:
    assert_rejected(edits, problem)


@pytest.mark.parametrize(
    "path", ["refreshInterval", "organizations.0.refreshInterval", "organizations.0.git.refreshInterval"]
)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param("soon", f"is not a duration; {DURATION}", id="word"),
        pytest.param("60", f"is not a duration; {DURATION}", id="no-unit"),
        pytest.param("1d", f"is not a duration; {DURATION}", id="days-are-not-go"),
        pytest.param("-1h", f"is negative; {DURATION}, not below zero", id="negative"),
        pytest.param("1.5s", f"is not a whole number of seconds; {DURATION}", id="fraction-of-a-second"),
        pytest.param("3000000h", f"is longer than 290 years; {DURATION}", id="more-than-go-can-hold"),
    ],
)
def test_interval(path: str, value: str, said: str) -> None:
    where = path.replace("organizations.0", AT_ACME)
    assert_rejected({path: value}, f'{where}: "{value}" {said}')


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        pytest.param(
            {"readyTimeout": "soon"}, f'readyTimeout: "soon" is not a duration; {DURATION}', id="timeout-is-a-duration"
        ),
        pytest.param(
            {"release": "v1.9"},
            f'release: "v1.9" is not a supported OpenChoreo release; expected {RELEASE_NAMES}',
            id="unknown-release",
        ),
        pytest.param(
            {"organizations.0.namespace": "use"},
            f'{AT_ACME}.namespace: "use" must be one of own, adopt',
            id="neither-own-nor-adopt",
        ),
        pytest.param(
            {"organizations.0.namespace": []},
            f"{AT_ACME}.namespace: must be one of own, adopt",
            id="a-list-is-not-repeated",
        ),
        pytest.param(
            {"secretStores.default.scope": True},
            "secretStores.default.scope: true must be one of organization, shared",
            id="unknown-scope",
        ),
        pytest.param(
            {"clusters.buildPlane.context": ""},
            "clusters.buildPlane.context: is empty; expected at least one character",
            id="empty-context",
        ),
        pytest.param(
            acme(git={**GIT, "secretName": "Git"}),
            f'{AT_ACME}.git.secretName: "Git" {NOT_AN_OBJECT_NAME}',
            id="secret-name",
        ),
        pytest.param(
            acme(git={**GIT, "secretKey": "a/b"}),
            f'{AT_ACME}.git.secretKey: "a/b" {NOT_A_DATA_KEY}',
            id="secret-key",
        ),
        pytest.param(
            acme(external=[{"name": "sonar", "keys": {"to ken": GIT}}]),
            f'{AT_ACME}.external[0].keys.to ken: "to ken" {NOT_A_DATA_KEY}',
            id="the-key-itself-is-wrong",
        ),
        pytest.param(
            {"secretStores": {"default": KUBERNETES, "My_Store": KUBERNETES}},
            f'secretStores.My_Store: "My_Store" {NOT_AN_OBJECT_NAME}',
            id="store-name",
        ),
        pytest.param(
            acme(registries=[{"server": "quay io", "remoteKey": "a"}]),
            f'{AT_ACME}.registries[0].server: "quay io" is not the address of a registry; '
            "expected host[:port][/path] in lower case",
            id="server-with-a-blank",
        ),
    ],
)
def test_value(edits: Edits, problem: str) -> None:
    assert_rejected(edits, problem)


def test_all_problems_at_once() -> None:
    config: Raw = raw({"organizations": [{"name": "Acme", "gitt": 1}, {"name": "b", "git": {}}], "clusters": GONE})
    assert rejection(config) == message(
        f"clusters: is missing; expected a mapping such as {CLUSTERS}",
        f'organizations[0].name: "Acme" {NOT_A_LABEL}',
        f'organizations[0].gitt: unknown key; did you mean "git"? expected one of: {ORGANIZATION_KEYS}',
        f'organizations[1] ("b").git: names no credential; {ONE_GIT_KIND}',
    )
