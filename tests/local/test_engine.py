"""Output of an update, as `make local` prints it."""

from __future__ import annotations

import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from local import engine
from local.engine import Engine, EngineError, _relevant_lines
from local.releases import LANGUAGE_HOST

OWN = (
    "    warning: using pulumi-resource-kubernetes from $PATH at bin/pulumi-resource-kubernetes\n",
    "    warning: resource plugin kubernetes is expected to have version >=4.34.2, but has 4.25.0; wrong\n",
)
HEADING = ("Diagnostics:\n", "  pulumi:pulumi:Stack (openchoreo-secrets-local):\n")


def test_warnings_about_the_locally_built_provider_are_omitted() -> None:
    lines = (
        "Updating (local):\n",
        " +  kubernetes:core/v1:Namespace acme-namespace creating (0s) \n",
        " ~  kubernetes:core/v1:Secret acme-git updating (0s) [diff: ~data]; \n",
        " +  kubernetes:core/v1:Namespace acme-namespace created (0.02s) \n",
        "    pulumi:pulumi:Stack openchoreo-secrets-local  2 warnings\n",
        *HEADING,
        *OWN,
        "\n",
        "Resources:\n",
        "    28 unchanged\n",
    )
    assert list(_relevant_lines(lines)) == [
        "Updating (local):",
        " +  kubernetes:core/v1:Namespace acme-namespace created (0.02s)",
        "Resources:",
        "    28 unchanged",
    ]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param(
            "    pulumi:pulumi:Stack openchoreo-secrets-local  3 warnings; 1 message\n", [], id="nothing-else"
        ),
        pytest.param(
            " +  pulumi:pulumi:Stack openchoreo-secrets-local created (5s) 3 warnings; 1 message\n",
            [" +  pulumi:pulumi:Stack openchoreo-secrets-local created (5s)"],
            id="created",
        ),
        pytest.param(
            "    pulumi:pulumi:Stack openchoreo-secrets-local **failed** 2 errors; 3 warnings\n",
            ["    pulumi:pulumi:Stack openchoreo-secrets-local **failed**"],
            id="failed",
        ),
    ],
)
def test_no_number_of_warnings_without_the_warnings(line: str, shown: list[str]) -> None:
    assert list(_relevant_lines([line])) == shown


def test_each_message_about_a_patch_is_printed_once() -> None:
    row = " +  openchoreo:index:ComponentTypePatch acme/service"
    lines = (
        f"{row} creating (0s) adds the resource\n",
        f"{row} creating (0s) adds a name\n",
        f"{row} created (0.45s) adds a name\n",
        " +  openchoreo:index:ComponentTypePatch globex/service created (0.1s) adds a name\n",
    )
    assert list(_relevant_lines(lines)) == [
        f"{row} creating (0s) adds the resource",
        f"{row} creating (0s) adds a name",
        f"{row} created (0.45s)",
        " +  openchoreo:index:ComponentTypePatch globex/service created (0.1s) adds a name",
    ]


def test_a_message_of_the_stack_is_printed_once() -> None:
    row = "pulumi:pulumi:Stack openchoreo-secrets-local"
    lines = (
        f"    {row}  Polling: 7 Secrets\n",
        f" +  {row} creating (0s) Polling: 7 Secrets\n",
        f"    {row} running Polling: 7 Secrets\n",
        f" +  {row} created (5s) 1 message\n",
    )
    assert list(_relevant_lines(lines)) == [f"    {row}  Polling: 7 Secrets", f" +  {row} created (5s)"]


def test_a_heading_without_its_text_is_not_printed() -> None:
    row = "pulumi:pulumi:Stack openchoreo-secrets-local"
    title = "Expected calls to secret managers in 30 days, at list prices:"
    lines = (
        f"    {row} running {title}\n",
        f" +  {row} creating (0s) {title}\n",
        f" +  {row} created (5s) 1 message\n",
        f"    {row}  {title}\n",
        *HEADING,
        f"    {title}\n",
        "    STORE  MANAGER\n",
        "Resources:\n",
    )
    assert list(_relevant_lines(lines)) == [f" +  {row} created (5s)", "Resources:"]


def test_errors_and_other_warnings_are_printed_with_their_heading() -> None:
    lines = (*HEADING, *OWN, "    error: acme is not ready\n", "Resources:\n", "    1 errored\n")
    assert list(_relevant_lines(lines)) == [
        *(line.rstrip() for line in HEADING),
        "    error: acme is not ready",
        "Resources:",
        "    1 errored",
    ]


def test_colors_make_no_difference() -> None:
    started = " \x1b[32m+\x1b[0m  kubernetes:core/v1:Namespace acme \x1b[32mcreating (0s)\x1b[0m \n"
    summary = "    \x1b[32m+ \x1b[1m28 created\x1b[0m\n"
    assert list(_relevant_lines((started, "\x1b[1mDiagnostics:\x1b[0m\n", "Resources:\n", summary))) == [
        "Resources:",
        summary.rstrip(),
    ]


def test_ctrl_c_waits_until_pulumi_has_released_its_lock(tmp_path: Path) -> None:
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text(f"#!/bin/sh\necho Updating\nsleep 0.2\ntouch '{tmp_path}/released'\n")
    pulumi.chmod(0o755)
    lines: list[str] = []

    def say(text: str) -> None:
        lines.append(text)
        if text == "Updating":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Engine(tmp_path, {}, tmp_path).up("local", say)

    assert lines == ["Updating", "Cancelling the update"]
    assert (tmp_path / "released").exists()


def pulumi(folder: Path, text: str, code: int = 0) -> Engine:
    """An engine whose Pulumi prints a text."""
    program = folder / "bin" / "pulumi"
    program.parent.mkdir()
    (folder / "text").write_text(text)
    program.write_text(f"#!/bin/sh\ncat '{folder}/text'\nexit {code}\n")
    program.chmod(0o755)
    return Engine(folder, {}, folder)


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        pytest.param('{"value": "{\\"git\\": \\"t\\"}", "secret": true}', 0, {"git": "t"}, id="values"),
        pytest.param("error: configuration key 'x' not found for stack 'local'", 255, {}, id="none"),
    ],
)
def test_manual_values(tmp_path: Path, text: str, code: int, values: dict[str, str]) -> None:
    assert pulumi(tmp_path, text, code).read_manual_values("local") == values


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("error: incorrect passphrase: canary", 255, id="refused"),
        pytest.param('{"value": "canary"}', 0, id="no mapping"),
        pytest.param('{"value": "[\\"canary\\"]"}', 0, id="a list"),
    ],
)
def test_manual_values_that_cannot_be_read(tmp_path: Path, text: str, code: int) -> None:
    with pytest.raises(EngineError) as failed:
        pulumi(tmp_path, text, code).read_manual_values("local")
    assert str(failed.value) == "stack local: manualSecrets cannot be decrypted; check its encryptionsalt"


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine in an empty folder, with Pulumi in a cache of its own, and no language host on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(engine, "find_language_executor", lambda: Path("/module/pulumi-language-python-exec"))
    cache = tmp_path / "cache"
    cache.mkdir()
    for name in ("pulumi", "pulumi-resource-kubernetes"):
        (cache / name).write_text(name)
    # A shell would read the name of the folder as something else without quotes.
    return Engine(tmp_path / "a \"$run` `'s", {name: cache / name for name in ("pulumi", "pulumi-resource-kubernetes")})


def binaries(engine: Engine) -> dict[str, str]:
    return {file.name: file.read_text() for file in (engine.folder / "bin").iterdir()}


def placed(engine: Engine) -> dict[str, str]:
    """What is always in the folder; copies of kubeconfigs that the provider leaves end with the platform."""
    provider = engine.programs["pulumi-resource-kubernetes"]
    temporary = engine.folder / "tmp"
    start = f'#!/bin/sh\nTMPDIR={shlex.quote(str(temporary))} exec {provider} "$@"\n'
    return {"pulumi": "pulumi", provider.name: start}


def test_the_folder_of_temporary_files_is_of_the_user_alone(prepared: Engine) -> None:
    prepared.prepare()

    assert stat.S_IMODE((prepared.folder / "tmp").stat().st_mode) == 0o700


def test_the_provider_gets_the_folder_of_temporary_files(prepared: Engine) -> None:
    program = prepared.programs["pulumi-resource-kubernetes"]
    program.write_text('#!/bin/sh\necho "$TMPDIR" "$@"\n')
    program.chmod(0o755)
    prepared.prepare()

    output = subprocess.check_output([prepared.folder / "bin" / program.name, "a b"], text=True)
    assert output == f"{prepared.folder / 'tmp'} a b\n"


def test_language_host_of_the_release(prepared: Engine, tmp_path: Path) -> None:
    for name in LANGUAGE_HOST:
        (tmp_path / "cache" / name).write_text(name)

    prepared.prepare()

    assert binaries(prepared) == placed(prepared) | {name: name for name in LANGUAGE_HOST}


def test_own_language_host_for_a_pulumi_that_was_built(prepared: Engine, tmp_path: Path) -> None:
    """An incomplete release does not count, and a file of the cache that has a name here stays as it is."""
    official = tmp_path / "cache" / LANGUAGE_HOST[0]
    official.write_text("official")
    (prepared.folder / "bin").mkdir(parents=True)
    (prepared.folder / "bin" / official.name).hardlink_to(official)

    prepared.prepare()

    host = binaries(prepared).pop(LANGUAGE_HOST[0])
    assert host.startswith("#!/bin/sh\n")
    assert "=/module/pulumi-language-python-exec " in host
    assert official.read_text() == "official"


def test_language_host_on_path(prepared: Engine, tmp_path: Path) -> None:
    host = tmp_path / "path" / LANGUAGE_HOST[0]
    host.parent.mkdir()
    host.touch(mode=0o755)

    prepared.prepare()

    assert binaries(prepared) == placed(prepared)
