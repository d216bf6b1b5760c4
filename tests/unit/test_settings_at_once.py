"""Mistakes of the shape and mistakes of the rules in one message, but not the consequences of another mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.external.credential import ExternalCredential
from components.registries.credential import RegistryCredential
from components.schema.shapes import flow
from components.settings.parsing import check
from tests.unit.samples import (
    CANARY,
    MANUAL,
    ORGANIZATION_KEYS,
    RELEASE_NAMES,
    SOURCE,
    TOP_KEYS,
    Raw,
    message,
    rejection,
)

NAMES = ("acme", "globex", "initech", "umbrella")


def config() -> Raw:
    """A valid configuration with every kind of credential in every organization."""
    return {
        "clusters": {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")},
        "secretStores": {
            "org": {"kubernetes": {"remoteNamespace": "secret-manager"}},
            "other": {"scope": "shared", "kubernetes": {"remoteNamespace": "secret-manager"}},
        },
        "organizations": [
            {
                "name": name,
                "secretStore": "org",
                "git": {"remoteKey": f"{name}-git"},
                "registries": [{"server": "quay.io", "remoteKey": f"{name}-quay"}],
                "external": [{"name": "sonar", "keys": {"token": {"remoteKey": f"{name}-sonar"}}}],
                "pullSecret": {
                    "componentTypes": ["service"],
                    "delivery": "namespace",
                    "secretStore": "other",
                    "dockerConfig": {"remoteKey": f"{name}-pull"},
                },
            }
            for name in NAMES
        ],
    }


Mutation = tuple[str, Callable[[Raw], Any], str]
"""Place that it changes, the change of an organization, and the problem after its path."""

MUTATIONS: tuple[Mutation, ...] = (
    (
        "git",
        lambda own: own.update(git="x"),
        ".git: must be a mapping, such as {remoteKey: acme-github-pat, property: token}",
    ),
    (
        "git",
        lambda own: own["git"].update(host="https://github.com/a"),
        '.git.host: "https://github.com/a" is not a host alone; use github.com',
    ),
    (
        "git",
        lambda own: own.update(git={"manual": "unknown"}),
        ".git.manual: names no entry of manualSecrets (value not shown); configured: gitToken, quayPassword",
    ),
    (
        "registries",
        lambda own: own["registries"][0].update(server="quay io"),
        '.registries[0].server: "quay io" is not the address of a registry; expected host[:port][/path] in lower case',
    ),
    (
        "registries",
        lambda own: own["registries"].append(own["registries"][0]),
        '.registries[1].server: "quay.io" is also registries[0]; one Secret holds each registry once',
    ),
    (
        "external",
        lambda own: own["external"][0].update(refreshInterval="soon"),
        '.external[0].refreshInterval: "soon" is not a duration; expected a Go duration such as "30m", "1h" or "1h30m"',
    ),
    (
        "external",
        lambda own: own["external"][0].update(policies={"deletionPolicy": "Delete", "creationPolicy": "Orphan"}),
        ".external[0].policies: deletionPolicy Delete needs creationPolicy Owner, not Orphan",
    ),
    (
        "pullSecret",
        lambda own: own["pullSecret"].update(componentTypes="service"),
        ".pullSecret.componentTypes: must be a list, such as [service]",
    ),
    (
        "pullSecret",
        lambda own: own["pullSecret"].update(secretStore="nope"),
        '.pullSecret.secretStore: no store "nope" under secretStores; configured: org, other',
    ),
    (
        "zzz",
        lambda own: own.update(zzz=1),
        f".zzz: unknown key; expected one of: {ORGANIZATION_KEYS}",
    ),
)


@given(
    chosen=st.sets(st.tuples(st.sampled_from(range(len(NAMES))), st.sampled_from(range(len(MUTATIONS)))), max_size=8)
)
@hypothesis_settings(deadline=None, max_examples=150)
def test_every_one_of_several_mistakes_is_reported_and_nothing_else(chosen: set[tuple[int, int]]) -> None:
    """Mistakes at different places, whatever their kind."""
    places = {(index, MUTATIONS[number][0]): MUTATIONS[number] for index, number in sorted(chosen)}
    raw = config()
    expected = set()
    for (index, _), (_, change, problem) in places.items():
        change(raw["organizations"][index])
        expected.add(f'organizations[{index}] ("{NAMES[index]}"){problem}')
    _, problems = check(raw, MANUAL)
    assert sorted(map(str, problems)) == sorted(expected)


def _edited(change: Callable[[Raw], Any]) -> Raw:
    raw = config()
    change(raw)
    return raw


GLOBEX = 'organizations[1] ("globex")'
UNKNOWN_STORE = 'organizations[1] ("globex").secretStore: no store "nope" under secretStores; configured: org, other'


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(
            lambda raw: raw["secretStores"]["org"]["kubernetes"].update(remoteNamespace=1),
            "secretStores.org.kubernetes.remoteNamespace: must be a string, not a number",
            id="a-store",
        ),
        pytest.param(
            lambda raw: raw["organizations"][1].update(git="x", registries=1, external=1),
            (
                f"{GLOBEX}.git: must be a mapping, such as {{remoteKey: acme-github-pat, property: token}}",
                f"{GLOBEX}.registries: must be a list, such as [{flow(RegistryCredential.example)}]",
                f"{GLOBEX}.external: must be a list, such as [{flow(ExternalCredential.example)}]",
            ),
            id="every-credential",
        ),
        pytest.param(
            lambda raw: raw["clusters"].update(dataPlane="x"),
            "clusters.dataPlane: must be a mapping, such as {context: openchoreo-build}",
            id="a-plane",
        ),
        pytest.param(
            lambda raw: raw.update(aws=1),
            'aws: must be a mapping, such as {accountId: "123456789012", region: eu-central-1, operatorRoleArn: '
            "arn:aws:iam::123456789012:role/external-secrets}",
            id="the-account",
        ),
        pytest.param(
            lambda raw: raw["organizations"].__setitem__(0, "acme"),
            "organizations[0]: must be a mapping, such as {name: acme, git: {remoteKey: acme-github-pat, property: "
            "token}}",
            id="an-organization",
        ),
        pytest.param(
            lambda raw: raw.update(release="v7"),
            f'release: "v7" is not a supported OpenChoreo release; expected {RELEASE_NAMES}',
            id="the-release",
        ),
        pytest.param(
            lambda raw: raw.update(release=7),
            f"release: must be a string, not a number; expected {RELEASE_NAMES}",
            id="the-release-as-a-number",
        ),
    ],
)
def test_a_mistake_hides_no_unknown_store_and_has_no_consequences(
    change: Callable[[Raw], Any], problem: str | tuple[str, ...]
) -> None:
    raw = _edited(change)
    raw["organizations"][1]["secretStore"] = "nope"
    problems = (problem,) if isinstance(problem, str) else problem
    assert rejection(raw) == message(*problems, UNKNOWN_STORE)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda raw: raw.update(secretStores=[]), id="all-stores"),
        pytest.param(lambda raw: raw["secretStores"].update(Org={"kubernetes": {}}), id="the-name-of-a-store"),
        pytest.param(lambda raw: raw.update(secretStore=raw.pop("secretStores")), id="a-misspelt-key"),
        pytest.param(lambda raw: raw.update(organizations=1), id="all-organizations"),
        pytest.param(lambda raw: raw.update(clusters=1), id="all-planes"),
        pytest.param(lambda raw: raw.update(manualSecret={}), id="the-manual-values"),
    ],
)
def test_nothing_is_concluded_from_what_is_wrong(change: Callable[[Raw], Any]) -> None:
    """Every mention of the wrong part is in the paths of its own problems."""
    raw = _edited(change)
    raw.get("organizations") == 1 or raw["organizations"][0].update(git={"manual": "gitToken"})
    _, problems = check(raw, MANUAL)
    assert problems
    assert not [each for each in problems if each.path.startswith("organizations[")]


@pytest.mark.parametrize(
    ("edits", "key", "meant"),
    [
        ({"organizations": [], "organisations": []}, "organisations", "organizations"),
        ({"clusters": {}, "cluster": {}}, "cluster", "clusters"),
    ],
)
def test_a_misspelt_key_is_one_mistake(edits: Raw, key: str, meant: str) -> None:
    """Pulumi fills in the empty default of the key that is meant."""
    assert rejection(config() | edits) == message(
        f'{key}: unknown key; did you mean "{meant}"? expected one of: {TOP_KEYS}'
    )


def test_a_key_of_a_custom_block_that_is_a_number() -> None:
    raw = config()
    raw["secretStores"]["org"] = {"custom": {1: {}}}
    assert rejection(raw) == message("secretStores.org.custom[1]: must be a string, not a mapping")


def test_keys_that_are_not_shown_are_not_called_missing() -> None:
    raw = config()
    del raw["clusters"]
    del raw["organizations"]
    _, problems = check(raw, MANUAL, frozenset({"clusters", "organizations"}))
    assert problems == []


SECRET_PLACES = (
    lambda raw: raw["organizations"][0]["git"].update(host=f"https://user:{CANARY}@github.com/acme"),
    lambda raw: raw["organizations"][0]["git"].update(host=f"{CANARY}@github.com"),
    lambda raw: raw["organizations"][0].update(git=CANARY),
    lambda raw: raw["organizations"][0].update(git={"manual": CANARY}),
    lambda raw: raw["organizations"][1].update(git={"manual": [CANARY]}),
    lambda raw: raw["organizations"][0].update(registries=[{"server": "quay.io", "username": "a", "password": CANARY}]),
    lambda raw: raw["organizations"][1].update(registries=[{"server": f"u:{CANARY}@quay.io", "remoteKey": "a"}]),
    lambda raw: raw["organizations"][2].update(external=[{"name": "a", "keys": {"token": {"manual": CANARY}}}]),
    lambda raw: raw["secretStores"].update(org={"vault": {"server": f"https://u:{CANARY}@v", "auth": CANARY}}),
    lambda raw: raw["secretStores"].update(org={"fake": {"data": [{"key": "acme-git", "value": CANARY}]}}),
)


@given(chosen=st.sets(st.sampled_from(range(len(SECRET_PLACES))), min_size=1))
@hypothesis_settings(deadline=None, max_examples=100)
def test_a_pasted_secret_is_in_no_message(chosen: set[int]) -> None:
    raw = config()
    for number in sorted(chosen):
        SECRET_PLACES[number](raw)
    assert CANARY not in rejection(raw)
    assert SOURCE in rejection(raw)
