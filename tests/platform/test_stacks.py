"""The stacks that the project ships, against a real API server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.managers.cluster_secret_store import render_store
from components.managers.manager import Endpoint
from components.manifests import Manifest
from components.openchoreo import DEFAULT_RELEASE, find_release
from components.plan.stores import plan_stores
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.settings.parsing import parse
from local.engine import Engine
from local.platform import Platform
from local.seed import Seeder
from tests.platform.harness import PREFIX, ROOT, Kubernetes, eventually
from tests.platform.openchoreo import SERVICE, component_type, component_workflow
from tests.unit.plans import credentials, fan_out

STACKS = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))


def config_of(file: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(file.read_text())["config"]
    return config


def serves(file: Path) -> bool:
    """Whether the platform has the kinds of the stack's release. test_local_command.py deploys the other stack."""
    release: str = config_of(file)[f"{PREFIX}release"]
    return release == DEFAULT_RELEASE.name


def manifests(file: Path) -> list[Manifest]:
    """Every object of a stack that carries no manual value."""
    raw = {key.removeprefix(PREFIX): value for key, value in config_of(file).items() if key.startswith(PREFIX)}
    manual = raw.pop("manualSecrets", {})
    settings = parse(raw, source=file.name, manual_names=frozenset(manual))
    release = find_release(settings.release)
    found: list[Manifest] = []
    for planned in plan_stores(settings, release):
        found += [*planned.identity, render_store(planned, {}, Endpoint("https://127.0.0.1:6443", "Q0E="))]
    for organization in settings.organizations:
        builds = release.build_namespace(organization.name)
        target = Target(organization.name, builds, "store", settings.refresh_interval)
        found += [
            build_external_secret(each.target, each.content)
            for each in credentials(organization, target)
            if isinstance(each.content, SecretTemplate)
        ]
        pulls = organization.pull_secret is not None
        everywhere = fan_out(organization, store="store", release=release) if pulls else None
        found += [everywhere] if everywhere is not None else []
    return found


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.stem)
def test_the_api_server_accepts_every_manifest_and_defaults_nothing(file: Path, cluster: Kubernetes) -> None:
    found = manifests(file)
    assert found
    for manifest in found:
        here = manifest | {"metadata": manifest["metadata"] | {"namespace": "default"}}
        answer = cluster.dry_run(here if "namespace" in manifest["metadata"] else manifest)
        for part in ("spec", "rules", "subjects", "roleRef"):
            assert _without_api_groups(answer.get(part)) == _without_api_groups(manifest.get(part))


def _without_api_groups(part: Any) -> Any:
    """RBAC fills in the empty API group of a ServiceAccount; that is no difference to Pulumi."""
    if isinstance(part, list):
        return [_without_api_groups(item) for item in part]
    if isinstance(part, dict):
        return {key: value for key, value in part.items() if (key, value) != ("apiGroup", "")}
    return part


def test_the_api_server_refuses_a_misspelt_field(cluster: Kubernetes) -> None:
    manifest = next(
        each for each in manifests(ROOT / "stacks" / "Pulumi.local.yaml") if each["kind"] == "ExternalSecret"
    )
    manifest["metadata"]["namespace"] = "default"
    manifest["spec"]["secretStoreReff"] = manifest["spec"].pop("secretStoreRef")
    with pytest.raises(Exception, match="secretStoreReff"):
        cluster.dry_run(manifest)


@pytest.fixture
def shipped(engine: Engine, platform: Platform, data_platform: Platform) -> Iterator[Engine]:
    """The project with its own stacks, and a kubeconfig whose data plane contexts point to the second cluster."""
    project = engine.project.with_name("shipped")
    shutil.copytree(engine.project, project, symlinks=True)
    shutil.rmtree(project / "stacks")
    shutil.copytree(ROOT / "stacks", project / "stacks")
    kubeconfig, second = (yaml.safe_load(each.kubeconfig.read_text()) for each in (platform, data_platform))
    for part, key in (("clusters", "cluster"), ("users", "user")):
        kubeconfig[part].append({"name": "second", key: second[part][0][key]})
    here, there = kubeconfig["contexts"][0]["context"], {"cluster": "second", "user": "second"}
    names = {plane["context"] for file in STACKS for plane in config_of(file)[f"{PREFIX}clusters"].values()}
    kubeconfig["contexts"] = [
        {"name": name, "context": there if name.endswith("-data") else here} for name in sorted(names)
    ]
    (project / ".local").mkdir()
    (project / ".local" / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    yield Engine(engine.folder, engine.programs, project)
    shutil.rmtree(project)


def namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def there_before(config: dict[str, Any]) -> Iterator[Manifest]:
    """What a stack expects to find: adopted namespaces, and the objects of its organizations that it patches."""
    for organization in config[f"{PREFIX}organizations"]:
        name, pull = organization["name"], organization.get("pullSecret", {})
        if name != "default":
            yield namespace(name)
        if organization.get("namespace") == "adopt":
            yield namespace(f"openchoreo-ci-{name}")
        yield from (namespace(each) for each in pull.get("namespaces", ()))
        yield from (component_type(each, name) for each in pull.get("componentTypes", ()))
        workflows = organization.get("componentWorkflows", {}).get("names", ())
        yield from (component_workflow(each, name) for each in workflows)


@pytest.mark.parametrize("name", [file.stem.removeprefix("Pulumi.") for file in STACKS if serves(file)])
def test_every_stack_can_be_previewed(
    name: str, shipped: Engine, cluster: Kubernetes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(shipped.project / ".local" / "kubeconfig"))
    before = list(there_before(config_of(ROOT / "stacks" / f"Pulumi.{name}.yaml")))
    for manifest in before:
        cluster.create(manifest)
    try:
        created = shipped.run("stack", "init", name)
        assert created.returncode == 0, created.stdout
        done = shipped.run("preview", "--json", stack=name)
        assert done.returncode == 0, done.stdout
        assert set(json.loads(done.stdout)["changeSummary"]) == {"create"}
    finally:
        shipped.run("stack", "rm", "--yes", "--preserve-config", name)
        for manifest in before:
            metadata = manifest["metadata"]
            cluster.delete(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace"))
        gone = [manifest["metadata"]["name"] for manifest in before if manifest["kind"] == "Namespace"]
        eventually(lambda: not set(gone) & cluster.names("v1", "Namespace"), "the namespaces of the stack to go")


@pytest.mark.skipif(not SERVICE.is_file(), reason="the full CRDs of OpenChoreo v0.9.0 are not beside this checkout")
def test_the_seeded_objects_satisfy_the_full_crds(platform: Platform, cluster: Kubernetes) -> None:
    Seeder(platform.kubeconfig).create_organization("seeded")
    found = cluster.get("openchoreo.dev/v1alpha1", "ComponentType", "service", "seeded")
    assert found is not None
    assert [resource["id"] for resource in found["spec"]["resources"]] == ["deployment"]


def test_our_own_crds_hold_the_rules_that_matter(data_platform: Platform, data_cluster: Kubernetes) -> None:
    Seeder(data_platform.kubeconfig).create_organization("rules")
    component_types = ("openchoreo.dev/v1alpha1", "ComponentType", "service")
    with pytest.raises(Exception, match="workloadType"):
        data_cluster.patch(*component_types, {"spec": {"workloadType": "job"}}, "rules")
    entry = {"id": "only-this", "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}}
    with pytest.raises(Exception, match="resources must contain a primary resource with id matching workloadType"):
        data_cluster.patch(*component_types, {"spec": {"resources": [entry]}}, "rules")
