"""Whether a cluster supports the policies, and whether they would refuse the stack's own updates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.cluster.admission import (
    describe_missing_administrator,
    describe_unlimited_api,
    read_user,
    serves_policies,
)
from components.cluster.answers import Answer
from tests.unit.admission_samples import ONE_CLUSTER, plan_strict
from tests.unit.api import Api, Object

GROUP = "/apis/admissionregistration.k8s.io/v1"
REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


class Reviewing(Api):
    """Says who the user is."""

    user: str | None = "pulumi"

    def create(self, path: str, manifest: Any) -> Object | None:
        assert (path, manifest) == (
            REVIEWS,
            {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
        )
        return None if self.user is None else {"status": {"userInfo": {"username": self.user}}}


@pytest.mark.parametrize(
    ("objects", "served"),
    [
        pytest.param({}, False, id="no-group"),
        pytest.param({GROUP: {"resources": [{"name": "validatingwebhookconfigurations"}]}}, False, id="before-1.30"),
        pytest.param({GROUP: {"resources": [{"name": "validatingadmissionpolicies"}]}}, True, id="since-1.30"),
    ],
)
def test_support(objects: dict[str, Object], served: bool) -> None:
    assert serves_policies(Api(objects).cluster) is served


def test_the_user_of_the_context() -> None:
    api = Reviewing()
    assert read_user(api.cluster) == "pulumi"
    api.user = None
    assert read_user(api.cluster) == ""


def test_the_user_of_the_context_is_exempt() -> None:
    assert describe_missing_administrator(Api().cluster, "pulumi", ["admin", "pulumi"]) == ""


@pytest.mark.parametrize("user", ["pulumi", f"system:serviceaccount:ci:{60 * 'p'}"])
def test_another_user_is_refused(user: str) -> None:
    assert describe_missing_administrator(Api().cluster, user, ["admin"]) == (
        f'build plane (context "dev"): admission.administrators lacks "{user}", the user of this context, so the '
        "policies of isolation: strict would refuse this stack's own previews and updates; add it"
    )


def test_a_cluster_whose_policies_do_not_limit_the_api_for_secrets() -> None:
    """Only one of the two planes names a store."""
    clusters = {**ONE_CLUSTER, "dataPlane": {"context": "data"}}
    acme = {"name": "acme", "git": {"remoteKey": "acme-git"}, "workflowPlane": {"secretStoreRef": "push-acme"}}

    def describe(**admission: Any) -> dict[str, str | None]:
        limits = {"administrators": ["pulumi"], **admission}
        plan = plan_strict(clusters=clusters, namespaces=[acme], admission=limits)
        return {plane: describe_unlimited_api(Api().cluster, rules) for plane, rules in plan.admission.items()}

    assert describe() == {"build": None, "data": None}
    assert describe(secretApi=True) == {
        "build": None,
        "data": (
            'build plane (context "dev"): admission.secretApi limits nothing here, because no plane names a store on '
            "this cluster: OpenChoreo's agents may push from openchoreo-kv-<organization> to every key, with every "
            "store that is not of this stack; set secretStoreRef of the planes"
        ),
    }


def test_an_answer_with_the_user() -> None:
    content = {"kind": "SelfSubjectReview", "status": {"userInfo": {"username": "pulumi"}}}
    answer = Answer(201, "application/json", json.dumps(content).encode())
    assert answer.read(REVIEWS) == content
    other = Answer(201, "application/json", json.dumps({**content, "status": {}}).encode())
    assert other.read(REVIEWS) is None
