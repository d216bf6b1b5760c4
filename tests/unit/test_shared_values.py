"""One value of ``manualSecrets`` for two organizations: every place that names it, and what each isolation says."""

from __future__ import annotations

import pytest

from components.managers.secret_store import SecretStoreSettings
from components.openchoreo import Release
from components.settings.parsing import check, parse
from components.settings.warnings import list_warnings
from tests.unit.deferrable import Later
from tests.unit.managers import VAULT_OWN
from tests.unit.releases import in_words, on_each_release, word
from tests.unit.samples import (
    CANARY,
    GIT,
    KUBERNETES,
    MANUAL,
    SOURCE,
    Edits,
    Raw,
    assert_rejected,
    message,
    on_every_plane,
    raw,
    rejection,
    settings,
)

TWO = 'organizations[1] ("globex")'
MANUAL_GIT: Raw = {"git": {"manual": "gitToken"}}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "gitToken"}}
SSH: Raw = {"git": {"basicAuth": {"username": "bot", "password": {"manual": "gitToken"}}}}
PULL: Raw = {
    "pullSecret": {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["team-b"]}
}
FAKE: Raw = {"fake": {"data": [{"key": "one", "manual": "gitToken"}, {"key": "two", "manual": "gitToken"}]}}
ONE: Raw = {"git": {"remoteKey": "one"}}
OTHER: Raw = {"git": {"remoteKey": "two"}}


def _two(first: Raw, second: Raw, isolation: str, store: Raw | None = None) -> Edits:
    organizations = [{"name": "acme", **first}, {"name": "globex", **second}]
    stores = {"default": KUBERNETES if store is None else store}
    return {**on_every_plane(), "organizations": organizations, "secretStores": stores, "isolation": isolation}


def _problem(path: str, key: str = "", shared: str = "") -> str:
    return (
        f'{TWO}{path}: "gitToken"{key} is also a value of the organization "acme"; give "globex" a value under a name '
        f"of its own with: pulumi config set --secret --path 'manualSecrets.<name>'{shared}"
    )


OF_A_KEY = ', the value of remoteKey "two",'
OF_THE_SAME_KEY = ', the value of remoteKey "one",'
SHARED = ", or list the key in secretStores.default.sharedKeys if both may have it"
SHARING = [
    pytest.param(MANUAL_GIT, MANUAL_GIT, KUBERNETES, _problem(".git.manual"), id="git"),
    pytest.param(MANUAL_GIT, SSH, KUBERNETES, _problem(".git.basicAuth.password.manual"), id="password"),
    pytest.param(
        MANUAL_GIT,
        {"registries": [BOT]},
        KUBERNETES,
        _problem(".registries[0].manual.password"),
        id="registry",
    ),
    pytest.param(
        MANUAL_GIT,
        {"external": [{"name": "sonar", "keys": {"token": {"manual": "gitToken"}}}]},
        KUBERNETES,
        _problem(".external[0].keys.token.manual"),
        id="external",
    ),
    pytest.param(MANUAL_GIT, PULL, KUBERNETES, _problem(".pullSecret.registries[0].manual.password"), id="pull-secret"),
    pytest.param(
        MANUAL_GIT, {**MANUAL_GIT, "registries": [BOT]}, KUBERNETES, _problem(".git.manual"), id="twice-in-the-second"
    ),
    pytest.param(ONE, OTHER, FAKE, _problem("", OF_A_KEY, SHARED), id="two-keys-of-a-fake-store"),
    pytest.param(ONE, ONE, FAKE, _problem("", OF_THE_SAME_KEY, SHARED), id="one-key-of-a-fake-store"),
    pytest.param(
        ONE, OTHER, {**FAKE, "sharedKeys": ["one"]}, _problem("", OF_A_KEY, SHARED), id="one-of-the-keys-is-listed"
    ),
    pytest.param(MANUAL_GIT, OTHER, FAKE, _problem("", OF_A_KEY), id="a-key-and-a-credential"),
    pytest.param(
        MANUAL_GIT,
        ONE,
        {**FAKE, "sharedKeys": ["one"]},
        _problem("", OF_THE_SAME_KEY),
        id="a-listed-key-and-a-credential",
    ),
    pytest.param(ONE, MANUAL_GIT, FAKE, _problem(".git.manual"), id="a-credential-and-a-key"),
]


@pytest.mark.parametrize(("first", "second", "store", "problem"), SHARING)
def test_a_value_of_two_organizations(first: Raw, second: Raw, store: Raw, problem: str) -> None:
    assert_rejected(_two(first, second, "strict", store), problem)
    assert list(list_warnings(settings(_two(first, second, "store", store)))) == [problem]


@pytest.mark.parametrize("isolation", ["store", "strict"])
@pytest.mark.parametrize(
    ("first", "second", "store"),
    [
        pytest.param(MANUAL_GIT, {"git": {"manual": "quayPassword"}}, KUBERNETES, id="two-values"),
        pytest.param({**MANUAL_GIT, "registries": [BOT]}, {"git": GIT}, KUBERNETES, id="twice-in-one-organization"),
        pytest.param(ONE, OTHER, {**FAKE, "sharedKeys": ["one", "two"]}, id="both-keys-are-listed"),
        pytest.param(ONE, ONE, {**FAKE, "sharedKeys": ["one"]}, id="one-key-that-is-listed"),
        pytest.param(
            ONE,
            OTHER,
            {"fake": {"data": [{"key": "one", "manual": "gitToken"}, {"key": "two", "manual": "quayPassword"}]}},
            id="two-keys-with-two-values",
        ),
    ],
)
def test_values_of_their_own(first: Raw, second: Raw, store: Raw, isolation: str) -> None:
    assert list(list_warnings(settings(_two(first, second, isolation, store)))) == []


def test_isolation_shared_says_nothing() -> None:
    assert list(list_warnings(settings(_two(MANUAL_GIT, MANUAL_GIT, "shared")))) == []


def test_the_values_of_a_shared_store_are_shared_on_purpose() -> None:
    (warning,) = list_warnings(settings(_two(ONE, OTHER, "store", {**FAKE, "scope": "shared"})))
    assert warning.startswith("secretStores.default: builds of acme, globex read through one store")


def test_each_further_organization_is_named() -> None:
    edits = _two(MANUAL_GIT, MANUAL_GIT, "store")
    edits["organizations"].append({"name": "initech", **MANUAL_GIT})
    third = (
        _problem(".git.manual").replace(TWO, 'organizations[2] ("initech")').replace('give "globex"', 'give "initech"')
    )
    assert list(list_warnings(settings(edits))) == [_problem(".git.manual"), third]


@on_each_release
def test_the_path_has_the_words_of_the_release(release: Release) -> None:
    expected = _problem(".git.manual").replace("organizations[", f"{word(release, 'organizations')}[")
    config = in_words(raw(_two(MANUAL_GIT, MANUAL_GIT, "strict")), release)
    assert rejection(config) == message(expected)
    config = in_words(raw(_two(MANUAL_GIT, MANUAL_GIT, "store")), release)
    assert list(list_warnings(parse(config, source=SOURCE, manual_names=MANUAL))) == [expected]


def test_a_name_that_may_be_a_secret_is_not_repeated() -> None:
    pasted: Raw = {"git": {"manual": CANARY}}
    text = rejection(raw(_two(pasted, pasted, "strict")))
    assert CANARY not in text
    assert "is also a value" not in text


def test_names_that_are_not_known_cause_no_problem() -> None:
    assert check(raw(_two(MANUAL_GIT, MANUAL_GIT, "strict")), None)[1] == []


def test_a_store_that_does_not_exist_is_another_problem() -> None:
    assert_rejected(
        _two({**ONE, "secretStore": "other"}, MANUAL_GIT, "strict", FAKE),
        'organizations[0] ("acme").secretStore: no store "other" under secretStores; configured: default',
    )


def test_a_key_that_is_an_output_has_no_value_in_the_configuration() -> None:
    valid = settings(_two(ONE, MANUAL_GIT, "store", FAKE))
    first, second = valid.organizations
    git = first.git_credentials[0][1].model_copy(update={"remote_key": Later("key")})
    organizations = (first.model_copy(update={"git": git}), second)
    assert list(list_warnings(valid.model_copy(update={"organizations": organizations}))) == []


def test_a_manager_without_values_of_the_configuration() -> None:
    manager = SecretStoreSettings.model_validate(VAULT_OWN).manager
    assert list(manager.manuals_of("one")) == []
