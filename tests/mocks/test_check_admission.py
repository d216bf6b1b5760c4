"""What a preview with isolation: strict asks each cluster, and what it warns about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from components.admission.policies import list_policies
from components.managers.manager import Plane
from components.manifests import sign
from components.resources.admission import check_admission
from tests.unit.admission_samples import ONE_CLUSTER, STACK, plan_strict
from tests.unit.api import Api, Object
from tests.unit.samples import Raw

GROUP: Final = "/apis/admissionregistration.k8s.io/v1"
TWO_CLUSTERS: Final[Raw] = {**ONE_CLUSTER, "dataPlane": {"context": "data"}}


class Strict(Api):
    """A cluster with the policies of another stack, which counts who asks for the user of the context."""

    asked = 0

    def create(self, path: str, manifest: Mapping[str, Any]) -> Object:
        assert (path.rpartition("/")[2], manifest["kind"]) == ("selfsubjectreviews", "SelfSubjectReview")
        self.asked += 1
        return {"status": {"userInfo": {"username": "pulumi"}}}


@pytest.fixture
def clusters() -> dict[Plane, Strict]:
    """Both planes."""
    other = "organization/openchoreo-secrets/dev"
    live = [sign(item, other) for item in list_policies(plan_strict(stack=other).admission["build"])]
    served: dict[str, Object] = {GROUP: {"resources": [{"name": "validatingadmissionpolicies"}]}}
    policies = {f"{GROUP}/validatingadmissionpolicies": [item for item in live if item["kind"].endswith("Policy")]}
    planes: tuple[Plane, ...] = ("build", "data")
    return {plane: Strict(served, f"{plane} plane", **policies) for plane in planes}


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the log has."""
    messages: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", messages.append)
    return messages


def test_each_cluster_is_asked_once_for_the_user(clusters: dict[Plane, Strict], warnings: list[str]) -> None:
    plan = plan_strict(clusters=TWO_CLUSTERS)
    assert check_admission({plane: api.cluster for plane, api in clusters.items()}, plan, STACK) is plan
    assert {plane: api.asked for plane, api in clusters.items()} == {"build": 1, "data": 1}
    assert warnings == []


def test_a_cluster_without_stores_for_the_api(clusters: dict[Plane, Strict], warnings: list[str]) -> None:
    acme = {"name": "acme", "git": {"remoteKey": "acme-git"}, "dataPlane": {"secretStoreRef": "push-acme"}}
    admission = {"administrators": ["pulumi"], "secretApi": True}
    plan = plan_strict(clusters=TWO_CLUSTERS, namespaces=[acme], admission=admission)
    assert check_admission({plane: api.cluster for plane, api in clusters.items()}, plan, STACK) is plan
    (warning,) = warnings
    assert warning == (
        'build plane (context "dev"): admission.secretApi limits nothing here, because no plane names a store on this '
        "cluster: OpenChoreo's agents may push from openchoreo-kv-<organization> to every key, with every store that "
        "is not of this stack; set secretStoreRef of the planes"
    )
