"""docs/first-stack.md: its commands run as written on a new machine, except those that install something."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from local.engine import Engine
from local.platform import CONTEXT, Platform
from tests.platform.harness import ROOT, Kubernetes
from tests.platform.openchoreo import delete_namespaces_of

PAGE: Final = ROOT / "docs" / "first-stack.md"
TOKEN: Final = "a-token-of-github"
SITE: Final = next(path for path in sys.path if path.endswith("site-packages"))
INSTALLS: Final = re.compile(r"^(curl|python3 -m venv|venv/bin/pip) .*\n", re.MULTILINE)


def read_sections() -> dict[str, str]:
    """Heading -> its commands, with the context of the local platform."""
    sections = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return {
        heading: "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("openchoreo-dev", CONTEXT)
        for heading, text in sections
    }


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


def test_the_page(home: Path, engine: Engine, platform: Platform, cluster: Kubernetes) -> None:
    sections = read_sections()
    assert list(sections) == [
        "Install",
        "Create the project",
        "Sign in to a backend",
        "Describe the platform",
        "Update",
        "Remove it",
    ]
    sections["Install"] = INSTALLS.sub("", sections["Install"]).replace("mkdir ", "mkdir -p ")
    environment = {
        "PATH": engine.variables()["PATH"],
        "HOME": str(home),
        "KUBECONFIG": str(platform.kubeconfig),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    script = home / "script.sh"

    def run(*headings: str) -> str:
        """Run sections in one shell, with the token on standard input."""
        script.write_text("".join(sections[heading] for heading in headings))
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

    try:
        printed = run(*list(sections)[:-1])
        names = {"namespace": "openchoreo-ci-acme", "secrets": {"git": ["git-clone-secret"]}}
        assert json.loads(printed[printed.rindex("\n{\n") :]) == {"count": 1, "__names": {"acme": names}}
        assert "__names" not in printed[: printed.rindex("\n{\n")], "an update prints the summary only"
        secret = cluster.secret("openchoreo-ci-acme", "git-clone-secret")
        assert secret == ("Opaque", {"clone-secret": TOKEN})
        repository = home / "platform-credentials"
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
    finally:
        sections["Again"] = 'cd platform-credentials\nexport PULUMI_CONFIG_PASSPHRASE_FILE="$HOME/pulumi-passphrase"\n'
        run("Again", "Remove it")
        delete_namespaces_of(cluster, "dev")
    assert cluster.secret("openchoreo-ci-acme", "git-clone-secret") is None
