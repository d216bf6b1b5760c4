"""As whom stores sign in, from the blocks of every provider."""

from __future__ import annotations

from typing import Any

import pytest

from components.access.model import OUTPUT
from components.access.sign_in import SignIn, read_sign_in
from components.managers.remote_keys import RemotePlace
from components.schema.deferred import Deferred
from tests.unit.deferrable import Later
from tests.unit.samples import CANARY

ACCOUNT = {"name": "eso", "namespace": "ns"}
KEY = {"name": "login", "namespace": "ns", "key": "token"}
SIGNS = "ServiceAccount ns/eso"
ROLE = "arn:aws:iam::123456789012:role/r"
SECRET = (("ns", "login"),)
OPERATOR = "the operator's own identity"


def _read(provider: Any, annotations: Any = None, namespace: str | None = None) -> SignIn:
    places = {("ns", "eso"): annotations or {}}
    return read_sign_in(provider, "build", "ClusterSecretStore s", places, namespace)


@pytest.mark.parametrize(
    ("provider", "realm", "identity"),
    [
        pytest.param(
            {"kubernetes": {"auth": {"serviceAccount": ACCOUNT}}}, "kubernetes default", SIGNS, id="kubernetes"
        ),
        pytest.param(
            {"kubernetes": {"remoteNamespace": "m", "auth": {"token": {"bearerToken": KEY}}}},
            "kubernetes m",
            "Secret ns/login",
            id="kubernetes-token",
        ),
        pytest.param({"kubernetes": {}}, "kubernetes default", "a credential of its own", id="kubernetes-empty"),
        pytest.param(
            {"aws": {"service": "SecretsManager", "region": "r", "role": ROLE}},
            "aws SecretsManager r",
            f"{OPERATOR}, IAM role {ROLE}",
            id="aws-operator",
        ),
        pytest.param(
            {"aws": {"role": ROLE, "sessionTags": [{"key": "o", "value": "acme"}], "auth": {"secretRef": {"k": KEY}}}},
            "aws  ",
            f"Secret ns/login, IAM role {ROLE}, o=acme",
            id="aws-keys",
        ),
        pytest.param(
            {"vault": {"server": "v", "path": "p", "namespace": "n", "auth": {"tokenSecretRef": KEY}}},
            "vault v n/p",
            "Secret ns/login",
            id="vault-token",
        ),
        pytest.param(
            {"vault": {"server": "v", "auth": {"appRole": {"path": "a", "roleId": "r", "secretRef": KEY}}}},
            "vault v",
            "Secret ns/login, role r of a",
            id="vault-app-role",
        ),
        pytest.param(
            {
                "vault": {
                    "server": "v",
                    "auth": {"jwt": {"role": "r", "kubernetesServiceAccountToken": {"serviceAccountRef": ACCOUNT}}},
                }
            },
            "vault v",
            f"{SIGNS}, role r of jwt",
            id="vault-jwt",
        ),
        pytest.param({"vault": {"server": "v"}}, "vault v", OPERATOR, id="vault-empty"),
        pytest.param({"vault": {"server": "v", "auth": {"x": "y"}}}, "vault v", OPERATOR, id="vault-odd"),
        pytest.param(
            {"azurekv": {"vaultUrl": "https://v/", "serviceAccountRef": ACCOUNT}},
            "azurekv https://v",
            SIGNS,
            id="azure",
        ),
        pytest.param(
            {"azurekv": {"vaultUrl": "u", "identityId": "i"}}, "azurekv u", f"{OPERATOR}, client i", id="azure-identity"
        ),
        pytest.param(
            {"azurekv": {"vaultUrl": "u", "authSecretRef": {"clientId": KEY}}},
            "azurekv u",
            "Secret ns/login",
            id="azure-keys",
        ),
        pytest.param(
            {"gcpsm": {"projectID": "p", "auth": {"workloadIdentity": {"serviceAccountRef": ACCOUNT}}}},
            "gcpsm p",
            SIGNS,
            id="google",
        ),
        pytest.param(
            {"gcpsm": {"projectID": "p", "auth": {"secretRef": {"k": KEY}}}},
            "gcpsm p",
            "Secret ns/login",
            id="google-key",
        ),
        pytest.param({"gcpsm": {"projectID": "p"}}, "gcpsm p", OPERATOR, id="google-operator"),
        pytest.param(
            {"fake": {"data": [{"key": "k", "value": CANARY}]}},
            "fake build ClusterSecretStore s",
            "values in the store itself",
            id="fake",
        ),
    ],
)
def test_providers(provider: Any, realm: str, identity: str) -> None:
    sign_in = _read(provider)
    assert (sign_in.realm, sign_in.identity) == (realm, identity)
    assert CANARY not in repr(sign_in)


@pytest.mark.parametrize(
    ("provider", "annotation", "identity"),
    [
        pytest.param(
            {"aws": {"auth": {"jwt": {"serviceAccountRef": ACCOUNT}}}},
            {"eks.amazonaws.com/role-arn": ROLE},
            f"{SIGNS}, IAM role {ROLE}",
            id="aws",
        ),
        pytest.param(
            {"azurekv": {"serviceAccountRef": ACCOUNT}},
            {"azure.workload.identity/client-id": "c"},
            f"{SIGNS}, client c",
            id="azure",
        ),
        pytest.param(
            {"gcpsm": {"auth": {"workloadIdentity": {"serviceAccountRef": ACCOUNT}}}},
            {"iam.gke.io/gcp-service-account": "g@p"},
            f"{SIGNS}, g@p",
            id="google",
        ),
    ],
)
def test_the_annotations_of_a_service_account_are_part_of_the_identity(
    provider: Any, annotation: Any, identity: str
) -> None:
    assert _read(provider, annotation).identity == identity
    assert _read(provider).identity == SIGNS
    assert _read(provider, annotation).principal != _read(provider).principal


def test_other_providers_are_compared_without_being_shown() -> None:
    block = {"project": "acme", "auth": {"secretRef": {"dopplerToken": KEY}}, "header": CANARY, "items": [{"a": "b"}]}
    first, same = _read({"doppler": block}), _read({"doppler": dict(block)})
    other = _read({"doppler": {**block, "project": "globex"}})
    another_login = _read({"doppler": {**block, "auth": {"secretRef": {"dopplerToken": {**KEY, "name": "x"}}}}})
    assert first == same
    assert first.secrets == SECRET
    assert first.identity.startswith("Secret ns/login (doppler ")
    assert (first.principal == other.principal, first.realm == other.realm) == (False, False)
    assert (first.principal == another_login.principal, first.realm == another_login.realm) == (False, True)
    assert CANARY not in repr(first)
    assert _read({"doppler": {}}).identity.startswith("a credential of its own (doppler ")


@pytest.mark.parametrize("provider", [{}, {"aws": None}, {"x": "y"}])
def test_blocks_that_are_none(provider: Any) -> None:
    assert _read(provider).account is None


def test_references_of_a_store_in_a_namespace_are_in_it() -> None:
    sign_in = _read(
        {"kubernetes": {"auth": {"serviceAccount": {"name": "eso", "namespace": "other"}}}}, namespace="mine"
    )
    assert sign_in.account == ("mine", "eso")


def test_certificates_are_no_credentials() -> None:
    authority = {"type": "ConfigMap", "name": "ca", "key": "ca.crt", "namespace": "ns"}
    assert _read({"x": {"caProvider": authority, "list": [KEY]}}).secrets == SECRET


@pytest.mark.parametrize(
    ("provider", "first", "second"),
    [
        pytest.param({"azurekv": {"vaultUrl": "https://v/"}}, "secret/Git", "git", id="azure"),
        pytest.param({"vault": {"server": "https://v", "path": "kv"}}, "a/b", "kv/data/a//b", id="vault"),
        pytest.param({"doppler": {}}, "/a", "a", id="other"),
        pytest.param({"aws": {"service": "ParameterStore", "region": "r", "prefix": "/x/"}}, "a", "a:1", id="aws"),
    ],
)
def test_two_spellings_name_one_secret(provider: Any, first: str, second: str) -> None:
    sign_in = _read(provider)
    assert sign_in.identify(first) == sign_in.identify(second) != sign_in.identify("other")


def test_one_name_in_two_places_is_two_secrets() -> None:
    regions = [_read({"gcpsm": {"projectID": "p", "location": region}}) for region in ("eu", "us")]
    accounts = [
        _read({"aws": {"service": "SecretsManager", "region": "r", "role": f"arn:aws:iam::{number}:role/r"}})
        for number in ("123456789012", "210987654321")
    ]
    for one, two in (regions, accounts):
        assert one.identify("k") != two.identify("k")


def test_a_store_on_the_data_plane_reads_another_cluster() -> None:
    provider = {"kubernetes": {"remoteNamespace": "m"}}
    assert read_sign_in(provider, "data", "s", {}).realm == "kubernetes m on the data plane"


def test_an_output_has_words() -> None:
    sign_in = _read({"aws": {"service": "SecretsManager", "region": Later("eu"), "role": Later("r")}})
    assert isinstance(Later("x"), Deferred)
    assert sign_in.realm == "aws SecretsManager (known after an update)"
    assert _read({"doppler": {"project": Later("x")}}).realm == _read({"doppler": {"project": Later("y")}}).realm


@pytest.mark.parametrize(
    ("provider", "place"),
    [
        pytest.param({"aws": {"region": Later("r")}}, (None, None, None, "k"), id="a-region-may-be-any"),
        pytest.param({"azurekv": {"vaultUrl": Later("u")}}, ("azure", None, "k"), id="an-address-may-be-any"),
        pytest.param({"aws": {"prefix": Later("p/")}}, ("aws  ", f"{OUTPUT}k"), id="a-prefix-is-part-of-the-name"),
        pytest.param({"kubernetes": {}}, ("kubernetes default", "k"), id="a-cluster-is-its-plane"),
    ],
)
def test_a_place_of_which_an_output_is_part(provider: Any, place: RemotePlace) -> None:
    assert _read(provider).identify("k") == place
