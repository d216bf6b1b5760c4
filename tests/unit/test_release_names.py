"""Only ``components/openchoreo`` contains names of a release: a second release then needs no edit anywhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Final

import pytest

from components.openchoreo import DOMAIN, RELEASES, Release

ROOT: Final = Path(__file__).resolve().parents[2]
OWNER: Final = ROOT / "components" / "openchoreo"
GENERIC: Final = {"spec", "template"}
"""Fields of Kubernetes, which are part of the path to a pod spec."""
EXEMPT: Final = {
    "openchoreo:index:BuildPlane": "Pulumi type of this package's component; changing it would replace resources",
    "openchoreo:index:DataPlane": "the same",
}
"""Text -> why it is not a name of a release."""
OF_PULUMI: Final = {"components/plan/orphans.py": "'deployment' in \"deployment\""}
"""Module -> text in it that is a key of ``pulumi stack export``, and not the type of a workload."""


def patterns(release: Release) -> Iterator[str]:
    """Regular expressions for every name of a release."""
    for kind in release.kinds.values():
        yield rf"(?<![A-Za-z_]){kind.name}(?![A-Za-z])"
        yield rf"(?<![A-Za-z_]){kind.plural}(?![A-Za-z])"
        yield from (re.escape(field) for field in kind.entry_defaults)
        if kind.workload is not None:
            fields = {field for path in kind.workload.pod_specs.values() for field in path}
            yield from sorted({*fields, *kind.workload.type_path} - GENERIC)
            yield rf"\A(?:{'|'.join(sorted(kind.workload.types))})\Z"
    yield re.escape(DOMAIN)
    yield re.escape(release.build_namespace(""))
    yield from (re.escape(default) for default in astuple(release.defaults) if default)
    yield from (re.escape(word.strip("()")) for chart in astuple(release.charts) if chart for word in chart.split())
    yield r"\$\{[A-Za-z_]"


FORBIDDEN: Final = re.compile("|".join(pattern for release in RELEASES.values() for pattern in patterns(release)))


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string outside docstrings and ``__all__``; an f-string has ``{}`` for each value."""
    tree = ast.parse(source)
    skipped = {
        id(child)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        for child in ast.walk(node)
        if isinstance(child, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from (
                        (inner.lineno, inner.value)
                        for inner in ast.walk(part.value)
                        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
                    )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def names_in(source: str) -> list[str]:
    """``line: "text"`` of every string with a name of a release."""
    found = []
    for line, text in literals(source):
        rest = text
        for exempt in EXEMPT:
            rest = rest.replace(exempt, "")
        match = FORBIDDEN.search(rest)
        if match is not None:
            found.append(f'{line}: {match[0]!r} in "{text}"')
    return found


MODULES: Final = sorted(
    path
    for path in [*ROOT.glob("*.py"), *(ROOT / "plugin").rglob("*.py"), *(ROOT / "components").rglob("*.py")]
    if OWNER not in path.parents
)


def test_no_other_module_contains_names_of_a_release() -> None:
    assert len(MODULES) > 100
    found = [
        f"{module}:{name}"
        for module, path in ((str(path.relative_to(ROOT)), path) for path in MODULES)
        for name in names_in(path.read_text())
        if name.partition(": ")[2] != OF_PULUMI.get(module)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param('x = f"openchoreo-ci-{a}"', ["1: 'openchoreo-ci-' in \"openchoreo-ci-{}\""], id="namespace"),
        pytest.param('x = ["ComponentType"]', ["1: 'ComponentType' in \"ComponentType\""], id="kind"),
        pytest.param('\nx = f"a DataPlane {a}"', ["2: 'DataPlane' in \"a DataPlane {}\""], id="kind-in-a-message"),
        pytest.param('x = "/buildplanes"', ["1: 'buildplanes' in \"/buildplanes\""], id="plural"),
        pytest.param('x = "a-${metadata.x}"', ["1: '${m' in \"a-${metadata.x}\""], id="expression"),
        pytest.param('x = f"${{metadata.{a}}}"', ["1: '${m' in \"${metadata.{}}\""], id="expression-in-an-f-string"),
        pytest.param('x = ("spec", "jobTemplate")', ["1: 'jobTemplate' in \"jobTemplate\""], id="workload-path"),
        pytest.param('x = {"statefulset": 1}', ["1: 'statefulset' in \"statefulset\""], id="workload-type"),
        pytest.param('x = "workloadType"', ["1: 'workloadType' in \"workloadType\""], id="workload-type-field"),
        pytest.param('x = "git-clone-secret"', ["1: 'git-clone-secret' in \"git-clone-secret\""], id="default-name"),
        pytest.param(
            "x = f\"{'registry-push-secret'}\"", ["1: 'registry-push-secret' in \"registry-push-secret\""], id="inside"
        ),
        pytest.param(
            'x = "openchoreo-build-plane"', ["1: 'openchoreo-build-plane' in \"openchoreo-build-plane\""], id="chart"
        ),
        pytest.param('x = "openchoreo.dev/x"', ["1: 'openchoreo.dev' in \"openchoreo.dev/x\""], id="domain"),
        pytest.param('"""A ComponentType."""\nx = 1\n"""Of ``${metadata.name}``."""', [], id="docstrings"),
        pytest.param('x = "openchoreo:index:BuildPlane"; y = "a deployment"; z = "${"', [], id="exempt"),
        pytest.param('x = "ComponentTypePatch"', [], id="class-of-python"),
    ],
)
def test_a_name_is_reported(source: str, found: list[str]) -> None:
    assert names_in(source) == found


@pytest.mark.parametrize("text", EXEMPT)
def test_every_exemption_is_needed(text: str) -> None:
    assert any(text in literal for path in MODULES for _, literal in literals(path.read_text()))
