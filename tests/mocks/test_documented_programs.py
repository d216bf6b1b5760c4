"""Every program of README.md and docs/components.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

from tests.mocks.recorder import Recorder

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAMS: Final = [
    program
    for page in (ROOT / "README.md", ROOT / "docs" / "components.md")
    for program in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
]
REGISTERED: Final[list[set[str]]] = [
    {"BuildPlane acme", "ExternalSecretsReady build-plane"},
    {"BuildPlane acme", "ExternalSecretsReady build-plane"},
    {"SecretStore vault-acme"},
    {"BuildPlane acme", "SecretStore acme"},
    {"ControlPlane acme", "DataPlane acme", "ComponentTypePatch acme/service"},
    {"ComponentTypePatch mirror"},
    {"EcrRole acme"},
    {"AwsSecretStore org-acme", "SecretStore org-acme"},
]
"""Resources of this package that each program registers, beside providers and their children."""
COMPUTED: Final = {
    "aws:iam/role:Role": {"arn": "arn:aws:iam::123456789012:role/eso-acme"},
    "aws:secretsmanager/secret:Secret": {"arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme/git"},
}
"""What AWS computes."""


def test_every_program_is_looked_at() -> None:
    assert len(PROGRAMS) == len(REGISTERED)


@pytest.mark.parametrize(("program", "registered"), list(zip(PROGRAMS, REGISTERED, strict=True)))
def test_a_program_runs(recorder: Recorder, program: str, registered: set[str]) -> None:
    code = compile(program.replace("openchoreo_secrets", "components"), "a page", "exec")
    names: dict[str, Any] = {}
    recorder.computed = COMPUTED
    found = recorder.run(lambda: exec(code, names))  # noqa: S102 -- the page is part of this project
    own = {str(each).rpartition(":")[2] for each in found if each.type.startswith("openchoreo:index:")}
    assert own == registered
