"""Pull secrets and ComponentWorkflows against the rest of the configuration: every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.samples import (
    AT_ACME,
    GIT,
    GONE,
    KUBERNETES,
    MANUAL,
    NOT_AN_OBJECT_NAME,
    Raw,
    assert_rejected,
    message,
    on_every_plane,
    raw,
    rejection,
    settings,
)

CONFIG: Raw = {"remoteKey": "registry-credentials"}
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BY_HAND: Raw = {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}
DOCKER: Raw = {"names": ["docker"]}
NO_CONTROL_PLANE = f"{AT_ACME}: patches objects of the control plane; clusters.controlPlane is missing"
NO_DATA_PLANE = f"{AT_ACME}.pullSecret: creates objects on the data plane; clusters.dataPlane is missing"
READABLE = "cannot have manual credentials, which everyone who can read the workflow would see"


def _pull(**keys: Any) -> Raw:
    return {"componentTypes": ["service"], **({} if "registries" in keys else {"dockerConfig": CONFIG}), **keys}


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param(
            {"pullSecret": _pull(componentTypes=["a", "b", "a"])},
            'pullSecret.componentTypes[2]: "a" is listed twice',
            id="component-type-twice",
        ),
        pytest.param(
            {"pullSecret": _pull(registries=[QUAY, QUAY])},
            'pullSecret.registries[1]: "quay.io" is listed twice',
            id="registry-twice",
        ),
        pytest.param(
            {"git": GIT, "componentWorkflows": {"names": ["docker", "docker"]}},
            'componentWorkflows.names[1]: "docker" is listed twice',
            id="workflow-twice",
        ),
        pytest.param(
            {"pullSecret": _pull(dockerConfig={**CONFIG, "property": "${x}"})},
            'pullSecret: "${x}" has a ${, which OpenChoreo would evaluate as an expression',
            id="expression-in-a-property",
        ),
        pytest.param(
            {"pullSecret": _pull(registries=[{**QUAY, "version": "${x"}])},
            'pullSecret: "${x" has a ${, which OpenChoreo would evaluate as an expression',
            id="expression-in-a-version",
        ),
        pytest.param(
            {"git": {**GIT, "property": "${x}"}, "componentWorkflows": DOCKER},
            'componentWorkflows: "${x}" has a ${, which OpenChoreo would evaluate as an expression',
            id="expression-in-a-workflow",
        ),
        pytest.param(
            {"registries": [{**QUAY, "property": "${y}"}], "componentWorkflows": DOCKER},
            'componentWorkflows: "${y}" has a ${, which OpenChoreo would evaluate as an expression',
            id="expression-in-a-registry-of-a-workflow",
        ),
        *(
            pytest.param(
                {**keys, "componentWorkflows": DOCKER},
                f"componentWorkflows: {text} is a JSON array, which OpenChoreo renders as a list; use another text",
                id=f"list-in-a-workflow-{text}",
            )
            for keys, text in (
                ({"git": {**GIT, "version": "[1,2]"}}, '"[1,2]"'),
                ({"git": {**GIT, "property": "[]"}}, '"[]"'),
                ({"registries": [{**QUAY, "property": '["a"]'}]}, '"["a"]"'),
            )
        ),
        pytest.param(
            {"git": {"basicAuth": {"username": '["hunter2"]', "password": GIT}}, "componentWorkflows": DOCKER},
            "componentWorkflows: the user name of git (value not shown) is a JSON array, which OpenChoreo "
            "renders as a list; use another text",
            id="list-as-a-user-of-git",
        ),
        pytest.param(
            {"external": [{"name": "sonar", "keys": {"token": GIT}}], "componentWorkflows": DOCKER},
            "componentWorkflows: has no credentials; expected git, registries or both",
            id="a-workflow-brings-nothing",
        ),
        pytest.param(
            {"git": {"manual": "gitToken"}, "componentWorkflows": DOCKER},
            f"componentWorkflows: {READABLE}",
            id="manual-git-in-a-workflow",
        ),
        pytest.param(
            {"git": GIT, "registries": [BOT], "componentWorkflows": DOCKER},
            f"componentWorkflows: {READABLE}",
            id="manual-registry-in-a-workflow",
        ),
        pytest.param(
            {"pullSecret": _pull(secretStore="other")},
            'pullSecret.secretStore: no store "other" under secretStores; configured: default',
            id="unknown-store",
        ),
        pytest.param(
            {"secretStore": "other", "pullSecret": _pull(delivery="namespace")},
            'secretStore: no store "other" under secretStores; configured: default',
            id="unknown-store-of-the-organization",
        ),
        pytest.param(
            {"pullSecret": _pull(secretStore="default", dockerConfig={"remoteKey": "a/B"})},
            f'pullSecret: remoteKey "a/B" {NOT_AN_OBJECT_NAME} (store "default")',
            id="key-that-no-kubernetes-secret-can-have",
        ),
        pytest.param(
            {
                "pullSecret": {
                    **BY_HAND,
                    "registries": [{"server": "quay.io", "manual": {"username": "bot", "password": "other"}}],
                }
            },
            "pullSecret.registries[0].manual.password: names no entry of manualSecrets (value not shown); "
            "configured: gitToken, quayPassword",
            id="unknown-manual-entry",
        ),
        pytest.param(
            {"pullSecret": {**BY_HAND, "namespaces": ["dp-a", "openchoreo-ci-acme"]}},
            'pullSecret.namespaces[1]: "openchoreo-ci-acme" is the build namespace of an organization; use a '
            "namespace of the organization's workloads",
            id="a-build-namespace",
        ),
        pytest.param(
            {"pullSecret": {**BY_HAND, "namespaces": ["dp-a", "dp-b", "dp-a"]}},
            'pullSecret.namespaces[2]: "dp-a" already gets the Secret "registry-pull-secret" '
            f"from {AT_ACME}.pullSecret.namespaces[0]",
            id="namespace-twice",
        ),
    ],
)
def test_problem(keys: Raw, problem: str) -> None:
    assert_rejected(on_every_plane(**keys), f"{AT_ACME}.{problem}")


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"pullSecret": _pull(delivery="namespace", dockerConfig={"remoteKey": "a"})}, id="namespace"),
        pytest.param({"pullSecret": BY_HAND}, id="manual"),
        pytest.param({"pullSecret": _pull(registries=[QUAY])}, id="one-registry"),
        pytest.param({"registries": [QUAY], "componentWorkflows": DOCKER}, id="registries-in-a-workflow"),
        pytest.param({"dataPlane": {"secretStoreRef": "default"}, "pullSecret": _pull()}, id="plane"),
    ],
)
def test_no_problem(keys: Raw) -> None:
    assert settings(on_every_plane(**keys)).organizations[0].name == "acme"


def test_openchoreo_evaluates_nothing_on_the_data_plane() -> None:
    fake = {"default": {"fake": {"data": [{"key": "${x}", "manual": "gitToken"}]}}}
    pull = _pull(delivery="namespace", dockerConfig={"remoteKey": "${x}"})
    assert settings({**on_every_plane(pullSecret=pull), "secretStores": fake}).organizations[0].pull_secret is not None


@pytest.mark.parametrize(
    ("keys", "gone", "problems"),
    [
        ({"pullSecret": _pull()}, ["controlPlane"], [NO_CONTROL_PLANE]),
        ({"git": GIT, "componentWorkflows": DOCKER}, ["controlPlane"], [NO_CONTROL_PLANE]),
        ({"git": GIT, "buildPlane": {"secretStoreRef": "default"}}, ["controlPlane"], [NO_CONTROL_PLANE]),
        ({"git": GIT, "dataPlane": {"secretStoreRef": "default"}}, ["controlPlane"], [NO_CONTROL_PLANE]),
        ({"pullSecret": _pull(secretStore="default")}, ["dataPlane"], [NO_DATA_PLANE]),
        ({"pullSecret": _pull(delivery="namespace")}, ["dataPlane"], [NO_DATA_PLANE]),
        ({"pullSecret": BY_HAND}, ["controlPlane", "dataPlane"], [NO_CONTROL_PLANE, NO_DATA_PLANE]),
    ],
    ids=["pull", "workflow", "build-plane", "data-plane", "pull-store", "namespace", "manual"],
)
def test_plane_is_not_configured(keys: Raw, gone: list[str], problems: list[str]) -> None:
    edits = {**on_every_plane(**keys), **{f"clusters.{plane}": GONE for plane in gone}}
    assert_rejected(edits, *problems)


def test_planes_that_are_not_needed_need_not_be_configured() -> None:
    edits = {**on_every_plane(pullSecret=_pull()), "clusters.dataPlane": GONE}
    assert settings(edits).clusters.data_plane is None
    assert settings({"organizations.0.git": GIT}).clusters.control_plane is None


def test_the_fake_store_lacks_a_key_of_the_data_plane_only() -> None:
    fake = {"default": {"fake": {"data": [{"key": "acme-git", "manual": "gitToken"}]}}}
    edits = {**on_every_plane(git=GIT, pullSecret=_pull(secretStore="default")), "secretStores": fake}
    assert_rejected(
        edits,
        f'{AT_ACME}.pullSecret: remoteKey "registry-credentials" is not a key of fake.data; expected one of: '
        'acme-git (store "default")',
    )


def test_a_store_name_that_is_too_long_is_that_of_the_key_that_names_it() -> None:
    long = "a" * 245
    edits = {**on_every_plane(git=GIT, pullSecret=_pull(secretStore=long)), f"secretStores.{long}": KUBERNETES}
    assert_rejected(
        edits,
        f"{AT_ACME}.pullSecret.secretStore: gives a ClusterSecretStore a name of 250 characters; the maximum is 249",
    )


def test_two_stores_of_one_name_on_two_planes() -> None:
    stores = {"a": KUBERNETES, "a-acme": {**KUBERNETES, "scope": "shared"}}
    edits = {
        **on_every_plane(git=GIT, secretStore="a", pullSecret=_pull(secretStore="a-acme")),
        "secretStores": stores,
    }
    assert_rejected(
        edits,
        f'{AT_ACME}.pullSecret.secretStore: "a-acme" has the same ClusterSecretStore "a-acme" as '
        'the store "a"; rename one of the two entries',
    )


def test_manual_passwords_are_named_in_no_message() -> None:
    pull = {**BY_HAND, "registries": [{"server": "quay.io", "manual": {"username": "bot", "password": "hunter2"}}]}
    said = rejection(raw(on_every_plane(pullSecret=pull)), MANUAL)
    assert said == message(
        f"{AT_ACME}.pullSecret.registries[0].manual.password: names no entry of manualSecrets (value not shown); "
        "configured: gitToken, quayPassword"
    )


@pytest.mark.parametrize(
    ("keys", "store", "remote"),
    [
        pytest.param({"git": GIT}, None, (), id="none"),
        pytest.param({"pullSecret": _pull()}, None, ("registry-credentials",), id="the-data-plane's"),
        pytest.param(
            {"pullSecret": _pull(secretStore="default")}, "default", ("registry-credentials",), id="of-components"
        ),
        pytest.param(
            {
                "pullSecret": _pull(
                    delivery="namespace",
                    registries=[
                        {**QUAY, "remoteKey": key, "server": server}
                        for server, key in (("c.io", "z"), ("b.io", "acme-quay"), ("a.io", "z"), ("d.io", "k"))
                    ],
                )
            },
            "default",
            ("acme-quay", "k", "z"),
            id="the-organization's",
        ),
        pytest.param({"pullSecret": BY_HAND}, None, (), id="manual"),
    ],
)
def test_store_of_the_data_plane(keys: Raw, store: str | None, remote: tuple[str, ...]) -> None:
    found = settings(on_every_plane(**keys)).organizations[0]
    assert (found.pull_store, found.pull_keys) == (store, remote)
