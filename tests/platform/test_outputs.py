"""Programs that create resources and pass their outputs: the example of the documentation, and a kubernetes store."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.platform.aws import MotoAws
from tests.platform.harness import ROOT, Kubernetes, Stack, eventually
from tests.platform.openchoreo import delete_namespaces_of

NAMESPACE = "openchoreo-ci-acme"
KUBERNETES = """
import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import Secret

from openchoreo_secrets import BuildPlane, BuildPlaneArgs, GitCredential, Organization, SecretStore, SecretStoreArgs
from openchoreo_secrets.managers.kubernetes import KubernetesServer, KubernetesStore
from openchoreo_secrets.managers.manager import Endpoint

cluster = kubernetes.Provider("build-plane", context="prod-build", cluster_identifier="prod-build")
opts = pulumi.ResourceOptions(provider=cluster)
source = Secret(
    "source", metadata={"namespace": "MANAGER"}, string_data={"token": "from-an-output"}, opts=opts
)
name = source.metadata.name
server = KubernetesServer(url="URL", ca_bundle=pulumi.Output.secret("CERTIFICATE"))
store = SecretStore(
    "acme",
    SecretStoreArgs(
        "acme",
        KubernetesStore(remote_namespace="MANAGER", server=server),
        organizations=["acme"],
        namespaces=["openchoreo-ci-acme"],
        keys=[name],
    ),
    opts,
)
acme = Organization(name="acme", git=GitCredential(remote_key=name, property="token"))
BuildPlane("acme", BuildPlaneArgs(acme, secret_store=store), opts)
"""

NewProgram = Callable[[str], Stack]


@pytest.fixture
def program(
    engine: Engine,
    platform: Platform,
    aws: MotoAws,
    cluster: Kubernetes,
    names: Iterator[int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[NewProgram]:
    """Creates the stack of a program that imports this package; the stack is destroyed at the end."""
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("KUBECONFIG", str(platform.kubeconfig))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "openchoreo_secrets").symlink_to(ROOT / "components")
    stand_in = str(Path(__file__).parent / "aws_provider")
    settings = {
        "name": "outputs",
        "runtime": {"name": "python", "options": {"virtualenv": str(ROOT / "venv")}},
        "plugins": {"providers": [{"name": "aws", "path": stand_in}]},
    }
    stacks: list[Stack] = []

    def create(text: str) -> Stack:
        project = tmp_path / "project"
        project.mkdir()
        (project / "Pulumi.yaml").write_text(yaml.safe_dump(settings))
        (project / "__main__.py").write_text(text.replace("prod-build", CONTEXT))
        stack = Stack(Engine(engine.folder, engine.programs, project), f"test{next(names)}", platform.kubeconfig)
        stack.init()
        stacks.append(stack)
        return stack

    yield create
    for stack in stacks:
        stack.destroy()
        delete_namespaces_of(cluster, stack.name)


def clone_secret(cluster: Kubernetes) -> str | None:
    found = cluster.secret(NAMESPACE, "git-clone-secret")
    return None if found is None else found[1]["clone-secret"]


def test_the_documented_program_reads_as_the_role_that_it_creates(
    program: NewProgram, cluster: Kubernetes, aws: MotoAws, manager: str
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "components.md").read_text(), re.DOTALL)
    (text,) = (block for block in blocks if "iam.Role(" in block)
    stack = program(text.replace('"external-secrets"', f'"{manager}"'))

    preview = stack.ok("preview", "--diff")
    assert "Calling __str__" not in preview
    stack.up()
    aws.put_secret("acme/git", json.dumps({"token": "of-the-role"}))

    assert eventually(lambda: clone_secret(cluster), "the Secret") == "of-the-role"
    account = cluster.get("v1", "ServiceAccount", "eso-acme", manager)
    assert account is not None
    arn = aws.client("iam").get_role(RoleName="eso-acme")["Role"]["Arn"]
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] == arn
    stack.unchanged()


def test_a_name_that_only_the_update_knows(
    program: NewProgram, cluster: Kubernetes, platform: Platform, manager: str
) -> None:
    """Pulumi chooses the name of the Secret; the role of the store may read exactly that one."""
    kubeconfig = yaml.safe_load(platform.kubeconfig.read_text())
    server = kubeconfig["clusters"][0]["cluster"]
    certificate = server["certificate-authority-data"]
    text = KUBERNETES.replace("URL", server["server"]).replace("CERTIFICATE", certificate).replace("MANAGER", manager)
    stack = program(text)

    assert "Calling __str__" not in stack.ok("preview", "--diff")
    stack.up()

    assert eventually(lambda: clone_secret(cluster), "the Secret") == "from-an-output"
    (name,) = (name for name in cluster.names("v1", "Secret", manager) if name.startswith("source-"))
    role = cluster.get("rbac.authorization.k8s.io/v1", "Role", "eso-acme", manager)
    assert role is not None
    assert role["rules"][0]["resourceNames"] == [name]
    state = (stack.engine.folder / "state" / ".pulumi" / "stacks" / "outputs" / f"{stack.name}.json").read_text()
    assert certificate not in state
    stack.unchanged()
