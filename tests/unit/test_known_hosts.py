"""OpenSSH's known_hosts: valid lines, their host keys, and the errors of others."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.git import known_hosts
from components.git.known_hosts import KnownHost
from tests.unit.hosts import ED25519, FORM, hashed, key, line

FAST = hypothesis_settings(deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(line("github.com"), [KnownHost("github.com")], id="one"),
        pytest.param(
            f"# from the team\n\n{line('a', comment='by hand')}\r\n\t{line('b,[b]:22', 'ssh-rsa')}\n",
            [KnownHost("a"), KnownHost("b,[b]:22")],
            id="comments-and-empty-lines",
        ),
        pytest.param(line("a", "ecdsa-sha2-nistp256"), [KnownHost("a")], id="ecdsa"),
        pytest.param(line("a", "sk-ssh-ed25519@openssh.com"), [KnownHost("a")], id="security-key"),
        pytest.param(line("*.a", marker="@cert-authority"), [KnownHost("*.a")], id="authority"),
        pytest.param(line("a", marker="@revoked"), [KnownHost("a", revoked=True)], id="revoked"),
        pytest.param(line(hashed("a")), [KnownHost(hashed("a"))], id="hashed"),
    ],
)
def test_lines(text: str, found: list[KnownHost]) -> None:
    assert known_hosts.parse_known_hosts(text) == tuple(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", f"has no line; expected {FORM}", id="empty"),
        pytest.param("\n# nothing\n", f"has no line; expected {FORM}", id="comments-only"),
        pytest.param("github.com", f"line 1 is not {FORM}", id="host-only"),
        pytest.param(f"{line('a')}\na {ED25519}", f"line 2 is not {FORM}", id="no-key"),
        pytest.param(f"{ED25519} {key()}", f"line 1 is not {FORM}", id="public-key-without-a-host"),
        pytest.param(f"{ED25519} {key()} me@host", f"line 1 is not {FORM}", id="line-of-authorized-keys"),
        pytest.param(f"a {ED25519} {key()[:-3]}!!!", f"line 1 is not {FORM}", id="no-base64"),
        pytest.param(f"a {ED25519} ключ", f"line 1 is not {FORM}", id="another-script"),
        pytest.param(f"a {ED25519} {key('ssh-rsa')}", f"line 1 is not {FORM}", id="another-type-in-the-key"),
        pytest.param(f"a {ED25519} {key(body=b'')}", f"line 1 is not {FORM}", id="nothing-behind-the-type"),
        pytest.param(f"a rsa {key('rsa')}", f"line 1 is not {FORM}", id="no-type-of-ssh"),
        pytest.param(line("a", marker="@ca"), f"line 1 is not {FORM}", id="unknown-marker"),
        pytest.param(line("a", comment="{{ .x }}"), f"line 1 is not {FORM}", id="template"),
        pytest.param("-----BEGIN OPENSSH PRIVATE KEY-----", f"line 1 is not {FORM}", id="private-key"),
    ],
)
def test_not_lines(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole message is compared
        known_hosts.parse_known_hosts(text)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("names", "host", "matches"),
    [
        pytest.param("git.example", "git.example", True, id="same"),
        pytest.param("git.example", "git.example:22", True, id="the-port-of-ssh"),
        pytest.param("git.example", "git.example:2222", False, id="another-port"),
        pytest.param("[git.example]:2222", "git.example:2222", True, id="the-same-port"),
        pytest.param("[git.example]:2222", "git.example", False, id="only-another-port"),
        pytest.param("Git.Example", "git.example", True, id="case"),
        pytest.param("gitxexample", "git.example", False, id="a-point-is-a-point"),
        pytest.param("git.example.evil", "git.example", False, id="longer"),
        pytest.param("a,git.example", "git.example", True, id="second-name"),
        pytest.param("*.example", "git.example", True, id="star"),
        pytest.param("gi?.example", "git.example", True, id="question-mark"),
        pytest.param("*,!git.example", "git.example", False, id="excluded"),
        pytest.param("!a.example,*.example", "git.example", True, id="another-excluded"),
        pytest.param(hashed("git.example"), "git.example", True, id="hashed"),
        pytest.param(hashed("[git.example]:2222"), "git.example:2222", True, id="hashed-with-a-port"),
        pytest.param(hashed("a.example"), "git.example", False, id="another-hashed"),
        pytest.param("|1|a|b", "git.example", False, id="broken-hash"),
    ],
)
def test_whose_key(names: str, host: str, matches: bool) -> None:
    assert KnownHost(names).matches(known_hosts.format_host_name(host)) is matches


HOSTS = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?(\.[a-z]{1,3}){0,2}", fullmatch=True)
PORTS = st.none() | st.integers(1, 65535)


@given(host=HOSTS, port=PORTS, other=HOSTS, salt=st.binary(min_size=1, max_size=20))
@FAST
def test_a_host_is_found_under_its_own_name_only(host: str, port: int | None, other: str, salt: bytes) -> None:
    name = known_hosts.format_host_name(host if port is None else f"{host}:{port}")
    for names in (name, hashed(name, salt), f"{other},{name}"):
        (found,) = known_hosts.parse_known_hosts(line(names))
        assert found.matches(name)
    (found,) = known_hosts.parse_known_hosts(line(other))
    assert found.matches(known_hosts.format_host_name(host)) == (other == host)


@given(text=st.text(max_size=80) | st.lists(st.sampled_from([*"|1,!*?[]:@# \n", "a", key(), ED25519])).map("".join))
@FAST
def test_any_text_is_lines_or_refused_without_being_repeated(text: str) -> None:
    try:
        found = known_hosts.parse_known_hosts(text)
    except ValueError as error:
        assert str(error).endswith(FORM)  # noqa: PT017 -- either outcome is right
        return
    assert found
    assert all(each.names for each in found)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")
def test_openssh_finds_and_hashes_the_same(tmp_path: Path) -> None:
    """Names with a port, and the hash of each, as OpenSSH itself reads and writes them."""
    names = ["git.example", "[git.example]:2222"]
    file = tmp_path / "known_hosts"
    file.write_text("".join(f"{line(name)}\n" for name in names))
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", file], check=True, capture_output=True)
    found = known_hosts.parse_known_hosts(file.read_text())
    assert [[each.matches(name) for each in found] for name in names] == [[True, False], [False, True]]
    assert all(each.names.startswith("|1|") for each in found)
