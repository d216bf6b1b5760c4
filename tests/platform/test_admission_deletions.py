"""Deletions under isolation: strict: Kubernetes' own controllers finish each of them, as users without exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.platform.admission import DATA, ESO, LABEL, RBAC, Object, Protected, external_secret, namespace, store_ref
from tests.platform.harness import eventually
from tests.platform.subjects import find_denial

_FOREGROUND: Final = {"propagationPolicy": "Foreground"}
"""How Pulumi deletes: the garbage collector removes a finalizer of the object."""
_SERVER_FIELDS: Final = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")


@pytest.fixture
def victim(protected: Protected) -> Iterator[Protected]:
    """The stack, whose objects of one organization are as before after the test."""
    name, builds = f"eso-org-{protected.own}", protected.builds
    places: list[tuple[str, str, str, str | None]] = [
        ("v1", "ServiceAccount", name, protected.manager),
        (RBAC, "RoleBinding", name, protected.manager),
        (RBAC, "Role", name, protected.manager),
        (ESO, "ClusterSecretStore", f"org-{protected.own}", None),
        ("v1", "ResourceQuota", "openchoreo-secrets", builds),
    ]
    live = [protected.cluster.get(*place) for place in places]
    yield protected
    for place, manifest in zip(places, live, strict=True):
        assert manifest is not None
        kept = {key: value for key, value in manifest["metadata"].items() if key not in _SERVER_FIELDS}
        kept.pop("finalizers", None)
        if protected.cluster.get(*place) is None:
            protected.cluster.create({**manifest, "metadata": kept})


def test_the_garbage_collector_finishes_deletions(victim: Protected) -> None:
    """Of everything that the policies protect."""
    name, where = f"eso-org-{victim.own}", victim.manager
    objects: list[tuple[str, str, str, str | None]] = [
        (ESO, "ClusterSecretStore", f"org-{victim.own}", None),
        (RBAC, "RoleBinding", name, where),
        (RBAC, "Role", name, where),
        ("v1", "ServiceAccount", name, where),
        ("v1", "ResourceQuota", "openchoreo-secrets", victim.builds),
    ]
    for api, kind, name_, place in objects:
        victim.cluster.delete(api, kind, name_, place, body=_FOREGROUND)
    for item in objects:
        eventually(lambda: victim.cluster.get(*item) is None, f"{item[1]} to go")  # noqa: B023 -- called at once


def test_objects_of_other_teams_are_deleted_too(protected: Protected) -> None:
    fake = {"provider": {"fake": {"data": [{"key": "a", "value": "b"}]}}}
    place = {"name": "team", "namespace": "default"}
    protected.cluster.create({"apiVersion": ESO, "kind": "SecretStore", "metadata": place, "spec": fake})
    protected.tenant.delete(ESO, "SecretStore", "team", "default", body=_FOREGROUND)
    eventually(lambda: protected.cluster.get(ESO, "SecretStore", "team", "default") is None, "the store to go")


def test_deleted_objects_change_nothing_else(protected: Protected) -> None:
    """Neither labels nor what they say, even while a finalizer holds them."""
    held = {"finalizers": ["example.com/hold"], "name": "held", "namespace": "default"}
    fake = {"provider": {"fake": {"data": [{"key": "a", "value": "b"}]}}}
    other = {"provider": {"fake": {"data": [{"key": "a", "value": "c"}]}}}
    protected.cluster.create({"apiVersion": ESO, "kind": "SecretStore", "metadata": held, "spec": fake})
    protected.cluster.delete(ESO, "SecretStore", "held", "default")

    def patch(body: Object) -> str | None:
        return find_denial(lambda: protected.tenant.patch(ESO, "SecretStore", "held", body, "default"))

    reason = "is written by the platform's administrators only; ask one of them"
    none: Object = {"finalizers": None}
    assert patch({"spec": other}) == reason
    assert patch({"metadata": none, "spec": other}) == reason
    assert patch({"metadata": {**none, "labels": {"a": "b"}}}) == reason
    assert patch({"metadata": none}) is None
    assert protected.cluster.get(ESO, "SecretStore", "held", "default") is None


def test_quotas_are_counted_and_kept(protected: Protected) -> None:
    """Kubernetes writes how much is used, and nobody else; a deletion of all quotas is denied with the reason."""
    where, name = protected.builds, "openchoreo-secrets"
    reason = "limits the ExternalSecrets of an organization; ask the platform's administrators"
    status = f"/api/v1/namespaces/{where}/resourcequotas/{name}/status"
    none = {"status": {"used": {"count/externalsecrets.external-secrets.io": "0"}}}
    assert find_denial(lambda: protected.tenant.patch_path(status, none)) == reason
    assert find_denial(lambda: protected.tenant.delete_path(f"/api/v1/namespaces/{where}/resourcequotas")) == reason

    def count() -> int:
        quota = protected.cluster.get("v1", "ResourceQuota", name, where)
        return int((quota or {})["status"]["used"]["count/externalsecrets.external-secrets.io"])

    before = count()
    one = external_secret(where, name="one", secretStoreRef=store_ref(f"org-{protected.own}"), data=DATA)
    protected.tenant.create(one)
    assert count() == before + 1
    protected.tenant.delete(ESO, "ExternalSecret", "one", where)
    eventually(lambda: count() == before, "the quota to be counted again")


def test_deletions_can_be_finished(protected: Protected) -> None:
    """Old objects that a policy would deny, and quotas of a namespace that is being deleted."""
    where, held = f"{protected.builds}-old", {"finalizers": ["example.com/hold"]}
    place = {"name": "openchoreo-secrets", "namespace": where, **held}
    hard = {"count/externalsecrets.external-secrets.io": "5"}
    old = external_secret(where, name="old", secretStoreRef=store_ref("another"), data=DATA)
    old["metadata"] |= held
    protected.cluster.create(namespace(where, **{LABEL: protected.own}))
    protected.cluster.create(old)
    protected.cluster.create(
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": place, "spec": {"hard": hard}},
    )
    free: Object = {"metadata": {"finalizers": None}}

    def release() -> str | None:
        return find_denial(lambda: protected.tenant.patch(ESO, "ExternalSecret", "old", free, where))

    def delete_quota() -> str | None:
        return find_denial(lambda: protected.tenant.delete("v1", "ResourceQuota", "openchoreo-secrets", where))

    assert release() == f"spec.secretStoreRef: {protected.advice}"
    assert delete_quota() == "limits the ExternalSecrets of an organization; ask the platform's administrators"
    protected.cluster.delete("v1", "Namespace", where)

    def is_deleted() -> bool:
        live = protected.cluster.get(ESO, "ExternalSecret", "old", where)
        return live is not None and "deletionTimestamp" in live["metadata"]

    eventually(is_deleted, "the namespace to delete its objects")
    assert (
        find_denial(
            lambda: protected.tenant.patch(
                ESO, "ExternalSecret", "old", {"spec": {"secretStoreRef": store_ref("third")}}, where
            )
        )
        == f"spec.secretStoreRef: {protected.advice}"
    )
    assert delete_quota() is None
    assert release() is None
    protected.cluster.patch("v1", "ResourceQuota", "openchoreo-secrets", free, where)
    eventually(lambda: protected.cluster.get("v1", "Namespace", where) is None, "the namespace to go")
