"""Generators, and policies that do not poll, in the load of a stack."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from components.polling.model import Load
from components.polling.poll import Poll, read_poll, read_store_names
from components.schema.sources import RemoteRef
from components.secrets.external_secret import DataFrom, SecretTemplate, Target, build_external_secret
from components.secrets.generator import Generator
from tests.unit.polling_samples import acme, load
from tests.unit.samples import KUBERNETES

TARGET = Target(organization="acme", namespace="builds", store="org", refresh_interval="30m0s")
ECR = Generator("ECRAuthorizationToken", "ecr", {}, "12h0m0s")
GITHUB = Generator("GithubAccessToken", "git", {}, "1h0m0s")


def _poll(secret: SecretTemplate, copies: int = 1, **spec: Any) -> Poll:
    made = {**build_external_secret(TARGET, secret)["spec"], **spec}
    (store,) = read_store_names(made)
    return read_poll(
        "acme", secret.name, made, store_name=store, store=store, copies=copies, brought_by="", reads_once=False
    )


def test_generators_are_counted_separately() -> None:
    both = _poll(SecretTemplate("push", "registry-push", {}, data_from=(DataFrom(ECR), DataFrom(GITHUB))), copies=2)
    other = _poll(SecretTemplate("pull", "registry-pull", {}, data_from=(DataFrom(ECR),)))
    assert (both.store, both.calls, both.keys) == ("", 0, ())
    assert both.generators == ("ECRAuthorizationToken", "GithubAccessToken")
    found = Load((), (both, other))
    assert found.generated_per_second == {
        "ECRAuthorizationToken": Fraction(3, 1800),
        "GithubAccessToken": Fraction(2, 1800),
    }
    assert found.calls_per_second == 0


def test_a_generator_beside_keys() -> None:
    whole = DataFrom(RemoteRef(remote_key="whole"))
    data = {"a": RemoteRef(remote_key="key", property="a"), "b": RemoteRef(remote_key="key", property="b")}
    found = _poll(SecretTemplate("push", "registry-push", data, data_from=(DataFrom(ECR), whole)))
    assert (found.store, found.calls, found.keys) == ("org", 3, ("key", "whole"))
    assert found.generators == ("ECRAuthorizationToken",)


@pytest.mark.parametrize("policy", ["OnChange", "CreatedOnce"])
def test_a_policy_that_does_not_poll(policy: str) -> None:
    secret = SecretTemplate("git", "git", {"token": RemoteRef(remote_key="git")})
    assert _poll(secret, refreshPolicy=policy).interval is None


def test_a_stack_with_a_credential_that_is_only_generated() -> None:
    """It counts as a Secret of no store."""
    token = {"roleArn": "arn:aws:iam::123456789012:role/push-{organization}"}
    ecr = {"registry": "ecr", "account": "123456789012", "region": "eu-central-1", "ecr": token}
    found = load(KUBERNETES, acme(registries=[ecr], refreshInterval="30m"))
    assert found.stores == ()
    assert [(each.secret, each.generators) for each in found.polls] == [
        ("registry-push-secret", ("ECRAuthorizationToken",))
    ]
    assert found.generated_per_second == {"ECRAuthorizationToken": Fraction(1, 1800)}
