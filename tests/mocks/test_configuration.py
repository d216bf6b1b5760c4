"""load: the configuration as the language host hands it over, and every mistake in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import Configuration, SettingsError, load_configuration, parse
from components.errors import OpenChoreoSecretsError
from components.openchoreo import V0_9, V1
from tests.mocks.recorder import Recorder, Secret, resolve

FILE = "stacks/Pulumi.test.yaml"
HEAD = f"{FILE}: 1 problem; nothing was changed\n  - "
CLUSTERS = {"buildPlane": {"context": "kind-build"}}
ACME = {"name": "acme", "git": {"manual": "token"}}
GOOD: dict[str, object] = {"clusters": CLUSTERS, "organizations": [ACME]}
MANUAL: dict[str, object] = {"token": "t0ken"}
ENCRYPTED = "is encrypted; only manualSecrets holds secrets, every other key must be readable in a review"
ADVICE = "is plain text; set it with: pulumi config set --secret --path"


class Stack:
    """A stack's configuration, handed to programs as the language host does it: in the environment, values as text."""

    def __init__(self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
        self._recorder = recorder
        self._monkeypatch = monkeypatch

    def load(self, config: Mapping[str, object], *, secret: tuple[str, ...] = ("manualSecrets",)) -> Configuration:
        texts = {
            key if ":" in key else f"openchoreo-secrets:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in config.items()
        }
        keys = [f"openchoreo-secrets:{key}" for key in secret]
        self._monkeypatch.setenv("PULUMI_CONFIG", json.dumps(texts))
        self._monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(keys))
        loaded: list[Configuration] = []
        self._recorder.run(lambda: loaded.append(self._program(texts, keys)))
        return loaded[0]

    def values(self, config: Mapping[str, object]) -> dict[str, Any]:
        """Resolved manual values of a configuration."""
        found: dict[str, Any] = {}
        texts = {f"openchoreo-secrets:{key}": json.dumps(value) for key, value in config.items()}
        self._monkeypatch.setenv("PULUMI_CONFIG", json.dumps(texts))

        async def program() -> None:
            loaded = self._program(texts, ["openchoreo-secrets:manualSecrets"])
            found.update({name: await resolve(value) for name, value in loaded.manual.items()})

        self._recorder.run(program)
        return found

    @staticmethod
    def _program(texts: dict[str, str], keys: list[str]) -> Configuration:
        pulumi.runtime.set_all_config(texts, keys)
        return load_configuration()


@pytest.fixture
def stack(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stack:
    """A stack whose project folder is empty."""
    (tmp_path / "stacks").mkdir()
    monkeypatch.chdir(tmp_path)
    return Stack(recorder, monkeypatch)


V1_GOOD: dict[str, object] = {
    "release": "v1",
    "clusters": {"workflowPlane": {"context": "kind-build"}},
    "namespaces": [ACME],
    "organizations": [],
}
"""With the default that `Pulumi.yaml` has for the word of the other release."""


def test_a_stack_of_another_release_has_its_words(stack: Stack) -> None:
    loaded = stack.load({**V1_GOOD, "manualSecrets": MANUAL})
    assert loaded.release is V1
    assert [plan.namespace for plan in loaded.plan.organizations] == ["workflows-acme"]


def test_a_word_that_is_encrypted(stack: Stack) -> None:
    with pytest.raises(SettingsError) as caught:
        stack.load({**V1_GOOD, "manualSecrets": MANUAL}, secret=("manualSecrets", "namespaces"))
    assert str(caught.value) == f"{HEAD}namespaces: {ENCRYPTED}"


def test_everything_that_a_stack_configures(stack: Stack) -> None:
    """Structured values come as JSON, scalars as they are; configuration of others is none of our business."""
    raw = {
        "release": "v0.9",
        "clusters": {"buildPlane": {"context": "123", "kubeconfig": "build.yaml"}},
        "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}}},
        "organizations": [{"name": "acme", "secretStore": "org", "git": {"remoteKey": "pat"}}, ACME | {"name": "own"}],
        "refreshInterval": "30m",
        "readyTimeout": "90s",
    }

    loaded = stack.load({**raw, "manualSecrets": MANUAL, "kubernetes:context": "other", "pulumi:tags": {"a": "b"}})

    assert loaded.settings == parse(raw, source=FILE, manual_names={"token"})
    assert loaded.release is V0_9
    assert list(loaded.manual) == ["token"]


def test_manual_values_stay_secret(stack: Stack) -> None:
    """Also texts that look like JSON, numbers or nothing are handed on letter for letter."""
    values = {"token": "t0ken", "number": "123", "json": '{"a": 1}', "spaces": " \n"}

    assert stack.values({**GOOD, "manualSecrets": values}) == {name: Secret(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("config", "secret", "message"),
    [
        pytest.param(
            {**GOOD, "manualSecrets": MANUAL},
            (),
            f"manualSecrets: {ADVICE} 'manualSecrets.<name>'",
            id="no manual value is encrypted",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": MANUAL, "readyTimeout": "5m"},
            ("manualSecrets", "readyTimeout"),
            f"readyTimeout: {ENCRYPTED}",
            id="a key that a review must be able to read is encrypted",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": "hush"},
            ("manualSecrets",),
            "manualSecrets: must be a mapping of names to encrypted values",
            id="one encrypted text instead of a mapping; it is not repeated",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": ["hush"]},
            ("manualSecrets",),
            "manualSecrets: must be a mapping of names to encrypted values",
            id="a list instead of a mapping",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": {**MANUAL, "empty": ""}},
            ("manualSecrets",),
            "manualSecrets.empty: must be a text that is not empty (value not shown)",
            id="an empty value would make an empty Secret",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": {**MANUAL, "pin": 4711}},
            ("manualSecrets",),
            "manualSecrets.pin: must be a text that is not empty (value not shown)",
            id="a number is not a text, and may still be a secret",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": {**MANUAL, "deep": {"inner": "hush"}}},
            ("manualSecrets",),
            "manualSecrets.deep: must be a text that is not empty (value not shown)",
            id="values do not nest",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": MANUAL, "readyTimeuot": "5m"},
            ("manualSecrets",),
            'readyTimeuot: unknown key; did you mean "readyTimeout"? expected one of: release, clusters, '
            "aws, isolation, admission, secretStores, organizations, refreshInterval, readyTimeout, offboarding, "
            "releasePromoted, "
            "load, budget, notSecrets, manualSecrets",
            id="a misspelt key in the project's namespace",
        ),
        pytest.param(
            {**GOOD, "manualSecret": "hush"},
            ("manualSecrets",),
            'manualSecret: unknown key; did you mean "manualSecrets"? expected one of: release, clusters, '
            "aws, isolation, admission, secretStores, organizations, refreshInterval, readyTimeout, offboarding, "
            "releasePromoted, "
            "load, budget, notSecrets, manualSecrets",
            id="the misspelt key is the one for values, and its value is not repeated",
        ),
        pytest.param(
            {**GOOD, "manualSecrets": MANUAL, "organizations": "[{name: acme"},
            ("manualSecrets",),
            "organizations: must be a list, such as [{name: acme, git: {remoteKey: acme-github-pat, property: token}}]",
            id="a text where a structure belongs",
        ),
        pytest.param(
            {"manualSecrets": MANUAL, "organizations": [ACME]},
            ("manualSecrets",),
            "clusters: is missing; expected a mapping such as {buildPlane: {context: openchoreo-build}}",
            id="a key that is needed",
        ),
        pytest.param(
            {**GOOD},
            (),
            'organizations[0] ("acme").git.manual: names no entry of manualSecrets (value not shown); configured: none',
            id="a value that an organization names and that is not set",
        ),
    ],
)
def test_mistakes(stack: Stack, config: dict[str, object], secret: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        stack.load(config, secret=secret)

    assert str(raised.value) == HEAD + message


@pytest.mark.parametrize(
    ("stored", "problems"),
    [
        pytest.param(
            "{token: {secure: v1:abc}, quay: hush, pin: 4711}",
            (
                f"manualSecrets.quay: {ADVICE} 'manualSecrets.quay'",
                f"manualSecrets.pin: {ADVICE} 'manualSecrets.pin'",
            ),
            id="entries that Pulumi calls secret only because another one is",
        ),
        pytest.param(
            "{token: {secure: v1:abc}, quay: {secure: v1:abc, beside: hush}}",
            (f"manualSecrets.quay: {ADVICE} 'manualSecrets.quay'",),
            id="a plain value beside the encrypted one",
        ),
        pytest.param("{token: {secure: v1:abc}, quay: {secure: v1:def}}", (), id="every entry is encrypted"),
        pytest.param("{secure: v1:abc}", (), id="the whole mapping is encrypted at once"),
    ],
)
def test_stack_file_shows_what_is_encrypted(stack: Stack, stored: str, problems: tuple[str, ...]) -> None:
    Path(FILE).write_text(f"config:\n  openchoreo-secrets:manualSecrets: {stored}\n")
    config = {**GOOD, "manualSecrets": {"token": "t0ken", "quay": "hush", "pin": "4711"}}

    try:
        stack.load(config)
        found: tuple[str, ...] = ()
    except SettingsError as error:
        found = tuple(map(str, error.problems))

    assert found == problems


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"config: {}\nconfig: {}\n", 'it has the key "config" twice (lines 1 and 2)', id="a key twice"),
        pytest.param(b"\xff", "it is not valid YAML", id="not text"),
    ],
)
def test_stack_file_that_pulumi_refuses(stack: Stack, content: bytes, reason: str) -> None:
    Path(FILE).write_bytes(content)

    with pytest.raises(SettingsError) as raised:
        stack.load({**GOOD, "manualSecrets": MANUAL})

    assert str(raised.value) == f"{HEAD}manualSecrets: {FILE} cannot be read: {reason}; correct the file"


@pytest.mark.parametrize(
    "text",
    ["", "config:\n", "config: {}\n", "config: text\n", "text\n"],
    ids=["empty file", "no entry", "empty mapping", "text as configuration", "text"],
)
def test_stack_file_without_configuration_is_no_obstacle(stack: Stack, text: str) -> None:
    """Configuration may come from an environment or the Automation API instead of the stack file."""
    Path(FILE).write_text(text)

    assert list(stack.load({**GOOD, "manualSecrets": MANUAL}).manual) == ["token"]


def test_json_that_cannot_be_read(stack: Stack) -> None:
    with pytest.raises(OpenChoreoSecretsError) as raised:
        stack.load({**GOOD, "organizations": "[" * 5000 + "]" * 5000})

    assert str(raised.value) == (
        "organizations: is nested more than 100 levels deep (value not shown); correct the value"
    )


def test_all_problems_are_reported_at_once(stack: Stack) -> None:
    with pytest.raises(SettingsError) as raised:
        stack.load({**GOOD, "manualSecrets": MANUAL}, secret=("clusters", "organizations"))

    assert str(raised.value) == (
        f"{FILE}: 3 problems; nothing was changed\n"
        f"  - clusters: {ENCRYPTED}\n"
        f"  - organizations: {ENCRYPTED}\n"
        f"  - manualSecrets: {ADVICE} 'manualSecrets.<name>'"
    )
