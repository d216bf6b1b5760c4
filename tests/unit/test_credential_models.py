"""Every kind of credential says the same things about itself."""

from __future__ import annotations

import pytest

from components.openchoreo import DEFAULT_RELEASE
from components.secrets.credential import CredentialModel, Owner
from tests.unit.samples import APP, GIT, MANUAL, Raw, on_every_plane, settings

DEFAULTS = DEFAULT_RELEASE.defaults
QUAY: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
PULL: Raw = {"componentTypes": ["service"], "delivery": "manual", "namespaces": ["a"], "registries": [QUAY]}


def _credentials(**keys: object) -> list[tuple[str, str, CredentialModel]]:
    found = settings(on_every_plane(**keys)).organizations[0].credentials
    return [(located.place, located.prefix, located.credential) for located in found]


def test_each_credential_names_its_place_its_secrets_and_its_values() -> None:
    found = _credentials(
        git={"githubApp": APP},
        registries=[QUAY],
        external=[{"name": "sonar", "keys": {"token": {"manual": "gitToken"}}}],
        pullSecret=PULL,
    )

    said = [
        (place, prefix, each.kind, dict(each.secret_names(DEFAULTS)), dict(each.manuals))
        for place, prefix, each in found
    ]
    assert said == [
        (
            "git",
            "git.",
            "git",
            {"secretName": "git-clone-secret", "githubApp": "git-clone-secret-github-app"},
            {},
        ),
        (
            "registries",
            "",
            "registry-push",
            {"registrySecretName": "registry-push-secret"},
            {"registries[0].manual.password": "quayPassword"},
        ),
        ("external[0]", "external[0].", "external", {"name": "sonar"}, {"keys.token.manual": "gitToken"}),
        (
            "pullSecret",
            "pullSecret.",
            "registry-pull",
            {"secretName": "registry-pull-secret"},
            {"registries[0].manual.password": "quayPassword"},
        ),
    ]
    assert set().union(*(manuals.values() for *_, manuals in said)) == set(MANUAL)


@pytest.mark.parametrize("keys", [{"git": GIT}, {"git": GIT, "pullSecret": PULL}])
def test_only_the_secrets_that_a_credential_names_are_built(keys: Raw) -> None:
    for *_, credential in _credentials(**keys):
        built = [secret.name for secret in credential.secrets(Owner("acme"))]
        assert sorted(built) == sorted(credential.secret_names(DEFAULTS).values())
        assert credential.policies is None
        assert credential.refresh_interval is None
