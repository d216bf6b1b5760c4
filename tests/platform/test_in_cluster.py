"""The documented way to run a stack in a pod: with the files and the variables that Kubernetes gives to a pod."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
import yaml

from local.pki import Pki
from local.platform import Platform
from tests.platform.harness import ROOT, Kubernetes, Stack, kubernetes_store
from tests.platform.samples import git_organization
from tests.unit.rights_samples import documented_roles

ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
RBAC: Final = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Pod:
    """What a container sees."""

    folder: Path
    """Its home, which is its working directory."""
    account: Path
    """In the place of the folder with the token and the CA."""
    new_token: Callable[[], str]

    def rotate(self) -> None:
        """Replace the token, as the kubelet does."""
        (self.account / "token").write_text(self.new_token())

    def run_page(self) -> Path:
        """The kubeconfig that the script on the page writes."""
        page = (ROOT / "docs" / "kubeconfigs.md").read_text()
        ((script, _),) = re.findall(r"```bash\n((.|\n)*?)```", page)
        assert script.count(ACCOUNT) == 1
        subprocess.run(
            ["bash", "-eu", "-c", script.replace(ACCOUNT, str(self.account))],
            cwd=self.folder,
            check=True,
        )
        return self.folder / "kubeconfig"


@pytest.fixture
def pod(
    platform: Platform,
    cluster: Kubernetes,
    manager: str,
    stack: Stack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Pod]:
    """A pod whose ServiceAccount has the documented role of the build plane."""
    account, name = {"name": "pulumi", "namespace": manager}, f"{manager}-in-cluster"
    cluster.put_secret(manager, "git", {"token": "value"})
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    rules = documented_roles()["openchoreo-secrets-build-plane"]["rules"]
    cluster.create({"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})
    cluster.create(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "subjects": [{"kind": "ServiceAccount", **account}],
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": name},
        }
    )
    server = urlsplit(yaml.safe_load(platform.kubeconfig.read_text())["clusters"][0]["cluster"]["server"])
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(server.hostname))
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    pod = Pod(tmp_path, tmp_path / "serviceaccount", lambda: cluster.token("pulumi", manager))
    pod.account.mkdir()
    shutil.copy(Pki(platform.folder / "pki").ca, pod.account / "ca.crt")
    pod.rotate()
    yield pod
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    stack.destroy()
    for kind in ("ClusterRoleBinding", "ClusterRole"):
        cluster.delete(f"{RBAC}/v1", kind, name)


def test_a_stack_in_a_pod(
    pod: Pod, stack: Stack, cluster: Kubernetes, manager: str, organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.configure(
        clusters={"buildPlane": {"context": "prod-build"}},
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "git")],
        offboarding="delete",
    )
    missing = f"there is no kubeconfig at {pod.folder}/.kube/config"
    assert f"{missing}; in a pod, write a kubeconfig for its ServiceAccount with that context" in stack.preview_fails()

    monkeypatch.setenv("KUBECONFIG", str(pod.run_page()))
    stack.up()
    pod.rotate()
    stack.unchanged()

    assert cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret") == ("Opaque", {"clone-secret": "value"})
    assert str(pod.folder) not in stack.state.read_text()
