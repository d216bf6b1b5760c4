"""What a user sees when something is missing, and how it is repaired."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes, Stack, eventually, interrupt, kubernetes_store
from tests.platform.samples import DOCKER_HUB, git_organization


def test_a_missing_key_fails_clearly_and_is_repaired_by_adding_it(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "absent")],
        readyTimeout="3s",
    )

    message = stack.up_fails()

    assert "1 of 1 credentials are not ready after 3 s" in message
    cause = 'secrets "absent" not found'
    secret = f'organization "{organization}", Secret openchoreo-ci-{organization}/git-clone-secret'
    assert f"{secret}: {cause}" in " ".join(message.split())
    assert f"1 of 1 waiting: {organization}/git-clone-secret: {cause}\n" in message
    assert "Traceback" not in message
    assert "File " not in message

    cluster.put_secret(manager, "absent", {"token": "here now"})
    stack.configure(readyTimeout="30s")
    stack.up()

    delivered = cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret")
    assert delivered == ("Opaque", {"clone-secret": "here now"})
    stack.unchanged()


@pytest.mark.parametrize(
    ("registry", "data", "reason"),
    [
        pytest.param(
            {"server": DOCKER_HUB, "remoteKey": "docker", "property": "nosuch"},
            {"dockerconfigjson": "{}"},
            "property nosuch does not exist",
            id="missing property",
        ),
        pytest.param(
            {"server": DOCKER_HUB, "remoteKey": "docker", "property": "dockerconfigjson"},
            {"dockerconfigjson": json.dumps({"auths": {"ghcr.io": {"auth": "eDp5"}}})},
            f"docker (dockerconfigjson) has no docker auth for {DOCKER_HUB}",
            id="registry not in the docker config",
        ),
        pytest.param(
            {"server": DOCKER_HUB, "remoteKey": "docker", "property": "dockerconfigjson"},
            {"dockerconfigjson": "not-JSON-but-a-canary"},
            "docker (dockerconfigjson) is not a docker config.json; if it is encoded, set decoding: Base64",
            id="no JSON at all",
        ),
    ],
)
def test_the_operators_reason_is_shown(
    stack: Stack,
    cluster: Kubernetes,
    manager: str,
    organization: str,
    registry: dict[str, str],
    data: dict[str, str],
    reason: str,
) -> None:
    cluster.put_secret(manager, "docker", data)
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[{"name": organization, "secretStore": "org", "registries": [registry]}],
        readyTimeout="3s",
    )

    message = stack.up_fails()

    assert f"Secret openchoreo-ci-{organization}/registry-push-secret" in message
    assert reason in " ".join(message.split())
    assert "canary" not in message


def test_a_store_that_is_not_ready_is_named(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    store = kubernetes_store(manager)
    store["kubernetes"]["serviceAccount"] = {"name": "nobody", "namespace": manager}
    store["sharedAccess"] = True
    stack.configure(
        secretStores={"org": store}, organizations=[git_organization(organization, "git")], readyTimeout="3s"
    )

    message = stack.up_fails()

    assert f"org-{organization}" in message
    assert "is not ready" in message


def test_only_the_planned_namespaces_and_keys_are_reachable(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "own", {"token": "mine"})
    cluster.put_secret(manager, "foreign", {"token": "not mine"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "own")]
    )
    stack.up()
    namespace = f"openchoreo-ci-{organization}"

    cluster.create(external_secret("theft", namespace, f"org-{organization}", "foreign"))
    cluster.create(external_secret("theft", manager, f"org-{organization}", "own"))

    assert "is forbidden" in warning(cluster, namespace)
    assert "denied by spec.condition" in warning(cluster, manager)
    assert cluster.secret(namespace, "theft") is None
    assert cluster.secret(manager, "theft") is None


def external_secret(name: str, namespace: str, store: str, key: str) -> dict[str, Any]:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "data": [{"secretKey": "stolen", "remoteRef": {"key": key, "property": "token"}}],
        },
    }


def warning(cluster: Kubernetes, namespace: str) -> str:
    """The operator's latest word on the ExternalSecret ``theft``."""

    def find() -> str:
        events = cluster.list("v1", "Event", namespace)
        return "\n".join(event["message"] for event in events if event["involvedObject"].get("name") == "theft")

    return eventually(find, f"a warning in {namespace}")


def test_a_credential_that_stops_working_shows_in_the_preview(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git")],
        refreshInterval="1s",
        readyTimeout="3s",
    )
    stack.up()
    stack.unchanged()

    cluster.delete("v1", "Secret", "git", manager)

    def broken() -> bool:
        item = cluster.get(
            "external-secrets.io/v1", "ExternalSecret", "git-clone-secret", f"openchoreo-ci-{organization}"
        )
        return item is not None and item["status"]["conditions"][0]["status"] == "False"

    eventually(broken, "the operator to notice")
    assert stack.run("preview", "--expect-no-changes").returncode != 0
    assert f'organization "{organization}"' in stack.up_fails()


def test_ctrl_c_leaves_a_state_from_which_an_update_goes_on(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "late")],
        readyTimeout="10m",
    )
    update = stack.start_up()
    assert update.stdout is not None
    seen = []
    for line in update.stdout:
        seen.append(line)
        if "ExternalSecretsReady build-plane creating" in line:
            break

    rest = interrupt(update)

    printed = "".join(seen) + rest
    assert update.returncode != 0, printed
    assert "Traceback" not in printed
    assert "when the update was cancelled" in printed
    cluster.put_secret(manager, "late", {"token": "value"})
    stack.up()
    assert cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret") == ("Opaque", {"clone-secret": "value"})
    stack.unchanged()


@pytest.fixture(scope="module")
def bare(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A control plane without any CRDs."""
    bare = Platform(tmp_path_factory.mktemp("bare"), platform.programs)
    try:
        bare.start_control_plane()
        yield bare
    finally:
        bare.stop()


def test_unusable_clusters_are_refused_before_anything_is_created(
    stack: Stack, bare: Platform, manager: str, organization: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("{not yaml: [")
    gone = yaml.safe_load(stack.kubeconfig.read_text())
    gone["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    unreachable = tmp_path / "unreachable"
    unreachable.write_text(yaml.safe_dump(gone))
    good = {"kubeconfig": str(stack.kubeconfig), "context": CONTEXT}
    cases: list[tuple[dict[str, Any], str]] = [
        (
            {"buildPlane": {"kubeconfig": str(tmp_path / "absent"), "context": CONTEXT}},
            f'build plane (context "{CONTEXT}"): no kubeconfig at {tmp_path / "absent"}',
        ),
        (
            {"buildPlane": {"kubeconfig": str(broken), "context": CONTEXT}},
            f"{broken} is not valid YAML (line 1); correct the file",
        ),
        (
            {"buildPlane": {"kubeconfig": str(stack.kubeconfig), "context": "elsewhere"}},
            f"no such context in the kubeconfig ({stack.kubeconfig}); it has: {CONTEXT}",
        ),
        (
            {"buildPlane": {"kubeconfig": str(unreachable), "context": CONTEXT}},
            f'build plane (context "{CONTEXT}"): https://127.0.0.1:1 cannot be reached',
        ),
        (
            {"buildPlane": {"kubeconfig": str(bare.kubeconfig), "context": CONTEXT}},
            "the CRDs of the External Secrets Operator are missing; install the Helm chart external-secrets",
        ),
        (
            {"buildPlane": good, "controlPlane": {"kubeconfig": str(bare.kubeconfig), "context": CONTEXT}},
            "missing; install OpenChoreo v0.9 with the Helm chart openchoreo-control-plane",
        ),
    ]
    for clusters, expected in cases:
        stack.configure(
            clusters=clusters,
            secretStores={"org": kubernetes_store(manager)},
            organizations=[git_organization(organization, "git")],
        )
        for message in (stack.preview_fails(), stack.up_fails()):
            assert expected in message
            assert "Traceback" not in message
    resources = json.loads(stack.state.read_text())["checkpoint"]["latest"].get("resources") or []
    assert {resource["type"] for resource in resources} <= {"pulumi:pulumi:Stack"}
    stack.configure(clusters={"buildPlane": good})
