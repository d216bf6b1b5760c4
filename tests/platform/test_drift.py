"""Objects that others have edited or deleted: a preview says what, and an update repairs it."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.platform.drift_samples import ESO, GENERATORS, RBAC, Deployed, Edit, Object, configure, warnings_of
from tests.platform.github import GitHub
from tests.platform.harness import Kubernetes, Stack, eventually
from tests.platform.openchoreo import ControlPlane, component_type
from tests.platform.releases import Builds, on_each_control_plane, on_v1_control_plane

INTRUDER = {"kind": "ServiceAccount", "name": "intruder", "namespace": "default"}


@pytest.fixture
def github() -> Iterator[GitHub]:
    """The stand-in for GitHub that issues tokens."""
    with GitHub() as started:
        yield started


@pytest.fixture
def canary() -> str:
    """The value of a manual secret."""
    return f"canary-{secrets.token_hex(16)}"


@pytest.fixture
def deployed(
    stack: Stack,
    cluster: Kubernetes,
    control_plane: ControlPlane,
    manager: str,
    organization: str,
    github: GitHub,
    canary: str,
    builds: Builds,
) -> Deployed:
    """A stack with one organization and an object of every kind, up."""
    control_plane.create(component_type("service", organization))
    cluster.put_secret(manager, "github-app", {"private-key": github.private_key})
    cluster.put_secret(manager, "sonar", {"token": "right", "other": "wrong"})
    cluster.put_secret(manager, "pull", {"config": '{"auths": {"ghcr.io": {"auth": "eDp5"}}}'})
    configure(stack, manager, organization, github)
    stack.set_secret("manualSecrets.scanner", canary)
    stack.up()
    stack.unchanged()
    return Deployed(stack, cluster, organization, manager, builds)


def _nested(live: Object, *path: str) -> Any:
    for key in path:
        live = live.setdefault(key, {})
    return live


@on_each_control_plane
def test_every_edit_is_described_and_repaired(deployed: Deployed, canary: str) -> None:
    it, namespace, organization = deployed, deployed.namespace, deployed.organization
    edits: list[tuple[str, str, str, str | None, Edit]] = [
        (
            "v1",
            "Namespace",
            namespace,
            None,
            lambda live: live["metadata"]["labels"].pop("openchoreo.dev/organization"),
        ),
        (RBAC, "Role", it.account, it.manager, lambda live: live["rules"][0].pop("resourceNames")),
        (RBAC, "RoleBinding", it.account, it.manager, lambda live: live["subjects"].append(INTRUDER)),
        (
            ESO,
            "ClusterSecretStore",
            it.store,
            None,
            lambda live: live["spec"]["conditions"].append({"namespaces": ["x"]}),
        ),
        (ESO, "ExternalSecret", "sonar", namespace, _edit_external_secret),
        (
            GENERATORS,
            "GithubAccessToken",
            it.generator,
            namespace,
            lambda live: live["spec"].update(installID="7", repositories=["all"]),
        ),
        (
            ESO,
            "ClusterExternalSecret",
            f"registry-pull-secret-{organization}",
            None,
            lambda live: live["spec"]["namespaceSelectors"][0]["matchLabels"].update(extra="label"),
        ),
        ("v1", "Secret", "scanner", namespace, _edit_secret),
    ]
    for api, kind, name, place, change in edits:
        it.edit(api, kind, name, change, place)

    store, user = f'(store "{it.store}") was edited', f'(organization "{organization}") was edited'
    ending = "the next update restores it"
    texts = {
        f"Namespace {namespace} {user}": f'metadata.labels["openchoreo.dev/organization"] is missing, '
        f'configured "{organization}"',
        f"Role {it.manager}/{it.account} {store}": (
            'rules[0].resourceNames is missing, configured ["github-app", "sonar"]'
        ),
        f"RoleBinding {it.manager}/{it.account} {store}": f"subjects[1] is {json.dumps(INTRUDER)}, not configured",
        f"ClusterSecretStore {it.store} {store}": 'spec.conditions[1] is {"namespaces": ["x"]}, not configured',
        f"ExternalSecret {namespace}/sonar {user}": "spec.target.template.data.token has another value; "
        'spec.data[0].remoteRef.property is "other", configured "token"; '
        'spec.dataFrom is [{"extract": {"conversionStrategy": "Default", "decodingStrategy": "None", "key": "sonar", '
        '"metadata..., not configured',
        f"GithubAccessToken {namespace}/{it.generator} {user}": 'spec.installID is "7", configured "7890123"; '
        'spec.repositories is ["all"], not configured',
        f"ClusterExternalSecret registry-pull-secret-{organization} {user}": (
            'spec.namespaceSelectors[0].matchLabels.extra is "label", not configured'
        ),
        f"Secret {namespace}/scanner {user}": "data.key has another value; data.extra is not configured",
    }
    expected = [f"{subject}: {text}; {ending}" for subject, text in texts.items()]
    assert it.warnings() == sorted(expected)

    output = it.stack.up()

    assert sorted(warnings_of(output)) == sorted(line.replace(ending, "restoring it") for line in expected)
    assert "1 updated" not in it.stack.ok("preview", "--suppress-progress")
    it.stack.unchanged()
    assert it.cluster.secret(namespace, "scanner") == ("Opaque", {"key": canary})
    assert it.cluster.secret(namespace, "sonar") == ("Opaque", {"token": "right"})
    binding = it.cluster.get(RBAC, "RoleBinding", it.account, it.manager)
    assert binding is not None
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": it.account, "namespace": it.manager}]
    assert not [text for text in it.stack.outputs if canary in text or "edited-canary" in text]
    assert "edited-canary" not in it.stack.state.read_text()


def _edit_external_secret(live: Object) -> None:
    live["spec"]["data"][0]["remoteRef"]["property"] = "other"
    live["spec"]["dataFrom"] = [{"extract": {"key": "sonar"}}]
    _nested(live, "spec", "target", "template")["data"] = {"token": "canary of a template"}


def _edit_secret(live: Object) -> None:
    live["data"] = {
        "key": base64.b64encode(b"edited-canary").decode(),
        "extra": base64.b64encode(b"edited-canary").decode(),
    }


def test_immutable_fields_are_repaired_with_new_objects(deployed: Deployed, canary: str) -> None:
    it, namespace = deployed, deployed.namespace
    replacements: list[tuple[str, str, str, str, Edit]] = [
        (RBAC, "RoleBinding", it.account, it.manager, lambda live: live["roleRef"].update(name="other")),
        ("v1", "Secret", "scanner", namespace, lambda live: live.update(type="example.com/other")),
    ]
    for api, kind, name, place, change in replacements:
        live = it.cluster.get(api, kind, name, place)
        assert live is not None
        it.cluster.delete(api, kind, name, place)
        change(live)
        metadata = {key: live["metadata"][key] for key in ("name", "namespace", "labels", "annotations")}
        it.cluster.create({**live, "metadata": metadata})
    it.edit(
        ESO,
        "ClusterSecretStore",
        it.store,
        lambda live: live["spec"]["provider"]["kubernetes"]["server"].update(url="https://198.51.100.1:6443"),
    )

    said = " ".join(it.warnings())

    assert 'roleRef.name is "other", configured "' in said
    assert 'type is "example.com/other", configured "Opaque"' in said
    assert 'spec.provider.kubernetes.server.url is "https://198.51.100.1:6443", configured "https://' in said
    it.stack.up()
    it.stack.unchanged()
    assert it.cluster.secret(namespace, "scanner") == ("Opaque", {"key": canary})
    binding = it.cluster.get(RBAC, "RoleBinding", it.account, it.manager)
    assert binding is not None
    assert binding["roleRef"]["name"] == it.account


@on_v1_control_plane
def test_deleted_objects_are_created_again(deployed: Deployed, github: GitHub, canary: str) -> None:
    """With a change of the configuration in the same update, too."""
    it, namespace = deployed, deployed.namespace
    deleted = [
        (RBAC, "Role", it.account, it.manager),
        ("v1", "ServiceAccount", it.account, it.manager),
        (ESO, "ClusterSecretStore", it.store, None),
        (ESO, "ExternalSecret", "sonar", namespace),
        (GENERATORS, "GithubAccessToken", it.generator, namespace),
        (ESO, "ClusterExternalSecret", f"registry-pull-secret-{it.organization}", None),
        ("v1", "Secret", "scanner", namespace),
    ]
    for api, kind, name, place in deleted:
        it.cluster.delete(api, kind, name, place)
        eventually(partial(it.is_absent, api, kind, name, place), f"{kind} to go")

    assert len(it.warnings()) == len(deleted)
    assert all("does not exist; the next update restores it" in line for line in it.warnings())

    it.cluster.put_secret(it.manager, "sonar", {"token": "right", "changed": "changed"})
    configure(it.stack, it.manager, it.organization, github, property="changed")
    it.stack.up()
    it.stack.unchanged()

    assert it.cluster.secret(namespace, "sonar") == ("Opaque", {"token": "changed"})
    assert it.cluster.secret(namespace, "scanner") == ("Opaque", {"key": canary})


def test_a_deleted_namespace_is_created_again_with_its_contents(deployed: Deployed, canary: str) -> None:
    it = deployed
    it.cluster.delete("v1", "Namespace", it.namespace)

    assert any(line.startswith(f"Namespace {it.namespace}") for line in it.warnings())
    it.stack.up()
    it.stack.unchanged()

    assert it.cluster.secret(it.namespace, "sonar") == ("Opaque", {"token": "right"})
    assert it.cluster.secret(it.namespace, "scanner") == ("Opaque", {"key": canary})


def test_fields_that_another_tool_has_applied_are_taken_back(deployed: Deployed) -> None:
    it = deployed
    live = it.cluster.get(ESO, "ExternalSecret", "sonar", it.namespace)
    assert live is not None
    live["spec"]["data"][0]["remoteRef"]["property"] = "other"
    applied = {"name": "sonar", "namespace": it.namespace}
    fields = {"data": live["spec"]["data"], "target": {"template": {"metadata": {"labels": {"argocd": "label"}}}}}
    manifest = {"apiVersion": ESO, "kind": "ExternalSecret", "metadata": applied, "spec": fields}
    it.cluster.apply(manifest, "argocd")

    (line,) = it.warnings()

    assert 'spec.data[0].remoteRef.property is "other", configured "token"' in line
    assert "spec.target.template.metadata.labels.argocd is not configured" in line
    it.stack.up()
    it.stack.unchanged()
    assert it.cluster.secret(it.namespace, "sonar") == ("Opaque", {"token": "right"})


def test_a_new_value_of_a_manual_secret_is_no_edit(deployed: Deployed, canary: str) -> None:
    it = deployed
    it.stack.set_secret("manualSecrets.scanner", "rotated")

    assert it.warnings() == []
    it.stack.up()
    it.stack.unchanged()

    assert it.cluster.secret(it.namespace, "scanner") == ("Opaque", {"key": "rotated"})
