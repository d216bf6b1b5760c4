"""``release: [v0.9, v1]``: what each release reads, what is refused, and what the plan has."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.openchoreo import V0_9, V1, find_release
from components.settings.parsing import parse
from components.settings.stack import StackSettings
from tests.unit.samples import (
    GIT,
    KUBERNETES,
    ORGANIZATION_KEYS,
    RELEASE_NAMES,
    SOURCE,
    TOP_KEYS,
    Raw,
    message,
    rejection,
)

EXAMPLE: Final = "{name: acme, git: {remoteKey: acme-github-pat, property: token}}"
BOTH: Final = ["v0.9", "v1"]
PLANES: Final[Raw] = {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")}
STORE: Final[Raw] = {"secretStoreRef": "default"}
ACME: Final[Raw] = {"name": "acme", "git": GIT}
TOP: Final = TOP_KEYS.replace("organizations", "organizations, namespaces")
"""A configuration for both releases may have the words of either."""
BUILDS: Final = ORGANIZATION_KEYS.replace("componentWorkflows", "componentWorkflows, workflows")
OF_AN_ORGANIZATION: Final = BUILDS.replace("buildPlane", "buildPlane, workflowPlane")


def _raw(*organizations: Raw, **keys: Any) -> Raw:
    return {
        "release": BOTH,
        "clusters": PLANES,
        "secretStores": {"default": KUBERNETES},
        "organizations": list(organizations or [ACME]),
        **keys,
    }


def test_each_release_reads_what_names_its_objects() -> None:
    organization = {
        **ACME,
        "buildPlane": {**STORE, "name": "older"},
        "workflowPlane": {**STORE, "name": "newer", "kind": "ClusterWorkflowPlane"},
        "componentWorkflows": {"names": ["docker"]},
        "dataPlane": {**STORE, "kind": "ClusterDataPlane"},
    }
    settings = parse(_raw(organization), source=SOURCE)
    assert settings.release == ("v0.9", "v1")
    assert [view.release for view in settings.views] == [("v0.9", "v1"), "v1"]
    older, newer = (view.organizations[0] for view in settings.views)
    assert older.build_plane is not None
    assert newer.build_plane is not None
    assert newer.data_plane is not None
    assert (older.build_plane.name, older.data_plane, older.component_workflows is None) == ("older", None, False)
    assert (newer.build_plane.name, newer.data_plane.kind, newer.component_workflows) == (
        "newer",
        "ClusterDataPlane",
        None,
    )


@pytest.mark.parametrize(
    ("keys", "clusters"),
    [
        pytest.param({"organizations": [ACME], "namespaces": []}, PLANES, id="words-of-the-older"),
        pytest.param(
            {"namespaces": [ACME], "organizations": []}, {"workflowPlane": {"context": "a"}}, id="of-the-newer"
        ),
        pytest.param({"namespaces": [ACME], "organizations": []}, PLANES, id="one-of-each"),
    ],
)
def test_what_both_share_has_the_word_of_either(keys: Raw, clusters: Raw) -> None:
    settings = parse({**_raw(), **keys, "clusters": clusters}, source=SOURCE)
    assert [view.names for view in settings.views] == [("acme",), ("acme",)]


@pytest.mark.parametrize(
    ("config", "problems"),
    [
        pytest.param(
            _raw(release=["v0.9", "v7", 3]),
            [
                f'release[1]: "v7" is not a supported OpenChoreo release; expected {RELEASE_NAMES}',
                f"release[2]: must be a string, not a number; expected {RELEASE_NAMES}",
            ],
            id="unknown",
        ),
        pytest.param(
            _raw(release=["v1"], refreshInterval=7),
            [
                (
                    "release: lists one release; use one name without a list, or a list of the two that the platform "
                    "moves between"
                ),
                "refreshInterval: must be a string, not a number",
            ],
            id="one",
        ),
        pytest.param(
            _raw(release=["v1.1", "v1.2"]),
            ["release: v1.1 and v1.2 have the same build namespaces, so nothing moves; use the newer one"],
            id="nothing-moves",
        ),
        pytest.param(_raw(release=["v1", "v1"]), ["release: lists v1 twice; use one name without a list"], id="twice"),
        pytest.param(
            _raw(release=["v1", "v0.9"]), ["release: lists the newer release first; use [v0.9, v1]"], id="order"
        ),
        pytest.param(
            _raw(namespaces=[ACME]),
            ["namespaces: is another word for organizations, which is configured too; use one of both"],
            id="both-words",
        ),
        pytest.param(
            _raw(gti=1),
            [f"gti: unknown key; expected one of: {TOP}"],
            id="the-shape-is-reported-once",
        ),
        pytest.param(
            _raw(relase="v1", secretStores=1),
            [
                "secretStores: must be a mapping, such as {org: {kubernetes: {remoteNamespace: secret-manager}}}",
                f'relase: unknown key; did you mean "release"? expected one of: {TOP}',
            ],
            id="a-key-like-it",
        ),
        *(
            pytest.param(
                _raw(release=[value, "v1"]),
                [f"release[0]: must be a string, not {what}; expected {RELEASE_NAMES}"],
                id=what,
            )
            for value, what in (({"password": "x"}, "a mapping"), (None, "nothing"), (1.0, "a number"))
        ),
        pytest.param(
            _raw({**ACME, "hosts": 1}),
            [f'organizations[0] ("acme").hosts: unknown key; expected one of: {OF_AN_ORGANIZATION}'],
            id="in-an-organization",
        ),
        *(
            pytest.param(
                _raw({**ACME, key: value}),
                [
                    (
                        f'organizations[0] ("acme").{key}: unknown key; did you mean "{meant}"? expected one of: '
                        f"{OF_AN_ORGANIZATION}"
                    )
                ],
                id=f"like-{meant}",
            )
            for key, value, meant in (
                ("workflow", {"names": ["docker"]}, "workflows"),
                ("componentWorkflow", {"names": ["docker"]}, "componentWorkflows"),
                ("workflowplane", STORE, "workflowPlane"),
                ("buildplane", STORE, "buildPlane"),
            )
        ),
        pytest.param(
            {**{key: value for key, value in _raw().items() if value != [ACME]}, "namespace": [ACME]},
            [f'namespace: unknown key; did you mean "namespaces"? expected one of: {TOP}'],
            id="like-namespaces",
        ),
        pytest.param(
            _raw(
                {
                    **ACME,
                    "git": [GIT, {**GIT, "secretName": "git-clone-secret"}],
                    "external": [{"name": "git-clone-secret", "keys": {"token": GIT}}],
                }
            ),
            [
                (
                    'organizations[0] ("acme").git[1].secretName: "git-clone-secret" is also written by '
                    'organizations[0] ("acme").git[0].secretName; a Secret has one writer'
                ),
                *(
                    (
                        f'organizations[0] ("acme").external[0].name: "git-clone-secret" is also written by '
                        f'organizations[0] ("acme").git[{index}].secretName; a Secret has one writer (in {release})'
                    )
                    for index, release in enumerate(BOTH)
                ),
            ],
            id="another-writer-in-each-release",
        ),
        pytest.param(
            _raw({**ACME, "name": "openbao"}),
            [
                (
                    'organizations[0] ("openbao").name: "openbao" is reserved: OpenChoreo v1 keeps the objects of an '
                    "organization in the namespace with its name, and this one belongs to the platform; use another "
                    "name"
                ),
            ],
            id="a-rule-of-the-newer",
        ),
        pytest.param(
            _raw({**ACME, "dataPlane": {**STORE, "kind": "Other"}}),
            [
                f'organizations[0] ("acme").dataPlane.kind: "Other" is no kind of this plane; expected {kinds}'
                for kinds in ("DataPlane (in v0.9)", "DataPlane or ClusterDataPlane (in v1)")
            ],
            id="a-kind-of-neither",
        ),
        pytest.param(
            _raw(organizations=["acme"]),
            [f"organizations[0]: must be a mapping, such as {EXAMPLE}"],
            id="no-organization",
        ),
        pytest.param(
            {**_raw(), "organizations": 7, "clusters": 7},
            [
                "clusters: must be a mapping, such as {buildPlane: {context: openchoreo-build}}",
                f"organizations: must be a list, such as [{EXAMPLE}]",
            ],
            id="no-list",
        ),
    ],
)
def test_refused(config: Raw, problems: list[str]) -> None:
    assert rejection(config) == message(*problems)


PULL: Final[Raw] = {"dockerConfig": {"remoteKey": "pull"}}


@pytest.mark.parametrize(
    ("pull", "older", "newer"),
    [
        pytest.param({"componentTypes": ["service"]}, ("service",), ("service",), id="both"),
        pytest.param({"clusterComponentTypes": ["web"]}, None, ("web",), id="cluster-scoped"),
        pytest.param(
            {"componentTypes": ["service"], "clusterComponentTypes": ["web"]},
            ("service",),
            ("service", "web"),
            id="each",
        ),
        pytest.param(
            {"componentTypes": ["service"], "delivery": "project", "clusterProjectTypes": ["default"]},
            None,
            ("service",),
            id="of-projects",
        ),
    ],
)
def test_types_that_only_the_newer_release_has(
    pull: Raw, older: tuple[str, ...] | None, newer: tuple[str, ...]
) -> None:
    settings = parse(_raw({**ACME, "pullSecret": {**PULL, "secretStore": "default", **pull}}), source=SOURCE)
    secrets = [view.organizations[0].pull_secret for view in settings.views]
    assert [None if secret is None else secret.types for secret in secrets] == [older, newer]


def test_secret_references_are_of_the_newer_release() -> None:
    """Without them, the workflows of v1 refuse a second git credential, which v0.9 builds with."""
    second = {"host": "gitlab.com", "remoteKey": "b", "secretName": "git-b", "secretReference": "b"}
    organization = {**ACME, "git": [GIT, second], "workflows": {"clusterWorkflows": ["docker"]}}
    settings = parse(_raw(organization), source=SOURCE)
    references = [[git.secret_reference for _, git in view.organizations[0].git_credentials] for view in settings.views]
    assert references == [[None, None], [None, "b"]]


def test_pods_of_types_that_only_the_newer_release_has() -> None:
    pods = [{"componentType": name, "resource": "job", "path": "spec"} for name in ("service", "web")]
    types = {"componentTypes": ["service"], "clusterComponentTypes": ["web"]}
    for kept, count in ((pods, 1), (pods[1:], 0)):
        settings = parse(_raw({**ACME, "pullSecret": {**PULL, **types, "pods": kept}}), source=SOURCE)
        older, newer = (view.organizations[0].pull_secret for view in settings.views)
        assert older is not None
        assert newer is not None
        assert (len(older.pods or ()), len(newer.pods or ())) == (count, len(kept))


def test_a_changed_copy_changes_what_both_releases_read() -> None:
    settings = parse(_raw({**ACME, "componentWorkflows": {"names": ["docker"]}}), source=SOURCE)
    copy = settings.model_copy(update={"refresh_interval": "5m0s"})
    assert [view.refresh_interval for view in copy.views] == ["5m0s", "5m0s"]
    assert [view.organizations for view in copy.views] == [view.organizations for view in settings.views]
    single = settings.model_copy(update={"release": "v0.9"})
    assert single.views == (single,)


def test_settings_of_a_program_are_the_same_for_both() -> None:
    parsed = parse(_raw(release="v0.9"), source=SOURCE)
    settings = StackSettings(clusters=parsed.clusters, organizations=parsed.organizations, release=("v0.9", "v1"))
    assert settings.views == (settings, settings)


def test_combined_releases() -> None:
    both = find_release(BOTH)
    assert (both.name, both.parts) == ("v0.9,v1", (V0_9, V1))
    assert find_release("v0.9,v1") == both
    assert both.kinds == {**V0_9.kinds, **V1.kinds}
    assert find_release("v1") is V1
    assert V1.parts == (V1,)
