"""What each release of OpenChoreo has, computed from its definition, and what tests of the platform show."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.openchoreo import RELEASES, V0_9, V1, V1_0, V1_1, Kind, Release

PLATFORM: Final = Path(__file__).resolve().parents[1] / "platform"
NO: Final = "no"
_YES: Final = "yes"
_MARKERS: Final = {
    "on_each_release": (V0_9, V1),
    "on_each_control_plane": (V0_9, V1),
    "on_v1": (V1,),
    "on_v1_control_plane": (V1,),
    "on_older_minor_versions": (V1_0, V1_1),
}
"""Decorator of a test of the platform -> the releases that it runs with."""
_MINOR: Final = "test_minor_versions.py::test_a_minor_version"
_EVERY: Final = {"test_local_proof.py", "test_upgrade_openchoreo.py"}
"""Modules whose fixtures run both releases."""
_NEWEST: Final = {"test_secret_api.py"}
"""Modules whose plans are of the newest release."""


@dataclass(frozen=True)
class Feature:
    """One row of the table."""

    title: str
    """First cell, in Markdown."""
    cell: Callable[[Release], str]
    """What a release has of it, in Markdown; `NO` if nothing."""
    tests: tuple[str, ...]
    """Tests of the platform that show it: ``<module>::<function>``."""


def _kinds(*kinds: Kind | None) -> str:
    return ", ".join(f"`{kind.name}`" for kind in kinds if kind is not None) or NO


def _if(condition: object) -> str:
    return _YES if condition else NO


def _always(_: Release) -> str:
    return _YES


def _restarts(release: Release) -> str:
    return ", ".join(f"`{name}`" for name in sorted(release.component_type.restarts)) or NO


def _list_own_types(release: Release) -> Iterator[Kind]:
    """Kinds with resources that the release serves, without those that programs can patch before an upgrade."""
    later = {kind.name for kind in release.other_kinds}
    return (kind for name, kind in release.kinds.items() if kind.resources and name not in later)


def _run_secrets(release: Release) -> str:
    return _kinds(*(release.builds.kinds if release.builds and release.run_secrets else ()))


FEATURES: Final = (
    Feature(
        "[build credentials](git-credentials.md) before the first build, in",
        lambda release: f"`{release.build_namespace('<name>')}`",
        ("test_delivery.py::test_every_credential_of_an_organization_arrives", _MINOR),
    ),
    Feature(
        "[external services](external-credentials.md)",
        _always,
        ("test_delivery.py::test_every_credential_of_an_organization_arrives", _MINOR),
    ),
    Feature(
        "[manual secrets](manual-secrets.md)",
        _always,
        ("test_secrecy.py::test_manual_secrets_arrive_and_show_nowhere",),
    ),
    Feature(
        "[credentials with each run](component-workflows.md), through",
        lambda release: _kinds(release.component_workflow, release.shared_component_workflow),
        (
            "test_plane_patches.py::test_workflow_creates_credentials_with_each_run",
            "test_shared_objects.py::test_two_stacks_with_every_delivery",
            _MINOR,
        ),
    ),
    Feature(
        "[shipped workflows use credentials from before the build](component-workflows.md#workflows-of-openchoreo-v1x)",
        _run_secrets,
        ("test_shared_objects.py::test_two_stacks_with_every_delivery", _MINOR),
    ),
    Feature(
        "[a credential that developers select](git-credentials.md#a-credential-that-developers-select)",
        lambda release: _kinds(release.secret_reference),
        ("test_secret_references.py::test_a_whole_life", _MINOR),
    ),
    Feature(
        "[pull secrets](pull-secrets.md) with each component, through",
        lambda release: _kinds(release.component_type, release.shared_component_type),
        (
            "test_pull_secrets.py::test_components_create_their_own_secrets_and_other_organizations_cannot",
            "test_shared_objects.py::test_two_stacks_with_every_delivery",
            _MINOR,
        ),
    ),
    Feature(
        "pull secrets with each environment of a project, through",
        lambda release: _kinds(release.project_type, release.shared_project_type),
        ("test_shared_objects.py::test_two_stacks_with_every_delivery",),
    ),
    Feature(
        "pull secrets in each namespace of workloads with the label",
        lambda release: "<br>".join(f"`{workloads.label}`" for workloads in release.workload_namespaces),
        (
            "test_pull_secrets.py::test_one_secret_fans_out_to_every_namespace_of_the_organization_on_another_cluster",
            _MINOR,
        ),
    ),
    Feature(
        "manual pull secrets",
        _always,
        ("test_pull_secrets.py::test_a_manual_secret_goes_into_the_named_namespaces_only",),
    ),
    Feature(
        "[the store of a plane](patches.md), for",
        lambda release: _kinds(*release.build_planes, *release.data_planes),
        (
            "test_plane_patches.py::test_data_plane_without_a_store_is_reported_and_can_be_patched",
            "test_shared_objects.py::test_the_store_of_each_kind_of_plane",
            _MINOR,
        ),
    ),
    Feature(
        "[patched manifests in git](patches.md#patch-manifests-in-git), of",
        lambda release: _kinds(*_list_own_types(release)),
        ("test_shared_objects.py::test_manifests_that_are_patched_in_git",),
    ),
    Feature(
        "[environments with an older entry](patches.md#environments-with-an-older-entry), by",
        lambda release: _kinds(*(layout.binding for layout in release.snapshots)),
        (
            "test_promoted.py::test_what_production_reads_is_not_taken_away_silently",
            "test_shared_objects.py::test_what_bound_releases_read_is_not_taken_away",
        ),
    ),
    Feature(
        "[warning before pods restart](patches.md#restarts), for",
        _restarts,
        ("test_shared_objects.py::test_an_organization_comes_and_goes",),
    ),
    Feature(
        "[check where builds push](registries.md#openchoreo-v1x)",
        lambda release: _if(release.builds),
        ("test_pushes.py::test_the_shipped_step_until_it_has_a_registry_of_the_company",),
    ),
    Feature(
        "[check of the store `default`](stores/vault.md#the-store-default)",
        lambda release: _if(release.builds),
        (),
    ),
    Feature(
        "[OpenBao as OpenChoreo installs it](stores/vault.md#openbao-as-openchoreo-installs-it)",
        lambda release: _if(release.is_reserved("openbao")),
        ("test_documented_openbao.py::test_the_documented_store_reads_what_the_documented_role_allows",),
    ),
    Feature(
        "[documented roles](permissions.md) are enough",
        _always,
        ("test_rights.py::test_the_documented_roles",),
    ),
    Feature(
        "[`isolation: strict`](admission.md)",
        _always,
        (
            "test_admission_setting.py::test_policies_go_with_the_setting",
            "test_admission_setting.py::test_workloads_of_v1_have_another_label",
        ),
    ),
    Feature(
        "policies for [OpenChoreo's API for secrets](admission.md#openchoreos-api-for-secrets), whose namespaces are",
        lambda release: NO if release.secret_api is None else f"`{release.secret_api.prefix}<name>`",
        ("test_secret_api.py::test_the_agent_pushes_to_keys_of_the_organization",),
    ),
    Feature("[access report](access.md)", _always, ("test_access.py::test_a_deployed_stack_is_isolated",)),
    Feature("[drift](drift.md)", _always, ("test_drift.py::test_every_edit_is_described_and_repaired",)),
    Feature(
        "[the move from v0.9 to v1](upgrade-openchoreo.md)", _always, ("test_upgrade_openchoreo.py::test_the_page",)
    ),
    Feature("`make local`", _always, ("test_local_proof.py::test_make_local_ends_with_the_proof",)),
)


def _sort_key(name: str) -> tuple[float, ...]:
    """Older releases first; ``v1`` is the newest minor version, so it is after all of them."""
    major, _, minor = name.removeprefix("v").partition(".")
    return int(major), int(minor) if minor else float("inf")


def list_columns() -> dict[str, Release]:
    """Heading -> one release of those that have the same features, older ones first."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(RELEASES, key=_sort_key):
        columns.setdefault(tuple(feature.cell(RELEASES[name]) for feature in FEATURES), []).append(name)
    return {", ".join(names): RELEASES[names[0]] for names in columns.values()}


def list_releases(test: str) -> list[str]:
    """Names of the releases that a test of the platform runs with.

    Raises:
        ValueError: there is no such test.
    """
    module, _, function = test.partition("::")
    tree = ast.parse((PLATFORM / module).read_text())
    (found,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    if module in _EVERY:
        return [V0_9.name, V1.name]
    if module in _NEWEST:
        return [V1.name]
    for decorator in found.decorator_list:
        if isinstance(decorator, ast.Name) and decorator.id in _MARKERS:
            return [release.name for release in _MARKERS[decorator.id]]
    newer = any(isinstance(node, ast.ImportFrom) and node.module == "tests.platform.newer" for node in tree.body)
    return [V1.name if newer else V0_9.name]


def describe_runs(tests: Iterable[str]) -> str:
    """The releases that tests of the platform run with, for the last column."""
    releases = {name for test in tests for name in list_releases(test)}
    return ", ".join(sorted(releases, key=_sort_key)) or NO
