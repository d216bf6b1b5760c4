"""Pull secrets of many organizations in the cluster-scoped types that OpenChoreo ships."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from components.manifests import Manifest
from components.openchoreo import DEFAULT_RELEASE
from components.openchoreo.kinds import Kind
from components.patches.model import Patch
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity
from components.patches.shared_entries import share_entries
from components.patches.validity import validate_patch
from local.proof.cel import render
from tests.unit.crd_schema import OFFICIAL, Definitions
from tests.unit.objects import shipped_v1

PROJECT_TYPE = Kind(
    "openchoreo.dev/v1alpha1",
    "ClusterProjectType",
    "clusterprojecttypes",
    namespaced=False,
    resources=True,
    namespace="${metadata.namespace}",
)
RELEASE = replace(DEFAULT_RELEASE, other_kinds=(*DEFAULT_RELEASE.other_kinds, PROJECT_TYPE))
COMPONENT_TYPE = RELEASE.kinds["ClusterComponentType"]
DEV, PROD = Identity("corp/secrets/dev", "pull"), Identity("corp/secrets/prod", "pull")
NEWEST = OFFICIAL.with_name("openchoreo-v1.2.3")
KINDS = {
    "ClusterComponentType": ("clustercomponenttype-service", COMPONENT_TYPE, "metadata.componentNamespace"),
    "ClusterProjectType": ("clusterprojecttype-default", PROJECT_TYPE, "metadata.projectNamespace"),
}
FIELDS = ("componentNamespace", "projectNamespace")


def external_secret(namespace: str, name: str, key: str) -> Manifest:
    """The ExternalSecret with the pull secret of an organization."""
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": "${metadata.namespace}"},
        "spec": {
            "refreshInterval": "1h0m0s",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": f"org-{namespace}"},
            "target": {
                "name": name,
                "template": {
                    "type": "kubernetes.io/dockerconfigjson",
                    "data": {".dockerconfigjson": "{{ .config | toString }}"},
                },
            },
            "data": [{"secretKey": "config", "remoteRef": {"key": key}}],
        },
    }


NAMES = {
    "ClusterComponentType": "${metadata.name}-registry-pull-secret",
    "ClusterProjectType": "registry-pull-secret",
}
KEYS = {"acme": "acme/pull", "globex": "registry-of-globex"}


def template(kind: str, namespace: str) -> Manifest:
    return external_secret(namespace, NAMES[kind], KEYS.get(namespace, f"{namespace}/pull"))


def plan(kind: str, *namespaces: str, stack: str = DEV.stack) -> Patch:
    templates = {namespace: template(kind, namespace) for namespace in namespaces}
    variable = KINDS[kind][2]
    names = (NAMES[kind],) if kind == "ClusterComponentType" else ()
    return Patch(share_entries(templates, variable=variable, identifier="registry-pull-secret", stack=stack), names)


def variables(namespace: str) -> dict[str, Any]:
    place = {"name": "api", "namespace": f"dp-{namespace}", "labels": {}} | dict.fromkeys(FIELDS, namespace)
    return {"metadata": place}


def list_external_secrets(target: Manifest, namespace: str) -> Iterator[Manifest]:
    """What OpenChoreo renders for an environment of a namespace, without the entries for secrets of components."""
    for entry in target["spec"]["resources"]:
        if entry["template"]["kind"] != "ExternalSecret" or "forEach" in entry:
            continue
        if render(entry.get("includeWhen", True), variables(namespace)):
            yield render(entry["template"], variables(namespace))


@pytest.mark.parametrize("kind", KINDS)
def test_each_organization_has_its_own(kind: str) -> None:
    shipped = shipped_v1(KINDS[kind][0])
    patch = plan(kind, "acme", "globex")
    assert list(validate_patch(KINDS[kind][1], patch, RELEASE)) == []

    done = apply_patch(shipped, patch, release=RELEASE, identity=DEV)

    for namespace in ("acme", "globex"):
        expected = render(template(kind, namespace), variables(namespace))
        assert list(list_external_secrets(done.object, namespace)) == [expected]
    assert list(list_external_secrets(done.object, "foreign")) == []
    count = len(shipped["spec"]["resources"])
    assert len(done.object["spec"]["resources"]) == count + 1
    if kind == "ClusterProjectType":
        assert done.object["spec"]["resources"][:count] == shipped["spec"]["resources"]
    assert remove_patch(done.object, done.added, release=RELEASE, identity=DEV) == shipped


@pytest.mark.parametrize("kind", KINDS)
def test_another_organization_changes_nothing_for_the_others(kind: str) -> None:
    shipped = shipped_v1(KINDS[kind][0])
    one = apply_patch(shipped, plan(kind, "acme"), release=RELEASE, identity=DEV)
    two = apply_patch(one.object, plan(kind, "acme", "globex"), one.added, release=RELEASE, identity=DEV)
    assert [change.kind for change in two.changes] == ["update"]
    rendered = [list(list_external_secrets(done.object, "acme")) for done in (one, two)]
    assert rendered[0] == rendered[1] != []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [DEV, PROD], ids=["dev", "prod"])
def test_two_stacks_on_one_type(kind: str, first: Identity) -> None:
    shipped = shipped_v1(KINDS[kind][0])
    dev = apply_patch(shipped, plan(kind, "acme", "globex"), release=RELEASE, identity=DEV)
    prod = apply_patch(dev.object, plan(kind, "initech", stack=PROD.stack), release=RELEASE, identity=PROD)
    for namespace in ("acme", "globex", "initech"):
        expected = render(template(kind, namespace), variables(namespace))
        assert list(list_external_secrets(prod.object, namespace)) == [expected]
    left = prod.object
    for identity, added in sorted([(DEV, dev.added), (PROD, prod.added)], key=lambda stack: stack[0] != first):
        left = remove_patch(left, added, release=RELEASE, identity=identity)
    assert left == shipped


@pytest.mark.skipif(not NEWEST.is_dir(), reason="OpenChoreo's own definitions are not beside this checkout")
@pytest.mark.parametrize("kind", KINDS)
def test_the_crds_accept_it(kind: str) -> None:
    openchoreo = Definitions.read(sorted(NEWEST.glob("*.yaml")))
    done = apply_patch(shipped_v1(KINDS[kind][0]), plan(kind, "acme", "globex"), release=RELEASE, identity=DEV)
    assert list(openchoreo.problems(done.object)) == []
