"""deploy with isolation: strict: policies before stores, on each cluster that supports them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from components.errors import ClusterError
from tests.mocks.pulling import BUILD, RAW, Platform, install, program, short
from tests.mocks.recorder import Recorder
from tests.mocks.stubs import Object

GROUP = "/apis/admissionregistration.k8s.io/v1"
PARTS = ("external-secrets", "push-secrets", "stores", "generators", "identities", "namespaces", "quotas", "agents")


class Strict(Platform):
    """Clusters that serve policies, for a user called pulumi."""

    old: frozenset[str] = frozenset()
    """Planes whose clusters do not."""

    def get(self, path: str) -> Object | None:
        if path == GROUP:
            return None if self.plane in self.old else {"resources": [{"name": "validatingadmissionpolicies"}]}
        return super().get(path)

    def create(self, path: str, manifest: Mapping[str, Any]) -> Object:
        if path.endswith("/selfsubjectreviews"):
            return {"status": {"userInfo": {"username": "pulumi"}}}
        return super().create(path, manifest)


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection leads to these clusters."""
    install(monkeypatch, Strict)


def strict(**keys: Any) -> dict[str, Any]:
    """Two clusters, and a pull secret through a store of the stack."""
    organizations = [copy.deepcopy(RAW["organizations"][index]) for index in (1, 3)]
    clusters = {**RAW["clusters"], "controlPlane": BUILD}
    config = {**copy.deepcopy(RAW), "organizations": organizations, "clusters": clusters, "isolation": "strict"}
    return {**config, "admission": {"administrators": ["pulumi"]}, **keys}


def list_policies(registered: list[Any]) -> list[str]:
    return [short(item) for item in registered if "admissionregistration" in item.type]


def names(prefix: str, without: str = "") -> list[str]:
    return [
        f"{kind} {prefix}admission/{part}{suffix}"
        for part in PARTS
        if part != without
        for kind, suffix in (("ValidatingAdmissionPolicy", ""), ("ValidatingAdmissionPolicyBinding", "/binding"))
    ]


def test_policies_on_both_clusters(recorder: Recorder) -> None:
    registered = recorder.run(program(strict()))

    assert sorted(list_policies(registered)) == sorted([*names(""), *names("data-plane/", without="quotas")])
    kinds = [item.type for item in registered]
    stores = [index for index, kind in enumerate(kinds) if kind.endswith(":ClusterSecretStore")]
    policies = [index for index, kind in enumerate(kinds) if "admissionregistration" in kind]
    assert max(policies) < min(stores)
    last = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding {}admission/agents/binding"
    # What is inside a component is registered after everything that the component depends on.
    after = {item.name: item.depends_on for item in registered if item.type == "openchoreo:index:SecretStore"}
    assert {
        name: last.format("data-plane/" if name.startswith("data") else "") in on for name, on in after.items()
    } == (dict.fromkeys(after, True))
    quotas = [item.inputs["metadata"]["namespace"] for item in registered if item.type.endswith(":ResourceQuota")]
    assert sorted(quotas) == ["openchoreo-ci-globex", "openchoreo-ci-umbrella"]


def test_an_old_cluster_has_no_policies(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Strict, "old", frozenset({"data plane"}))

    registered = recorder.run(program(strict()))

    assert sorted(list_policies(registered)) == sorted(names(""))
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    (warning,) = warnings
    assert warning == (
        'data plane (context "kind-data"): isolation: strict has no admission policies here, because the API server '
        "does not serve ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1; organizations are kept apart as "
        "with isolation: store. Upgrade Kubernetes to 1.30 or later"
    )


def test_a_user_who_is_not_exempt_is_refused(recorder: Recorder) -> None:
    with pytest.raises(ClusterError) as error:
        recorder.run(program(strict(admission={"administrators": ["admin"]})))
    # Every plane with such a user is named at once.
    assert str(error.value).splitlines() == [
        f'{plane}: admission.administrators lacks "pulumi", the user of this context, so the policies of '
        "isolation: strict would refuse this stack's own previews and updates; add it"
        for plane in ('build plane (context "kind-build")', 'data plane (context "kind-data")')
    ]


def test_without_strict_nothing_is_asked(recorder: Recorder) -> None:
    assert list_policies(recorder.run(program(RAW))) == []
