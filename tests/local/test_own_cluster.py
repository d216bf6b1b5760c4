"""Trials on a cluster of the user: names, records, requirements, and what is created and removed."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.settings.stack import StackSettings
from local.own_cluster import objects
from local.own_cluster.configuration import derive_stack
from local.own_cluster.objects import TrialObjects
from local.own_cluster.requirements import DEFINITIONS, check_cluster
from local.own_cluster.trial import LABEL, Record, Trial, TrialError
from local.own_cluster.values import find_account
from local.stacks import STACKS, read_settings
from tests.local.clusters import DEPLOYMENT, ESO, SYSTEM, MemoryCluster, create_ready_cluster

ROOT = Path(__file__).resolve().parents[2]
WHERE = 'cluster (context "kind-x"): '
INSTALL = (
    "install version 0.16 or later: helm install external-secrets external-secrets "
    "--repo https://charts.external-secrets.io --version 0.20.4 "
    "--namespace external-secrets --create-namespace --kube-context kind-x --wait"
)
SECRETS = "/api/v1/namespaces/secret-manager/secrets"
NAMESPACES = "/api/v1/namespaces"


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path, "kind-x")


def record(release: str = "v0.9") -> Record:
    return Record(release, SYSTEM, "trial-1")


def derived(release: str, folder: Path) -> StackSettings:
    """Settings of a trial."""
    file = folder / "Pulumi.context.yaml"
    file.write_text(derive_stack((ROOT / "stacks" / f"Pulumi.{STACKS[release].name}.yaml").read_text(), "kind-x"))
    return read_settings(file)


@pytest.fixture(params=list(STACKS))
def trial_objects(request: pytest.FixtureRequest, trial: Trial, tmp_path: Path) -> TrialObjects:
    """A trial of each release on an empty cluster."""
    return TrialObjects(MemoryCluster(), trial, record(request.param), derived(request.param, tmp_path))


def of(trial_objects: TrialObjects) -> MemoryCluster:
    """The cluster in memory."""
    assert isinstance(trial_objects.cluster, MemoryCluster)
    return trial_objects.cluster


@pytest.mark.parametrize(
    ("context", "name"),
    [
        pytest.param("kind-x", "kind-x", id="plain"),
        pytest.param("Kind-X", "kind-x-1e34b1e3", id="capital letters"),
        pytest.param("admin@a.b/c", "admin-a-b-c-1df6be92", id="other characters"),
        pytest.param("x" * 41, f"{'x' * 40}-", id="long"),
    ],
)
def test_names_of_a_context(tmp_path: Path, context: str, name: str) -> None:
    trial = Trial(tmp_path, context)

    assert re.fullmatch("[a-z0-9-]{1,49}", trial.name)
    assert trial.name.startswith(name.rpartition("-")[0])
    assert (trial.name == context) == (context == "kind-x")
    assert trial.folder == tmp_path / ".local-contexts" / trial.name
    assert trial.stack_file == tmp_path / "stacks" / f"Pulumi.context-{trial.name}.yaml"


def test_no_context_is_the_default(trial: Trial) -> None:
    with pytest.raises(TrialError) as error:
        Trial(trial.root, "").connect()
    assert str(error.value) == "CONTEXT: is empty; use the name of a context: kubectl config get-contexts"


def test_a_trial_keeps_its_record(trial: Trial) -> None:
    cluster = MemoryCluster()
    assert trial.read() is None

    first = trial.start(cluster, None)

    assert (first.release, first.cluster) == ("v0.9", SYSTEM)
    assert re.fullmatch("[0-9a-f]{16}", first.trial)
    assert trial.start(cluster, None) == trial.start(cluster, "v0.9") == trial.read() == first
    assert trial.folder.stat().st_mode & 0o777 == 0o700


def test_another_release_or_cluster_is_refused(trial: Trial) -> None:
    cluster = MemoryCluster()
    trial.start(cluster, "v1")

    with pytest.raises(TrialError) as release:
        trial.start(cluster, "v0.9")
    cluster.objects[SYSTEM]["metadata"]["uid"] = "new"
    with pytest.raises(TrialError) as other:
        trial.start(cluster, "v1")
    del cluster.objects[SYSTEM]
    with pytest.raises(TrialError) as strange:
        trial.start(cluster, "v1")

    assert str(release.value) == (
        "RELEASE=v0.9: the trial is for OpenChoreo v1; remove it first: make down CONTEXT=kind-x"
    )
    assert str(other.value) == (
        f"{WHERE}is not the cluster that the trial was started on; remove the trial first: make down CONTEXT=kind-x"
    )
    assert str(strange.value) == f"{WHERE}has no namespace kube-system; use the context of a Kubernetes cluster"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="no fields"),
        pytest.param(json.dumps(dataclasses.asdict(record("v2"))), id="another release"),
    ],
)
def test_a_damaged_record(trial: Trial, content: str) -> None:
    trial.folder.mkdir(parents=True)
    (trial.folder / "trial.json").write_text(content)

    with pytest.raises(TrialError) as error:
        trial.read()

    advice = "delete what has the label openchoreo-secrets/trial in the cluster, then this folder"
    assert str(error.value) == f"{trial.folder}/trial.json: is not the record of a trial; {advice}"


@pytest.mark.parametrize("release", STACKS)
def test_the_stack_reads_secrets_of_the_cluster(tmp_path: Path, release: str) -> None:
    shipped = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{STACKS[release].name}.yaml").read_text())
    text = derive_stack(yaml.safe_dump(shipped), "kind-x")
    stack = yaml.safe_load(text)

    config, prefix = stack["config"], "openchoreo-secrets:"
    assert text.startswith("# Generated by `make local CONTEXT=...`")
    assert set(map(str, config.pop(f"{prefix}clusters").values())) == {str({"context": "kind-x"})}
    store = {"kubernetes": {"remoteNamespace": "secret-manager"}}
    assert config.pop(f"{prefix}secretStores") == {"org": store, "org-pull": store}
    assert config.pop(f"{prefix}offboarding") == "delete"
    for key in ("clusters", "secretStores"):
        del shipped["config"][f"{prefix}{key}"]
    renamed = yaml.safe_load(re.sub(r"org/(\w+)/", r"org-\1-", yaml.safe_dump(shipped)))
    assert stack == renamed
    settings = derived(release, tmp_path)
    names = ("acme", "globex", "initech")
    assert [find_account(settings, name) for name in names] == ["eso-org-acme", "eso-org-globex", None]


def test_a_cluster_with_eso_only(trial: Trial, tmp_path: Path) -> None:
    check_cluster(create_ready_cluster(), trial, derived("v0.9", tmp_path), None)


def test_everything_that_is_in_the_way(trial: Trial, tmp_path: Path) -> None:
    cluster = MemoryCluster(
        f"{NAMESPACES}/secret-manager",
        f"{NAMESPACES}/openchoreo-ci-acme",
        f"{DEFINITIONS}/organizations.openchoreo.dev",
        f"{DEFINITIONS}/projects.openchoreo.dev",
        f"{DEFINITIONS}/certificates.cert-manager.io",
    )

    with pytest.raises(TrialError) as error:
        check_cluster(cluster, trial, derived("v0.9", tmp_path), record())

    installed = "OpenChoreo is installed (organizations.openchoreo.dev), which the trial does not touch"
    exists = "exists, and the trial has not created it; use another cluster, or delete it"
    assert str(error.value).splitlines() == [
        f"{WHERE}the External Secrets Operator is missing (no API external-secrets.io/v1); {INSTALL}",
        f"{WHERE}{installed}; use a cluster without OpenChoreo, or deploy a stack of your own: docs/first-stack.md",
        f"{WHERE}the namespace secret-manager {exists}",
        f"{WHERE}the namespace openchoreo-ci-acme {exists}",
    ]


@pytest.mark.parametrize("status", [None, {}, {"availableReplicas": 0}], ids=["none", "new", "down"])
def test_eso_that_does_not_run(trial: Trial, tmp_path: Path, status: dict[str, Any] | None) -> None:
    cluster = MemoryCluster(ESO)
    if status is not None:
        cluster.put(DEPLOYMENT, {"app.kubernetes.io/name": "external-secrets"}, status=status)

    with pytest.raises(TrialError) as error:
        check_cluster(cluster, trial, derived("v0.9", tmp_path), None)

    label = "no Deployment with the label app.kubernetes.io/name=external-secrets is available"
    assert str(error.value) == (f"{WHERE}{label}, so no External Secrets Operator runs; start it, or {INSTALL}")


@pytest.mark.usefixtures("_no_pause")
def test_what_a_trial_creates_and_removes(trial_objects: TrialObjects) -> None:
    cluster = of(trial_objects)
    for path in (f"{NAMESPACES}/default", f"{DEFINITIONS}/certificates.cert-manager.io", ESO):
        cluster.put(path)
    cluster.put(DEPLOYMENT, {"app.kubernetes.io/name": "external-secrets"}, status={"availableReplicas": 1})
    before, cluster.unserved = dict(cluster.objects), 2

    trial_objects.create()

    created = {path: item for path, item in cluster.objects.items() if path not in before}
    assert {item["metadata"]["labels"][LABEL] for item in created.values()} == {"trial-1"}
    secrets = {path.rpartition("/")[2] for path in created if path.startswith(SECRETS)}
    assert secrets == {
        *("org-acme-ghcr", "org-acme-github-pat", "org-acme-registry-credentials", "org-acme-registry-pull"),
        *("org-acme-sonar", "org-globex-gitlab-token", "org-globex-registry-credentials", "org-globex-registry-pull"),
    }
    again = json.dumps(cluster.objects)
    trial_objects.create()
    assert json.dumps(cluster.objects) == again
    build = f"{NAMESPACES}/{'openchoreo-ci' if trial_objects.record.release == 'v0.9' else 'workflows'}-acme"
    cluster.put(build)
    cluster.objects[build]["metadata"]["annotations"] = {"openchoreo-secrets/stack": "organization/p/context-kind-x"}
    check_cluster(cluster, trial_objects.trial, trial_objects.settings, trial_objects.record)

    assert trial_objects.remove() == []

    assert cluster.objects == before
    assert trial_objects.remove() == []


def test_objects_of_others_stay(trial_objects: TrialObjects) -> None:
    cluster = of(trial_objects)
    trial_objects.create()
    definition = min(path for path in cluster.objects if path.startswith(DEFINITIONS))
    name = definition.rpartition("/")[2]
    theirs = f"/apis/openchoreo.dev/v1alpha1/namespaces/theirs/{name.partition('.')[0]}/app"
    cluster.put(theirs)

    assert trial_objects.remove() == [name]

    assert set(cluster.objects) == {SYSTEM, definition, theirs}


@pytest.mark.usefixtures("_no_pause")
def test_a_namespace_that_does_not_go(trial_objects: TrialObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_SECONDS", 0.0)
    cluster = of(trial_objects)
    trial_objects.create()
    cluster.stuck = {f"{NAMESPACES}/secret-manager"}

    with pytest.raises(TrialError) as error:
        trial_objects.remove()

    assert str(error.value) == (f"{WHERE}{NAMESPACES}/secret-manager is not gone after 0 s; run the command again")


@pytest.fixture
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_POLL", 0.0)
