"""Outputs in the models: validated when known, and each manifest is the same as with the text itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.errors import SettingsError
from components.git.credential import GitCredential
from components.git.kinds import GithubApp
from components.iam.account import AwsAccount
from components.iam.text import format_document
from components.iam.trust import build_operator_trust, build_web_identity_trust
from components.managers.aws import AwsStore
from components.managers.cluster_secret_store import render_store
from components.managers.manager import PlannedStore
from components.managers.vault import VaultStore
from components.managers.vault_auth import VaultAuth, VaultKubernetesAuth
from components.openchoreo.v0_9 import V0_9
from components.plan.organization import OrganizationPlan
from components.registries.credential import RegistryCredential
from components.schema import deferred
from components.schema.deferred import sort_unique
from components.schema.sources import RemoteRef
from components.secrets.external_secret import rename_remote_keys
from components.settings.organization import Organization
from components.settings.rules.organization import validate_organization
from tests.unit.aws_accounts import ESO
from tests.unit.deferrable import Later, Place, fields, find_places, revealed
from tests.unit.managers import ROLE

CHANGED = "resources that use the value were not changed"
PLACES = list(find_places())


def _manifests(place: Place, model: Any) -> Any:
    """Everything that is built with a model."""
    if place.kind == "store":
        store = PlannedStore("org-acme", model, ("acme",), ("openchoreo-ci-acme",), ("acme-git",))
        return [*store.identity, render_store(store, {}, None)]
    if place.kind == "account":
        operators = [model, model.data_plane]
        if model.oidc_provider is None:
            return format_document(build_operator_trust(operators, "acme"))
        return [
            model.permissions_boundary,
            format_document(build_web_identity_trust(model, operators, ESO, "eso-org-acme")),
        ]
    assert list(validate_organization(model, "organization", V0_9, frozenset())) == []
    built = OrganizationPlan(model, build_store="org-acme", pull_store="org-acme")
    patches = [patch.patch for patch in built.patches]
    # A text and an output of the same text are two keys until the output is known.
    keys = list(sort_unique(map(revealed, (*model.build_reads.get("default", ()), *model.pull_keys))))
    return [
        *built.generators,
        *built.external_secrets,
        *([] if built.fan_out is None else [built.fan_out]),
        *(patch.secret_store_ref for patch in patches),
        *(resource.template for patch in patches for resource in patch.resources),
        keys,
    ]


def test_every_field_that_takes_outputs_has_a_sample() -> None:
    missing = fields() - {(place.values[0].model, place.values[0].field) for place in PLACES}
    assert missing == set(), "set these fields in a document of the snapshot of the manager or token"


@pytest.mark.parametrize("place", PLACES)
def test_a_known_output_is_like_its_text(place: Place) -> None:
    built = _manifests(place, place.build(Later(place.text)))
    assert revealed(built) == _manifests(place, place.build(place.text))
    with pytest.raises(AssertionError, match="an output"):
        json.dumps(built, default=str)


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_output_stays_unknown(place: Place) -> None:
    model = place.build(Later(known=False))
    assert _unknown(_manifests(place, model)) > 0
    assert model == model.model_copy()


def _unknown(tree: Any) -> int:
    if isinstance(tree, Later):
        return int(not tree.known) or _unknown(tree.value)
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (list, tuple)) else ()
    return sum(_unknown(value) for value in inner)


@pytest.mark.parametrize("place", PLACES)
def test_an_output_of_something_else_is_refused_when_it_is_known(place: Place) -> None:
    with pytest.raises(SettingsError) as raised:
        place.build(Later(None))
    ((path, message),) = ((problem.path, problem.message) for problem in raised.value.problems)
    assert message == "(value not shown) must be a string"
    assert path in {str(step) for step in place.path} | {"clusterProjectId", "projectId", "externalId"}


def _output(value: Any) -> Any:
    return Later(value)


SERVER: Any = {"auth": VaultAuth(kubernetes=VaultKubernetesAuth(role="acme"))}


@pytest.mark.parametrize(
    ("model", "arguments", "problem"),
    [
        (GitCredential, {"remote_key": _output("")}, "remoteKey: (value not shown) is empty; expected at least one "),
        (
            GithubApp,
            {"app_id": _output("#"), "installation_id": "1", "private_key": RemoteRef(remote_key="a")},
            "appId",
        ),
        (
            AwsStore,
            {
                "service": "SecretsManager",
                "region": "eu-central-1",
                "role": _output("eso"),
                "external_id": _output("#"),
            },
            "role: (value not shown) is not the ARN of an IAM role; expected ",
        ),
        (
            AwsStore,
            {"service": "SecretsManager", "region": "eu-central-1", "role": ROLE, "external_id": _output("#")},
            "externalID: (value not shown) is not an external id: ",
        ),
        (
            VaultStore,
            {"server": _output("http://vault.example"), **SERVER},
            "server: has an http:// server, so tokens and secrets would cross the network in plain text; ",
        ),
        (
            AwsAccount,
            {
                "account_id": "123456789012",
                "region": "eu-central-1",
                "operator_role_arn": _output("arn:aws-cn:iam::123456789012:role/eso"),
            },
            'operatorRoleArn: has an operatorRoleArn of another partition; use a role of the partition "aws"',
        ),
    ],
)
def test_a_wrong_output_gets_the_words_of_a_wrong_text(model: Any, arguments: Any, problem: str) -> None:
    """The value is not repeated: it may be secret."""
    with pytest.raises(SettingsError) as raised:
        model(**arguments)
    assert str(raised.value).startswith(f"{model.__name__}: 1 problem; {CHANGED}\n  - {problem}")
    assert raised.value.__cause__ is None


def test_a_wrong_text_is_refused_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        RemoteRef(remote_key="", property=_output("token"))
    assert str(raised.value) == ("RemoteRef: 1 problem\n  - remoteKey: is empty; expected at least one character")


def test_names_take_no_outputs() -> None:
    with pytest.raises(SettingsError) as raised:
        Organization(name=_output("acme"), secret_store="a")
    assert str(raised.value) == (
        "Organization: 1 problem\n"
        "  - name: must be a string, known before the update, not an output: names and checks of a preview need it; "
        "use the plain value, such as one from pulumi.Config"
    )


def test_outputs_of_one_place_after_another_are_one_text() -> None:
    """Key and property of a docker config are both part of the failure that its template prints."""
    ref: Any = {"remote_key": _output("acme-key"), "property": _output("config")}
    registry = RegistryCredential(registry="ghcr", **ref)
    plain = RegistryCredential(registry="ghcr", remote_key="acme-key", property="config")
    (built,), (expected,) = (
        OrganizationPlan(Organization(name="acme", registries=[each]), build_store="a").external_secrets
        for each in (registry, plain)
    )
    assert revealed(built) == expected


def test_references_to_the_same_output_are_one_key() -> None:
    key: Any = Later("acme-key")
    git = GitCredential(remote_key=key)
    assert git.remote == git.remote
    assert sort_unique([key, "b", key, "a"]) == ("a", "b", key)


def test_a_key_gets_the_name_that_aws_chose() -> None:
    key: Any = Later("git")
    (manifest,) = OrganizationPlan(
        Organization(name="acme", git=GitCredential(remote_key=key)), build_store="a"
    ).external_secrets
    renamed = rename_remote_keys(manifest, {"a": {"git": "git-0123"}})
    assert revealed(renamed)["spec"]["data"][0]["remoteRef"]["key"] == "git-0123"


def test_a_coroutine_is_converted_if_pulumi_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async def name() -> str:
        return "acme-key"

    def convert(awaitable: Any) -> Later:
        awaitable.close()
        return Later("acme-key")

    monkeypatch.setattr(deferred, "_CONVERTERS", [])
    waiting: Any = name()
    with pytest.raises(SettingsError, match="remoteKey: must be a string"):
        RemoteRef(remote_key=waiting)
    deferred.accept_awaitables(convert)
    assert revealed(RemoteRef(remote_key=waiting).remote_key) == "acme-key"
