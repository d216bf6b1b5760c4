"""Whole generators of registry tokens, with their ServiceAccounts, valid under ESO's CRDs."""

from __future__ import annotations

import pytest

from components.secrets.external_secret import SecretTemplate, build_external_secret
from tests.unit.generator_samples import GENERATORS, LABELS, TARGET, made_for
from tests.unit.managers import operator
from tests.unit.plans import credentials, generators
from tests.unit.registries import (
    ACR,
    ACR_TOKEN,
    ARTIFACTS,
    ECR,
    ECR_HOST,
    ECR_TOKEN,
    GCR_TOKEN,
    LOGIN,
)
from tests.unit.samples import Raw, organization


@pytest.mark.parametrize(("registry", "kind", "name", "spec", "annotations", "interval"), GENERATORS)
def test_generator(
    registry: Raw, kind: str, name: str, spec: Raw, annotations: dict[str, str] | None, interval: str
) -> None:
    metadata = {"name": name, "namespace": "openchoreo-ci-acme", "labels": LABELS}
    noted = {"annotations": annotations} if annotations else {}
    made = made_for(registry)
    assert made == [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**metadata, **noted}},
        {
            "apiVersion": "generators.external-secrets.io/v1alpha1",
            "kind": kind,
            "metadata": metadata,
            "spec": spec,
        },
    ]
    assert list(operator().problems(made[1])) == []
    assert list(operator().additions(made[1])) == []

    (credential,) = credentials(organization(registries=[registry]), TARGET)
    assert isinstance(credential.content, SecretTemplate)
    whole = build_external_secret(credential.target, credential.content)
    assert whole["spec"]["refreshInterval"] == interval
    assert list(operator().problems(whole)) == []
    assert list(operator().additions(whole)) == []


def test_the_shortest_life_counts_and_shorter_intervals_stay() -> None:
    both = [{**ECR, "ecr": ECR_TOKEN}, {**ARTIFACTS, "gcr": GCR_TOKEN}]
    intervals = {}
    for asked in ("0s", "1h", "5m"):
        (credential,) = credentials(organization(registries=both, refreshInterval=asked), TARGET)
        assert isinstance(credential.content, SecretTemplate)
        intervals[asked] = build_external_secret(credential.target, credential.content)["spec"]["refreshInterval"]
    assert intervals == {"0s": "7m30s", "1h": "7m30s", "5m": "5m0s"}


def test_names_are_unique_and_do_not_depend_on_the_order() -> None:
    ecr = [{**ECR, "region": region, "ecr": ECR_TOKEN} for region in ("eu-central-1", "us-east-1")]
    paths = [{"server": f"{ECR_HOST}/{path}", "ecr": ECR_TOKEN} for path in ("a/b", "a-b", "a")]
    azure = [{**ACR, "name": name, "acr": ACR_TOKEN} for name in ("acmeprod", "acmetest")]
    every = [*ecr, *paths, *azure, {"registry": "ghcr", **LOGIN}]
    names = [each["metadata"]["name"] for each in made_for(*every)]
    assert len(set(names)) == 7
    assert sorted(names) == sorted([*set(names), *set(names)])
    assert sorted(each["metadata"]["name"] for each in made_for(*every[::-1])) == sorted(names)


def test_other_sources_need_no_generator() -> None:
    assert made_for({"registry": "ghcr", **LOGIN}) == []
    assert generators(credentials(organization(git={"manual": "gitToken"}), TARGET)) == []
