"""A message names the organization, as long as its name is one."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.schema.model import Model
from components.settings.clusters import Clusters, ClusterSettings
from components.settings.organization import Organization
from components.settings.stack import StackSettings
from tests.unit.samples import GIT, Raw, message, raw, rejection


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("globex", 'organizations[1] ("globex")', id="valid"),
        pytest.param("x" * 63, f'organizations[1] ("{"x" * 63}")', id="as-long-as-possible"),
        pytest.param("x" * 64, "organizations[1]", id="too-long"),
        pytest.param("\x1b[31m", "organizations[1]", id="control-characters"),
        pytest.param('a") b', "organizations[1]", id="a-name-that-looks-like-a-path"),
        pytest.param("", "organizations[1]", id="empty"),
        pytest.param(7, "organizations[1]", id="a-number"),
        pytest.param({"globex": 1}, "organizations[1]", id="a-mapping"),
    ],
)
def test_path_has_a_valid_name_only(name: object, path: str) -> None:
    config: Raw = raw()
    config["organizations"].append({"name": name, "git": {**GIT, "host": "a b"}})
    host = '"a b" is not the host of a git repository; expected name[:port] in lower case, such as git.acme.example'
    assert f"  - {path}.git.host: {host}" in rejection(config).splitlines()


def test_only_organizations_are_named() -> None:
    config: Raw = raw()
    config["organizations"][0]["external"] = [{"name": "sonar", "keys": {}}]
    config["organizations"][0]["organizations"] = []
    assert 'organizations[0] ("acme").external[0]: names no value; expected at least one of keys, extract' in rejection(
        config
    )


@pytest.mark.parametrize(
    ("model", "arguments", "expected"),
    [
        pytest.param(
            Organization,
            {"name": "acme", "git": {"remoteKey": 1}},
            'Organization ("acme"): 1 problem\n  - git.remoteKey: must be a string, not a number',
            id="an-organization-of-its-own",
        ),
        pytest.param(
            Organization,
            {"name": "Acme"},
            "Organization: 1 problem\n"
            '  - name: "Acme" is not a DNS label: lower-case letters, digits and "-", at most 63 characters, first and '
            "last a letter or a digit",
            id="whose-name-is-wrong",
        ),
        pytest.param(
            StackSettings,
            {
                "clusters": Clusters(build_plane=ClusterSettings(context="dev")),
                "organizations": [Organization(name="acme"), {"name": "globex", "git": {"remoteKey": 1}}],
            },
            'StackSettings: 1 problem\n  - organizations[1] ("globex").git.remoteKey: must be a string, not a number',
            id="one-of-a-stack",
        ),
    ],
)
def test_programs_read_the_same(model: type[Model], arguments: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        model(**arguments)
    assert str(raised.value) == expected


def test_rules_name_it_too() -> None:
    config = raw({"organizations": [{"name": "acme", "git": GIT}, {"name": "globex", "secretStore": "x", "git": GIT}]})
    assert rejection(config) == message(
        'organizations[1] ("globex").secretStore: no store "x" under secretStores; configured: default'
    )
