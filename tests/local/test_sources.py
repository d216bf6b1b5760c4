"""prepare_source: what a program is built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.programs import PROGRAMS, Program
from local.sources import ObtainError, prepare_source

MODULE = "example.com/operator"


def list_files(folder: Path) -> dict[str, str]:
    """Path -> text."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def write_files(folder: Path, **texts: str) -> None:
    """Write files by their path, in which two underscores separate folders and one precedes the suffix."""
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_source_of_a_program_is_its_pinned_module(program: Program, tmp_path: Path) -> None:
    assert prepare_source(program, tmp_path / "source") == tmp_path / "source"
    assert list_files(tmp_path / "source") == {"go.mod": "module example.com/etcd\n"}


def test_files_of_a_module_give_way_to_those_of_the_same_path(
    program: Program, go: Callable[[str], Path], path: Path, tmp_path: Path
) -> None:
    """Its other files stay, without tests and what Go does not compile; Go's own copy cannot be written."""
    module = tmp_path / "cache"
    write_files(
        module,
        go_mod="module example.com/operator\n",
        main_go="package main\n",
        README_md="# Operator\n",
        pkg__register_go="package register // all\n",
        pkg__vault__vault_go="package vault\n",
    )
    (module / "pkg" / "register_test.go").write_text("package register\n")
    for folder in (module / "pkg" / "vault", module / "pkg", module):
        folder.chmod(0o555)
    write_files(program.source / "replaced", pkg__register_go="package register // some\n")
    go(f'case "$1" in mod) ;; list) echo "{module}" ;; esac')

    source = prepare_source(replace(program, replaced=MODULE), tmp_path / "source")

    assert list_files(source) == {
        "go.mod": f"module example.com/etcd\n\nreplace {MODULE} => ./module\n",
        "module/go.mod": "module example.com/operator\n",
        "module/main.go": "package main\n",
        "module/pkg/register.go": "package register // some\n",
        "module/pkg/vault/vault.go": "package vault\n",
    }
    (source / "module" / "pkg" / "vault" / "other.go").touch()


def test_module_that_cannot_be_downloaded(program: Program, path: Path, tmp_path: Path) -> None:
    with pytest.raises(ObtainError) as raised:
        prepare_source(replace(program, replaced=MODULE), tmp_path / "source")
    assert str(raised.value) == f"{MODULE} cannot be downloaded without Go; install Go 1.26 or later"


def test_replaced_files_and_modules_change_the_digest(program: Program) -> None:
    before = program.digest()
    write_files(program.source / "replaced", pkg__register_go="package register\n")
    replaced = program.digest()
    write_files(program.source / "sdk", go_mod="module example.com/sdk\n", README_md="")

    assert len({before, replaced, program.digest()}) == 3


def test_programs_with_replaced_files_have_them() -> None:
    assert {program.name for program in PROGRAMS if (program.source / "replaced").exists()} == {
        program.name for program in PROGRAMS if program.replaced
    }
