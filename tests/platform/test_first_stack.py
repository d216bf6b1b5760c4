"""docs/first-stack.md: its commands run as written on a new machine, except those that install something."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from components.openchoreo import V0_9, V1, Release
from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.platform.harness import ROOT, Kubernetes
from tests.platform.openchoreo import delete_namespaces_of
from tests.platform.releases import Builds, on_each_release

PAGE: Final = ROOT / "docs" / "first-stack.md"
TOKEN: Final = "a-token-of-github"
SITE: Final = next(path for path in sys.path if path.endswith("site-packages"))
INSTALLS: Final = re.compile(r"^(curl|python3 -m venv|venv/bin/pip) .*\n", re.MULTILINE)
RELEASE: Final = re.compile(r"^ *openchoreo-secrets:release: (\S+)$", re.MULTILINE)
RETURN: Final = 'cd platform-credentials\nexport PULUMI_CONFIG_PASSPHRASE_FILE="$HOME/pulumi-passphrase"\n'

Run = Callable[..., str]


def read_sections() -> dict[str, list[str]]:
    """Heading -> its blocks of commands, with the context of the local platform."""
    sections = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return {
        heading: [block.replace("openchoreo-dev", CONTEXT) for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
        for heading, text in sections
    }


def select(blocks: list[str], release: Release) -> str:
    """The commands for one release: a block with a stack file is for the release that it names."""
    named = {block: RELEASE.findall(block) for block in blocks}
    return "".join(block for block, names in named.items() if not names or names == [release.name])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a repository that contains the installed package only."""
    source, venv = tmp_path / "source", tmp_path / "home" / "platform-credentials" / "venv"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "components", source / "components", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(SITE)
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, str(source)], check=True)
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, engine: Engine, platform: Platform, cluster: Kubernetes, release: Release) -> Iterator[Run]:
    """Runs sections in one shell, with the token on standard input, and returns what they print."""
    sections = {heading: select(blocks, release) for heading, blocks in read_sections().items()}
    sections["Install"] = INSTALLS.sub("", sections["Install"]).replace("mkdir ", "mkdir -p ")
    environment = {
        "PATH": engine.variables()["PATH"],
        "HOME": str(home),
        "KUBECONFIG": str(platform.kubeconfig),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }

    def run_sections(*headings: str, first: str = "") -> str:
        script = home / "script.sh"
        script.write_text("".join([first, *(sections[heading] for heading in headings)]))
        shell = subprocess.run(
            ["bash", "-eu", str(script)],
            cwd=home,
            env=environment,
            input=TOKEN,
            capture_output=True,
            text=True,
            check=False,
        )
        assert shell.returncode == 0, f"{shell.stdout}\n{shell.stderr}"
        return shell.stdout

    yield run_sections
    delete_namespaces_of(cluster, "dev")


def test_every_stack_file_is_for_another_release() -> None:
    names = [name for block in read_sections()["Describe the platform"] for name in RELEASE.findall(block)]
    assert sorted(names) == sorted([V0_9.name, V1.name])


@on_each_release
def test_the_page(home: Path, run: Run, cluster: Kubernetes, builds: Builds) -> None:
    headings = list(read_sections())
    assert headings == [
        "Install",
        "Create the project",
        "Sign in to a backend",
        "Describe the platform",
        "Update",
        "Remove it",
    ]
    namespace, repository = builds.namespace("acme"), home / "platform-credentials"
    try:
        printed = run(*headings[:-1])
        names = {"namespace": namespace, "secrets": {"git": [builds.git]}}
        assert json.loads(printed[printed.rindex("\n{\n") :]) == {"count": 1, "__names": {"acme": names}}
        assert "__names" not in printed[: printed.rindex("\n{\n")], "an update prints the summary only"
        assert cluster.secret(namespace, builds.git) == builds.token(TOKEN)
        status = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=all"],
            cwd=repository,
            capture_output=True,
            text=True,
            check=True,
        )
        assert sorted(line.removeprefix("?? ") for line in status.stdout.splitlines()) == [
            ".gitignore",
            "Pulumi.yaml",
            "__main__.py",
            "stacks/Pulumi.dev.yaml",
        ]
        assert TOKEN not in printed + (repository / "stacks" / "Pulumi.dev.yaml").read_text()
        assert f"| `{namespace}` | `{builds.git}` |" in PAGE.read_text()
    finally:
        run("Remove it", first=RETURN)
    assert cluster.get("v1", "Namespace", namespace) is None
    assert list((repository / "stacks").iterdir()) == []
