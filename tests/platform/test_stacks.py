"""The stacks that the project ships, against a real API server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.credentials import SecretTemplate, Target, credentials, external_secret
from components.manifests import Manifest
from components.openchoreo import RELEASES
from components.settings import parse
from components.stores import Endpoint, cluster_secret_store, identity, plan
from local.engine import Engine
from local.platform import Platform
from local.seed import Seeder, openchoreo_crds
from tests.platform.harness import PREFIX, ROOT, Kubernetes

STACKS = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))
FULL_CRDS = ROOT.parent / "shared" / "crds" / "openchoreo-v0.9.0"


def config_of(file: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(file.read_text())["config"]
    return config


def manifests(file: Path) -> list[Manifest]:
    """Every object of a stack that carries no manual value."""
    raw = {key.removeprefix(PREFIX): value for key, value in config_of(file).items() if key.startswith(PREFIX)}
    manual = raw.pop("manualSecrets", {})
    settings = parse(raw, source=file.name, manual_names=frozenset(manual))
    release = RELEASES[settings.release]
    found: list[Manifest] = []
    for planned in plan(settings, release):
        found += [*identity(planned), cluster_secret_store(planned, {}, Endpoint("https://127.0.0.1:6443", "Q0E="))]
    for organization in settings.organizations:
        namespace = release.build_namespace(organization.name)
        target = Target(organization.name, namespace, "store", settings.refresh_interval)
        found += [
            external_secret(each.target, each.secret)
            for each in credentials(organization, target)
            if isinstance(each.secret, SecretTemplate)
        ]
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
def shipped(engine: Engine, platform: Platform) -> Iterator[Engine]:
    """The project with its own stacks, and a kubeconfig in which every context is the platform."""
    project = engine.project.with_name("shipped")
    shutil.copytree(engine.project, project, symlinks=True)
    shutil.rmtree(project / "stacks")
    shutil.copytree(ROOT / "stacks", project / "stacks")
    kubeconfig = yaml.safe_load(platform.kubeconfig.read_text())
    here = kubeconfig["contexts"][0]["context"]
    names = {plane["context"] for file in STACKS for plane in config_of(file)[f"{PREFIX}clusters"].values()}
    kubeconfig["contexts"] = [{"name": name, "context": here} for name in sorted(names)]
    (project / ".local").mkdir()
    (project / ".local" / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    yield Engine(engine.folder, engine.programs, project)
    shutil.rmtree(project)


@pytest.mark.parametrize("name", [file.stem.removeprefix("Pulumi.") for file in STACKS])
def test_every_stack_can_be_previewed(
    name: str, shipped: Engine, cluster: Kubernetes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(shipped.project / ".local" / "kubeconfig"))
    config = config_of(ROOT / "stacks" / f"Pulumi.{name}.yaml")
    adopted = [
        f"openchoreo-ci-{organization['name']}"
        for organization in config[f"{PREFIX}organizations"]
        if organization.get("namespace") == "adopt"
    ]
    for namespace in adopted:
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    try:
        created = shipped.run("stack", "init", name)
        assert created.returncode == 0, created.stdout
        done = shipped.run("preview", "--json", stack=name)
        assert done.returncode == 0, done.stdout
        assert set(json.loads(done.stdout)["changeSummary"]) == {"create"}
    finally:
        shipped.run("stack", "rm", "--yes", "--preserve-config", name)
        for namespace in adopted:
            cluster.delete("v1", "Namespace", namespace)


def test_the_seeded_objects_satisfy_the_full_crds(platform: Platform, tmp_path: Path) -> None:
    if not FULL_CRDS.is_dir():
        pytest.skip("the full CRDs of OpenChoreo v0.9.0 are not beside this checkout")
    other = Platform(tmp_path / "full", platform.programs)
    try:
        other.start_control_plane()
        seeder = Seeder(other.kubeconfig)
        ours = {crd["spec"]["names"]["kind"] for crd in yaml.safe_load_all(openchoreo_crds().read_text())}
        full = {file: yaml.safe_load(file.read_text()) for file in sorted(FULL_CRDS.glob("*.yaml"))}
        files = [file for file, crd in full.items() if crd["spec"]["names"]["kind"] in ours]
        assert len(files) == len(ours)
        seeder.definitions(files, other.process("kube-apiserver"))
        seeder.organization("acme")
        cluster = Kubernetes(other.kubeconfig)
        component_type = cluster.get("openchoreo.dev/v1alpha1", "ComponentType", "service", "acme")
        assert component_type is not None
        assert [resource["id"] for resource in component_type["spec"]["resources"]] == ["deployment"]
    finally:
        other.stop()


def test_our_own_crds_hold_the_rules_that_matter(platform: Platform, cluster: Kubernetes) -> None:
    Seeder(platform.kubeconfig).organization("rules")
    patch = {"spec": {"workloadType": "job"}}
    with pytest.raises(Exception, match="workloadType"):
        cluster.patch("openchoreo.dev/v1alpha1", "ComponentType", "service", patch, "rules")
    entry = {"id": "only-this", "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}}
    with pytest.raises(Exception, match="resources must contain a primary resource with id matching workloadType"):
        cluster.patch("openchoreo.dev/v1alpha1", "ComponentType", "service", {"spec": {"resources": [entry]}}, "rules")
