"""Errors of the command line: one line each, and nothing is deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.commands import main
from tests.unit.api import Api
from tests.unit.command_samples import configure, lock, record, run_orphans


def _without(name: str) -> Any:
    return lambda project: (project / name).unlink()


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        pytest.param(
            lock,
            ["--delete"],
            "stack dev: the stack is locked (1.json), so an update may be running; wait for its end. If there is none, "
            "run: pulumi cancel --stack dev, then pulumi refresh --stack dev; or use --force",
            id="locked",
        ),
        pytest.param(
            lambda project: record(project, {"deployment": {"pending_operations": [{}, {}]}}),
            ["--delete"],
            "stack dev: its state has 2 pending operations, so an update may be running; wait for its end. If there is "
            "none, run: pulumi cancel --stack dev, then pulumi refresh --stack dev; or use --force",
            id="pending-operations",
        ),
        pytest.param(
            lambda project: (project / "whoami").write_text(json.dumps({"url": "https://app.pulumi.com/me"})),
            [],
            "--stack: dev has no organization; use --stack <organization>/dev",
            id="no-organization",
        ),
        pytest.param(
            _without("Pulumi.yaml"),
            [],
            "{project}/Pulumi.yaml: no such file; run the command in the folder of the Pulumi project",
            id="no-project",
        ),
        pytest.param(
            _without("stacks/Pulumi.dev.yaml"),
            [],
            "{project}/stacks/Pulumi.dev.yaml: no such file; use the name of a stack of this project, or --context",
            id="no-stack-file",
        ),
        pytest.param(
            lambda project: configure(project, {}),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: is missing; set it, or use --context",
            id="no-clusters",
        ),
        pytest.param(
            lambda project: configure(project, {"openchoreo-secrets:clusters": {"buildPlane": {}}}),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: buildPlane.context: is missing; "
            "expected a value such as openchoreo-build",
            id="wrong-clusters",
        ),
        pytest.param(
            lambda project: configure(
                project, {"openchoreo-secrets:release": "v1", "openchoreo-secrets:clusters": {"workflowPlane": {}}}
            ),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: workflowPlane.context: is missing; "
            "expected a value such as openchoreo-build",
            id="wrong-clusters-of-v1",
        ),
        pytest.param(
            lambda project: configure(
                project, {"openchoreo-secrets:release": "v1", "openchoreo-secrets:clusters": '{"workflowPlane": {}}'}
            ),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: workflowPlane.context: is missing; "
            "expected a value such as openchoreo-build",
            id="wrong-clusters-as-json",
        ),
        pytest.param(
            lambda project: configure(project, {"openchoreo-secrets:clusters": "{}"}),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: is missing; set it, or use --context",
            id="empty-clusters-as-json",
        ),
        pytest.param(
            lambda project: configure(
                project, {"openchoreo-secrets:release": "v1", "openchoreo-secrets:clusters": "kind-build"}
            ),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: must be a mapping, such as "
            "{workflowPlane: {context: openchoreo-build}}",
            id="clusters-that-are-no-mapping",
        ),
        pytest.param(
            lambda project: project,
            ["--kubeconfig", "file"],
            "--kubeconfig: needs --context, so that no current context is used by accident",
            id="a-kubeconfig-without-a-context",
        ),
        pytest.param(
            _without("bin/pulumi"),
            [],
            "pulumi: not found on PATH; install the Pulumi CLI, which reads the state",
            id="no-pulumi",
        ),
        pytest.param(
            lambda project: (project / "bin" / "pulumi").write_text(
                "#!/bin/sh\necho 'error: no stack' >&2; exit 255\n"
            ),
            [],
            "pulumi whoami --json failed: error: no stack",
            id="pulumi-fails",
        ),
        pytest.param(
            lambda project: (project / "state").write_text('{"deployment": '),
            [],
            "pulumi stack export --stack dev did not print a JSON object; check the version of Pulumi and its backend",
            id="a-state-that-is-not-json",
        ),
        pytest.param(
            lambda project: (project / "whoami").write_text("[]"),
            [],
            "pulumi whoami --json did not print a JSON object; check the version of Pulumi and its backend",
            id="a-user-that-is-no-object",
        ),
        pytest.param(
            lambda project: (project / "Pulumi.yaml").write_text("runtime: python\n"),
            [],
            "{project}/Pulumi.yaml: name: is missing; set it to the name of the Pulumi project",
            id="a-project-without-a-name",
        ),
        pytest.param(
            lambda project: (project / "Pulumi.yaml").write_text("name: [secret\n"),
            [],
            "{project}/Pulumi.yaml: cannot be read: it is not valid YAML (line 2); correct the file",
            id="a-project-that-is-not-yaml",
        ),
        pytest.param(
            lambda project: (project / "stacks" / "Pulumi.dev.yaml").write_text(
                "config:\n  openchoreo-secrets:release: v1\n  openchoreo-secrets:release: v0.9\n"
            ),
            [],
            '{project}/stacks/Pulumi.dev.yaml: cannot be read: it has the key "openchoreo-secrets:release" twice '
            "(lines 2 and 3); correct the file",
            id="a-stack-file-with-a-key-twice",
        ),
        *(
            pytest.param(
                lambda project, text=text: configure(project, {"openchoreo-secrets:clusters": text}),
                [],
                f"clusters: {problem} (value not shown); correct the value",
                id=what,
            )
            for what, text, problem in (
                ("json-of-many-digits", f'{{"hush": {"1" * 5000}}}', "has a number of too many digits"),
                ("deep-json", "[" * 101 + "]" * 101, "is nested more than 100 levels deep"),
                ("very-deep-json", '{"hush":' * 99_999 + "1" + "}" * 99_999, "is nested more than 100 levels deep"),
            )
        ),
        pytest.param(
            lambda project: (project / "stacks" / "Pulumi.dev.yaml").write_text(f"config: {'[' * 5000}{']' * 5000}"),
            [],
            "{project}/stacks/Pulumi.dev.yaml: cannot be read: it is nested more than 100 levels deep; "
            "correct the file",
            id="a-deep-stack-file",
        ),
        pytest.param(
            lambda project: (project / "state").write_text("[" * 99_999),
            [],
            "pulumi stack export --stack dev did not print a JSON object; check the version of Pulumi and its backend",
            id="a-deep-state",
        ),
        pytest.param(
            lambda project: (project / "stacks" / "Pulumi.dev.yaml").write_bytes(b"\xff\xfe\xff"),
            [],
            "{project}/stacks/Pulumi.dev.yaml: cannot be read: it is not valid YAML; correct the file",
            id="a-stack-file-that-is-not-text",
        ),
        *(
            pytest.param(
                lambda project, text=text: (project / "stacks" / "Pulumi.dev.yaml").write_text(text),
                [],
                "{project}/stacks/Pulumi.dev.yaml: must be a mapping of keys and values; correct the file",
                id=f"a-stack-file-with-{what}",
            )
            for what, text in (("a-list", "- config\n"), ("a-text-as-configuration", "config: x\n"))
        ),
    ],
)
def test_errors(
    project: Path,
    api: Api,
    capsys: pytest.CaptureFixture[str],
    change: Any,
    arguments: list[str],
    message: str,
) -> None:
    change(project)
    assert run_orphans(*arguments) == 2
    assert capsys.readouterr() == ("", f"{message.replace('{project}', str(project))}\n")
    assert api.deletions == []


SECONDS = "must be a number of seconds greater than zero, such as 60"
NO_NAME = "is not the name of a stack; use a name such as dev or <pulumi organization>/dev"
EMPTY_TEXT = "must not be empty; leave the option out for its default"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND; see: venv/bin/python -m components --help"),
        (["orphans"], "the following arguments are required: --stack"),
        (["orphans", "--stack"], "--stack: expected one argument"),
        (
            ["orphans", "--stack", "dev", "--del"],
            "unrecognized arguments: --del; see: venv/bin/python -m components --help",
        ),
        *(
            (["orphans", "--stack", name], f"--stack: {name!r} {NO_NAME}")
            for name in ("", " ", ".", "..", "../dev", "a/b/c/d", "acme/", "/dev", "a b", "dev\n")
        ),
        (["orphans", "--stack=--yes"], f"--stack: '--yes' {NO_NAME}"),
        *(
            (["orphans", "--stack", "dev", f"--timeout={value}"], f"--timeout: {value!r} {SECONDS}")
            for value in ("nan", "inf", "-inf", "-5", "0", "soon", "")
        ),
        (["orphans", "--stack", "dev", "--context", ""], f"--context: '' {EMPTY_TEXT}"),
        (["orphans", "--stack", "dev", "--context", "a", "--kubeconfig", " "], f"--kubeconfig: ' ' {EMPTY_TEXT}"),
    ],
)
def test_usage_errors(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    see = "" if "; see: " in message else "; see: venv/bin/python -m components orphans --help"
    assert capsys.readouterr() == ("", f"{message}{see}\n")


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The rest of the line differs between versions of Python."""
    with pytest.raises(SystemExit) as raised:
        main(["nonsense"])
    assert raised.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("COMMAND: invalid choice: 'nonsense' (choose from ")
    assert error.count("\n") == 1
