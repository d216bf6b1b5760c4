"""Generators: the objects that a short-lived credential needs, and the ExternalSecret that reads from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.schema.sources import RemoteRef
from components.secrets.external_secret import DataFrom, SecretTemplate, Target, build_external_secret
from components.secrets.generator import Generator, build_generator_manifests
from tests.unit.expected import DEFAULTS

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="30m0s")
LABELS = {
    "app.kubernetes.io/managed-by": "openchoreo-secrets",
    "openchoreo.dev/organization": "acme",
    "openchoreo-secrets/credential": "registry-push",
}
METADATA = {"name": "ecr", "namespace": "openchoreo-ci-acme", "labels": LABELS}


def _generator(service_account: dict[str, str] | None) -> Generator:
    return Generator("ECRAuthorizationToken", "ecr", {"region": "eu-central-1"}, "12h0m0s", service_account)


def test_a_generator_with_an_account_of_its_own() -> None:
    made = build_generator_manifests("acme", "openchoreo-ci-acme", "registry-push", _generator({"role": "arn"}))
    account, generator = made
    assert account == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {**METADATA, "annotations": {"role": "arn"}},
    }
    assert generator == {
        "apiVersion": "generators.external-secrets.io/v1alpha1",
        "kind": "ECRAuthorizationToken",
        "metadata": METADATA,
        "spec": {"region": "eu-central-1"},
    }


def test_a_generator_without_an_account() -> None:
    made = build_generator_manifests("acme", "openchoreo-ci-acme", "registry-push", _generator(None))
    assert [each["kind"] for each in made] == ["ECRAuthorizationToken"]


def test_an_external_secret_of_a_generator_only_names_no_store() -> None:
    secret = SecretTemplate("push", "registry-push", {}, data_from=(DataFrom(_generator(None)),))
    spec = build_external_secret(TARGET, secret)["spec"]
    assert secret.generators == (_generator(None),)
    assert "secretStoreRef" not in spec
    assert "data" not in spec
    reference = {
        "apiVersion": "generators.external-secrets.io/v1alpha1",
        "kind": "ECRAuthorizationToken",
        "name": "ecr",
    }
    assert spec["dataFrom"] == [{"sourceRef": {"generatorRef": reference}}]


@pytest.mark.parametrize(("asked", "found"), [("30m0s", "30m0s"), ("24h0m0s", "6h0m0s"), ("0s", "6h0m0s")])
def test_generated_tokens_are_renewed_after_half_their_life_at_the_latest(asked: str, found: str) -> None:
    secret = SecretTemplate("push", "registry-push", {}, data_from=(DataFrom(_generator(None)),))
    assert build_external_secret(replace(TARGET, refresh_interval=asked), secret)["spec"]["refreshInterval"] == found


def test_two_sources_of_several_keys_need_prefixes() -> None:
    whole = DataFrom(RemoteRef(remote_key="scanner", version="2"), prefix="scanner_")
    spec = build_external_secret(TARGET, SecretTemplate("push", "external", {}, data_from=(whole,)))["spec"]
    assert spec["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "default-acme"}
    assert spec["dataFrom"] == [
        {
            "extract": {"key": "scanner", "version": "2", **DEFAULTS},
            "rewrite": [{"regexp": {"source": "^", "target": "scanner_"}}],
        }
    ]
