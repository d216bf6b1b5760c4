"""The command ``offboarding``: its texts, its record and its receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from components.table import format_table
from tests.unit.api import Api, Object
from tests.unit.command_samples import OWNER
from tests.unit.offboarding_samples import EXTERNAL, STORE, remove, run

TABLE: Final = format_table(
    ("WHERE", "KIND", "NAMESPACE", "NAME", "PART", "STAYS"),
    [
        ("kind-build", "ClusterSecretStore", "", "common", "condition: namespace openchoreo-ci-acme", ""),
        ("kind-build", "ClusterSecretStore", "", "org-acme", "", ""),
        ("kind-build", "ExternalSecret", "openchoreo-ci-acme", "git", "", ""),
        ("kind-build", "Namespace", "", "openchoreo-ci-acme", "", "offboarding is keep"),
        ("kind-build", "Role", "vault", "eso-common", "right to read acme-sonar", ""),
        ("state", "aws:iam/role:Role", "", "eso-org-acme", "", ""),
    ],
)
KEYS: Final = """\
Stays in the secret manager, unless the stack has created it:
STORE     KEY
--------  ----------
common    acme-sonar
org-acme  acme-git
"""
KEPT: Final = (
    "- namespace openchoreo-ci-acme stays without its organization; nothing of others is in it. To delete it as well: "
    "kubectl delete namespace openchoreo-ci-acme, or venv/bin/python -m components orphans --stack dev --delete\n"
)
USED: Final = "- ClusterSecretStore org-acme is deleted, although others use it: 1 PushSecret (team/push)\n"
TITLE: Final = "Organization acme in stack organization/openchoreo-secrets/dev, read 2026-05-01T10:00:00Z:\n"
LISTED: Final = f"{TITLE}\n{TABLE}\n\n{KEYS}\n{KEPT}{USED}"
HEAD: Final = (
    "Organization acme, stack organization/openchoreo-secrets/dev: recorded 2026-05-01T10:00:00Z, last update "
    "2026-05-01T10:01:00Z, checked 2026-05-01T10:01:00Z. What is gone went between the first and the last of these "
    "times.\n"
)
END: Final = "Nothing of the organization is left on the clusters and in the state, except what stays by design."
RECEIPT: Final = f"""\
{HEAD}
Gone:
WHERE       KIND                NAMESPACE           NAME        PART
----------  ------------------  ------------------  ----------  ---------------------------------------
kind-build  ClusterSecretStore                      common      condition: namespace openchoreo-ci-acme
kind-build  ClusterSecretStore                      org-acme
kind-build  ExternalSecret      openchoreo-ci-acme  git
kind-build  Role                vault               eso-common  right to read acme-sonar

Stays by design:
WHERE       KIND       NAME                STATUS
----------  ---------  ------------------  -------------------
kind-build  Namespace  openchoreo-ci-acme  offboarding is keep

Not in the state any more, not checked in the secret manager:
WHERE  KIND               NAME          STATUS
-----  -----------------  ------------  ------------------------------------------------------
state  aws:iam/role:Role  eso-org-acme  not checked: aws iam get-role --role-name eso-org-acme

{KEYS}
{KEPT}
{END}
"""

NOT_IN_STATE: Final = "still there; it is not in the state; delete it with the command orphans --delete"
PART: Final = "still in the object; an update without the organization removes it"
IN_STATE: Final = "in the state; no update has removed it"


def test_everything_is_listed(acme: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 1
    assert capsys.readouterr() == (LISTED, "")
    assert acme.deletions == []
    assert acme.patches == []


def test_the_record_and_the_receipt(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--record", "acme.json") == 0
    end = "\nRecorded in acme.json. Remove the organization, update, and run the same command again.\n"
    assert capsys.readouterr() == (f"{LISTED}{end}", "")
    recorded = json.loads((project / "acme.json").read_text())
    assert (recorded["organization"], recorded["clusters"]) == ("acme", {"kind-build": "uid-1"})
    remove(acme, project)

    assert run("--record", "acme.json") == 0

    assert capsys.readouterr() == (RECEIPT, "")


def test_the_record_and_the_receipt_are_json(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--record", "acme.json", "--json") == 0
    recorded = json.loads(capsys.readouterr().out)
    assert recorded == json.loads((project / "acme.json").read_text())
    assert recorded["remoteKeys"] == [
        {"store": "common", "key": "acme-sonar"},
        {"store": "org-acme", "key": "acme-git"},
    ]
    remove(acme, project)

    assert run("--record", "acme.json", "--json") == 0

    receipt = json.loads(capsys.readouterr().out)
    of_kind = {item["kind"]: item for item in recorded["items"]}
    assert receipt == {
        "stack": OWNER,
        "organization": "acme",
        "recorded": "2026-05-01T10:00:00Z",
        "updated": "2026-05-01T10:01:00Z",
        "checked": "2026-05-01T10:01:00Z",
        "gone": [item for item in recorded["items"] if item["kind"] not in {"Namespace", "aws:iam/role:Role"}],
        "left": [],
        "stays": [{**of_kind["Namespace"], "status": "offboarding is keep"}],
        "unchecked": [
            {
                **of_kind["aws:iam/role:Role"],
                "status": "not checked: aws iam get-role --role-name eso-org-acme",
            }
        ],
        "remoteKeys": recorded["remoteKeys"],
        "notes": [KEPT.removeprefix("- ").removesuffix("\n")],
    }


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        pytest.param({}, NOT_IN_STATE, id="not deleted"),
        pytest.param(
            {"labels": {}, "annotations": {}},
            "still there; the stack's annotations on it were removed, so nothing deletes it; delete it unless others "
            "need it",
            id="without its marks",
        ),
        pytest.param(
            {"ownerReferences": [{"kind": "Workflow", "name": "run", "uid": "9"}]},
            "still there; Kubernetes deletes it after its owner: Workflow run",
            id="owned",
        ),
        pytest.param({"deletionTimestamp": "x"}, "its deletion is running", id="being deleted"),
        pytest.param(
            {"deletionTimestamp": "x", "finalizers": ["f/x"]},
            "its deletion waits for its finalizers: f/x",
            id="waits for finalizers",
        ),
        pytest.param({"uid": "another"}, None, id="another object"),
    ],
)
def test_what_is_left(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], metadata: Object, reason: str | None
) -> None:
    run("--record", "acme.json")
    store = acme.objects[STORE]
    remove(acme, project)
    acme.objects[STORE] = {**store, "metadata": {**store["metadata"], **metadata}}
    capsys.readouterr()

    assert run("--record", "acme.json", "--json", "--timeout", "1e-9") == (0 if reason is None else 1)

    left: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["left"]
    assert [(item["name"], item["status"]) for item in left] == ([] if reason is None else [("org-acme", reason)])


def test_what_is_left_in_the_text(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--record", "acme.json")
    capsys.readouterr()
    assert run("--record", "acme.json") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "5 items of the organization are left."
    assert lines[2] == "Left:"
    assert [line.rpartition("  ")[2] for line in lines[5:10]] == [PART, NOT_IN_STATE, NOT_IN_STATE, PART, IN_STATE]


def test_one_item_is_left(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--record", "acme.json")
    store = acme.objects[STORE]
    remove(acme, project)
    acme.objects[STORE] = store
    assert run("--record", "acme.json", "--timeout", "1e-9") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 item of the organization is left."


def test_what_kubernetes_deletes_is_waited_for(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("--record", "acme.json")
    external = acme.objects[EXTERNAL]
    remove(acme, project)
    acme.objects[EXTERNAL] = external
    monkeypatch.setattr("components.commands.offboarding.time.sleep", lambda _: acme.objects.pop(EXTERNAL))
    assert run("--record", "acme.json") == 0
    assert capsys.readouterr().out.splitlines()[-1] == END


def test_only_a_namespace_that_stays_is_no_failure(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    remove(acme, project)
    assert run() == 0
    assert "offboarding is keep" in capsys.readouterr().out
