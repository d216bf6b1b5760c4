"""A record of an organization: only what the command has written is read, and only names become parts of paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from components.errors import OpenChoreoSecretsError
from components.offboarding.holdings import STATE, Holding, Holdings, RemoteKey
from components.offboarding.record import Record, build_digest, read_record
from tests.unit.api import Api, Object
from tests.unit.offboarding_samples import edit_record, run
from tests.unit.preflight_samples import STACK

SECRET: Final = Holding("build", "Secret", "openchoreo-ci-acme", "git", "", "v1", "uid-1", "created by others")
POLICY: Final = Holding(STATE, "vault:index/policy:Policy", "platform/acme", "org-acme", uid="urn-1")
RECORD: Final = Record(
    STACK,
    "acme",
    "2026-05-01T10:00:00Z",
    {"build": "uid-0"},
    Holdings((SECRET, POLICY), (RemoteKey("org-acme", "acme-git"),), ("a note\nof two lines",)),
    {"urn-1": "https://vault"},
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
OTHER: Final = "is not a record of this command; use another file, or delete it"
CHANGED: Final = "is not as the command has written it; use the original file"


def _read(text: str) -> Record | str:
    """The record, or the message without the name of the file."""
    try:
        return read_record(text, "acme.json", STACK, "acme")
    except OpenChoreoSecretsError as error:
        return str(error).removeprefix("--record: acme.json").removeprefix(" ")


def _sign(content: Any) -> str:
    return json.dumps({**content, "digest": build_digest(content)})


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in JSON data with each of its keys."""
    entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in entries:
        yield value, key
        if isinstance(inner, (dict, list)):
            yield from _places(inner)


def test_what_is_written_is_read() -> None:
    assert _read(RECORD.text) == RECORD
    assert _read(json.dumps(json.loads(RECORD.text))) == RECORD


@given(JSON)
def test_other_json_is_no_record(content: Any) -> None:
    assert _read(json.dumps(content)) == OTHER


@given(st.text())
def test_other_text_is_no_record(text: str) -> None:
    assert _read(text) == OTHER


@given(st.data(), JSON, st.booleans())
def test_no_mutation_is_a_record(data: st.DataObject, value: Any, is_removed: bool) -> None:
    content = json.loads(RECORD.text)
    container, key = data.draw(st.sampled_from(list(_places(content))))
    before = json.dumps(content)
    if is_removed:
        del container[key]
    else:
        container[key] = value
    text = json.dumps(content)
    assert _read(text) in (({CHANGED, OTHER}) if text != before else (RECORD,))


@given(st.data(), JSON, st.booleans())
def test_a_forged_record_is_refused_or_has_names_only(data: st.DataObject, value: Any, is_removed: bool) -> None:
    content = json.loads(RECORD.text)
    container, key = data.draw(st.sampled_from(list(_places(content))))
    if is_removed:
        del container[key]
    else:
        container[key] = value
    record = _read(_sign(content))
    if isinstance(record, Record):
        for item in record.holdings.items:
            assert item.where in {*record.clusters, STATE}
            assert not {"..", "."} & {*f"{item.path}/{item.name}".split("/")}
            assert json.dumps(item.where).isprintable()


@pytest.mark.parametrize("length", [*range(0, len(RECORD.text) - 1, 7)])
def test_a_part_of_a_record_is_none(length: int) -> None:
    assert _read(RECORD.text[:length]) == OTHER


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param({"clusters": {}}, 'items[0].where: "build" is not a context in clusters', id="no cluster"),
        pytest.param({"items": []}, OTHER, id="no entry"),
        pytest.param({"items": {}}, OTHER, id="no list"),
        pytest.param({"notes": [1]}, OTHER, id="no note"),
        pytest.param({"notes": {"a": "b"}}, OTHER, id="notes are no list"),
        pytest.param({"time": "\x1b[2J"}, OTHER, id="control characters"),
        pytest.param({"time": "\ud800"}, OTHER, id="half a character"),
    ],
)
def test_forged_records(edit: Object, message: str) -> None:
    ending = "" if message == OTHER else "; use the original file"
    assert str(_read(_sign({**RECORD.plain(), **edit}))).removeprefix(": ") == f"{message}{ending}"


LABEL: Final = (
    'is not a DNS label: lower-case letters, digits and "-", at most 63 characters, first and last a letter or a digit'
)
NAME: Final = (
    'is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at most 253 characters, first and last '
    "a letter or a digit"
)


@pytest.mark.parametrize(
    ("item", "field", "message"),
    [
        pytest.param(SECRET, "name", f'"../../../../api/v1/namespaces/manager/secrets/x" {NAME}', id="a path"),
        pytest.param(SECRET, "name", f'"x?watch=1" {NAME}', id="a query"),
        pytest.param(SECRET, "name", f'"" {NAME}', id="no name"),
        pytest.param(SECRET, "namespace", f'".." {LABEL}', id="namespace"),
        pytest.param(SECRET, "api", '"v1/../v1" is not a group and a version of Kubernetes', id="api"),
        pytest.param(SECRET, "api", '"" is not a group and a version of Kubernetes', id="no api"),
        pytest.param(SECRET, "kind", '"Secrets/x" is not a kind of Kubernetes', id="kind"),
        pytest.param(SECRET, "where", '"other" is not a context in clusters', id="context"),
        pytest.param(SECRET, "uid", '"" is missing', id="no uid"),
        pytest.param(POLICY, "kind", '"Policy" is not a type of a resource', id="type"),
        pytest.param(POLICY, "name", '"../../secret/data/x" is not an id of a resource', id="id"),
        pytest.param(POLICY, "name", '"a/.." is not an id of a resource', id="end of an id"),
        pytest.param(POLICY, "name", '"%2e%2e" is not an id of a resource', id="escaped id"),
        pytest.param(POLICY, "name", '"" is missing', id="no id"),
        pytest.param(POLICY, "namespace", '"a b" is not an id of a resource', id="namespace of Vault"),
    ],
)
def test_only_names_become_paths(item: Holding, field: str, message: str) -> None:
    value = json.JSONDecoder().raw_decode(message)[0]
    forged = replace(item, **{field: value})
    text = replace(RECORD, holdings=Holdings((forged,))).text
    assert _read(text) == f": items[0].{field}: {message}; use the original file".removeprefix(" ")


def test_a_forged_record_makes_no_request(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--record", "acme.json")
    items = json.loads((project / "acme.json").read_text())["items"]
    edit_record(project / "acme.json", items=[{**items[1], "name": "../../x"}])
    acme.queries.clear()
    capsys.readouterr()

    assert run("--record", "acme.json") == 2

    message = f'--record: acme.json: items[0].name: "../../x" {NAME}; use the original file\n'
    assert capsys.readouterr() == ("", message)
    assert (acme.queries, acme.metadata_paths) == ([], [])


def test_what_cannot_be_read_again_is_not_written(acme: Api, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    acme.lists["clustersecretstores"][0]["metadata"]["name"] = "Org"
    assert run("--record", "acme.json") == 2
    assert capsys.readouterr() == ("", f'--record: acme.json: items[0].name: "Org" {NAME}; use the original file\n')
    assert not (project / "acme.json").exists()
