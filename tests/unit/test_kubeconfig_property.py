"""Whatever a kubeconfig contains, it connects or is refused in the project's own words, without its secrets."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import example, given, settings, strategies as st

from components.cluster.access.fields import AuthProvider, NamedText, Plugin, Server, User
from components.errors import ClusterError
from tests.unit.kubeconfigs import SERVER, WHERE, connect, kubeconfig, write_kubeconfig

SECRET: Final = "s3cr3t"
TEXTS = st.sampled_from(
    (
        "",
        "a",
        f"{SECRET}\n",
        SECRET,
        f"e30.{SECRET}.x",
        "YQ==",
        "é\x00",
        "/",
        "\ud800",
        "https://h",
        f"https://u:{SECRET}@h",
        "https://[",
        "http://h:99999999",
        f"socks5://u:{SECRET}@h",
        "socks5://[",
        "oidc",
        "Never",
        "Always",
        "/bin/false",
        "client.authentication.k8s.io/v1",
        "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----",
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=5),
    lambda values: st.lists(values, max_size=2) | st.dictionaries(TEXTS | st.integers(), values, max_size=2),
    max_leaves=4,
)


def _keys(model: type[Server | User | Plugin | AuthProvider | NamedText]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _mapping(model: type[Server | User | Plugin | AuthProvider | NamedText]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(_keys(model)), TEXTS | VALUES, max_size=5)


PLUGIN = st.builds(
    lambda plugin, env: plugin | {"env": env}, _mapping(Plugin), st.lists(_mapping(NamedText), max_size=2)
)
USER = st.builds(
    lambda user, special: user | special,
    _mapping(User),
    st.just({})
    | st.fixed_dictionaries({"exec": PLUGIN})
    | st.fixed_dictionaries({"auth-provider": _mapping(AuthProvider)}),
)


def _read(content: object, *, raw: bool = False) -> str | None:
    """The message of the error; None: the kubeconfig is accepted."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config"
        if raw:
            file.write_bytes(content if isinstance(content, bytes) else str(content).encode("utf-8", "replace"))
        else:
            write_kubeconfig(file, yaml.dump(content, Dumper=yaml.SafeDumper))
        try:
            connect(file)
        except ClusterError as error:
            return str(error)
        return None


def _check(message: str | None) -> None:
    if message is not None:
        assert message.startswith(f"{WHERE}: ")
        assert SECRET not in message
        assert "Traceback" not in message


@settings(max_examples=150, deadline=None)
@given(server=_mapping(Server), user=USER)
@example(server=SERVER, user={"token": SECRET})
@example(server=SERVER, user={"auth-provider": {"name": SECRET}})
def test_fields(server: Mapping[str, Any], user: Mapping[str, Any]) -> None:
    _check(_read(kubeconfig(SERVER | dict(server), user)))


@settings(max_examples=80, deadline=None)
@given(key=st.sampled_from(["kind", "clusters", "users", "contexts", "current-context", "other"]), value=VALUES)
@example(key="current-context", value="elsewhere")
def test_shapes(key: str, value: object) -> None:
    """Messages show the name of a context, which is no secret."""
    message = _read(kubeconfig() | {key: value})
    if message is not None and key == "current-context" and isinstance(value, str):
        message = message.replace(f'"{value}"', "")
    _check(message)


@settings(max_examples=80, deadline=None)
@given(content=st.binary(max_size=40) | st.text(max_size=40))
@example(content="[" * 3000)
@example(content="&a [*a]")
@example(content="clusters: &a [{name: *a}]")
@example(content="? [a]\n: b")
@example(content="a: !!python/object:os.system {}")
@example(content="a: !!timestamp 9999-99-99")
@example(content="a: !!int x")
def test_texts(content: str | bytes) -> None:
    message = _read(content, raw=True)
    assert message is not None
    _check(message)
