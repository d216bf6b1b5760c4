"""Values as people store them, and the bytes that the operator delivers from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components.external.credential import ExternalCredential
from components.git.credential import GitCredential
from components.registries.credential import RegistryCredential
from components.registries.docker_config import build_docker_config
from components.secrets.credential import Owner
from components.secrets.external_secret import SecretTemplate
from tests.platform.delivery import Delivery
from tests.platform.samples import auth
from tests.unit.hosts import line
from tests.unit.keys import APP_KEY, CERTIFICATE, SSH_KEY, write_pem

OWNER = Owner("acme")
HOST = "git.acme.example"
KNOWN = line(HOST, comment="by hand")


def ref(key: str, field: str) -> dict[str, str]:
    return {"remoteKey": key, "property": field}


def git(settings: Mapping[str, Any], name: str, index: int = 0) -> SecretTemplate:
    content = GitCredential.model_validate({"secretName": name, **settings}).secrets(OWNER)[index]
    assert isinstance(content, SecretTemplate)
    return content


def external(settings: Mapping[str, Any], name: str) -> SecretTemplate:
    (content,) = ExternalCredential.model_validate({"name": name, **settings}).secrets(OWNER)
    assert isinstance(content, SecretTemplate)
    return content


def token(keys: Mapping[str, str], name: str) -> SecretTemplate:
    return git(ref(keys["x"], "token"), name)


def user(keys: Mapping[str, str], name: str) -> SecretTemplate:
    auth = {"usernameFrom": ref(keys["x"], "user"), "password": ref(keys["x"], "token")}
    return git({"basicAuth": auth, "host": HOST}, name)


def ssh(keys: Mapping[str, str], name: str) -> SecretTemplate:
    key = {"privateKey": ref(keys["x"], "key"), "knownHostsFrom": ref(keys["x"], "known")}
    return git({"ssh": key, "host": HOST}, name)


def app(keys: Mapping[str, str], name: str) -> SecretTemplate:
    return git({"githubApp": {"appId": "1", "installationId": "2", "privateKey": ref(keys["x"], "key")}}, name)


def registry(keys: Mapping[str, str], name: str) -> SecretTemplate:
    settings = {"registry": "ghcr", "username": ref(keys["x"], "user"), "password": ref(keys["x"], "token")}
    content = build_docker_config(name, [RegistryCredential.model_validate(settings)])
    assert isinstance(content, SecretTemplate)
    return content


def service(keys: Mapping[str, str], name: str) -> SecretTemplate:
    return external({"keys": {field: ref(keys["x"], field) for field in ("token", "file", "ca.crt")}}, name)


def merged(keys: Mapping[str, str], name: str) -> SecretTemplate:
    return external({"keys": {"token": ref(keys["x"], "token")}, "extract": [{"remoteKey": keys["y"]}]}, name)


def tls(keys: Mapping[str, str], name: str) -> SecretTemplate:
    fields = {field: ref(keys["x"], field) for field in ("tls.crt", "tls.key")}
    return external({"type": "kubernetes.io/tls", "keys": fields}, name)


def test_line_ends_and_blanks_around_users_and_tokens_are_removed(delivery: Delivery) -> None:
    stored = {"x": {"user": " bot\r\n", "token": "ghp_abc\n"}}

    assert delivery.deliver(stored, token)[1] == {"clone-secret": b"ghp_abc"}
    assert delivery.deliver(stored, user)[1] == {"username": b"bot", "password": b"ghp_abc", "clone-secret": b"ghp_abc"}
    config = delivery.deliver(stored, registry)[1][".dockerconfigjson"].decode()
    assert auth("bot", "ghp_abc") in config
    assert "\\n" not in config


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_files_arrive_with_the_line_ends_of_unix(delivery: Delivery, end: str) -> None:
    key, known = SSH_KEY.replace("\n", end), f"{KNOWN}{end}{KNOWN}{end}"
    kind, data = delivery.deliver({"x": {"key": key, "known": known}}, ssh)
    assert (kind, data) == (
        "kubernetes.io/ssh-auth",
        {"ssh-privatekey": f"{SSH_KEY}\n".encode(), "known_hosts": f"{KNOWN}\n{KNOWN}\n".encode()},
    )
    assert delivery.deliver({"x": {"key": APP_KEY.replace("\n", end) + end}}, app)[1] == {
        "private-key": f"{APP_KEY}\n".encode()
    }
    pair = {"tls.crt": CERTIFICATE.replace("\n", end), "tls.key": write_pem("PRIVATE KEY", end=end)}
    assert delivery.deliver({"x": pair}, tls)[1] == {
        "tls.crt": f"{CERTIFICATE}\n".encode(),
        "tls.key": f"{write_pem('PRIVATE KEY')}\n".encode(),
    }


def test_of_a_service_only_single_words_and_pem_are_changed(delivery: Delivery) -> None:
    file = "\n[server]\r\nurl = {{ .x }} \\ 名\r\n\n"
    stored = {"token": " sqp_1\n", "file": file, "ca.crt": f"{CERTIFICATE}\n{CERTIFICATE}\n".replace("\n", "\r\n")}
    assert delivery.deliver({"x": stored}, service)[1] == {
        "token": b"sqp_1",
        "file": file.encode(),
        "ca.crt": f"{CERTIFICATE}\n{CERTIFICATE}\n".encode(),
    }
    objects = {"x": {"token": "sqp_1\n"}, "y": {"token": "other\n", "url": "https://sonar.example\n"}}
    assert delivery.deliver(objects, merged)[1] == {"token": b"sqp_1", "url": b"https://sonar.example\n"}


NOT_A_KEY = "x (key) is not a private key in PEM format; store the whole file, with its line breaks"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        pytest.param("canary", NOT_A_KEY, id="text"),
        pytest.param(SSH_KEY.replace("\n", "\\n"), NOT_A_KEY, id="escaped-line-breaks"),
        pytest.param(SSH_KEY.replace("\n", " "), NOT_A_KEY, id="one-line"),
        pytest.param(SSH_KEY.rpartition("\n")[0], NOT_A_KEY, id="cut"),
        pytest.param(CERTIFICATE, NOT_A_KEY, id="certificate"),
        pytest.param(
            write_pem("ENCRYPTED PRIVATE KEY"),
            "x (key) is a private key with a passphrase, which nobody can enter; store a key without one",
            id="passphrase",
        ),
    ],
)
def test_what_is_no_private_key_is_refused_in_words(delivery: Delivery, key: str, problem: str) -> None:
    for build in (ssh, app):
        assert delivery.refusal({"x": {"key": key, "known": KNOWN}}, build) == problem


def test_what_is_no_certificate_or_nothing_at_all_is_refused_in_words(delivery: Delivery) -> None:
    key = write_pem("PRIVATE KEY")
    assert delivery.refusal({"x": {"tls.crt": key, "tls.key": key}}, tls) == (
        "x (tls.crt) is not a certificate in PEM format; store the whole file, with its line breaks"
    )
    for build in (token, user, registry):
        assert delivery.refusal({"x": {"user": "bot", "token": " \n"}}, build) == "x (token) is empty; store the value"
