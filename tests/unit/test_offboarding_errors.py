"""The command ``offboarding``: records that cannot be written or read, and names that are unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.commands import main
from tests.unit.api import Api, Object
from tests.unit.offboarding_samples import edit_record, run


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        pytest.param("acm", 'did you mean "acme"?', id="nearly"),
        pytest.param("zzz", "use the name of an organization of the stack", id="nothing like it"),
    ],
)
def test_an_unknown_organization_is_not_recorded(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], name: str, advice: str
) -> None:
    assert main(["offboarding", "--stack", "dev", "--organization", name, "--record", "acme.json"]) == 2
    error = f'--organization: "{name}" has nothing in stack organization/openchoreo-secrets/dev; {advice}\n'
    assert capsys.readouterr() == ("", error)
    assert not (project / "acme.json").exists()


def test_a_record_that_cannot_be_written(acme: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--record", "absent/acme.json") == 2
    error = "--record: absent/acme.json cannot be written: No such file or directory; use another file\n"
    assert capsys.readouterr() == ("", error)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"\xff", "cannot be read: it is not text; use another file", id="not text"),
        pytest.param(b"{}", "is not a record of this command; use another file, or delete it", id="no record"),
        pytest.param(b"[", "is not a record of this command; use another file, or delete it", id="no JSON"),
        pytest.param(b"[" * 100_000, "is not a record of this command; use another file, or delete it", id="too deep"),
    ],
)
def test_a_file_that_is_no_record(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    (project / "acme.json").write_bytes(content)
    assert run("--record", "acme.json") == 2
    assert capsys.readouterr() == ("", f"--record: acme.json {reason}\n")


def test_a_folder_is_no_record(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "acme.json").mkdir()
    assert run("--record", "acme.json") == 2
    error = "--record: acme.json cannot be read: Is a directory; use another file\n"
    assert capsys.readouterr() == ("", error)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        pytest.param({"version": 2}, "is not a record of this command; use another file, or delete it", id="version"),
        pytest.param(
            {"items": [{"where": "a", "kind": "b", "name": "c", "more": "d"}]},
            "is not a record of this command; use another file, or delete it",
            id="another field",
        ),
        pytest.param({"time": 1}, "is not a record of this command; use another file, or delete it", id="not a text"),
        pytest.param(
            {"organization": "globex"},
            "is about the organization globex of the stack organization/openchoreo-secrets/dev, not about acme of "
            "organization/openchoreo-secrets/dev; use another file",
            id="another organization",
        ),
        pytest.param(
            {"clusters": {"kind-build": "uid-0"}},
            "the cluster kind-build (UID of kube-system: uid-0) is not in the file of the stack any more; check with "
            "the clusters of the record, or delete the record and list what is left",
            id="another cluster",
        ),
    ],
)
def test_a_record_of_something_else(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], edit: Object, reason: str
) -> None:
    run("--record", "acme.json")
    edit_record(project / "acme.json", **edit)
    capsys.readouterr()

    assert run("--record", "acme.json") == 2

    source = "--record: " if "clusters" in edit else "--record: acme.json "
    assert capsys.readouterr() == ("", f"{source}{reason}\n")
