"""The command ``access``: where it reads, what it prints, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.commands import clusters, main
from components.errors import ClusterError
from components.settings.clusters import ClusterSettings
from tests.unit.access_samples import ONE_CLUSTER, SHARED, STORES, deployed, organization, plan, store
from tests.unit.api import Api, Object
from tests.unit.command_samples import configure
from tests.unit.samples import CANARY

TWO = [organization("acme"), organization("acme2")]
ISOLATED: Object = {"clusters": ONE_CLUSTER, "secretStores": STORES, "organizations": TWO}
MANUAL = {"host": "github.com", "manual": "two"}
HEADLINE = "dev: no organization can reach another one (2 organizations, "


def _configure(project: Path, **keys: Any) -> None:
    configure(project, {f"openchoreo-secrets:{key}": value for key, value in {**ISOLATED, **keys}.items()})


def _run(*arguments: str) -> int:
    return main(["access", "--stack", "dev", *arguments])


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Api:
    """The only cluster, with everything of the plan."""
    planned = plan(*TWO)
    live = deployed(planned)
    lists: dict[str, list[Object]] = {
        "namespaces": [{"metadata": {"name": name, "labels": labels}} for name, labels in live.namespaces.items()],
        "serviceaccounts": [{"metadata": {"namespace": place, "name": name}} for place, name in live.accounts],
    }
    for item in live.objects:
        # Items of a list have no kind.
        fields = {key: value for key, value in item.items() if key not in {"apiVersion", "kind"}}
        lists.setdefault(f"{item['kind'].lower()}s", []).append(fields)
    api = Api({"/api/v1/namespaces/kube-system": {"metadata": {"uid": "uid-1"}}}, **lists)
    _connect(monkeypatch, api)
    return api


def _connect(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    def connect(plane: str, settings: ClusterSettings) -> Api:
        api.plane, api.settings, api.name = plane, settings, settings.context
        return api

    monkeypatch.setattr(clusters, "Cluster", connect)


def test_isolated_organizations(project: Path, cluster: Api, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(project)
    assert _run() == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{HEADLINE}configuration and dev (build, control, data))\n\nWho can read what\n")
    assert printed.err == ""


def test_offline_reads_no_cluster(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clusters, "Cluster", None)
    _configure(project, secretStores={"org": SHARED})
    assert _run("--offline", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["isolated"], document["clusters"], document["skipped"]) == (False, [], "")
    assert [item["reason"] for item in document["crossings"]] == ["shared-store"]


def test_a_store_of_others(project: Path, cluster: Api, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(project)
    foreign = store("foreign", provider={"fake": {"data": [{"key": "k", "value": CANARY}]}})
    cluster.lists["clustersecretstores"].append({key: foreign[key] for key in ("metadata", "spec")})
    file = project / "access.svg"
    assert _run("--svg", str(file)) == 1
    text = capsys.readouterr().out
    assert text.startswith("dev: 2 edges between organizations, 1 cause (2 organizations, configuration and dev (")
    assert CANARY not in text + file.read_text()
    assert file.read_text().startswith("<svg ")


def test_each_kind_is_listed_once_and_no_secret_is_read(project: Path, cluster: Api) -> None:
    _configure(project)
    assert _run("--live") == 0
    rbac, eso = "/apis/rbac.authorization.k8s.io/v1/", "/apis/external-secrets.io/"
    assert [path for path, _ in cluster.queries] == [
        "/api/v1/namespaces",
        "/api/v1/serviceaccounts",
        *(
            f"{eso}v1/{kind}"
            for kind in ("clustersecretstores", "secretstores", "externalsecrets", "clusterexternalsecrets")
        ),
        *(f"{eso}v1alpha1/{kind}" for kind in ("pushsecrets", "clusterpushsecrets")),
        *(f"{rbac}{kind}" for kind in ("roles", "clusterroles", "rolebindings", "clusterrolebindings")),
    ]
    assert [query for _, query in cluster.queries[:2]] == [{"metadata_only": "true"}] * 2


def test_a_control_plane_of_its_own_is_not_read(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apis = {plane: Api({"/api/v1/namespaces/kube-system": {"metadata": {"uid": plane}}}) for plane in ("b", "c", "d")}
    monkeypatch.setattr(clusters, "Cluster", lambda plane, settings: _rename(apis[settings.context], plane, settings))
    _configure(project, clusters={key: {"context": key[0]} for key in ("buildPlane", "controlPlane", "dataPlane")})
    assert _run("--json") == 0
    assert json.loads(capsys.readouterr().out)["clusters"] == ["b (build)", "d (data)"]
    assert apis["c"].queries == []


def _rename(api: Api, plane: str, settings: ClusterSettings) -> Api:
    api.plane, api.settings, api.name = plane, settings, settings.context
    return api


def test_clusters_whose_contexts_have_one_name(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Distributions of Kubernetes call each context ``default``."""
    apis = {name: Api({"/api/v1/namespaces/kube-system": {"metadata": {"uid": name}}}) for name in ("build", "data")}
    monkeypatch.setattr(
        clusters,
        "Cluster",
        lambda plane, settings: _rename(apis[Path(settings.kubeconfig or "").name], plane, settings),
    )
    planes = {f"{name}Plane": {"context": "default", "kubeconfig": name} for name in apis}
    _configure(project, clusters=planes)
    assert _run("--json") == 0
    assert json.loads(capsys.readouterr().out)["clusters"] == [
        "default, build plane (build)",
        "default, data plane (data)",
    ]


def test_clusters_that_cannot_be_reached(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(plane: str, settings: ClusterSettings) -> Api:
        msg = f"{plane}: away"
        raise ClusterError(msg)

    monkeypatch.setattr(clusters, "Cluster", refuse)
    _configure(project)
    assert _run() == 0
    note = "The live clusters were not compared: build plane: away"
    assert capsys.readouterr().out.startswith(f"{HEADLINE}configuration only)\n{note}\n\n")
    assert _run("--live") == 2
    assert capsys.readouterr() == ("", "build plane: away\n")


def test_a_list_that_is_refused_is_no_note(project: Path, cluster: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """A report without it could say that no organization reaches another one, and be wrong."""
    _configure(project)
    cluster.forbidden = {"/apis/external-secrets.io/v1/secretstores"}
    assert _run() == 2
    refused = "GET /apis/external-secrets.io/v1/secretstores was refused (403): forbidden"
    message = f'data plane (context "dev"): {refused}; or use --offline for the configuration alone\n'
    assert capsys.readouterr() == ("", message)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        pytest.param({"manualSecrets": {"one": {"secure": "v1:x"}}}, "", id="encrypted-values"),
        pytest.param({"manualSecrets": {"secure": "v1:x"}}, "", id="everything-encrypted"),
        pytest.param({key: json.dumps(value) for key, value in ISOLATED.items()}, "", id="json-text"),
        *(
            pytest.param(
                {"manualSecrets": entries, "organizations": [{"name": "acme", "git": MANUAL}]},
                'organizations[0] ("acme").git.manual: names no entry of manualSecrets (value not shown); '
                "configured: one",
                id=f"an-unknown-name-beside-{form}",
            )
            for form, entries in (("a-mapping", {"one": {"secure": "v1:x"}}), ("json-text", '{"one": "x"}'))
        ),
        pytest.param(
            {"secretStores": {"secure": "v1:x"}},
            "secretStores: is encrypted; only manualSecrets holds secrets, every other key must be readable in a "
            "review",
            id="another-key-is-encrypted",
        ),
        pytest.param(
            {"refreshInterval": "soon"},
            'refreshInterval: "soon" is not a duration; expected a Go duration such as "30m", "1h" or "1h30m"',
            id="a-mistake",
        ),
    ],
)
def test_the_file_of_the_stack(project: Path, keys: Object, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(project, **keys)
    code = _run("--offline")
    printed = capsys.readouterr()
    if not message:
        assert (code, printed.err) == (0, "")
        return
    assert (code, printed.out) == (2, "")
    assert printed.err.splitlines()[1:] == [f"  - {message}"]


def test_other_names_of_the_stack_and_no_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(project)
    assert main(["access", "--stack", "acme-corp/dev", "--offline"]) == 0
    assert capsys.readouterr().out.startswith("acme-corp/dev: no organization can reach another one")
    assert main(["access", "--stack", "other", "--offline"]) == 2
    file = project / "stacks" / "Pulumi.other.yaml"
    assert capsys.readouterr().err == f"{file}: no such file; use the name of a stack of this project\n"


def test_a_picture_that_cannot_be_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(project)
    file = project / "missing" / "x.svg"
    assert _run("--offline", "--svg", str(file)) == 2
    assert capsys.readouterr() == (
        "",
        f"--svg: {file} cannot be written: No such file or directory; use another file\n",
    )


def test_live_and_offline_exclude_each_other(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        _run("--live", "--offline")
    assert raised.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err
