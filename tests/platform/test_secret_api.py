"""What OpenChoreo's API for secrets may push under isolation: strict, asked as its agent and as a tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from components.admission.policies import list_policies
from local.platform import Platform
from tests.platform.admission import DATA, LABEL, OTHERS, PUSH, Object, external_secret, namespace, store_ref
from tests.platform.harness import Kubernetes, eventually
from tests.platform.subjects import ADMINISTRATOR, AGENT, TENANT, Subject, dry_run
from tests.unit.admission_samples import plan_strict

OWN: Final = "openchoreo-kv-acme"
OTHER: Final = "openchoreo-kv-acme2"
WITHOUT: Final = "openchoreo-kv-acme3"
"""Namespace of an organization whose planes name no store."""
BUILDS: Final = "workflows-acme"
KEYS: Final = (
    "spec.data[].match.remoteRef.remoteKey: is not a key of the organization; use secret/<organization>/<name>, with "
    "letters, digits, . _ - and /, without metadata and dataTo"
)


@pytest.fixture(scope="module")
def subjects(platform: Platform, cluster: Kubernetes) -> Iterator[tuple[Subject, Subject]]:
    """The agent and a tenant, with the policies of a stack whose planes name stores of their own or of the platform."""
    planes = {"acme": "default-acme", "acme2": "push-acme2"}
    plan = plan_strict(
        admission={"administrators": [ADMINISTRATOR], "secretApi": True},
        namespaces=[
            {"name": name, "git": {"remoteKey": f"{name}-git"}, "workflowPlane": {"secretStoreRef": store}}
            for name, store in planes.items()
        ]
        + [{"name": "acme3", "git": {"remoteKey": "acme3-git"}}],
    )
    created = [namespace(name) for name in (OWN, OTHER, WITHOUT)]
    created += [namespace(BUILDS, **{LABEL: "acme"}), *list_policies(replace(plan.admission["build"], name="api"))]
    for manifest in created:
        cluster.create(manifest)
    agent, tenant = (Subject(platform.kubeconfig, user) for user in (AGENT, TENANT))
    denied = push(OTHER, "default-acme", "secret/acme2/generic/one")
    eventually(lambda: dry_run(agent, denied) != [None], "the policies to be in force")
    yield agent, tenant
    for manifest in reversed(created):
        cluster.delete(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])


def push(where: str, store: str | Object, *keys: str, **spec: Any) -> Object:
    """The PushSecret that OpenChoreo writes, with other values of some fields."""
    data = [{"match": {"secretKey": "token", "remoteRef": {"remoteKey": key, "property": "token"}}} for key in keys]
    body: Object = {
        "secretStoreRefs": [store_ref(store) if isinstance(store, str) else store],
        "selector": {"secret": {"name": "one"}},
        "updatePolicy": "Replace",
        "deletionPolicy": "Delete",
        "data": data,
        **spec,
    }
    return {**external_secret(where, **body), "apiVersion": PUSH, "kind": "PushSecret"}


def test_the_agent_pushes_to_keys_of_the_organization(subjects: tuple[Subject, Subject]) -> None:
    agent, _ = subjects
    answers = dry_run(
        agent,
        push(OWN, "default-acme", "secret/acme/generic/one", "secret/acme/git/two"),
        push(OTHER, "push-acme2", "secret/acme2/tls/one"),
        push(BUILDS, "default-acme", "secret/acme/git/one"),
    )
    assert answers == [None] * 3


@pytest.mark.parametrize(
    "key",
    [
        "secret/acme2/generic/one",
        "secret/acme",
        "secret/acme/../acme2/generic/one",
        "secret/acme/..",
        "secret/acme/./one",
        "secret/acme//one",
        "secret/acme/%2e%2e/acme2/generic/one",
        "secret/acme/..;/acme2/generic/one",
        "secret/acme\\..\\acme2",
        "secret/acme/one?x=/../../acme2",
        "secret/Acme/one",
        "other/acme/one",
        "acme-git",
        "",
    ],
)
def test_other_keys_are_denied(subjects: tuple[Subject, Subject], key: str) -> None:
    """From the namespace of the API, and from builds, whose workflows may render a PushSecret."""
    agent, _ = subjects
    attacks = [push(where, "default-acme", "secret/acme/git/one", key) for where in (OWN, BUILDS)]
    assert dry_run(agent, *attacks) == [KEYS, KEYS]


def test_other_stores_and_forms_are_denied(subjects: tuple[Subject, Subject]) -> None:
    agent, _ = subjects
    key = "secret/acme/generic/one"
    selector: Object = {"kind": "ClusterSecretStore", "labelSelector": {"matchLabels": {"a": "b"}}}
    metadata = {"apiVersion": "kubernetes.external-secrets.io/v1alpha1", "spec": {"remoteNamespace": "acme2"}}
    entry = {"match": {"secretKey": "token", "remoteRef": {"remoteKey": key}}, "metadata": metadata}
    stores = [push(OWN, store, key) for store in ("push-acme2", "default-acme2", "default", selector, {"name": "one"})]
    reasons = dry_run(agent, *stores)
    assert all(reason is not None and reason.startswith("spec.secretStoreRefs: ") for reason in reasons)
    assert dry_run(agent, push(OWN, "default-acme", data=[entry])) == [KEYS]


def test_reasons_name_the_stores_of_planes(subjects: tuple[Subject, Subject]) -> None:
    """Also for an organization without one, which may not use the store of another."""
    agent, _ = subjects
    attacks = push(OWN, "push-acme2", "secret/acme/git/one"), push(WITHOUT, "push-acme2", "secret/acme3/git/one")
    place = "spec.secretStoreRefs: is no store that a plane of organization"
    assert dry_run(agent, *attacks) == [
        f'{place} "acme" names on this cluster; use the ClusterSecretStore default-acme, by name',
        f'{place} "acme3" names on this cluster; set secretStoreRef of its planes',
    ]


def test_only_the_agent_has_the_exception(subjects: tuple[Subject, Subject]) -> None:
    agent, tenant = subjects
    pushed = push(OWN, "default-acme", "secret/acme/generic/one")
    read = external_secret(OWN, secretStoreRef=store_ref("default-acme"), data=DATA)
    assert dry_run(tenant, pushed) == [f"spec.secretStoreRefs: {OTHERS}, by name"]
    assert dry_run(agent, read) == [f"spec.secretStoreRef: {OTHERS}"]
