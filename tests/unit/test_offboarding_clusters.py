"""The command ``offboarding`` on clusters whose contexts have the same name, each in a kubeconfig of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.commands import clusters
from components.settings.clusters import ClusterSettings
from components.table import format_table
from tests.unit.api import Api, Object
from tests.unit.command_samples import OWNER, configure
from tests.unit.offboarding_samples import LABELS, STORE, remove, run
from tests.unit.writers import applied

BUILD = "default, build plane"
DATA = "default, data plane"
PULLED: Object = applied({"metadata": {"name": "org-acme", "uid": "20", "labels": LABELS}}, OWNER)


def _identify(api: Api, uid: str) -> Api:
    api.objects["/api/v1/namespaces/kube-system"] = {"metadata": {"name": "kube-system", "uid": uid}}
    return api


@pytest.fixture
def both(acme: Api, project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Api]:
    """File of the kubeconfig -> the cluster; each has a store of the organization."""
    data = Api({STORE: PULLED}, clustersecretstores=[PULLED])
    apis = {"build": _identify(acme, "uid-build"), "data": _identify(data, "uid-data")}
    planes = {f"{name}Plane": {"context": "default", "kubeconfig": name} for name in apis}
    configure(project, {"openchoreo-secrets:clusters": planes})

    def connect(plane: str, settings: ClusterSettings) -> Api:
        api = apis[Path(str(settings.kubeconfig)).name]
        api.plane, api.settings, api.name = plane, settings, settings.context
        return api

    monkeypatch.setattr(clusters, "Cluster", connect)
    return apis


def test_each_entry_names_its_cluster(both: dict[str, Api], project: Path) -> None:
    assert run("--record", "acme.json") == 0
    recorded = json.loads((project / "acme.json").read_text())
    assert recorded["clusters"] == {BUILD: "uid-build", DATA: "uid-data"}
    stores = [
        item["where"]
        for item in recorded["items"]
        if (item["kind"], item["name"]) == ("ClusterSecretStore", "org-acme")
    ]
    assert stores == [BUILD, DATA]


def test_what_is_left_on_one_of_them(both: dict[str, Api], project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--record", "acme.json")
    remove(both["build"], project)
    capsys.readouterr()

    assert run("--record", "acme.json", "--timeout", "0.1") == 1

    table = format_table(
        ("WHERE", "KIND", "NAME", "STATUS"),
        [
            (
                DATA,
                "ClusterSecretStore",
                "org-acme",
                "still there; it is not in the state; delete it with the command orphans --delete",
            )
        ],
    )
    assert table in capsys.readouterr().out


def test_another_cluster_in_the_place_of_one(
    both: dict[str, Api], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is empty, and everything is still on the recorded one."""
    run("--record", "acme.json")
    remove(both["build"], project)
    both["build"] = _identify(Api(), "uid-new")
    capsys.readouterr()

    assert run("--record", "acme.json", "--timeout", "0.1") == 2

    assert capsys.readouterr().err == (
        f"--record: the cluster {BUILD} (UID of kube-system: uid-build) is not in the file of the stack any more; "
        "check with the clusters of the record, or delete the record and list what is left\n"
    )
