"""Keys of the configuration under the words of each release: what is read, and what messages say."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.errors import Problem
from components.openchoreo import V0_9, V1, Release
from components.schema.words import Words, choose_words
from components.settings.parsing import parse
from tests.unit.releases import in_words, on_each_release, word
from tests.unit.samples import (
    CANARY,
    GIT,
    KUBERNETES,
    MANUAL,
    ORGANIZATION_KEYS,
    RELEASE_NAMES,
    SOURCE,
    TOP_KEYS,
    Raw,
    message,
    raw,
    rejection,
)

ORGANIZATIONS: Final[list[Raw]] = [{"name": "acme", "git": GIT}]
V1_TOP_KEYS: Final = TOP_KEYS.replace("organizations", "namespaces")
V1_KEYS: Final = ORGANIZATION_KEYS.replace("componentWorkflows", "workflows").replace("buildPlane", "workflowPlane")


EXAMPLE: Final = "{name: acme, git: {remoteKey: acme-github-pat, property: token}}"


def _v1(**keys: Any) -> Raw:
    return {
        "release": "v1",
        "clusters": {"workflowPlane": {"context": "dev"}},
        "secretStores": {"default": KUBERNETES},
        "namespaces": ORGANIZATIONS,
        **keys,
    }


@on_each_release
def test_every_release_reads_its_words(release: Release) -> None:
    planes = {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")}
    organization = {**ORGANIZATIONS[0], "buildPlane": {"secretStoreRef": "org"}, "namespace": "adopt"}
    config = in_words({**raw(), "clusters": planes, "organizations": [organization]}, release)
    settings = parse(config, source=SOURCE)
    assert settings.release == release.name
    assert settings.clusters.build_plane.context == "buildPlane"
    (acme,) = settings.organizations
    assert acme.build_plane is not None
    assert (acme.name, acme.namespace, acme.build_plane.secret_store_ref) == ("acme", "adopt", "org")


@pytest.mark.parametrize("release", ["v1.0", "v1.1", "v1.2"])
def test_every_minor_version_has_the_words_of_v1(release: str) -> None:
    assert parse(_v1(release=release), source=SOURCE).names == ("acme",)


@pytest.mark.parametrize(
    ("config", "problems"),
    [
        pytest.param(
            _v1(organizations=ORGANIZATIONS),
            ["organizations: in v1 this is called namespaces"],
            id="both-words",
        ),
        pytest.param(
            {**raw(), "release": "v1.1"},
            [
                "organizations: in v1.1 this is called namespaces",
                "clusters.buildPlane: in v1.1 this is called workflowPlane",
            ],
            id="words-of-v0.9",
        ),
        pytest.param(
            {key: value for key, value in _v1().items() if key != "release"},
            [
                "namespaces: in v0.9 this is called organizations",
                "clusters.workflowPlane: in v0.9 this is called buildPlane",
            ],
            id="words-of-v1-without-a-release",
        ),
        pytest.param(
            _v1(
                namespaces=[
                    {**ORGANIZATIONS[0], "buildPlane": {"secretStoreRef": "org"}},
                    {
                        "name": "globex",
                        "git": {"remoteKey": "x"},
                        "componentWorkflows": {"names": ["docker", "docker"]},
                    },
                ]
            ),
            [
                'namespaces[0] ("acme").buildPlane: in v1 this is called workflowPlane',
                'namespaces[1] ("globex").componentWorkflows: in v1 this is called workflows',
                'namespaces[1] ("globex").workflows.names[1]: "docker" is listed twice',
                'namespaces[0] ("acme"): patches objects of the control plane; clusters.controlPlane is missing',
                'namespaces[1] ("globex"): patches objects of the control plane; clusters.controlPlane is missing',
            ],
            id="in-an-organization",
        ),
        pytest.param(
            _v1(release="v3"),
            [f'release: "v3" is not a supported OpenChoreo release; expected {RELEASE_NAMES}'],
            id="no-release",
        ),
        pytest.param(
            _v1(release="v3", clusters={"buildPlane": {"context": "dev"}}),
            [f'release: "v3" is not a supported OpenChoreo release; expected {RELEASE_NAMES}'],
            id="no-release-no-wrong-word",
        ),
        pytest.param(
            {**raw(), "release": 7},
            [f"release: must be a string, not a number; expected {RELEASE_NAMES}"],
            id="a-release-of-another-type",
        ),
        pytest.param(
            _v1(namspaces=[]),
            [f'namspaces: unknown key; did you mean "namespaces"? expected one of: {V1_TOP_KEYS}'],
            id="misspelt",
        ),
        pytest.param(
            _v1(namespaces=[{**ORGANIZATIONS[0], "workflow": 1}]),
            [f'namespaces[0] ("acme").workflow: unknown key; did you mean "workflows"? expected one of: {V1_KEYS}'],
            id="misspelt-in-an-organization",
        ),
        pytest.param(
            {"release": "v1", "clusters": {}},
            [
                "clusters.workflowPlane: is missing; expected a mapping such as {context: openchoreo-build}",
                f"namespaces: is missing; expected a list such as [{EXAMPLE}]",
            ],
            id="missing",
        ),
        pytest.param(
            _v1(clusters=[], namespaces={"name": "acme"}),
            [
                "clusters: must be a mapping, such as {workflowPlane: {context: openchoreo-build}}",
                f"namespaces: must be a list, such as [{EXAMPLE}]",
            ],
            id="wrong-shapes",
        ),
        pytest.param(
            _v1(namespaces=["acme"]),
            [f"namespaces[0]: must be a mapping, such as {EXAMPLE}"],
            id="a-wrong-entry",
        ),
        pytest.param(
            _v1(namespaces=[ORGANIZATIONS[0], ORGANIZATIONS[0]]),
            ['namespaces[1] ("acme").name: "acme" is also the name of namespaces[0]; use another name'],
            id="a-path-in-a-text",
        ),
    ],
)
def test_messages_have_the_words_of_the_release(config: Raw, problems: list[str]) -> None:
    assert rejection(config) == message(*problems)


@on_each_release
def test_defaults_of_the_project_are_no_words_of_another_release(release: Release) -> None:
    config = in_words(raw(), release)
    both = {"organizations": [], "namespaces": [], **config}
    assert parse(both, source=SOURCE).names == ("acme",)


def test_a_wrong_word_hides_no_secret_from_the_checks() -> None:
    text = rejection(_v1(organizations=[{"name": CANARY}]))
    assert CANARY not in text


def test_the_input_is_not_changed() -> None:
    config = _v1()
    before = repr(config)
    parse(config, source=SOURCE, manual_names=MANUAL)
    assert repr(config) == before


@pytest.mark.parametrize(
    "text",
    [
        'secretName: "buildPlane" is no name',
        "several organizations share one store",
        "a store of several organizations",
        "the rebuildPlane and buildPlanes",
        "componentworkflows of the API",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert Words(V1).restore_text(text) == text


def test_a_problem_in_the_words_of_the_release() -> None:
    problem = Problem(
        'organizations[2] ("acme").buildPlane.name',
        'is also in organizations[0] ("globex").buildPlane; leave componentWorkflows out, or clusters.buildPlane',
    )
    assert Words(V0_9).restore(problem) == problem
    assert Words(V1).restore(problem) == Problem(
        'namespaces[2] ("acme").workflowPlane.name',
        'is also in namespaces[0] ("globex").workflowPlane; leave workflows out, or clusters.workflowPlane',
    )


@on_each_release
def test_names_of_the_settings(release: Release) -> None:
    words = choose_words({"release": release.name})
    keys = ("organizations", "clusters", "aws")
    assert [words.get_name(word(release, key)) for key in keys] == [*keys]
