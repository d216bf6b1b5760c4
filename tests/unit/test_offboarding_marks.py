"""What decides that an object is of an organization: its UID in a record, its owner, its namespace; no label alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from components.cluster.holdings import read_holdings
from components.offboarding.holdings import Holding
from components.offboarding.marks import Subject
from tests.unit.api import Api, Object
from tests.unit.command_samples import OWNER
from tests.unit.offboarding_samples import LABELS, STORE, edit_record, remove, run
from tests.unit.preflight_samples import STACK
from tests.unit.writers import applied

NAMESPACE: Final = "/api/v1/namespaces/openchoreo-ci-acme"
MARKED: Final = {"openchoreo-secrets/stack": OWNER}
ADOPTED: Final = {"pulumi.com/patchFieldManager": OWNER}
GOES: Final = {"openchoreo-secrets/offboarding": "delete"}
KEPT: Final = ("openchoreo-ci-acme", "", "offboarding is keep")
KINDS: Final = {"Namespace", "ClusterSecretStore", "Role"}


def _receipt(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, list[tuple[str, str, str]]]:
    """Section -> name, part and status of its entries, each of which is in one section."""
    capsys.readouterr()
    assert run("--record", "acme.json", "--json", "--timeout", "1e-9") == code
    receipt = json.loads(capsys.readouterr().out)
    rows: dict[str, list[tuple[str, str, str]]] = {
        section: [(item["name"], item.get("part", ""), item.get("status", "")) for item in receipt[section]]
        for section in ("gone", "left", "stays", "unchecked")
    }
    places = [(item["kind"], item["name"], item.get("part")) for section in rows for item in receipt[section]]
    assert len(places) == len(set(places)) == 6
    return rows


NOT_IN_STATE = "still there; it is not in the state; delete it with the command orphans --delete"
PART = "still in the object; an update without the organization removes it"


@pytest.mark.parametrize(
    ("metadata", "section", "row"),
    [
        pytest.param({"labels": LABELS, "annotations": MARKED}, "stays", KEPT, id="marked"),
        pytest.param({"labels": {}, "annotations": {}}, "stays", KEPT, id="without marks"),
        pytest.param({"labels": {}, "annotations": MARKED}, "stays", KEPT, id="without its label"),
        pytest.param({"labels": LABELS, "annotations": {}}, "stays", KEPT, id="without the annotations"),
        pytest.param({"labels": LABELS, "annotations": ADOPTED}, "stays", KEPT, id="with the marks of an adopted one"),
        pytest.param(
            {"labels": LABELS, "annotations": {**MARKED, **GOES}},
            "left",
            ("openchoreo-ci-acme", "", NOT_IN_STATE),
            id="an update has decided that it goes",
        ),
        pytest.param(
            {"labels": {}, "annotations": {}, "deletionTimestamp": "x"},
            "stays",
            ("openchoreo-ci-acme", "", "offboarding is keep; its deletion is running"),
            id="being deleted",
        ),
        pytest.param(
            {"uid": "7", "annotations": {}, "labels": LABELS}, "gone", ("openchoreo-ci-acme", "", ""), id="another one"
        ),
    ],
)
def test_a_namespace_that_stays_is_asked_for(
    acme: Api,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    metadata: Object,
    section: str,
    row: tuple[str, str, str],
) -> None:
    run("--record", "acme.json")
    remove(acme, project)
    live = {"metadata": {"name": "openchoreo-ci-acme", "uid": "6", **metadata}}
    acme.objects[NAMESPACE] = live
    acme.lists["namespaces"] = [live]

    rows = _receipt(capsys, int(section == "left"))

    assert row in rows[section]
    assert acme.metadata_paths.count(NAMESPACE) == 1


def test_a_namespace_that_is_no_longer_listed_is_asked_for(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--record", "acme.json")
    remove(acme, project)
    (live,) = acme.lists.pop("namespaces")
    acme.objects[NAMESPACE] = live
    assert _receipt(capsys, 0)["stays"] == [KEPT]
    del acme.objects[NAMESPACE]
    assert KEPT[0] in [name for name, *_ in _receipt(capsys, 0)["gone"]]


@pytest.mark.parametrize("metadata", [{"annotations": {}}, {"labels": LABELS}], ids=["no marks", "label of others"])
def test_parts_of_shared_objects_are_left_without_marks(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], metadata: Object
) -> None:
    run("--record", "acme.json")
    common, role = acme.lists["clustersecretstores"][1], acme.lists["roles"][0]
    spec, rules = common["spec"], role["rules"]
    remove(acme, project)
    common |= {"metadata": {**common["metadata"], **metadata}, "spec": spec}
    role |= {"metadata": {**role["metadata"], **metadata}, "rules": rules}
    assert _receipt(capsys, 1)["left"] == [
        ("common", "condition: namespace openchoreo-ci-acme", PART),
        ("eso-common", "right to read acme-sonar", PART),
    ]


@pytest.mark.parametrize(
    ("metadata", "left"),
    [
        pytest.param({"labels": LABELS}, True, id="without the annotation"),
        pytest.param({"labels": {}, "annotations": ADOPTED}, False, id="without the label"),
    ],
)
def test_the_label_of_an_adopted_namespace(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], metadata: Object, left: bool
) -> None:
    namespace = acme.lists["namespaces"][0]["metadata"]
    namespace["annotations"] = ADOPTED
    run("--record", "acme.json")
    remove(acme, project)
    acme.lists["namespaces"] = [{"metadata": {"name": "openchoreo-ci-acme", "uid": "6", **metadata}}]
    rows = _receipt(capsys, int(left))
    assert ("openchoreo-ci-acme" in [name for name, *_ in rows["left"]]) is left
    assert ("openchoreo-ci-acme" in [name for name, *_ in rows["gone"]]) is not left


def test_a_context_with_another_name_is_the_same_cluster(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--record", "acme.json")
    content = json.loads((project / "acme.json").read_text())
    items = [item if item["where"] == "state" else {**item, "where": "old"} for item in content["items"]]
    edit_record(project / "acme.json", clusters={"old": "uid-1"}, items=items)
    assert [len(rows) for rows in _receipt(capsys, 1).values()] == [0, 5, 1, 0]
    store = acme.objects[STORE]
    remove(acme, project)
    acme.objects[STORE] = store
    assert _receipt(capsys, 1)["left"] == [("org-acme", "", NOT_IN_STATE)]


def _secret(namespace: str, **metadata: Any) -> Object:
    labels = {**LABELS, "openchoreo-secrets/credential": "git"}
    return {"metadata": {"name": "git", "namespace": namespace, "uid": "1", "labels": labels, **metadata}}


@pytest.mark.parametrize(
    ("namespace", "recorded", "counts"),
    [
        pytest.param("openchoreo-ci-acme", "", True, id="builds"),
        pytest.param("workflows-acme", "", True, id="builds of a newer release"),
        pytest.param("dp-acme", "", True, id="workloads"),
        pytest.param("dp-acme2", "", False, id="workloads of a look-alike"),
        pytest.param("openchoreo-ci-acme2", "", False, id="builds of a look-alike"),
        pytest.param("openchoreo-ci-acme2", "1", True, id="in the record"),
        pytest.param("openchoreo-ci-acme2", "2", False, id="another one in the record"),
    ],
)
def test_labels_count_in_namespaces_of_the_organization_only(namespace: str, recorded: str, counts: bool) -> None:
    spaces: list[Object] = [
        {"metadata": {"name": f"dp-{name}", "uid": name, "labels": selector}}
        for name in ("acme", "acme2")
        for selector in Subject(STACK, name).selectors[:1]
    ]
    before = (Holding("dev", "Secret", namespace, "git", "", "v1", recorded),) if recorded else ()
    api = Api(namespaces=[*spaces, {"metadata": {"name": "plain", "uid": "p"}}], secrets=[_secret(namespace)])
    holdings = read_holdings({api.cluster: False}, Subject(STACK, "acme", recorded=before))
    assert [item.name for item in holdings.items] == (["git"] if counts else [])


@pytest.mark.parametrize(("namespace", "counts"), [("openchoreo-ci-acme", True), ("openchoreo-ci-acme2", False)])
def test_an_owner_in_another_namespace_is_none(namespace: str, counts: bool) -> None:
    metadata = {"name": "git", "namespace": "openchoreo-ci-acme", "uid": "e", "labels": LABELS}
    external = applied({"metadata": metadata}, STACK)
    secret = _secret(namespace, ownerReferences=[{"uid": "e"}])
    api = Api(externalsecrets=[external], secrets=[secret])
    kinds = [item.kind for item in read_holdings({api.cluster: False}, Subject(STACK, "acme")).items]
    assert kinds == ["ExternalSecret", *(["Secret"] if counts else [])]
