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


def test_packages_of_a_module_give_way_to_those_of_the_same_path(
    program: Program, go: Callable[[str], Path], path: Path, tmp_path: Path
) -> None:
    """Its other packages stay, with the files that they embed and without tests; Go's own copy cannot be written."""
    module = tmp_path / "cache"
    write_files(
        module,
        go_mod="module example.com/operator\n",
        main_go="package main\n",
        testdata__large_json="{}",
        pkg__register__all_go="package register // all\n",
        pkg__register__more_go="package register // more\n",
        pkg__vault__vault_go="package vault\n",
        pkg__vault__schema_sql="create table vaults;\n",
    )
    (module / "pkg" / "vault" / "vault_test.go").write_text("package vault\n")
    for folder in (module / "pkg" / "vault", module / "pkg", module):
        folder.chmod(0o555)
    write_files(program.source / "replaced" / MODULE, pkg__register__some_go="package register // some\n")
    go(f'case "$1" in mod) ;; list) echo "{module}" ;; esac')

    source = prepare_source(replace(program, replaced=(MODULE,)), tmp_path / "source")

    assert list_files(source) == {
        "go.mod": f"module example.com/etcd\n\nreplace {MODULE} => ./modules/{MODULE}\n",
        f"modules/{MODULE}/go.mod": "module example.com/operator\n",
        f"modules/{MODULE}/main.go": "package main\n",
        f"modules/{MODULE}/pkg/register/some.go": "package register // some\n",
        f"modules/{MODULE}/pkg/vault/schema.sql": "create table vaults;\n",
        f"modules/{MODULE}/pkg/vault/vault.go": "package vault\n",
    }
    (source / "modules" / MODULE / "pkg" / "vault" / "other.go").touch()


def test_module_that_cannot_be_downloaded(program: Program, path: Path, tmp_path: Path) -> None:
    with pytest.raises(ObtainError) as raised:
        prepare_source(replace(program, replaced=(MODULE,)), tmp_path / "source")
    assert str(raised.value) == f"{MODULE} cannot be downloaded without Go; install Go 1.26 or later"


def test_replaced_files_and_modules_change_the_digest(program: Program) -> None:
    before = program.digest()
    write_files(program.source / "replaced", pkg__register_go="package register\n")
    replaced = program.digest()
    write_files(program.source / "sdk", go_mod="module example.com/sdk\n", README_md="")

    assert len({before, replaced, program.digest()}) == 3


def test_programs_with_replaced_files_have_them() -> None:
    for program in PROGRAMS:
        folders = [program.source / "replaced" / module for module in program.replaced]
        files = {file for folder in folders for file in folder.rglob("*.go")}
        assert files == set((program.source / "replaced").rglob("*.go"))
        assert all(any(folder.rglob("*.go")) for folder in folders)
