"""``access`` on a real cluster: a deployed stack is isolated, and what others add is named until it is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from local.platform import CONTEXT
from tests.platform.access_reports import CANARY, read_report, run_access
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.releases import Builds, on_each_release, on_v1
from tests.platform.samples import git_organization

ESO: Final = "external-secrets.io/v1"
RBAC: Final = "rbac.authorization.k8s.io"
WHERE: Final = f"{CONTEXT} (build)"


@pytest.fixture
def two(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> tuple[str, str]:
    """Two deployed organizations, the name of one of which is a prefix of the other's."""
    names = organization, f"{organization}2"
    for name in names:
        cluster.put_secret(manager, name, {"token": CANARY})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(name, name) for name in names],
    )
    stack.up()
    return names


@on_each_release
def test_a_deployed_stack_is_isolated(stack: Stack, manager: str, two: tuple[str, str], builds: Builds) -> None:
    first, _ = two
    report = read_report(stack)
    assert (report["crossings"], report["plannedAndMissing"]) == ([], [])
    assert report["clusters"] == [WHERE]
    assert [edge for edge in report["edges"] if edge["organization"] == first] == [
        {
            "organization": first,
            "plane": "build",
            "subject": f"builds in {builds.namespace(first)}",
            "object": f"ExternalSecret {builds.namespace(first)}/{builds.git}",
            "store": f"ClusterSecretStore org-{first}",
            "identity": f"ServiceAccount {manager}/eso-org-{first}, Role {manager}/eso-org-{first}",
            "key": f"kubernetes {manager}: {first}",
        }
    ]
    code, text = run_access(stack)
    assert code == 0
    assert text.startswith(f"{stack.name}: no organization can reach another one (2 organizations, configuration and ")


def test_a_store_of_others_is_an_edge_until_it_is_gone(
    stack: Stack, cluster: Kubernetes, manager: str, two: tuple[str, str], tmp_path: Path
) -> None:
    first, second = two
    name = f"foreign-{first}"
    own = cluster.get(ESO, "ClusterSecretStore", f"org-{first}")
    assert own is not None
    provider = own["spec"]["provider"]
    cluster.create(
        {"apiVersion": ESO, "kind": "ClusterSecretStore", "metadata": {"name": name}, "spec": {"provider": provider}}
    )
    try:
        report = read_report(stack)
        assert [(item["reason"], item["store"], item["readers"], item["owners"]) for item in report["crossings"]] == [
            ("shared-identity", f"ClusterSecretStore {name}", [second], [first]),
            ("shared-store", f"ClusterSecretStore {name}", list(two), list(two)),
        ]
        identity = f"ServiceAccount {manager}/eso-org-{first}"
        text = f"serves every namespace (2 organizations), reads kubernetes {manager} as {identity}"
        assert {
            "cluster": CONTEXT,
            "object": f"ClusterSecretStore {name}",
            "store": "",
            "text": text,
            "own": False,
        } in report["liveAndNotPlanned"]
        file = tmp_path / "access.svg"
        assert run_access(stack, "--svg", str(file))[0] == 1
        picture = file.read_text()
        assert CANARY not in picture
        assert 'class="cross"' in picture
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 -- our own picture
    finally:
        cluster.delete(ESO, "ClusterSecretStore", name)
    assert read_report(stack)["crossings"] == []


def test_a_role_binding_that_reaches_an_identity_is_an_edge_until_it_is_gone(
    stack: Stack, cluster: Kubernetes, manager: str, two: tuple[str, str]
) -> None:
    first, second = two
    place = {"name": "tokens", "namespace": manager}
    rule = {
        "apiGroups": [""],
        "resources": ["serviceaccounts/token"],
        "verbs": ["create"],
        "resourceNames": [f"eso-org-{second}"],
    }
    subject = {"kind": "ServiceAccount", "name": "default", "namespace": f"openchoreo-ci-{first}"}
    reference = {"apiGroup": RBAC, "kind": "Role", "name": "tokens"}
    cluster.create({"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": place, "rules": [rule]})
    cluster.create(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": place,
            "subjects": [subject],
            "roleRef": reference,
        }
    )
    who = f"ServiceAccount openchoreo-ci-{first}/default"
    assert read_report(stack)["crossings"] == [
        {
            "reason": "rbac",
            "origin": "live",
            "readers": [first],
            "owners": [second],
            "subject": who,
            "object": f"RoleBinding {manager}/tokens -> Role tokens",
            "store": "",
            "identity": "",
            "keys": [],
            "why": f"{who} may create tokens of ServiceAccounts in namespace {manager}",
            "remedy": f"delete RoleBinding {manager}/tokens, or take the subject out of it",
            "edges": 1,
        }
    ]
    cluster.delete(f"{RBAC}/v1", "RoleBinding", "tokens", manager)
    assert read_report(stack)["crossings"] == []


@on_v1
def test_an_external_secret_and_a_label_of_others(
    stack: Stack, cluster: Kubernetes, two: tuple[str, str], builds: Builds
) -> None:
    """A tenant who names a store of others, which refuses the namespace, and one who sets a label of others."""
    first, second = two
    namespace = builds.namespace(first)
    label = builds.release.data_plane_selectors(second)[0]
    reference = {"kind": "ClusterSecretStore", "name": f"org-{second}"}
    cluster.create(
        {
            "apiVersion": ESO,
            "kind": "ExternalSecret",
            "metadata": {"name": "stolen", "namespace": namespace},
            "spec": {
                "secretStoreRef": reference,
                "target": {"name": "stolen"},
                "data": [{"secretKey": "token", "remoteRef": {"key": second, "property": "token"}}],
            },
        }
    )
    report = read_report(stack)
    assert report["crossings"] == []
    assert {
        "cluster": CONTEXT,
        "object": f"ExternalSecret {namespace}/stolen",
        "store": f"ClusterSecretStore org-{second}",
        "text": f"of {first}, 1 key; the store refuses its namespace",
        "own": False,
    } in report["liveAndNotPlanned"]
    cluster.patch("v1", "Namespace", namespace, {"metadata": {"labels": label}})
    (crossing,) = read_report(stack)["crossings"]
    assert (crossing["reason"], crossing["readers"], crossing["owners"]) == ("namespace", [first], [second])
    cluster.patch("v1", "Namespace", namespace, {"metadata": {"labels": dict.fromkeys(label)}})
    cluster.delete(ESO, "ExternalSecret", "stolen", namespace)
    assert read_report(stack)["crossings"] == []
