"""A new registry is one value and a new kind of token one class: invented ones go from YAML to the manifests."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import pytest

from components.errors import SettingsError
from components.registries.catalog import REGISTRIES, Registry
from components.registries.credential import RegistryCredential
from components.registries.generators import build_generator
from components.registries.hosts import RegistryHost
from components.registries.tokens import TOKENS, EcrManaged, EcrToken, RegistryToken, register_token
from components.schema.deferred import Deferrable, InputStr
from components.schema.form import must_match
from components.schema.model import Example
from components.schema.placeholder import fill_text
from components.schema.sources import RemoteRef
from components.secrets.credential import Owner
from components.secrets.generator import Generator
from components.settings.stack import StackSettings
from tests import golden
from tests.unit.built import manifests
from tests.unit.samples import AT_ACME, REGISTRY_KEYS, REGISTRY_NAMES, Raw, acme, assert_rejected, settings
from tests.unit.templates import CLOSED, OPENED, plain_login

DEPOT = Registry(
    "depot",
    lambda parameters: f"{parameters['project_id']}.{parameters['region']}.depot.example",
    needs={
        "project_id": Annotated[str, must_match(r"[a-z]+", "a project of Depot: lower-case letters")],
        "region": Annotated[str, must_match(r"[a-z]{2}-[a-z]{3}", "a region of Depot; expected a name such as fr-par")],
    },
    takes={"zone": str},
    example={"project_id": "acmeprod", "region": "fr-par"},
    hosts=re.compile(r"[a-z]+\.[a-z-]+\.depot\.example"),
    server_form="<project>.<region>.depot.example",
    usernames=("robot",),
    token="depot",
)
HOST = "acmeprod.fr-par.depot.example"
NAMED: Raw = {"registry": "depot", "projectID": "acmeprod", "region": "fr-par"}
LOGIN: Raw = {"username": "robot", "password": {"remoteKey": "acme-depot"}}


class DepotToken(RegistryToken):
    """A token of Depot, a registry that exists in this test only."""

    example: ClassVar[Example] = {"robot": "push-{organization}"}
    settings_key: ClassVar[str] = "depot"
    identity_key: ClassVar[str] = "robot"
    generator_kind: ClassVar[str] = "DepotAccessToken"

    robot: Deferrable[str]
    """Robot that the ServiceAccount acts as; may contain ``{organization}``."""

    @property
    def identity(self) -> InputStr | None:
        return self.robot

    @property
    def lifetime(self) -> str:
        return "2h0m0s"

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        return Generator(
            kind=self.generator_kind,
            name=name,
            spec={"host": registry.host, "region": registry.parameters.get("region")},
            lifetime=self.lifetime,
            service_account={"depot.example/robot": fill_text(self.robot, owner.name)},
        )


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with TOKENS.registered(DepotToken), REGISTRIES.registered(DEPOT):
        yield


@pytest.mark.parametrize("host", [pytest.param(NAMED, id="by-name"), pytest.param({"server": HOST}, id="by-server")])
def test_registry(host: Raw) -> None:
    found = settings(acme(registries=[{**host, **LOGIN}]))
    (secret,) = [made for made in manifests(found) if made["kind"] == "ExternalSecret"]
    assert secret["spec"]["target"]["template"]["data"] == {
        ".dockerconfigjson": OPENED + plain_login(HOST, "robot", "registry_0", "acme-depot") + CLOSED
    }


def test_token() -> None:
    found = settings(acme(registries=[{**NAMED, "depot": {"robot": "push-{organization}"}}]))
    by_kind = {made["kind"]: made for made in manifests(found)}
    name = "acmeprod-fr-par-depot-example"
    assert by_kind["ServiceAccount"]["metadata"]["annotations"] == {"depot.example/robot": "push-acme"}
    assert by_kind["DepotAccessToken"]["spec"] == {"host": HOST, "region": "fr-par"}
    assert by_kind["ExternalSecret"]["spec"]["refreshInterval"] == "1h0m0s"
    (source,) = by_kind["ExternalSecret"]["spec"]["dataFrom"]
    assert source["sourceRef"]["generatorRef"]["name"] == name


REGISTRY_PROBLEMS: list[Any] = [
    pytest.param({"region": "fr-par"}, ": lacks projectID, which registry depot needs", id="parameter"),
    pytest.param(
        {"projectID": "acmeprod", "region": "eu-central-1"},
        '.region: "eu-central-1" is not a region of Depot; expected a name such as fr-par',
        id="type-of-the-own-registry",
    ),
    pytest.param(
        {"registry": "ecr", "account": "123456789012", "region": "fr-par", "username": "AWS"},
        '.region: "fr-par" is not the name of an AWS region; expected a name such as eu-central-1',
        id="type-of-another-registry",
    ),
    pytest.param({"projectID": "acmeprod", "region": 1}, ".region: must be a string, not a number", id="number"),
    pytest.param(
        {"registry": "ghcr", "region": "anywhere"}, ": has region, which registry ghcr does not use", id="idle"
    ),
    pytest.param({"registry": "ghcr", "region": 1}, ".region: must be a string, not a number", id="idle-number"),
    pytest.param(
        {"projectID": "acmeprod", "region": "fr-par", "username": "acme"},
        f": has a username that {HOST} does not accept; expected robot",
        id="username",
    ),
    pytest.param(
        {"registry": "depott"},
        f'.registry: "depott" is not a known registry; expected one of: {REGISTRY_NAMES}, depot',
        id="name",
    ),
    pytest.param(
        {"registry": "ghcr", "username": None, "password": None, "depot": {"robot": "a"}},
        ": depot creates no tokens for ghcr.io; use it with registry depot, or <project>.<region>.depot.example as "
        "server",
        id="token-elsewhere",
    ),
]


@pytest.mark.parametrize(("registry", "problem"), REGISTRY_PROBLEMS)
def test_refusals(registry: Raw, problem: str) -> None:
    entry = {key: value for key, value in {"registry": "depot", **LOGIN, **registry}.items() if value is not None}
    assert_rejected(acme(registries=[entry]), f"{AT_ACME}.registries[0]{problem}")


def test_the_identity_is_of_one_organization() -> None:
    where = 'organizations[1] ("globex").registries[0].depot.robot'
    entry = {**NAMED, "depot": {"robot": "push"}}
    assert_rejected(
        {"organizations": [{"name": name, "registries": [entry]} for name in ("acme", "globex")]},
        f'{where}: "push" is also the identity of the organization "acme" ({AT_ACME}.registries[0].depot.robot), so '
        "each could push to the other's repositories; use one identity for each organization",
    )


def test_a_program() -> None:
    arguments = list(inspect.signature(RegistryCredential).parameters)
    assert {"project_id", "region", "zone", "depot", "account", "ecr"} <= set(arguments)
    assert arguments == list(RegistryCredential.model_fields)
    registry = RegistryCredential(
        registry="depot", project_id="acmeprod", region="fr-par", zone="a", depot=DepotToken(robot="push")
    )
    assert registry.parameters == {"project_id": "acmeprod", "region": "fr-par", "zone": "a"}
    assert registry.token == ("depot", DepotToken(robot="push"))
    assert RegistryCredential(server=HOST, depot=DepotToken(robot="push")).parameters == {}
    with pytest.raises(SettingsError) as raised:
        RegistryCredential(registry="depot", depott="acmeprod")
    keys = [str(field.alias) for field in RegistryCredential.model_fields.values()]
    assert str(raised.value).splitlines()[1] == (
        f'  - depott: unknown key; did you mean "depot"? expected one of: {", ".join(keys)}'
    )


def test_signatures_survive_a_change() -> None:
    assert list(inspect.signature(StackSettings).parameters) == list(StackSettings.model_fields)


def test_schema() -> None:
    parameters = StackSettings.model_json_schema()["$defs"]["RegistryCredential"]["properties"]
    assert parameters["zone"] == {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Zone"}
    assert parameters["depot"] == {"anyOf": [{"$ref": "#/$defs/DepotToken"}, {"type": "null"}], "default": None}


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match=r"^registry depot is registered already$"):
        REGISTRIES.register(DEPOT)
    with pytest.raises(ValueError, match=r"^kind of token depot is registered already$"):
        register_token(DepotToken)


@pytest.mark.parametrize("name", ["server", "depot"])
def test_a_parameter_is_no_other_field(name: str) -> None:
    cellar = Registry("cellar", "cellar.example", takes={name: str})
    model = "RegistryHost" if name == "server" else "RegistryCredential"
    with pytest.raises(ValueError, match=f"^{model} has another field {name}; use another name$"):
        REGISTRIES.register(cellar)
    assert "cellar" not in REGISTRIES.names()
    assert settings(acme(registries=[{**NAMED, **LOGIN}]))


def test_unregistering() -> None:
    """After its ``with`` statement a registry is an unknown name, and its parameters and its token unknown keys."""
    with REGISTRIES.registered(Registry("cellar", lambda shelf: f"{shelf['shelf']}.example", needs={"shelf": str})):
        older = RegistryCredential(server="cellar.example", remote_key="a")
        entry = {"registry": "cellar", "shelf": "top", "remoteKey": "docker"}
        (cellar,) = settings(acme(registries=[entry])).organizations[0].registries or ()
        assert cellar.auths_key == "top.example"
    assert (older.auths_key, older.token) == ("cellar.example", None)
    keys = REGISTRY_KEYS.replace("environmentType, ", "environmentType, projectID, zone, ") + ", depot"
    assert_rejected(
        acme(registries=[entry]),
        f'{AT_ACME}.registries[0].registry: "cellar" is not a known registry; expected one of: {REGISTRY_NAMES}, depot',
        f"{AT_ACME}.registries[0].shelf: unknown key; expected one of: {keys}",
    )


def test_a_model_is_older_than_the_registration_of_a_kind() -> None:
    older = RegistryCredential(registry="ghcr", username="bot", password=RemoteRef(remote_key="acme"))

    class OtherToken(DepotToken):
        settings_key: ClassVar[str] = "other"

    with TOKENS.registered(OtherToken), REGISTRIES.registered(Registry("other", "other.example", token="other")):
        assert older.token is None
        assert RegistryCredential(registry="other", other=OtherToken(robot="a")).token == (
            "other",
            OtherToken(robot="a"),
        )


def test_the_names_of_released_configurations_remain() -> None:
    names = {"dockerhub", "ghcr", "quay", "gitlab", "gcr", "artifact-registry", "ecr", "ecr-public", "acr"}
    assert names <= set(REGISTRIES.names())
    golden_keys = golden.read(golden.SCHEMA)["$defs"]["RegistryCredential"]["properties"]
    parameters = {"account", "region", "location", "name", "environmentType", "ecr", "acr", "gcr"}
    assert parameters <= set(golden_keys)
    assert parameters <= set(REGISTRY_KEYS.split(", "))


def test_only_a_stack_knows_the_role_that_it_creates() -> None:
    """A component outside a stack has no AWS account, so the generator's ServiceAccount has no role."""
    registry = RegistryCredential(
        registry="ecr", account="123456789012", region="eu-central-1", ecr=EcrToken(managed=EcrManaged())
    )
    built = build_generator(registry, Owner("acme"))
    assert built is not None
    assert built.service_account == {}


@pytest.mark.parametrize("registry", [entry for entry in REGISTRIES if not isinstance(entry.address, str)])
def test_the_example_has_the_required_parameters(registry: Registry) -> None:
    assert set(registry.example) == set(registry.needs)
    named = RegistryHost(registry=registry.name, **registry.example)
    assert registry.hosts is None or registry.hosts.fullmatch(named.host)
