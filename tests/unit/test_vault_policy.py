"""No policy of an organization opens a secret of another one, whatever their names and keys are."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.errors import SettingsError
from components.managers.vault_policy import build_api_path, build_policy
from tests.unit.documented import ROOT
from tests.unit.vault_managed import RULES, list_rules, managed, matches, plan

LABEL = st.from_regex(r"[a-d]([a-d2-]{0,4}[a-d2])?", fullmatch=True)
ORGANIZATIONS = st.lists(
    st.one_of(LABEL, st.sampled_from(["acme", "acme2", "acme-corp", "org", "data", "metadata", "secret"])),
    min_size=2,
    max_size=4,
    unique=True,
)
KEY = st.one_of(
    st.sampled_from(["git", "*", "+", "{{identity.entity.name}}", "..", "../acme2/git", "a/b", "a//b", "", "data/git"]),
    st.text(alphabet="ab+*{}/.-_ ", max_size=6),
)
PATHS = st.sampled_from(["org/{organization}/", "{organization}/", "{organization}/org/", "data/{organization}/"])
MOUNTS = st.sampled_from(["secret", "kv/org", "kv-{organization}", "{organization}"])


def test_the_policy_of_version_2() -> None:
    assert build_policy(build_api_path("secret", "v2", "org/acme/")) == RULES


def test_the_documented_policy() -> None:
    page = (ROOT / "docs" / "stores" / "vault.md").read_text().partition("### The policy and the role\n")[2]
    assert page.partition("```hcl\n")[2].partition("```")[0] == RULES


def test_the_policy_of_version_1() -> None:
    rules = list_rules(build_policy(build_api_path("secret", "v1", "org/acme/")))
    assert rules == {
        "secret/org/acme/*": ["read"],
        "auth/token/lookup-self": ["read"],
        "auth/token/revoke-self": ["update"],
    }


@pytest.mark.parametrize(
    "path", ["secret/org/acme", "secret/org/*/", "secret/+/acme/", "secret/{{x}}/", 'a" {}/', "a//b/", "/", "a\n/"]
)
def test_a_path_with_another_meaning_is_refused(path: str) -> None:
    with pytest.raises(SettingsError) as raised:
        build_policy(path)
    assert str(raised.value) == (
        f'policy of Vault: 1 problem\n  - path: "{path}" is not a plain path with / at the end, so a policy for it '
        "would match other paths; use another path"
    )


@given(ORGANIZATIONS, st.data(), PATHS, MOUNTS, st.sampled_from(["v1", "v2"]))
@hypothesis_settings(max_examples=300, deadline=None)
def test_no_policy_opens_a_key_of_another_organization(
    names: list[str], data: st.DataObject, path: str, mount: str, version: Any
) -> None:
    """Keys that the settings accept are opened by the policy of their own organization only."""
    keys = {name: f"{path.replace('{organization}', name)}{data.draw(KEY)}" for name in names}
    organizations = [{"name": name, "git": {"remoteKey": key}} for name, key in keys.items()]
    store = managed({"path": mount, "version": version}, path=path)
    # A configuration that is refused reads nothing.
    with suppress(SettingsError):
        stores = plan({"secretStores.default": store, "organizations": organizations})
        rules = {entry.organization: list_rules(entry.policy) for entry in stores}
        assert rules.keys() == keys.keys()
        for owner, key in keys.items():
            request = build_api_path(mount.replace("{organization}", owner), version, key)
            readers = [reader for reader, own in rules.items() if any(matches(rule, request) for rule in own)]
            assert readers == [owner]


@given(ORGANIZATIONS, KEY)
@hypothesis_settings(max_examples=200, deadline=None)
def test_a_key_with_a_meaning_in_policies_is_refused(names: list[str], key: str) -> None:
    name = names[0]
    edits = {
        "secretStores.default": managed(),
        "organizations": [{"name": name, "git": {"remoteKey": f"org/{name}/{key}"}}],
    }
    if any(sign in key for sign in "+*{} ") or any(part in {"", ".", ".."} for part in key.split("/")):
        with pytest.raises(SettingsError):
            plan(edits)
    else:
        assert len(plan(edits)) == 1


@pytest.mark.parametrize(
    ("pattern", "path", "answer"),
    [
        ("secret/a", "secret/a", True),
        ("secret/a", "secret/a/b", False),
        ("secret/a/*", "secret/a/b/c", True),
        ("secret/a/*", "secret/a2/b", False),
        ("secret/a*", "secret/a2/b", True),
        ("secret/+/b", "secret/a/b", True),
        ("secret/+/b", "secret/a/c/b", False),
    ],
)
def test_the_model_of_policies(pattern: str, path: str, answer: bool) -> None:
    assert matches(pattern, path) is answer
