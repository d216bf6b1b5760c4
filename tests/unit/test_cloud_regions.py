"""Regions that do not exist are refused, with the one that is probably meant."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from components.schema.cloud_regions import AWS_REGIONS
from tests.unit.managers import aws
from tests.unit.registries import ACR, ARTIFACTS, ECR, ECR_TOKEN, GCR_FULL
from tests.unit.samples import AT_ACME, Raw, acme, assert_rejected, settings

AWS = "is not the name of an AWS region; expected a name such as eu-central-1"
GOOGLE = "is not a region or zone of Google Cloud; expected a name such as europe-west3 or europe-west3-a"
ARTIFACT = "is not a location of Artifact Registry; expected a region such as europe-west3, or asia, europe or us"
CONTAINER = "is not a location of Container Registry; expected asia, eu or us"


def test_regions_of_every_partition() -> None:
    partitions = json.loads((files("botocore") / "data" / "partitions.json").read_text())["partitions"]
    regions = {region for partition in partitions for region in partition["regions"]}
    assert {region for region in regions if not region.endswith("-global")} <= AWS_REGIONS


@pytest.mark.parametrize(
    ("registry", "problem"),
    [
        pytest.param(
            {**ECR, "region": "eu-centrl-1", "ecr": ECR_TOKEN},
            f'.region: "eu-centrl-1" {AWS}; did you mean eu-central-1?',
            id="aws",
        ),
        pytest.param(
            {**ARTIFACTS, "location": "eu", "gcr": GCR_FULL}, f'.location: "eu" {ARTIFACT}', id="artifact-registry"
        ),
        pytest.param(
            {"registry": "gcr", "location": "europe-west3", "gcr": GCR_FULL},
            f'.location: "europe-west3" {CONTAINER}',
            id="container-registry",
        ),
        pytest.param(
            {**ARTIFACTS, "gcr": {**GCR_FULL, "clusterLocation": "europe-west33"}},
            f'.gcr.clusterLocation: "europe-west33" {GOOGLE}; did you mean europe-west3?',
            id="google",
        ),
        pytest.param(
            {**ACR, "environmentType": "GermanCloud", "remoteKey": "a"},
            '.environmentType: "GermanCloud" must be one of PublicCloud, USGovernmentCloud, ChinaCloud',
            id="azure",
        ),
        pytest.param(
            {"registry": "dockerhb", "remoteKey": "a"},
            '.registry: "dockerhb" is not a known registry; expected one of: '
            "dockerhub, ghcr, quay, gitlab, gcr, artifact-registry, ecr, ecr-public, acr",
            id="registry",
        ),
    ],
)
def test_registry(registry: Raw, problem: str) -> None:
    assert_rejected(acme(registries=[registry]), f"{AT_ACME}.registries[0]{problem}")


def test_store() -> None:
    store = aws(role="arn:aws:iam::123456789012:role/{organization}")
    store["aws"]["region"] = "us-eest-1"
    assert_rejected(
        {"secretStores.default": store},
        f'secretStores.default.aws.region: "us-eest-1" {AWS}; did you mean us-west-1?',
    )


def test_a_newer_region_can_be_written_as_a_server() -> None:
    server = "123456789012.dkr.ecr.eu-newest-1.amazonaws.com"
    found = settings(acme(registries=[{"server": server, "ecr": ECR_TOKEN}])).organizations[0]
    assert found.registries is not None
    assert found.registries[0].aws_region == "eu-newest-1"
