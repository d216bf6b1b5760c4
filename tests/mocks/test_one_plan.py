"""A whole run builds each organization's credentials exactly once: preflight, components and polling read one plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import RELEASES, Configuration, deploy, find_release, parse, report_load
from components.external.credential import ExternalCredential
from components.git.credential import GitCredential
from components.managers.kubernetes import KubernetesStore
from components.plan import patches as patches_module, secret as secret_module
from components.pull.credential import PullSecret
from components.registries.push import RegistryPush
from components.resources import deployment as deploy_module
from tests.mocks.recorder import Recorder
from tests.mocks.stubs import HEALTHY, OPENCHOREO, stub

REMOTE = {"remoteKey": "key"}
RAW: dict[str, Any] = {
    "clusters": {plane: {"context": "kind"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}, "sharedKeys": ["key"]}},
    "organizations": [
        {
            "name": name,
            "secretStore": "org",
            "git": {"githubApp": {"appId": number, "installationId": 1, "privateKey": REMOTE}},
            "registries": [{"server": "ghcr.io", **REMOTE}],
            "external": [{"name": "sonar", "keys": {"token": REMOTE}}, {"name": "npm", "keys": {"token": REMOTE}}],
            "pullSecret": {"componentTypes": ["service"], "secretStore": "org", "dockerConfig": REMOTE},
            **more,
        }
        for number, (name, more) in enumerate(
            {"acme": {}, "globex": {"componentWorkflows": {"names": ["docker", "react"]}}}.items()
        )
    ],
}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each credential and each ExternalSecret was built."""
    count: Counter[str] = Counter()

    def counting(what: str, build: Callable[..., Any], key: Callable[..., str]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **keywords: Any) -> Any:
            count[f"{what} {key(*arguments)}"] += 1
            return build(*arguments, **keywords)

        return wrapped

    for model in (GitCredential, RegistryPush, ExternalCredential, PullSecret):
        key = lambda credential, owner: f"{owner.name} {next(iter(credential.secret_names(owner.defaults).values()))}"  # noqa: E731
        monkeypatch.setattr(model, "secrets", counting("credential", model.secrets, key))
    monkeypatch.setattr(
        KubernetesStore, "identity", counting("identity", KubernetesStore.identity, lambda _, store: str(store.name))
    )
    for module in (secret_module, patches_module):
        key = lambda target, secret, *_: f"{target.organization} {target.namespace}/{secret.name}"  # noqa: E731
        monkeypatch.setattr(module, "build_external_secret", counting("object", module.build_external_secret, key))
    return count


def test_each_credential_is_built_once(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, built: Counter[str]
) -> None:
    found = {
        f"{OPENCHOREO}/namespaces/{name}/{kind}": {"metadata": {"name": kind}}
        for name in ("acme", "globex")
        for kind in ("componenttypes/service", "componentworkflows/docker", "componentworkflows/react")
    }
    kinds = [{"name": kind} for kind in RELEASES["v0.9"].served_kinds]
    monkeypatch.setattr(
        deploy_module,
        "Cluster",
        stub(
            objects={**HEALTHY, **found}
            | {
                OPENCHOREO: {"resources": kinds},
                "/apis/generators.external-secrets.io/v1alpha1": {"resources": [{"name": "githubaccesstokens"}]},
            }
        ),
    )

    def program() -> None:
        settings = parse(RAW, source="test")
        configuration = Configuration(settings, find_release(settings.release), {})
        pulumi.export("organizations", {name: each.outputs() for name, each in deploy(configuration).items()})
        report_load(configuration)

    recorder.run(program)

    assert set(built.values()) == {1}, {what: number for what, number in built.items() if number > 1}
    assert sum(what.startswith("credential") for what in built) == 2 * 4 + 2
    assert sum(what.startswith("identity") for what in built) == 2 * 2
    assert sum(what.startswith("object") for what in built) == 2 * 6
