"""The command ``offboarding`` on a real removal: what it records, what it finds gone, and whom it does not touch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.platform.commands import run_command
from tests.platform.harness import ROOT, Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.openchoreo import ControlPlane, component_type, get_annotation, plane
from tests.platform.releases import Builds, on_v1_control_plane
from tests.platform.samples import git

CANARY = "canary-9d1c04"


def _offboarding(stack: Stack, organization: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and what the command prints as JSON."""
    code, text = run_command(
        stack, "offboarding", "--stack", stack.name, "--organization", organization, "--json", *arguments
    )
    assert CANARY not in text
    content: dict[str, Any] = json.loads(text)
    return code, content


def _rows(items: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    """Kind, namespace and name, and the part of a shared object."""
    assert {item["where"] for item in items} <= {CONTEXT}
    return {
        (item["kind"], "/".join(filter(None, (item.get("namespace"), item["name"]))), item.get("part", ""))
        for item in items
    }


def _organization(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "secretStore": "org",
        "git": git(f"{name}-git"),
        "external": [
            {"name": "sonar", "keys": {"token": git(f"{name}-sonar")}, "secretStore": "common"},
            {"name": "manual", "keys": {"token": {"manual": "token"}}},
        ],
        **more,
    }


@pytest.fixture
def names_of_three(cluster: Kubernetes, organization: str, builds: Builds) -> Iterator[tuple[str, str, str]]:
    """An organization, and two whose names begin with its name."""
    names = (organization, f"{organization}2", f"{organization}-corp")
    yield names
    for name in names:
        cluster.delete("v1", "Namespace", builds.namespace(name))


@pytest.fixture
def three(
    stack: Stack,
    cluster: Kubernetes,
    manager: str,
    control_plane: ControlPlane,
    names_of_three: tuple[str, str, str],
    builds: Builds,
) -> list[dict[str, Any]]:
    """Their configuration, on every plane; the first one has a pull secret."""
    first, second, third = names_of_three
    for name in names_of_three:
        for key in ("git", "sonar", "pull"):
            cluster.put_secret(manager, f"{name}-{key}", {"token": CANARY})
    control_plane.create(component_type("service", first))
    control_plane.create(plane("DataPlane", "default", first, "default"))
    pull = {"componentTypes": ["service"], "delivery": "component", "dockerConfig": git(f"{first}-pull")}
    organizations = [
        _organization(first, pullSecret=pull),
        _organization(second),
        _organization(third, namespace="adopt"),
    ]
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": builds.namespace(third)}})
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager), "common": kubernetes_store(manager, "shared")},
        organizations=organizations,
        manualSecrets={},
    )
    stack.set_secret("openchoreo-secrets:manualSecrets.token", CANARY)
    stack.up()
    return organizations


@on_v1_control_plane
def test_a_removed_organization_leaves_nothing(
    stack: Stack,
    cluster: Kubernetes,
    manager: str,
    three: list[dict[str, Any]],
    names_of_three: tuple[str, str, str],
    builds: Builds,
    tmp_path: Path,
) -> None:
    first, second, third = names_of_three
    namespace, file = builds.namespace(first), str(tmp_path / "record.json")
    look_alikes = [_offboarding(stack, name)[1]["items"] for name in (second, third)]
    objects = {
        *(("ExternalSecret", f"{namespace}/{name}", "") for name in (builds.git, "sonar")),
        *(("Secret", f"{namespace}/{name}", "") for name in (builds.git, "sonar", "manual")),
        ("ClusterSecretStore", f"org-{first}", ""),
        *((kind, f"{manager}/eso-org-{first}", "") for kind in ("ServiceAccount", "Role", "RoleBinding")),
        ("ComponentType", f"{first}/service", f"annotation {get_annotation(stack, first)}"),
        ("ClusterSecretStore", "common", f"condition: namespace {namespace}"),
        ("Role", f"{manager}/eso-common", f"right to read {first}-sonar"),
    }

    code, recorded = _offboarding(stack, first, "--record", file)

    assert code == 0
    assert _rows(recorded["items"]) == {*objects, ("Namespace", namespace, "")}
    assert {(key["store"], key["key"]) for key in recorded["remoteKeys"]} == {
        (f"org-{first}", f"{first}-git"),
        ("common", f"{first}-sonar"),
        ("", f"{first}-pull"),
    }
    code, before = _offboarding(stack, first, "--record", file, "--timeout", "0.1")
    assert (code, before["gone"], _rows(before["left"])) == (1, [], objects)

    stack.configure(organizations=three[1:])
    stack.up()
    code, receipt = _offboarding(stack, first, "--record", file)

    assert (code, receipt["left"], receipt["unchecked"]) == (0, [], [])
    assert _rows(receipt["gone"]) == objects
    assert _rows(receipt["stays"]) == {("Namespace", namespace, "")}
    assert receipt["remoteKeys"] == recorded["remoteKeys"]
    assert receipt["recorded"] <= receipt["updated"] <= receipt["checked"]
    assert [_offboarding(stack, name)[1]["items"] for name in (second, third)] == look_alikes
    assert CANARY not in Path(file).read_text()


def test_what_is_left_is_named_with_and_without_a_record(
    stack: Stack, cluster: Kubernetes, three: list[dict[str, Any]], names_of_three: tuple[str, str, str], tmp_path: Path
) -> None:
    third = names_of_three[2]
    namespace, file = f"openchoreo-ci-{third}", str(tmp_path / "record.json")
    stack.configure(organizations=[*three[:2], {**three[2], "policies": {"creationPolicy": "Orphan"}}])
    stack.up()
    _offboarding(stack, third, "--record", file)
    stack.configure(organizations=three[:2])
    stack.up()

    code, receipt = _offboarding(stack, third, "--record", file, "--timeout", "0.1")
    alone, listed = _offboarding(stack, third)

    kept = {("Secret", f"{namespace}/{name}", "") for name in ("git-clone-secret", "sonar")}
    assert (code, _rows(receipt["left"]), receipt["stays"]) == (1, kept, [])
    assert (alone, _rows(listed["items"])) == (1, kept)
    assert ("Namespace", namespace, "label openchoreo.dev/organization") in _rows(receipt["gone"])
    for name in ("git-clone-secret", "sonar"):
        cluster.delete("v1", "Secret", name, namespace)
    assert _offboarding(stack, third, "--record", file)[0] == 0
    code, text = run_command(stack, "offboarding", "--stack", stack.name, "--organization", third)
    gone = f'"{third}" is not in the configuration or the state of stack '
    assert (code, gone in text, "If it was removed, nothing of it is left." in text) == (2, True, True)


@pytest.fixture
def documented(engine: Engine, platform: Platform, cluster: Kubernetes) -> Iterator[Stack]:
    """The stack of the documentation: the organizations acme and globex, and a build of acme that runs."""
    manager, namespace = "secret-manager", "openchoreo-ci-acme"
    for name in (manager, "acme"):
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for name in ("acme", "globex"):
        for key in ("git", "sonar", "pull"):
            cluster.put_secret(manager, f"{name}-{key}", {"token": CANARY})
    cluster.create(component_type("service", "acme"))
    cluster.create(plane("DataPlane", "default", "acme", "default"))
    pull = {"componentTypes": ["service"], "delivery": "component", "dockerConfig": git("acme-pull")}
    acme, globex = ({"name": name, "secretStore": "org", "git": git(f"{name}-git")} for name in ("acme", "globex"))
    sonar = {
        name: [{"name": "sonar", "keys": {"token": git(f"{name}-sonar")}, "secretStore": "common"}]
        for name in ("acme", "globex")
    }
    stack = Stack(engine, "prod", platform.kubeconfig)
    stack.init()
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager), "common": kubernetes_store(manager, "shared")},
        organizations=[
            {**acme, "external": sonar["acme"], "pullSecret": pull},
            {**globex, "external": sonar["globex"]},
        ],
    )
    stack.up()
    eventually(lambda: cluster.get("v1", "ServiceAccount", "default", namespace), "the default ServiceAccount")
    spec = {"containers": [{"name": "main", "image": "registry.example/build"}], "automountServiceAccountToken": False}
    cluster.create(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "build-7", "namespace": namespace}, "spec": spec}
    )
    yield stack
    stack.destroy()
    for name in (manager, "acme", namespace, "openchoreo-ci-globex"):
        cluster.delete("v1", "Namespace", name)


def test_the_documented_output(documented: Stack, tmp_path: Path) -> None:
    command = ("offboarding", "--stack", "prod", "--organization", "acme", "--record", str(tmp_path / "acme.json"))
    before, after = (run_documented_command(documented, command, remove) for remove in (False, True))
    shown = re.findall(r"```\n(Organization acme.*?)```", (ROOT / "docs" / "removing.md").read_text(), re.DOTALL)
    assert [normalize(before), normalize(after)] == [normalize(text) for text in shown]


def run_documented_command(stack: Stack, command: tuple[str, ...], remove: bool) -> str:
    if remove:
        stored = yaml.safe_load(stack.file.read_text())["config"]["openchoreo-secrets:organizations"]
        stack.configure(organizations=stored[1:])
        stack.up()
    code, text = run_command(stack, *command)
    assert code == 0
    return text


def normalize(text: str) -> str:
    """The output without times, hashes and the folder of the record; the tests run in a checkout, readers do not."""
    text = text.replace("venv/bin/python -m components", "venv/bin/openchoreo-secrets")
    text = re.sub(r"20\d\d-\d\d-\d\dT[\d:]+Z", "TIME", text)
    text = re.sub(r"/\S+/acme\.json", "acme.json", text)
    return re.sub(r"added\.[0-9a-f]{10}", "added.HASH", text).strip()
