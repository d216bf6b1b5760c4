"""Drift with another state, another operator, an adopted namespace, and values in a store."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.platform.drift_samples import ESO, Deployed, Object, warnings_of
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.samples import git_organization

GIT: Final = "git-clone-secret"
CRD: Final = ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "externalsecrets.external-secrets.io")


@pytest.fixture
def deployed(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> Deployed:
    """A stack with one organization, up."""
    cluster.put_secret(manager, "git", {"token": "value", "other": "other"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )
    stack.up()
    return Deployed(stack, cluster, organization, manager)


def _add_default(live: Object) -> None:
    """What a newer operator does to its CRD."""
    for version in live["spec"]["versions"]:
        spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        fields = spec["data"]["items"]["properties"]["remoteRef"]["properties"]
        fields["invented"] = {"type": "string", "default": "Ignore"}


def _remove_default(live: Object) -> None:
    for version in live["spec"]["versions"]:
        spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        del spec["data"]["items"]["properties"]["remoteRef"]["properties"]["invented"]


@pytest.fixture
def newer_operator(cluster: Kubernetes) -> Iterator[Callable[[], None]]:
    """Give the CRD of the ExternalSecret a field with a default; it is removed at the end."""
    api, kind, name = CRD

    def upgrade() -> None:
        cluster.edit(api, kind, name, _add_default)

    yield upgrade
    cluster.edit(api, kind, name, _remove_default)


def test_a_default_of_a_newer_operator_is_no_edit(deployed: Deployed, newer_operator: Callable[[], None]) -> None:
    it = deployed

    def invented() -> str | None:
        live = it.cluster.get(ESO, "ExternalSecret", GIT, it.namespace)
        assert live is not None
        value: str | None = live["spec"]["data"][0]["remoteRef"].get("invented")
        return value

    newer_operator()
    eventually(lambda: invented() == "Ignore", "the default of the CRD")
    it.stack.unchanged()

    def edit(live: Object) -> None:
        live["spec"]["data"][0]["remoteRef"]["invented"] = "Fail"

    it.edit(ESO, "ExternalSecret", GIT, edit, it.namespace)
    (line,) = it.warnings()
    assert line == (
        f'ExternalSecret {it.namespace}/{GIT} (organization "{it.organization}") was edited: '
        'spec.data[0].remoteRef.invented is "Fail", not configured; the next update restores it'
    )
    it.stack.up()
    assert invented() == "Ignore"
    it.stack.unchanged()


def test_an_update_that_was_killed_after_the_repair_continues(deployed: Deployed) -> None:
    it = deployed
    exported = json.loads(it.stack.ok("stack", "export"))
    it.cluster.delete(ESO, "ExternalSecret", GIT, it.namespace)
    it.cluster.delete("v1", "ServiceAccount", it.account, it.manager)
    changed = {"remoteKey": "git", "property": "other"}
    it.stack.configure(organizations=[{"name": it.organization, "secretStore": "org", "git": changed}])
    it.stack.up()

    it.stack.restore(exported)

    it.stack.up()
    it.stack.unchanged()
    assert it.cluster.secret(it.namespace, GIT) == ("Opaque", {"clone-secret": "other"})


def test_added_fields_are_found_after_a_lost_state(deployed: Deployed) -> None:
    it = deployed
    it.edit(ESO, "ClusterSecretStore", it.store, lambda live: live["spec"]["conditions"].append({"namespaces": ["x"]}))
    it.edit(ESO, "ExternalSecret", GIT, lambda live: live["spec"]["target"].update(immutable=True), it.namespace)
    exported = json.loads(it.stack.ok("stack", "export"))
    exported["deployment"] = {"manifest": exported["deployment"]["manifest"]}
    it.stack.restore(exported)

    it.stack.up()

    (line,) = it.warnings()
    assert line == (
        f'ExternalSecret {it.namespace}/{GIT} (organization "{it.organization}") was edited: '
        "spec.target.immutable is true, not configured; the next update restores it"
    )
    it.stack.up()
    it.stack.unchanged()


def test_values_in_a_store_are_not_shown(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    token, edited, rotated = (f"canary-{secrets.token_hex(16)}" for _ in range(3))
    stack.set_secret("manualSecrets.token", token)
    stack.configure(
        secretStores={"org": {"fake": {"data": [{"key": "git", "manual": "token"}]}}},
        organizations=[{"name": organization, "secretStore": "org", "git": {"remoteKey": "git"}}],
    )
    stack.up()
    stack.unchanged()
    it = Deployed(stack, cluster, organization, manager)

    def edit(live: Object) -> None:
        live["spec"]["provider"]["fake"]["data"][0]["value"] = edited

    it.edit(ESO, "ClusterSecretStore", it.store, edit)
    (line,) = it.warnings()
    assert line == (
        f'ClusterSecretStore {it.store} (store "{it.store}") was edited: '
        "spec.provider.fake.data[0].value has another value; the next update restores it"
    )
    stack.up()
    stack.unchanged()
    stack.set_secret("manualSecrets.token", rotated)
    assert it.warnings() == []
    stack.up()
    stack.unchanged()

    live = cluster.get(ESO, "ClusterSecretStore", it.store)
    assert live is not None
    assert live["spec"]["provider"]["fake"]["data"][0]["value"] == rotated
    printed = "".join([*stack.outputs, stack.state.read_text()])
    assert not [value for value in (token, edited, rotated) if value in printed]


def test_the_label_of_an_adopted_namespace_is_restored(
    new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    namespace = f"openchoreo-ci-{organization}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"a": "b"}}})
    stack = new_stack()
    user: dict[str, Any] = git_organization(organization, "git", namespace="adopt")
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[user])
    stack.up()
    it = Deployed(stack, cluster, organization, manager)
    cluster.patch("v1", "Namespace", namespace, {"metadata": {"labels": {"openchoreo.dev/organization": "other"}}})
    refused = stack.preview_fails()
    assert (
        f'organization "{organization}": namespace {namespace} belongs to another organization '
        "(openchoreo.dev/organization=other); remove the label if it is wrong"
    ) in refused
    cluster.patch("v1", "Namespace", namespace, {"metadata": {"labels": {"openchoreo.dev/organization": None}}})

    (line,) = it.warnings()

    assert f'metadata.labels["openchoreo.dev/organization"] is missing, configured "{organization}"' in line
    stack.up()
    stack.unchanged()
    stack.destroy()
    live = cluster.get("v1", "Namespace", namespace)
    assert live is not None
    assert live["metadata"]["labels"] == {"a": "b", "kubernetes.io/metadata.name": namespace}
    cluster.delete("v1", "Namespace", namespace)


def test_a_store_with_another_provider_is_repaired(configured: Stack, cluster: Kubernetes, organization: str) -> None:
    """Live and configured fields together are invalid: a store has exactly one provider."""
    configured.up()
    store = f"org-{organization}"
    before = cluster.get(ESO, "ClusterSecretStore", store)
    assert before is not None
    cluster.edit(ESO, "ClusterSecretStore", store, lambda live: live["spec"].update(provider={"fake": {"data": []}}))

    (line,) = warnings_of(configured.ok("preview", "--suppress-progress"))
    assert "spec.provider.kubernetes is missing" in line
    configured.up()

    live = cluster.get(ESO, "ClusterSecretStore", store)
    assert live is not None
    assert live["spec"] == before["spec"]
    configured.unchanged()
