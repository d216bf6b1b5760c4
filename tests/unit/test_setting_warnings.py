"""Warnings about valid settings, in full."""

from __future__ import annotations

import pytest

from components.openchoreo import V0_9, Release
from components.settings.parsing import parse
from components.settings.warnings import list_warnings
from tests.unit.hosts import line, ssh
from tests.unit.managers import custom
from tests.unit.releases import in_words, on_each_release
from tests.unit.samples import AT_ACME, GIT, KUBERNETES, Raw, acme, raw, settings

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
