"""Warnings about valid settings, in full."""

from __future__ import annotations

import pytest

from components.git.credential import GitCredential
from components.openchoreo import V0_9, Release
from components.settings.parsing import parse
from components.settings.warnings import list_warnings
from tests.unit.deferrable import Later
from tests.unit.hosts import line, ssh
from tests.unit.managers import custom
from tests.unit.releases import in_words, on_each_release
from tests.unit.samples import AT_ACME, GIT, KUBERNETES, Raw, acme, on_every_plane, raw, settings

INSIDE = {"remoteKey": "doc", "property": "settings"}
WARNING = (
    "property: the values arrive with quotation marks around them, because ESO reads an object in a field of a "
    "Kubernetes Secret in that way; name each value in keys, or leave property out and give each value a field of its "
    "own"
)
FAKE = {"fake": {"data": [{"key": "doc", "manual": "gitToken"}]}}
CUSTOM = custom("kubernetes", {"remoteNamespace": "secrets-{organization}"})


@pytest.mark.parametrize(
    ("store", "extracts", "expected"),
    [
        pytest.param(
            KUBERNETES, [{"remoteKey": "doc"}, INSIDE], [f"{AT_ACME}.external[1].extract[1].{WARNING}"], id="kubernetes"
        ),
        pytest.param(CUSTOM, [INSIDE], [f"{AT_ACME}.external[1].extract[0].{WARNING}"], id="custom"),
        pytest.param(KUBERNETES, [{"remoteKey": "doc"}], [], id="whole-secret"),
        pytest.param(FAKE, [INSIDE], [], id="another-manager"),
        pytest.param(custom("doppler", {"project": "{organization}"}), [INSIDE], [], id="another-custom-manager"),
    ],
)
def test_objects_inside_a_field(store: Raw, extracts: list[Raw], expected: list[str]) -> None:
    external = [
        {"name": "sonar", "keys": {"token": {"remoteKey": "doc", "property": "x"}}},
        {"name": "nexus", "extract": extracts},
    ]
    found = settings({"secretStores.default": store, **acme(external=external)})
    assert list(list_warnings(found)) == expected


def test_an_organization_without_a_store_or_services() -> None:
    manual = settings({"secretStores": {}, **acme(git={"manual": "gitToken"})})
    assert list(list_warnings(manual)) == []
    assert list(list_warnings(settings())) == []


SHARING = {"secretStores.default": {**KUBERNETES, "sharedKeys": ["acme-git", "dockerhub-publik", "zzz"]}}


def test_shared_keys_that_no_organization_reads() -> None:
    external = [{"name": "hub", "keys": {"token": {"remoteKey": "dockerhub-public"}}}]
    assert list(list_warnings(settings({**SHARING, **acme(git={"remoteKey": "acme-git"}, external=external)}))) == [
        (
            'secretStores.default.sharedKeys[1]: "dockerhub-publik" is a key of no organization; did you mean '
            '"dockerhub-public"?'
        ),
        'secretStores.default.sharedKeys[2]: "zzz" is a key of no organization; remove it',
    ]


def test_shared_keys_of_an_entry_without_users() -> None:
    stores = {"default": KUBERNETES, "other": {**KUBERNETES, "sharedKeys": ["hub"]}}
    assert list(list_warnings(settings({"secretStores": stores}))) == [
        'secretStores.other.sharedKeys[0]: "hub" is a key of no organization; remove it'
    ]


def test_a_key_that_is_an_output_may_be_any_shared_key() -> None:
    valid = settings({**SHARING, **acme(git={"remoteKey": "acme-git"})})
    (first,) = valid.organizations
    later = GitCredential(host="github.com", remote_key=Later("key"))
    assert (
        list(list_warnings(valid.model_copy(update={"organizations": (first.model_copy(update={"git": later}),)})))
        == []
    )


@pytest.mark.parametrize(
    ("planes", "expected"),
    [
        pytest.param({"buildPlane": "default-acme"}, [], id="own"),
        pytest.param({"buildPlane": "platform"}, [], id="a-store-of-others"),
        pytest.param(
            {"buildPlane": "default-acm"}, [("buildPlane", "default-acm", 'did you mean "default-acme"?')], id="near"
        ),
        pytest.param(
            {"buildPlane": "default"}, [("buildPlane", "default", 'did you mean "default-acme"?')], id="the-entry"
        ),
        pytest.param(
            {"dataPlane": "default-acme3"},
            [("dataPlane", "default-acme3", "use a store of this organization, or remove this.")],
            id="without-stores",
        ),
    ],
)
def test_planes_with_a_misspelled_store(planes: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    refs = {key: {"secretStoreRef": name} for key, name in planes.items()}
    found = settings({**on_every_plane(git=GIT, **refs), "secretStores.default": KUBERNETES})
    assert list(list_warnings(found)) == [
        f'{AT_ACME}.{key}.secretStoreRef: "{name}" is no store of this configuration; {advice} Ignore this if the '
        "ClusterSecretStore exists"
        for key, name, advice in expected
    ]


OWN_HOST = {**ssh(knownHosts=line("[git.acme.example]:2222")), "host": "git.acme.example:2222"}


@on_each_release
@pytest.mark.parametrize(
    ("git", "host"),
    [
        pytest.param(OWN_HOST, "git.acme.example:2222", id="own-host"),
        pytest.param({**ssh(knownHosts=line("github.com")), "host": "github.com:22"}, None, id="shipped-host"),
        pytest.param({"basicAuth": {"username": "bot", "password": GIT}, "host": "git.acme.example"}, None, id="https"),
    ],
)
def test_hosts_that_shipped_workflows_do_not_know(git: Raw, host: str | None, release: Release) -> None:
    found = parse(in_words(raw(acme(git=[{**git, "secretName": "clone"}])), release), source="test")
    expected = (
        f'namespaces[0] ("acme").git[0].ssh: the clone step that OpenChoreo {release.name} ships cannot clone from '
        f"{host} with SSH, because it does not read known_hosts; use basicAuth, or a step of your own"
    )
    assert list(list_warnings(found)) == ([expected] if release is not V0_9 and host else [])
