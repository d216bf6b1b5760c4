"""Preflight checks of generators: the cluster must serve them."""

from __future__ import annotations

import pytest

from components.cluster.preflight import check_build_plane
from components.errors import ClusterError
from components.settings.organization import Organization
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import OPERATOR, PLANE, STACK
from tests.unit.registries import ACR, ACR_TOKEN, ARTIFACTS, ECR, ECR_TOKEN, GCR_TOKEN
from tests.unit.samples import on_every_plane, organization, settings

ROOT = "/apis/generators.external-secrets.io/v1alpha1"
REGISTRIES = [{**ECR, "ecr": ECR_TOKEN}, {**ACR, "acr": ACR_TOKEN}, {**ARTIFACTS, "gcr": GCR_TOKEN}]
OWN = organization(registries=REGISTRIES)
SERVED: Object = {
    "resources": [{"name": f"{kind}s"} for kind in ("ecrauthorizationtoken", "acraccesstoken", "gcraccesstoken")]
}


def _check(objects: dict[str, Object], *organizations: Organization) -> str:
    """The message after the cluster's name; empty if the check passes."""
    api = Api({**OPERATOR, **objects})
    try:
        check_build_plane(api.cluster, stack_plan(organizations), stack=STACK)
    except ClusterError as error:
        return str(error).removeprefix(f"{PLANE}: ")
    return ""


@pytest.mark.parametrize(
    ("objects", "missing"),
    [
        pytest.param({ROOT: SERVED}, "", id="all"),
        pytest.param(
            {},
            'acraccesstokens (organization "acme"), ecrauthorizationtokens (organization "acme"), '
            'gcraccesstokens (organization "acme")',
            id="none",
        ),
        pytest.param(
            {ROOT: {"resources": SERVED["resources"][:2]}}, 'gcraccesstokens (organization "acme")', id="all-but-one"
        ),
    ],
)
def test_generators_must_be_served(objects: dict[str, Object], missing: str) -> None:
    said = (
        "the External Secrets Operator lacks generators under generators.external-secrets.io/v1alpha1: "
        f"{missing}; upgrade the Helm chart external-secrets to 0.16 or later"
    )
    assert _check(objects, OWN.model_copy(update={"name": "acme"}), OWN.model_copy(update={"name": "globex"})) == (
        said if missing else ""
    )


def test_without_generators_nothing_is_asked() -> None:
    assert _check({}, organization(git={"remoteKey": "a"})) == ""


def test_generators_of_each_run_are_created_ahead_too() -> None:
    workflows = {"names": ["docker"]}
    user = settings(on_every_plane(registries=REGISTRIES[:1], componentWorkflows=workflows)).organizations[0]
    assert _check({ROOT: SERVED}, user) == ""
    assert "lacks generators" in _check({}, user)
