"""Tokens of the registry: only what a login may do, signed by the key that the registry reads."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jwt
import pytest

from local.hosts.registry_tokens import ALGORITHM, ISSUER, SERVICE, Access, create_key, select_access, sign_token

RIGHTS = {"acme": {"pull", "push"}, "globex": {"pull"}}


def granted(name: str, *actions: str) -> Access:
    return [{"type": "repository", "name": name, "actions": list(actions)}]


@pytest.mark.parametrize(
    ("scopes", "access"),
    [
        pytest.param(["repository:acme/app:pull,push"], granted("acme/app", "pull", "push"), id="own image"),
        pytest.param(["repository:acme/a/b:push"], granted("acme/a/b", "push"), id="several parts"),
        pytest.param(["repository:globex/app:pull,push"], granted("globex/app", "pull"), id="pull only"),
        pytest.param(["repository:globex/app:push"], [], id="push with a pull secret"),
        pytest.param(["repository:acme/app:delete,*"], [], id="other actions"),
        pytest.param(["repository:initech/app:pull"], [], id="another organization"),
        pytest.param(["repository:acme-evil/app:pull"], [], id="a name that begins alike"),
        pytest.param(["repository:acme:pull"], [], id="no image of an organization"),
        pytest.param(["registry:catalog:*"], [], id="the catalog"),
        pytest.param(["registry:acme/app:pull"], [], id="another type"),
        pytest.param(["acme"], [], id="no scope"),
        pytest.param(
            ["repository:acme/app:pull repository:globex/b:pull", "repository:x/y:pull"],
            granted("acme/app", "pull") + granted("globex/b", "pull"),
            id="several scopes",
        ),
        pytest.param([], [], id="none"),
    ],
)
def test_access(scopes: list[str], access: Access) -> None:
    assert select_access(scopes, RIGHTS) == access


def test_the_registry_verifies_a_token_with_the_public_key(tmp_path: Path) -> None:
    key, public = tmp_path / "key", tmp_path / "public.json"
    create_key(key, public)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    (shown,) = json.loads(public.read_text())["keys"]
    assert {name: shown[name] for name in ("kid", "alg", "use", "crv")} == {
        "kid": "local",
        "alg": "ES256",
        "use": "sig",
        "crv": "P-256",
    }
    assert "d" not in shown

    token = sign_token(key.read_text(), "robot", granted("acme/app", "pull"))

    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": "local"}
    claims = jwt.decode(token, jwt.PyJWK(shown), [ALGORITHM], audience=SERVICE, issuer=ISSUER)
    assert claims.pop("exp") - claims["iat"] == 300
    assert claims.pop("iat") - claims.pop("nbf") == 10
    assert len(claims.pop("jti")) == 16
    assert claims == {"iss": ISSUER, "aud": SERVICE, "sub": "robot", "access": granted("acme/app", "pull")}
