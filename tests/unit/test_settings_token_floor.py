"""The refresh floor of isolation: strict and short-lived tokens, which ESO renews after half of their lifetime."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.errors import SettingsError
from components.settings.parsing import parse
from components.settings.warnings import list_warnings
from tests.unit.admission_samples import strict
from tests.unit.samples import Raw

APP: Final = {"githubApp": {"appId": "1", "installationId": "2", "privateKey": {"remoteKey": "app"}}}
GCR: Final = {"projectID": "acme-prod", "clusterLocation": "europe-west3", "clusterName": "builds"}
GOOGLE: Final = {"registry": "artifact-registry", "location": "europe-west3"}
ECR: Final = {"roleArn": "arn:aws:iam::123456789012:role/push-acme"}
AMAZON: Final = {"registry": "ecr", "account": "123456789012", "region": "eu-west-1"}
ACCOUNT: Final = {"gcpServiceAccount": "push-acme@acme-prod.iam.gserviceaccount.com"}


def read(floor: str, *organizations: Raw) -> Any:
    config = strict(
        admission={"administrators": ["pulumi"], "minimumRefreshInterval": floor},
        refreshInterval="24h",
        namespaces=list(organizations),
    )
    return parse(config, source="test", manual_names=frozenset())


def acme(name: str = "acme", **keys: Any) -> Raw:
    return {"name": name, **keys}


@pytest.mark.parametrize(
    ("floor", "organizations", "expected"),
    [
        pytest.param("7m30s", [acme(registries=[{**GOOGLE, "gcr": GCR}])], "", id="half"),
        pytest.param(
            "7m31s",
            [acme(registries=[{**GOOGLE, "gcr": GCR}])],
            'admission.minimumRefreshInterval: 7m31s is longer than half of the lifetime of namespaces[0] ("acme")'
            ".registries[0].gcr (15m0s), so the policies would deny the ExternalSecrets that renew these tokens "
            "in time; use "
            "7m30s or shorter",
            id="google",
        ),
        pytest.param("30m", [acme(registries=[{**GOOGLE, "gcr": {**GCR, **ACCOUNT}}])], "", id="google-account"),
        pytest.param(
            "7h",
            [
                acme(registries=[{**AMAZON, "ecr": ECR}]),
                acme("globex", git=[APP], registries=[{"server": "r.example", "remoteKey": "a"}]),
            ],
            'admission.minimumRefreshInterval: 7h0m0s is longer than half of the lifetime of namespaces[1] ("globex")'
            ".git[0].githubApp and 1 more (1h0m0s), so the policies would deny the ExternalSecrets that renew these "
            "tokens in time; use 30m0s or shorter",
            id="the-shortest-of-several",
        ),
        pytest.param("6h", [acme(registries=[{**AMAZON, "ecr": ECR}])], "", id="amazon"),
    ],
)
def test_tokens_of_the_configuration(floor: str, organizations: list[Raw], expected: str) -> None:
    found = ""
    try:
        read(floor, *organizations)
    except SettingsError as error:
        found = "\n".join(map(str, error.problems))
    assert found == expected


@pytest.mark.parametrize(
    ("floor", "kinds"),
    [
        ("14m59s", ""),
        ("15m", "GCRAccessToken (15m0s)"),
        ("1h", "ACRAccessToken (1h0m0s), GCRAccessToken (15m0s), GithubAccessToken (1h0m0s)"),
        (
            "12h",
            (
                "ACRAccessToken (1h0m0s), ECRAuthorizationToken (12h0m0s), GCRAccessToken (15m0s), "
                "GithubAccessToken (1h0m0s)"
            ),
        ),
    ],
)
def test_tokens_of_organizations(floor: str, kinds: str) -> None:
    settings = read(floor, acme(git={"remoteKey": "acme-git"}))
    canonical = settings.admission.minimum_refresh_interval
    expected = (
        f"admission.minimumRefreshInterval: {canonical} is not shorter than the lifetime of tokens of {kinds}, so they "
        "expire before the ExternalSecrets of organizations may renew them; use at most half of a lifetime, such as "
        "7m30s"
    )
    assert list(list_warnings(settings)) == ([expected] if kinds else [])
