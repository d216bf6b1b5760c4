"""Valid configurations become whole settings objects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from components.errors import SettingsError
from components.external.credential import ExternalCredential
from components.git.credential import GitCredential
from components.managers.fake import FakeEntry, FakeStore
from components.managers.kubernetes import KubernetesServer, KubernetesStore
from components.managers.references import CaProvider, ServiceAccountRef
from components.managers.secret_store import SecretStoreSettings
from components.pull.credential import ComponentWorkflows, PlaneStore, PullSecret
from components.registries.credential import RegistryCredential
from components.schema.sources import ManualRegistry, RemoteRef, Source
from components.settings.clusters import Clusters, ClusterSettings
from components.settings.load import Budget, ExpectedLoad
from components.settings.organization import Organization
from components.settings.parsing import parse
from components.settings.stack import StackSettings
from tests.unit.full_configuration import FULL
from tests.unit.samples import AT_ACME, GIT, MANUAL, SOURCE, acme, message, organization, raw, rejection, settings

DEV = Clusters(build_plane=ClusterSettings(context="dev"))


def test_defaults() -> None:
    assert settings() == StackSettings(
        release="v0.9",
        clusters=DEV,
        secret_stores={
            "default": SecretStoreSettings(
                scope=None,
                kubernetes=KubernetesStore(remote_namespace="secret-manager", server=None, service_account=None),
                fake=None,
            )
        },
        organizations=(
            Organization(
                name="acme",
                namespace="own",
                secret_store="default",
                git=GitCredential(
                    remote_key="acme-git",
                    property=None,
                    version=None,
                    manual=None,
                    host="github.com",
                    secret_name=None,
                    secret_key=None,
                    refresh_interval=None,
                ),
                registries=None,
                registry_secret_name=None,
                external=None,
                refresh_interval=None,
                component_workflows=None,
                pull_secret=None,
                build_plane=None,
                data_plane=None,
            ),
        ),
        refresh_interval="1h0m0s",
        ready_timeout="5m",
    )


def test_every_key() -> None:
    ghcr = RemoteRef(remote_key="acme-ghcr")
    ca = CaProvider(type="Secret", name="ca", key="ca.crt", namespace="secret-manager")
    assert parse(FULL, source=SOURCE, manual_names=MANUAL) == StackSettings(
        release="v0.9",
        clusters=Clusters(
            build_plane=ClusterSettings(context="build", kubeconfig="~/.kube/build"),
            control_plane=ClusterSettings(context="control"),
            data_plane=ClusterSettings(context="data"),
        ),
        secret_stores={
            "org": SecretStoreSettings(
                scope="shared",
                kubernetes=KubernetesStore(
                    remote_namespace="secret-manager",
                    server=KubernetesServer(url="https://api:6443", ca_provider=ca),
                    service_account=ServiceAccountRef(name="reader", namespace="secret-manager"),
                ),
            ),
            "dev": SecretStoreSettings(fake=FakeStore(data=(FakeEntry(key="a", manual="gitToken", version="1"),))),
        },
        organizations=(
            Organization(
                name="acme",
                namespace="adopt",
                secret_store="org",
                git=GitCredential(
                    remote_key="acme-git",
                    property="token",
                    version="2",
                    host="git.acme.example:8443",
                    secret_name="clone",
                    secret_key="token",
                    refresh_interval="5m0s",
                ),
                registries=(
                    RegistryCredential(server="quay.io", remote_key="acme-quay", property="config", version="3"),
                    RegistryCredential(server="ghcr.io", username=ghcr, password=ghcr),
                ),
                registry_secret_name="push",
                external=(
                    ExternalCredential(
                        name="sonar", keys={"token": Source(manual="gitToken")}, refresh_interval="1h30m0s"
                    ),
                ),
                refresh_interval="1h30m0s",
                component_workflows=ComponentWorkflows(names=("docker",), secret_names="fixed"),
                pull_secret=PullSecret(
                    component_types=("service",),
                    delivery="component",
                    docker_config=RemoteRef(remote_key="acme-pull"),
                    secret_name="pull",
                    resource_id="pull",
                    secret_store="org",
                    refresh_interval="1h0m0s",
                ),
                build_plane=PlaneStore(name="default", secret_store_ref="build"),
                data_plane=PlaneStore(name="edge", secret_store_ref="data"),
                load=ExpectedLoad(components=20, namespaces=5, runs=0),
            ),
        ),
        refresh_interval="0s",
        ready_timeout="90s",
        load=ExpectedLoad(runs=10),
        budget=Budget(dollars_per_month=50, calls_per_second=0.5, revocation_lag="1h30m0s"),
        not_secrets=("gFd6JsH3nBw8YtR4cKm9VxL2pZ7q",),
    )


def test_intervals_are_canonical_for_python_programs_too() -> None:
    assert GitCredential(remote_key="a", refresh_interval="90m").refresh_interval == "1h30m0s"


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (settings(), "release", "v1"),
        (DEV.build_plane, "context", "prod"),
        (organization(git=GIT), "name", "globex"),
        (RemoteRef(remote_key="a"), "remote_key", "b"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_settings_are_frozen(model: StackSettings | Organization | RemoteRef, field: str, value: str) -> None:
    before = model.model_copy()
    changes: list[Callable[[], None]] = [lambda: setattr(model, field, value), lambda: delattr(model, field)]
    for change in changes:
        with pytest.raises(SettingsError) as raised:
            change()
        assert str(raised.value) == (
            f"{type(model).__name__}: 1 problem\n"
            f'  - {field}: cannot be changed; create a changed copy, such as model_copy(update={{"{field}": ...}})'
        )
    assert model == before


def test_a_changed_copy_is_validated() -> None:
    before = RemoteRef(remote_key="a", property="p")
    assert before.model_copy(update={"property": None, "version": "2"}) == RemoteRef(remote_key="a", version="2")
    assert before.model_copy() == before
    with pytest.raises(SettingsError) as raised:
        before.model_copy(update={"remote_key": "", "versoin": "2"})
    assert str(raised.value) == (
        "RemoteRef: 2 problems\n"
        "  - remoteKey: is empty; expected at least one character\n"
        '  - versoin: unknown key; did you mean "version"? expected one of: remoteKey, property, version, decoding'
    )


def test_python_programs_cannot_misspell() -> None:
    with pytest.raises(SettingsError) as raised:
        RemoteRef(remote_key="a", propertie="b")  # type: ignore[call-arg]
    assert str(raised.value) == (
        "RemoteRef: 1 problem\n"
        '  - propertie: unknown key; did you mean "property"? expected one of: remoteKey, property, version, decoding'
    )


def test_remote_keys_are_sorted_and_each_once() -> None:
    shared = {"remoteKey": "acme-shared"}
    found = organization(
        git={"remoteKey": "acme-git"},
        registries=[
            {"server": "quay.io", "remoteKey": "acme-shared", "property": "config"},
            {"server": "ghcr.io", "username": shared, "password": {"remoteKey": "acme-ghcr"}},
        ],
        external=[
            {"name": "sonar", "keys": {"token": {"remoteKey": "acme-a"}, "user": shared}},
            {"name": "npm", "keys": {"token": {"manual": "gitToken"}}},
        ],
    )
    assert found.build_reads == {"default": ("acme-a", "acme-ghcr", "acme-git", "acme-shared")}


def test_manual_credentials_have_no_remote_keys() -> None:
    quay = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
    found = organization(git={"manual": "gitToken"}, registries=[quay])
    assert found.build_reads == {}
    assert found.registries == (
        RegistryCredential(server="quay.io", manual=ManualRegistry(username="bot", password="quayPassword")),
    )


@pytest.mark.parametrize("key", ["clé/ünï/名前", "a b\nc", "k" * 2048, "🔑"])
def test_any_text_can_be_a_remote_key_of_another_manager(key: str) -> None:
    store = {"fake": {"data": [{"key": key, "manual": "gitToken"}]}}
    found = settings({"secretStores.default": store, **acme(git={"remoteKey": key, "property": key, "version": key})})
    assert found.organizations[0].git == GitCredential(remote_key=key, property=key, version=key)


@pytest.mark.parametrize("key", ["remoteKey", "property", "version"])
def test_remote_key_has_at_most_2048_characters(key: str) -> None:
    said = rejection(raw(acme(git={**GIT, key: "k" * 2049})))
    assert said.startswith(message(f'{AT_ACME}.git.{key}: "kkk'))
    assert said.endswith(" is longer than 2048 characters")


def test_ten_thousand_characters_of_a_user_name() -> None:
    quay = {"server": "quay.io", "manual": {"username": "ü" * 10_000, "password": "quayPassword"}}
    registries = organization(registries=[quay]).registries
    assert registries is not None
    assert registries[0].manual == ManualRegistry(username="ü" * 10_000, password="quayPassword")
