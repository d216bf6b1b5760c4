"""What the engine leaves on a cluster when an organization is removed, and how long a deletion may take."""

from __future__ import annotations

from typing import Any

import pytest

from components import Configuration, deploy, find_release, parse
from components.resources import deployment
from tests.mocks.recorder import Recorder
from tests.mocks.stubs import NAMESPACES, stub

LIVE = {NAMESPACES: [{"metadata": {"name": "openchoreo-ci-adopted"}}]}


@pytest.mark.parametrize(("configured", "retained"), [({}, True), ({"offboarding": "delete"}, False)])
def test_namespaces_stay_unless_the_word_is_set(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, configured: dict[str, str], retained: bool
) -> None:
    monkeypatch.setattr(deployment, "Cluster", stub(collections=LIVE))
    organization = {"secretStore": "org", "git": {"remoteKey": "a"}}
    raw: dict[str, Any] = {
        "clusters": {"buildPlane": {"context": "kind-build"}},
        "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}, "sharedKeys": ["a"]}},
        "organizations": [
            {"name": "acme", **organization},
            {"name": "adopted", "namespace": "adopt", **organization},
        ],
        **configured,
    }
    settings = parse(raw, source="stacks/Pulumi.test.yaml")

    registered = recorder.run(lambda: deploy(Configuration(settings, find_release(settings.release), {})))

    assert {each.name for each in registered if each.retained} == ({"acme-namespace"} if retained else set())
    assert {str(each): each.deletion for each in registered if each.deletion} == {
        "kubernetes:core/v1:Namespace acme-namespace": "5m",
        "kubernetes:external-secrets.io/v1:ClusterSecretStore org-acme": "5m",
        "kubernetes:external-secrets.io/v1:ClusterSecretStore org-adopted": "5m",
        "kubernetes:external-secrets.io/v1:ExternalSecret acme/git-clone-secret": "5m",
        "kubernetes:external-secrets.io/v1:ExternalSecret adopted/git-clone-secret": "5m",
    }
