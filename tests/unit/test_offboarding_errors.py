"""The command ``offboarding``: records that cannot be written or read, and names that are unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.commands import main
from tests.unit.api import Api, Object
from tests.unit.command_samples import CLUSTERS, configure
from tests.unit.offboarding_samples import edit_record, run


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        pytest.param("acm", 'did you mean "acme"?', id="nearly"),
        pytest.param("glboex", 'did you mean "globex"?', id="nearly one of the configuration"),
        pytest.param("zzz", "check the spelling.", id="nothing like it"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"], ["--record", "acme.json"]])
def test_an_unknown_organization_is_not_taken_for_a_removed_one(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], name: str, advice: str, options: list[str]
) -> None:
    _configure(project, [{"name": "globex"}, {"name": 1}, "x"])
    assert main(["offboarding", "--stack", "dev", "--organization", name, *options]) == 2
    error = (
        f'--organization: "{name}" is not in the configuration or the state of stack '
        "organization/openchoreo-secrets/dev, and no object of it is on the clusters (kind-build). If it was removed, "
        f"nothing of it is left. A mistyped name looks the same, so the exit code is 2; {advice} For exit code 0, use "
        "--record with a record from before the removal\n"
    )
    assert capsys.readouterr() == ("", error)
    assert not (project / "acme.json").exists()


@pytest.mark.parametrize("key", ["organizations", "namespaces"])
def test_an_organization_that_does_not_exist_yet(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    _configure(project, [{"name": "globex"}], key)
    assert main(["offboarding", "--stack", "dev", "--organization", "globex"]) == 2
    error = (
        '--organization: "globex" is in the configuration of stack organization/openchoreo-secrets/dev, and nothing of '
        "it exists yet; run pulumi up first\n"
    )
    assert capsys.readouterr() == ("", error)


def _configure(project: Path, organizations: object, key: str = "organizations") -> None:
    release = {} if key == "organizations" else {"openchoreo-secrets:release": "v1"}
    clusters = (
        CLUSTERS if not release else {"workflowPlane" if k == "buildPlane" else k: v for k, v in CLUSTERS.items()}
    )
    configure(project, {"openchoreo-secrets:clusters": clusters, f"openchoreo-secrets:{key}": organizations, **release})


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
