"""Configuration as people write it, through the real engine."""

from __future__ import annotations

import json
import shutil

from components.schema import go_yaml
from local.platform import CONTEXT
from tests.platform.harness import PREFIX, Kubernetes, Stack, kubernetes_store
from tests.platform.samples import git_organization
from tests.unit.yaml_values import MERGED, PLAIN

ANCHORS = """
  {prefix}refreshInterval: &often 10m
  {prefix}secretStores:
    org: {{sharedKeys: [git], kubernetes: &kubernetes {{remoteNamespace: {manager}, server: {{fromKubeconfig: true}}}}}}
    other: {{scope: shared, kubernetes: *kubernetes}}
  {prefix}organizations:
    - name: {organization}
      secretStore: org
      git: &git {{remoteKey: git, property: token, refreshInterval: *often}}
    - {{name: {organization}-b, secretStore: org, git: *git}}
"""


def test_anchors_and_aliases_do_no_harm(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure()
    text = ANCHORS.format(prefix=PREFIX, manager=manager, organization=organization)
    stack.file.write_text(stack.file.read_text().replace("config:\n", f"config:{text}", 1))

    stack.up()

    for name in (organization, f"{organization}-b"):
        secret = cluster.secret(f"openchoreo-ci-{name}", "git-clone-secret")
        assert secret == ("Opaque", {"clone-secret": "value"})
    stack.unchanged()


def test_every_mistake_is_reported_at_once_and_nothing_is_created(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            git_organization(organization, "git") | {"regsitries": []},
            git_organization("Not_A_Label", "git"),
        ],
        refreshInterval="soon",
        refreshIntervall="1h",
        budget=[50],
        load="many",
    )

    for message in (stack.preview_fails(), stack.up_fails()):
        assert f"stacks/Pulumi.{stack.name}.yaml: 6 problems; nothing was changed" in message
        assert f'organizations[0] ("{organization}").regsitries: unknown key; did you mean "registries"?' in message
        assert 'organizations[1].name: "Not_A_Label" is not a DNS label' in message
        assert 'refreshInterval: "soon" is not a duration' in message
        assert 'refreshIntervall: unknown key; did you mean "refreshInterval"?' in message
        assert "budget: must be a mapping, such as {dollarsPerMonth: 50}" in message
        assert "load: must be a mapping, such as {components: 20}" in message
        assert "Traceback" not in message
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is None


def test_another_path_of_the_kubeconfig_replaces_nothing(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )
    stack.up()
    namespace = f"openchoreo-ci-{organization}"
    before = cluster.get("v1", "Namespace", namespace)
    moved = stack.kubeconfig.with_name("moved")
    shutil.copy(stack.kubeconfig, moved)

    stack.configure(clusters={"buildPlane": {"kubeconfig": str(moved), "context": CONTEXT}})
    plan = json.loads(stack.ok("preview", "--json"))

    assert set(plan["changeSummary"]) <= {"same", "update"}
    stack.up()
    assert cluster.get("v1", "Namespace", namespace) == before
    stack.unchanged()


def test_commands_read_the_values_that_pulumi_reads(stack: Stack) -> None:
    stack.configure()
    texts = {**PLAIN, **MERGED}
    values = "\n".join(f"    - {text}" for text in texts)
    text = stack.file.read_text().replace("config:\n", f"config:\n  {PREFIX}probe:\n{values}\n", 1)
    stack.file.write_text(text)

    printed = json.loads(stack.ok("config", "--json"))[f"{PREFIX}probe"]["objectValue"]

    assert printed == go_yaml.load(text)["config"][f"{PREFIX}probe"] == list(texts.values())
