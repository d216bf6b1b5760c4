"""A model that a Python program builds says the same of a mistake as the same block in YAML."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from components.errors import SettingsError
from components.git.credential import GitCredential
from components.managers.aws import AwsStore
from components.managers.vault import VaultStore
from components.registries.credential import RegistryCredential
from components.schema.model import Model
from components.settings.organization import Organization
from tests.unit.samples import AT_ACME, CANARY, Raw, acme, raw, rejection

CASES: list[tuple[type[Model], str, Raw, dict[str, Any]]] = [
    (GitCredential, "git", {}, {}),
    (GitCredential, "git", {"remoteKey": ""}, {"remote_key": ""}),
    (GitCredential, "git", {"remoteKey": 1}, {"remote_key": 1}),
    (GitCredential, "git", {"remoteKey": "a", "host": "https://a"}, {"remote_key": "a", "host": "https://a"}),
    (GitCredential, "git", {"remoteKey": "a", "manual": "b"}, {"remote_key": "a", "manual": "b"}),
    (GitCredential, "git", {"remoteKey": "a", "secretName": "A"}, {"remote_key": "a", "secret_name": "A"}),
    (GitCredential, "git", {"basicAuth": {"password": {}}}, {"basic_auth": {"password": {}}}),
    (RegistryCredential, "registries[0]", {"server": "ghcr.io"}, {"server": "ghcr.io"}),
    (RegistryCredential, "registries[0]", {"server": "u:p@ghcr.io"}, {"server": "u:p@ghcr.io"}),
]


@pytest.mark.parametrize(("model", "place", "yaml", "arguments"), CASES)
def test_the_same_words(model: type[Model], place: str, yaml: Raw, arguments: dict[str, Any]) -> None:
    key = place.partition("[")[0]
    prefix = f"  - {AT_ACME}.{place}"
    said = rejection(raw(acme(**{key: [yaml] if "[" in place else yaml}))).replace(f"{prefix}.", "  - ")
    with pytest.raises(SettingsError) as raised:
        model(**arguments)
    said = said.replace(f"{prefix}: ", f"  - {model.__name__}: ")
    assert str(raised.value).splitlines()[1:] == said.splitlines()[1:]


def test_a_value_that_may_be_secret_is_not_repeated() -> None:
    manual: Any = {"username": f"bot:{CANARY}", "password": CANARY}
    with pytest.raises(SettingsError) as raised:
        RegistryCredential(server="ghcr.io", manual=manual)
    assert CANARY not in str(raised.value)
    assert CANARY not in repr(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("model", [AwsStore, GitCredential, Organization, RegistryCredential, VaultStore])
def test_signatures_show_what_a_program_writes(model: type[Model]) -> None:
    assert list(inspect.signature(model).parameters) == list(model.model_fields)
    required = [name for name, each in inspect.signature(model).parameters.items() if each.default is each.empty]
    assert required == [name for name, field in model.model_fields.items() if field.is_required()]
