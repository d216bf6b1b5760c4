"""Rules that depend on the release: names of build namespaces, git credentials, planes, credentials of each run."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.git.credential import GitCredential
from components.openchoreo import V0_9, V1, V1_1, Release
from components.pull.credential import PlaneStore
from components.settings.organization import Organization
from components.settings.parsing import parse
from components.settings.rules.planes import validate_plane_kinds
from components.settings.stack import StackSettings
from tests.unit.hosts import KNOWN, ssh
from tests.unit.releases import in_words, on_each_release, word
from tests.unit.samples import APP, GIT, MANUAL, SOURCE, Raw, message, on_every_plane, raw, rejection

NO_USER: Final = (
    "is a token without a user name, which OpenChoreo v1 needs, and no user name fits every token of git.acme.example; "
    "use basicAuth: {username: <user name>, password: {%s: <name>}}"
)
NO_KEY: Final = (
    '.secretKey: "token" is a key that builds of OpenChoreo v1 do not read: they read the username and password of a '
    "Secret of the type kubernetes.io/basic-auth; leave it out"
)
OWN_HOST: Final = {"host": "git.acme.example"}


def _config(release: Release, **keys: Any) -> Raw:
    """One organization with exactly these keys of v0.9."""
    return in_words(raw(on_every_plane(**keys)), release)


def _settings(config: Raw) -> StackSettings:
    return parse(config, source=SOURCE, manual_names=MANUAL)


def _at(release: Release, path: str = "") -> str:
    return f'{word(release, "organizations")}[0] ("acme"){path}'


@on_each_release
def test_the_longest_name(release: Release) -> None:
    longest = 63 - len(release.build_namespace(""))
    assert _settings(_config(release, name="a" * longest, git=GIT)).names == ("a" * longest,)
    name = "a" * (longest + 1)
    path = f'{word(release, "organizations")}[0] ("{name}").name'
    problem = (
        f'{path}: "{name}" gives the namespace "{release.build_namespace(name)}" of 64 characters; a namespace has at '
        f"most 63, so the name at most {longest}"
    )
    assert rejection(_config(release, name=name, git=GIT)) == message(problem)


@pytest.mark.parametrize(
    ("git", "problem"),
    [
        pytest.param({**GIT, **OWN_HOST}, f": {NO_USER % 'remoteKey'}", id="token"),
        pytest.param({"manual": "gitToken", **OWN_HOST}, f": {NO_USER % 'manual'}", id="manual-token"),
        pytest.param(
            {**GIT, "secretKey": "token"},
            NO_KEY,
            id="key-of-a-token",
        ),
    ],
)
def test_git_credentials_that_builds_of_v1_cannot_use(git: Raw, problem: str) -> None:
    assert _settings(_config(V0_9, git=git)).names == ("acme",)
    assert rejection(_config(V1, git=git)) == message(f"{_at(V1, '.git')}{problem}")


@on_each_release
@pytest.mark.parametrize(
    "git",
    [
        pytest.param(GIT, id="token-of-github"),
        pytest.param({"manual": "gitToken", "host": "gitlab.com"}, id="manual-token-of-gitlab"),
        pytest.param({"basicAuth": {"username": "bot", "password": GIT}, **OWN_HOST}, id="user"),
        pytest.param({"basicAuth": {"usernameFrom": GIT, "password": GIT}, **OWN_HOST}, id="user-in-the-manager"),
        pytest.param({**ssh(knownHosts=KNOWN), **OWN_HOST}, id="ssh"),
        pytest.param({"githubApp": APP}, id="github-app"),
    ],
)
def test_git_credentials_that_every_release_can_use(release: Release, git: Raw) -> None:
    assert _settings(_config(release, git=git)).names == ("acme",)


@on_each_release
def test_every_git_credential_is_checked(release: Release) -> None:
    problems = [
        f'{_at(release, f".git[{index}].secretKey")}: "token" is a key that builds of OpenChoreo {release.name} do not '
        "read: they read the username and password of a Secret of the type kubernetes.io/basic-auth; leave it out"
        for index in range(2)
    ]
    config = _config(release, git=[{**GIT, "secretKey": "token"}, {**GIT, "secretKey": "token", "secretName": "two"}])
    if release is V0_9:
        assert _settings(config).names == ("acme",)
    else:
        assert rejection(config) == message(*problems)


@on_each_release
@pytest.mark.parametrize(("key", "index"), [("buildPlane", 0), ("dataPlane", 1)])
def test_kinds_of_planes(release: Release, key: str, index: int) -> None:
    own = (release.build_plane, release.data_plane)[index].name
    assert _settings(_config(release, git=GIT, **{key: {"kind": own, "secretStoreRef": "org"}})).names == ("acme",)
    expected = own if release is V0_9 else f"{own} or Cluster{own}"
    config = _config(release, git=GIT, **{key: {"kind": "ObservabilityPlane", "secretStoreRef": "org"}})
    where = _at(release, f".{word(release, key)}.kind")
    assert rejection(config) == message(
        f'{where}: "ObservabilityPlane" is no kind of this plane; expected {expected}',
    )


def _shared(first: str, second: str, kind: str = "ClusterWorkflowPlane") -> Raw:
    """Two organizations that give a plane these stores."""
    config = _config(V1)
    config["namespaces"] = [
        {"name": name, "git": {"remoteKey": name}, "workflowPlane": {"kind": kind, "secretStoreRef": store}}
        for name, store in (("acme", first), ("globex", second))
    ]
    return config


def test_a_plane_of_all_organizations_has_one_store() -> None:
    assert rejection(_shared("org-acme", "org-globex")) == message(
        'namespaces[1] ("globex").workflowPlane.secretStoreRef: "org-globex" is not the store "org-acme" that '
        'namespaces[0] ("acme").workflowPlane gives to the ClusterWorkflowPlane default; all organizations share this '
        "plane, so use one store with scope: shared"
    )


@pytest.mark.parametrize(
    ("second", "kind"), [("org-acme", "ClusterWorkflowPlane"), ("org-globex", "WorkflowPlane")], ids=["one", "own"]
)
def test_planes_without_a_contradiction(second: str, kind: str) -> None:
    assert _settings(_shared("org-acme", second, kind)).names == ("acme", "globex")


_NO_TYPES = "OpenChoreo {} has no such types; leave it out"
_PULL: Raw = {"dockerConfig": {"remoteKey": "a"}}


@pytest.mark.parametrize(
    ("release", "keys", "problems"),
    [
        pytest.param(
            V0_9,
            {"git": GIT, "componentWorkflows": {"clusterWorkflows": ["docker"]}},
            [".componentWorkflows.clusterWorkflows: OpenChoreo v0.9 has no such objects; use names"],
            id="cluster-workflows-of-v0.9",
        ),
        pytest.param(
            V0_9,
            {"git": GIT, "componentWorkflows": {"names": ["docker"], "delivery": "ahead"}},
            [
                (
                    ".componentWorkflows.delivery: builds of OpenChoreo v0.9 find Secrets that exist ahead without a "
                    "patch; leave componentWorkflows out"
                )
            ],
            id="ahead-in-v0.9",
        ),
        pytest.param(
            V1,
            {"git": GIT, "componentWorkflows": {"names": ["docker"], "secretNames": "fixed"}},
            [".workflows.secretNames: OpenChoreo v1 decides the names of these Secrets; leave it out"],
            id="fixed-names-in-v1",
        ),
        pytest.param(
            V1,
            {"git": GIT, "componentWorkflows": {}},
            [".workflows.names: is missing; expected a list such as [docker], or clusterWorkflows"],
            id="no-workflows",
        ),
        pytest.param(
            V1,
            {"git": [GIT, {**GIT, "secretName": "second"}], "componentWorkflows": {"clusterWorkflows": ["docker"]}},
            [
                (
                    ".workflows: builds of OpenChoreo v1 clone with the first git credential, and cannot find git[1]; "
                    "set git[1].secretReference, so that developers can select it"
                )
            ],
            id="several-git-credentials",
        ),
        pytest.param(
            V1,
            {
                "componentWorkflows": {"clusterWorkflows": ["docker", "docker"], "delivery": "ahead"},
                "pullSecret": _PULL,
            },
            [
                ".pullSecret.componentTypes: is missing; expected a list such as [service], or clusterComponentTypes",
                '.workflows.clusterWorkflows[1]: "docker" is listed twice',
                ".workflows: has no credentials; expected git, registries or both",
            ],
            id="no-credentials-of-builds",
        ),
        pytest.param(
            V0_9,
            {"pullSecret": {**_PULL, "clusterComponentTypes": ["service"]}},
            [f".pullSecret.clusterComponentTypes: {_NO_TYPES.format('v0.9')}"],
            id="cluster-types-of-v0.9",
        ),
        pytest.param(
            V1_1,
            {
                "pullSecret": {
                    **_PULL,
                    "componentTypes": ["service"],
                    "delivery": "project",
                    "projectTypes": ["team"],
                    "clusterProjectTypes": ["default"],
                }
            },
            [
                f".pullSecret.projectTypes: {_NO_TYPES.format('v1.1')}",
                f".pullSecret.clusterProjectTypes: {_NO_TYPES.format('v1.1')}",
            ],
            id="types-of-projects-before-v1.2",
        ),
        pytest.param(
            V1,
            {"pullSecret": {**_PULL, "componentTypes": ["service"], "projectTypes": ["team"]}},
            [".pullSecret: projectTypes requires delivery project, not component"],
            id="types-of-projects-without-the-delivery",
        ),
        pytest.param(
            V1,
            {"pullSecret": {**_PULL, "componentTypes": ["service"], "delivery": "project"}},
            [
                (
                    ".pullSecret: delivery project requires projectTypes or clusterProjectTypes, the types of projects "
                    "that get the Secret"
                )
            ],
            id="no-types-of-projects",
        ),
    ],
)
def test_what_a_release_does_not_have(release: Release, keys: Raw, problems: list[str]) -> None:
    assert rejection(_config(release, **keys)) == message(*(_at(release, problem) for problem in problems))


@on_each_release
def test_kinds_of_planes_in_a_program(release: Release) -> None:
    planes = PlaneStore(kind="Plane", secret_store_ref="org")
    organization = Organization(name="acme", git=GitCredential(remote_key="a"), build_plane=planes, data_plane=planes)
    expected = [" or ".join(kind.name for kind in kinds) for kinds in (release.build_planes, release.data_planes)]
    assert [str(problem) for problem in validate_plane_kinds(organization, "organization", release)] == [
        f'organization.{key}.kind: "Plane" is no kind of this plane; expected {kinds}'
        for key, kinds in zip(("buildPlane", "dataPlane"), expected, strict=True)
    ]
