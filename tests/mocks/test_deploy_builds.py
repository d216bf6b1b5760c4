"""deploy on OpenChoreo v1.x: checks of what builds use beside their Secrets."""

from __future__ import annotations

import logging
from typing import Any, Final

import pytest

from components import Configuration, PreflightError, deploy, find_release, parse
from components.resources import deployment
from tests.mocks.recorder import Recorder
from tests.mocks.stubs import HEALTHY, Object, stub
from tests.unit.build_samples import build_step

RAW: Final[dict[str, Any]] = {
    "release": "v1",
    "clusters": {"workflowPlane": {"context": "kind-build"}},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}}},
    "namespaces": [{"name": "acme", "secretStore": "org", "git": {"remoteKey": "a"}}],
}
STEPS: Final = "/apis/argoproj.io/v1alpha1/clusterworkflowtemplates"
STORES: Final = "/apis/external-secrets.io/v1/clustersecretstores"
OPEN: Final[Object] = {"metadata": {"name": "default"}, "spec": {}}


def _deploy(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, collections: dict[str, list[Object]]) -> list[str]:
    """Names of what was registered."""
    monkeypatch.setattr(deployment, "Cluster", stub(objects=HEALTHY, collections=collections))
    settings = parse(RAW, source="stacks/Pulumi.test.yaml")
    registered = recorder.run(lambda: deploy(Configuration(settings, find_release(settings.release), {})))
    return [each.name for each in registered]


def test_a_public_registry_ends_it(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PreflightError) as caught:
        _deploy(recorder, monkeypatch, {STEPS: [build_step()]})
    assert str(caught.value) == (
        'build plane (context "kind-build"): nothing was changed\n'
        "  - ClusterWorkflowTemplate publish-image pushes images to ttl.sh, a public registry from which\n"
        "    everyone can pull them; set your registry in it\n"
        "    (kubectl edit clusterworkflowtemplate publish-image), or apply your own template under this\n"
        "    name"
    )


def test_an_open_store_is_a_warning(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    names = _deploy(recorder, monkeypatch, {STEPS: [build_step(host="registry.example")], STORES: [OPEN]})
    assert "v1/acme/git-secret" in names
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        (
            'build plane (context "kind-build"): the ClusterSecretStore default has no conditions, so every namespace '
            "can read every secret of its role through it; used by the organizations of this stack: none. Let them use "
            "stores of their own, then restrict or delete it: docs/stores/vault.md"
        )
    ]
