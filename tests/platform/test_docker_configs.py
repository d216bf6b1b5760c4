"""Docker configs that the operator renders from hostile users, passwords and registries, compared byte for byte."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from components.registries.credential import RegistryCredential
from components.registries.docker_config import KEY, TYPE, build_docker_config
from components.schema.sources import RemoteRef
from components.secrets.external_secret import SecretTemplate
from tests.platform.delivery import Delivery
from tests.platform.samples import auth

Render = Callable[[Sequence["Case"]], dict[str, Any]]
Batch = tuple[Mapping[str, Mapping[str, str]], Callable[[Mapping[str, str], str], SecretTemplate]]
Keychain = Callable[..., list[list[str]]]
GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go's ``strings.TrimSpace`` removes."""


@dataclass(frozen=True)
class Case:
    """A registry, what the manager holds for it, and what must become of it."""

    server: str
    stored: dict[str, str]
    """Fields of its secret in the manager: ``user`` and ``password``, or ``config``."""
    expected: dict[str, Any]

    def credential(self, key: str) -> RegistryCredential:
        if "config" in self.stored:
            return RegistryCredential(server=self.server, remote_key=key, property="config")
        user, password = (RemoteRef(remote_key=key, property=field) for field in ("user", "password"))
        return RegistryCredential(server=self.server, username=user, password=password)


def user_and_password(server: str, user: str, password: str) -> Case:
    return Case(server, {"user": user, "password": password}, login(user, password))


def whole_config(server: str, entry: dict[str, Any], others: dict[str, Any], *, escaped: bool) -> Case:
    config = {"auths": {**others, server: entry}, "HttpHeaders": {"User-Agent": "docker"}, "credsStore": ""}
    user, password = entry["username"], entry["password"]
    if "auth" in entry:
        user, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
    return Case(server, {"config": json.dumps(config, ensure_ascii=escaped)}, login(user, password))


def login(user: str, password: str) -> dict[str, str]:
    """An entry of ``auths``, without the white space around both that Go trims."""
    user, password = user.strip(GO_SPACE), password.strip(GO_SPACE)
    return {"username": user, "password": password, "auth": auth(user, password)}


PIECES = [
    *(
        '"',
        "'",
        "`",
        "\\",
        "\\n",
        "\\u0000",
        '\\"',
        "{",
        "{{",
        "}}",
        "{{-",
        "{{ .registry_0 }}",
        "{{/*",
        "*/}}",
        "${",
        "$",
    ),
    *("%s", "%!", "<", ">", "&", "</script>", "#", "=", "@", "\n", "\r\n", "\t", "\x01", "\x1b[31m", "\x7f", "\x85"),
    *(
        "\u2028",
        "\u2029",
        "\ufeff",
        "\ufffd",
        "\u200b",
        "ß",
        "é",
        "e\u0301",
        "日本",
        "🔑",
        "\U0010ffff",
        "null",
        "1e400",
    ),
]
# Neither NUL, which no registry takes, nor halves of characters, which are no text.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
# White space alone is no user name and no password.
TEXT = (
    st.lists(st.sampled_from(PIECES) | CHARACTERS, min_size=1, max_size=6)
    .map("".join)
    .filter(lambda text: bool(text.strip(GO_SPACE)))
)
LONG = st.sampled_from(PIECES).filter(lambda piece: bool(piece.strip(GO_SPACE)))
PASSWORDS = TEXT | LONG.map(lambda piece: (piece * 10_000)[:10_000]) | TEXT.map(lambda t: f"{t}:{t}")
USERS = TEXT.map(lambda text: text.replace(":", ";"))
# What clients look up; settings refuse the rest. A config from another tool may contain any key.
SERVERS = st.sampled_from(
    ["https://index.docker.io/v1/", "ghcr.io", "localhost:5000", "[::1]:5000/a/b"]
) | st.from_regex(
    r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?\.[a-z0-9]{1,3}(:[1-9][0-9]{0,3})?(/[a-z0-9]{1,3}([._-][a-z0-9]{1,3})?){0,2}",
    fullmatch=True,
)
PAIRS = st.fixed_dictionaries({"username": USERS, "password": PASSWORDS}, optional={"email": TEXT})
ENTRIES = st.builds(
    lambda entry, pair: entry if pair is None else {**entry, "auth": auth(*pair)},
    PAIRS,
    st.none() | st.tuples(USERS, PASSWORDS),
)
"""An ``auth`` of its own takes precedence."""
CASES = st.builds(user_and_password, SERVERS, USERS, PASSWORDS) | st.builds(
    whole_config, SERVERS, ENTRIES, st.dictionaries(SERVERS | TEXT, ENTRIES, max_size=1), escaped=st.booleans()
)


@pytest.fixture
def render(delivery: Delivery) -> Render:
    """Write the values of a batch to Vault and return the docker config that the operator renders from them."""

    def render(cases: Sequence[Case]) -> dict[str, Any]:
        kind, data = delivery.deliver(*as_batch(cases))
        assert (kind, list(data)) == (TYPE, [KEY])
        config: dict[str, Any] = json.loads(data[KEY])
        return config

    return render


def as_batch(cases: Sequence[Case]) -> Batch:
    def build(keys: Mapping[str, str], name: str) -> SecretTemplate:
        template = build_docker_config(name, [case.credential(keys[str(index)]) for index, case in enumerate(cases)])
        assert isinstance(template, SecretTemplate)
        return template

    return {str(index): case.stored for index, case in enumerate(cases)}, build


@settings(
    max_examples=12,
    deadline=None,
    # A batch is smaller than what it would take to make it smaller.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*HealthCheck],
)
@given(cases=st.lists(CASES, min_size=20, max_size=30, unique_by=lambda case: case.server))
def test_every_registry_arrives_as_it_was(render: Render, cases: list[Case]) -> None:
    config = render(cases)

    assert list(config) == ["auths"]
    found, expected = config["auths"], {case.server: case.expected for case in cases}
    assert found.keys() == expected.keys()
    assert {server: entry for server, entry in found.items() if entry != expected[server]} == {}
    for case in cases:
        if "user" in case.stored:
            # As docker reads it: `auth` wins over the other two, and its first colon ends the user.
            user, _, password = base64.b64decode(found[case.server]["auth"]).decode().partition(":")
            assert (user, password) == (case.expected["username"], case.expected["password"])


INSTEAD = "store a config.json with the user name and the password of ghcr.io"
NO_CONFIG = "0 (config) is not a docker config.json; if it is encoded, set decoding: Base64"
NO_LOGIN = f"0 (config) has no docker auth for ghcr.io; {INSTEAD}"
HELPER = (
    "0 (config) has no docker auth for ghcr.io, which a credential helper (credsStore, credHelpers) may have; "
    f"{INSTEAD}"
)
TOKEN = f"0 (config) has an identity token for ghcr.io, which expires; {INSTEAD}"
NO_PAIR = f"0 (config) has an auth for ghcr.io that is not the base64 of user:password; {INSTEAD}"


def test_what_would_be_no_docker_config_is_refused(delivery: Delivery) -> None:
    for config, problem in (
        ("canary", NO_CONFIG),
        ('["canary"]', NO_CONFIG),
        ("null", NO_CONFIG),
        (base64.b64encode(b'{"auths": {"ghcr.io": {}}}').decode(), NO_CONFIG),
        ("{}", NO_LOGIN),
        ('{"auths": null}', NO_LOGIN),
        ('{"auths": ["canary"]}', NO_LOGIN),
        ('{"auths": {"GHCR.io": {"auth": "canary"}}}', NO_LOGIN),
        ('{"auths": {"ghcr.io": {}}}', NO_LOGIN),
        ('{"auths": {"ghcr.io": null}}', NO_LOGIN),
        ('{"auths": {"ghcr.io": "canary"}}', NO_LOGIN),
        ('{"auths": {"ghcr.io": {"username": "canary"}}}', NO_LOGIN),
        ('{"auths": {"ghcr.io": {"auth": "Ym90Og=="}}}', NO_LOGIN),
        ('{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}', HELPER),
        ('{"credHelpers": {"ghcr.io": "gh"}}', HELPER),
        ('{"auths": {"ghcr.io": {"auth": "MDAwOg==", "identitytoken": "canary"}}}', TOKEN),
        ('{"auths": {"ghcr.io": {"registrytoken": "canary"}}}', TOKEN),
        ('{"auths": {"ghcr.io": {"auth": "canary!"}}}', NO_PAIR),
        ('{"auths": {"ghcr.io": {"auth": "Y2FuYXJ5"}}}', NO_PAIR),
    ):
        assert delivery.refusal(*as_batch([Case("ghcr.io", {"config": config}, {})])) == problem, config
    assert delivery.refusal(*as_batch([user_and_password("ghcr.io", "canary:user", "canary")])) == (
        'the user name for ghcr.io contains ":", which separates user from password in docker auth'
    )


HUB = "https://index.docker.io/v1/"
LOGIN = {"auth": auth("bot", "pw")}
SPELLINGS = [
    *(("quay.io", key) for key in ("quay.io", "quay.io/", "http://quay.io", "https://quay.io", "https://quay.io/")),
    *(("quay.io", key) for key in ("https://quay.io/v1/", "https://quay.io/v2/", "quay.io/v2", "https://quay.io/acme")),
    ("127.0.0.1:5000", "http://127.0.0.1:5000/v2/"),
    (HUB, HUB),
]
"""Key in docker's ``auths`` that the settings have, and the key that the stored config has."""


@pytest.fixture(scope="session")
def keychain(tmp_path_factory: pytest.TempPathFactory) -> Keychain:
    """The logins that go-containerregistry reads for images from a docker config."""
    folder = tmp_path_factory.mktemp("keychain")
    program = folder / "program"
    subprocess.run(["go", "build", "-o", program, "."], cwd=Path(__file__).parent / "keychain", check=True)

    def resolve(config: object, *images: str) -> list[list[str]]:
        (folder / "config.json").write_text(json.dumps(config))
        done = subprocess.run(
            [program, *images], env={"DOCKER_CONFIG": str(folder)}, capture_output=True, text=True, check=True
        )
        logins: list[list[str]] = json.loads(done.stdout)
        return logins

    return resolve


def test_clients_read_the_same_login_as_from_the_stored_config(render: Render, keychain: Keychain) -> None:
    """A case for each spelling of a key, and one config with two keys of which clients take one."""
    for server, stored in SPELLINGS:
        config = {"auths": {"other.example": {"auth": auth("other", "one")}, stored: LOGIN}}
        delivered = render([Case(server, {"config": json.dumps(config)}, {})])
        image = "nginx" if server == HUB else f"{server}/acme/app"
        assert keychain(config, image) == [["bot", "pw"]], stored
        assert keychain(delivered, image) == [["bot", "pw"]], stored
    both = {"auths": {"https://quay.io/v1/": {"auth": auth("old", "one")}, "quay.io": LOGIN}}
    assert keychain(both, "quay.io/acme/app") == [["bot", "pw"]]
    assert keychain(render([Case("quay.io", {"config": json.dumps(both)}, {})]), "quay.io/acme/app") == [["bot", "pw"]]


def test_keys_that_only_podman_or_the_kubelet_reads(render: Render) -> None:
    bot = {"username": "bot", "password": "pw", **LOGIN}
    for server, stored in (
        (HUB, "docker.io"),
        (HUB, "https://index.docker.io/v2/"),
        (HUB, "index.docker.io"),
        (HUB, "registry-1.docker.io"),
        ("ghcr.io/acme", "https://ghcr.io/acme/"),
        ("*.azurecr.io", "*.azurecr.io"),
    ):
        config = json.dumps({"auths": {stored: LOGIN}})
        assert render([Case(server, {"config": config}, {})]) == {"auths": {server: bot}}, stored
