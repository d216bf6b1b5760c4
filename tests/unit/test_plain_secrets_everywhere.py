"""A token that someone pasted into any text of the settings is refused and shown nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from components.errors import SettingsError
from components.managers.custom import CustomStore
from components.managers.manager import StoreInputs
from components.schema.plain_secrets import is_only_random
from tests.unit.deferrable import ORGANIZATIONS, STORES, Later, revealed
from tests.unit.full_configuration import FULL
from tests.unit.managers import ESO, custom
from tests.unit.samples import (
    AT_ACME,
    CA_BUNDLE,
    Raw,
    acme,
    assert_rejected,
    message,
    planned,
    raw,
    rejection,
    settings,
)
from tests.unit.token_samples import TOKENS

WHAT, TOKEN = TOKENS["github"]
_, RANDOM = TOKENS["random"]
INSTEAD = "store it in the secret manager, and write its name"
UNLESS = ", or list the text in notSecrets if it is no secret"
REFERENCE = "use a reference to a Kubernetes Secret"
OVER_SECRETS = 'use a template over webhook.secrets, such as "{{ .login.token }}"'
ONLY_PLAIN = (
    "only accept, accept-charset, accept-encoding, accept-language, cache-control, content-encoding, content-type, "
    "user-agent, x-github-api-version, x-vault-namespace, x-vault-request may be in plain text"
)

Path = tuple[Any, ...]
CONFIGURATIONS = {
    "full": FULL,
    **{f"store-{name}": raw({"secretStores.default": store}) for name, store in STORES.items()},
    **{f"organization-{name}": raw(acme(**keys)) for name, keys in ORGANIZATIONS.items()},
}


def _texts(tree: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(tree, str):
        yield path
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _texts(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _texts(value, (*path, index))


def _replaced(config: Raw, path: Path, text: str) -> Raw:
    copy: Any = deepcopy(config)
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    result: Raw = copy
    return result


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.parametrize("token", [TOKEN, RANDOM], ids=["token", "random"])
def test_every_text_of_a_configuration(name: str, token: str) -> None:
    config = CONFIGURATIONS[name]
    paths = list(_texts(config))
    assert paths
    for path in paths:
        if token == RANDOM and {"caBundle", "knownHosts", "notSecrets"}.intersection(path):
            # Certificates and host keys are public random text.
            continue
        assert token not in rejection(_replaced(config, path, token)), path


@pytest.mark.parametrize("path", ["git.remoteKey", "git.property", "git.version", "git.host", "git.secretName"])
@pytest.mark.parametrize(("what", "token"), TOKENS.values(), ids=TOKENS)
def test_message(path: str, what: str, token: str) -> None:
    _, _, field = path.partition(".")
    assert rejection(raw(acme(git={"remoteKey": "acme-git", field: token}))) == message(
        f"{AT_ACME}.{path}: (value not shown) looks like {what}; {INSTEAD}{UNLESS if is_only_random(token) else ''}"
    )


@pytest.mark.parametrize(
    "user",
    [
        pytest.param({"registries": [{"server": "quay.io", "username": TOKEN, "password": {"remoteKey": "a"}}]}),
        pytest.param({"registries": [{"server": "quay.io", "manual": {"username": TOKEN, "password": "gitToken"}}]}),
        pytest.param({"registries": [{"server": TOKEN, "remoteKey": "a"}]}),
        pytest.param({"registries": [{"server": "quay.io", "remoteKey": TOKEN}]}),
        pytest.param({"git": {"basicAuth": {"username": TOKEN, "password": {"remoteKey": "a"}}}}),
        pytest.param({"external": [{"name": "sonar", "keys": {"token": {"remoteKey": TOKEN}}}]}),
        pytest.param({"external": [{"name": "sonar", "keys": {TOKEN.replace("_", "-"): {"remoteKey": TOKEN}}}]}),
        pytest.param({"external": [{"name": "sonar", "extract": [{"remoteKey": TOKEN}]}]}),
        pytest.param({"external": [{"name": "a", "keys": {"b": {"remoteKey": "c"}}, "labels": {"team": TOKEN}}]}),
        pytest.param({"external": [{"name": "a", "keys": {"b": {"remoteKey": "c"}}, "annotations": {"x": TOKEN}}]}),
        pytest.param({"external": [{"name": "a", "keys": {"b": {"remoteKey": "c"}}, "template": {"f": TOKEN}}]}),
    ],
)
def test_pasted_into_a_credential(user: Raw) -> None:
    said = rejection(raw(acme(**user)))
    assert f"looks like {WHAT}; {INSTEAD}" in said
    assert TOKEN not in said


SECRET = "canary-7-canary"


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ({"headers": {"X-Auth": SECRET}}, f"a header in plain text at webhook.headers.X-Auth; {OVER_SECRETS}"),
        ({"body": SECRET}, f"a body in plain text at webhook.body; {OVER_SECRETS}"),
        (
            {"body": '{"id": "{{ .remoteRef.key }}", "password": "' + SECRET + '"}'},
            f"a body in plain text at webhook.body; {OVER_SECRETS}",
        ),
        (
            {"url": f"https://a.example/x?id={{{{ .remoteRef.key }}}}&token={SECRET}"},
            f"a query in plain text at webhook.url; {OVER_SECRETS}",
        ),
        ({"url": f"https://a.example/x?sig={SECRET}"}, f"a query in plain text at webhook.url; {OVER_SECRETS}"),
        ({"url": f"https://bot:{SECRET}@a.example"}, f"a user in a URL in plain text at webhook.url; {OVER_SECRETS}"),
        ({"url": f"https://{SECRET}@a.example"}, f"a user in a URL in plain text at webhook.url; {OVER_SECRETS}"),
        (
            {"auth": {"ntlm": {"userToken": SECRET}}},
            f"a secret in plain text at webhook.auth.ntlm.userToken; {REFERENCE}",
        ),
        ({"result": {"jsonPath": TOKEN}}, f"{WHAT} in plain text at webhook.result.jsonPath; {REFERENCE}"),
        ({TOKEN: "x"}, f"{WHAT} in plain text at webhook; {REFERENCE}"),
    ],
)
def test_webhook(block: Raw, problem: str) -> None:
    store = custom("webhook", {"url": "https://{organization}", **block})
    assert_rejected({"secretStores.default": store}, f"secretStores.default.custom: has {problem}")


@pytest.mark.parametrize(
    ("provider", "block", "problem"),
    [
        (
            "vault",
            {"headers": {"X-Custom": "{{ .a }}"}},
            f"has a header in plain text at vault.headers.X-Custom; {ONLY_PLAIN}",
        ),
        (
            "gitlab",
            {"auth": {"accessToken": SECRET}},
            f"has a secret in plain text at gitlab.auth.accessToken; {REFERENCE}",
        ),
        ("akeyless", {"list": [TOKEN]}, f"has {WHAT} in plain text at akeyless.list[0]; {REFERENCE}"),
        (
            "conjur",
            {"url": f"https://bot:{SECRET}@a.example"},
            f"has a user in a URL in plain text at conjur.url; {REFERENCE}",
        ),
        ("doppler", {"project": RANDOM}, f"has a random secret in plain text at doppler.project; {REFERENCE}{UNLESS}"),
    ],
)
def test_other_providers(provider: str, block: Raw, problem: str) -> None:
    store = custom(provider, {"x": "{organization}", **block})
    assert_rejected({"secretStores.default": store}, f"secretStores.default.custom: {problem}")


def test_what_a_webhook_may_have_in_plain_text() -> None:
    block: Raw = {
        "url": "https://{{ .login.user }}:{{ .login.pw }}@a.example/{organization}?v=2&id={{ .remoteRef.key }}",
        "method": "POST",
        "timeout": "10s",
        "headers": {"Content-Type": "application/json", "X-Token": "Bearer {{ .login.token }}"},
        "body": '{"id": "{{ .remoteRef.key }}", "token": "{{ .login.token }}", "kind": "secret"}',
        "result": {"jsonPath": "$.data.token"},
        "caBundle": CA_BUNDLE,
        "secrets": [{"name": "login", "secretRef": {"name": "login-{organization}", "namespace": ESO}}],
    }
    store = settings({"secretStores.default": custom("webhook", block)}).secret_stores["default"]
    assert store.manager == CustomStore({"webhook": block})


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (
            {"url": Later(f"https://a.example?token={SECRET}")},
            f"has a query in plain text at webhook.url; {OVER_SECRETS}",
        ),
        ({"list": [Later(TOKEN)]}, f"has {WHAT} in plain text at webhook.list[0]; {REFERENCE}"),
    ],
)
def test_outputs_in_a_block_are_checked_when_they_are_known(block: Raw, problem: str) -> None:
    manager = CustomStore({"webhook": block})
    with pytest.raises(SettingsError) as refused:
        manager.provider(planned({"custom": {"doppler": {}}}, manager=manager), StoreInputs())
    assert str(refused.value) == (
        f"store org-acme: 1 problem; resources that use the value were not changed\n  - custom: {problem}"
    )


def test_harmless_outputs_in_a_block_pass() -> None:
    manager = CustomStore({"doppler": {"project": Later("acme"), "limit": Later(5)}})
    block = manager.provider(planned({"custom": {"doppler": {}}}, manager=manager), StoreInputs())
    assert revealed(block) == {"doppler": {"project": "acme", "limit": 5}}
