"""A model that a Python program builds says the same of a mistake as the same block in YAML."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from components.errors import SettingsError
from components.git.credential import GitCredential
from components.managers.aws import AwsStore
from components.managers.custom import CustomStore
from components.managers.secret_store import SecretStoreSettings
from components.managers.vault import VaultStore
from components.registries.credential import RegistryCredential
from components.schema.model import Model
from components.schema.shapes import flow
from components.settings.organization import Organization
from components.settings.stack import StackSettings
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


WRONG: list[Any] = [
    None,
    b"a",
    5,
    -1.5,
    True,
    "",
    "Not A Name",
    "*",
    [],
    [None],
    {"a"},
    {},
    {"a": 5},
    {5: "a"},
    object(),
]
WRONG += [object, GitCredential, GitCredential(remote_key="a"), print, "\ud800", float("nan"), {"remote_key": None}]


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


MODELS = sorted({model for model in _models(Model) if vars(model).get("example")}, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_wrong_value_is_a_settings_error(model: Any) -> None:
    """A value may be right in one field; whatever is refused is refused with one kind of error."""
    names = {field.alias: name for name, field in model.model_fields.items()}
    example = {names[key]: value for key, value in model.example.items()}
    valid = model(**example)
    for name in model.model_fields:
        for value in WRONG:
            for nested in (value, [value], {"name": value}):
                arguments = {name: nested}
                for build in (partial(model, **{**example, **arguments}), partial(valid.model_copy, update=arguments)):
                    message = ""
                    try:
                        build()
                    except SettingsError as error:
                        message = str(error)
                    assert [word for word in ("pydantic", "has the wrong form") if word in message] == []


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: CustomStore(5), f"must be a mapping, such as {flow(CustomStore.example)}"),
        (CustomStore, "is empty; expected exactly one ESO provider with its block"),
        (lambda: CustomStore(doppler=5), "has no block for doppler; expected a mapping"),
        (
            lambda: CustomStore({"doppler": {}}).model_copy(update={"root": {"doppler": 5}}),
            "has no block for doppler; expected a mapping",
        ),
    ],
)
def test_a_custom_block(build: Callable[[], object], problem: str) -> None:
    assert CustomStore(doppler={}) == CustomStore({"doppler": {}})
    with pytest.raises(SettingsError) as raised:
        build()
    assert str(raised.value) == f"CustomStore: 1 problem\n  - CustomStore: {problem}"


def test_arguments_without_a_keyword() -> None:
    model: Any = Organization
    with pytest.raises(SettingsError) as raised:
        model("acme")
    assert str(raised.value) == (
        "Organization: 1 problem\n  - Organization: takes no argument without a keyword; write Organization(name=...)"
    )


def test_an_object_where_a_mapping_belongs() -> None:
    wrong: Any = RegistryCredential
    with pytest.raises(SettingsError) as raised:
        Organization(name="acme", git=wrong)
    assert str(raised.value) == (
        'Organization ("acme"): 1 problem\n'
        "  - git: must be a mapping, such as {remoteKey: acme-github-pat, property: token}, not the class "
        "RegistryCredential"
    )


def test_signature_of_a_model() -> None:
    assert str(inspect.signature(GitCredential)) == (
        "(*, remote_key: Input[str] | None = None, property: Input[str] | None = None, "
        "version: Input[str] | None = None, decoding: Literal['None', 'Base64', 'Base64URL', 'Auto'] = 'None', "
        "manual: str | None = None, "
        "basic_auth: BasicAuth | None = None, ssh: SshKey | None = None, github_app: GithubApp | None = None, "
        "host: str = 'github.com', provider: str | None = None, secret_name: str | None = None, "
        "secret_key: str | None = None, secret_store: str | None = None, secret_reference: str | None = None, "
        "refresh_interval: str | None = None, policies: Policies | None = None)"
    )
    assert "load: ExpectedLoad = ExpectedLoad()" in str(inspect.signature(Organization))
    assert str(inspect.signature(SecretStoreSettings)).startswith(
        "(*, scope: Literal['organization', 'shared'] | None = None, shared_access: bool = False, "
        "shared_keys: Sequence[str] | None = None, aws: AwsStore"
    )
    StackSettings.rebuild()
    assert "secret_stores: Mapping[str, SecretStoreSettings] = {}" in str(inspect.signature(StackSettings))
