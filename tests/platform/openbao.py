"""The platform's OpenBao in one test: what it holds and grants, and what it has recorded since the test began."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives import serialization

from local.grants import MOUNT, bind_account, enable, grant_paths
from local.openbao import OpenBao

AUDIENCE: Final = "vault"
"""Of tokens for the auth method ``jwt``, as the operator asks for them."""
DENIED: Final = "permission denied"


class Vault:
    """The server, its grants, its values and its audit log."""

    def __init__(self, server: OpenBao) -> None:
        self.server = server
        self._start = server.audit_log.stat().st_size

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.url

    @property
    def ca(self) -> str:
        """PEM of the CA of its certificate."""
        return self.server.pki.ca.read_text()

    @property
    def ca_bundle(self) -> str:
        """The same in base64."""
        return base64.b64encode(self.ca.encode()).decode()

    def put(self, path: str, data: Mapping[str, Any]) -> None:
        """Write a secret of the KV engine, version 2, or a new version of it: ``org/acme/git``."""
        self.server.call("PUT", f"{MOUNT}/data/{path}", {"data": data})

    def allow(self, account: tuple[str, str], role: str, path: str) -> None:
        """Let a ServiceAccount (namespace and name) sign in as a role that reads below one path of version 2."""
        grant_paths(self.server, role, (f"{MOUNT}/data/{path}*",))
        bind_account(self.server, role, account, role)

    def allow_signed(self, namespace: str, account: tuple[str, str], role: str, path: str) -> None:
        """Create a namespace of OpenBao in which a ServiceAccount signs in by its token's signature, to read one path.

        The KV engine there has version 1, at ``kv``.
        """
        parent, _, name = namespace.rpartition("/")
        for outer, inner in (("", parent), (parent, name)):
            self.server.call("PUT", f"sys/namespaces/{inner}", {}, namespace=outer)
        enable(self.server, "mounts", "kv", {"type": "kv", "options": {"version": "1"}}, namespace)
        enable(self.server, "auth", "jwt", {"type": "jwt"}, namespace)
        private = serialization.load_pem_private_key(self.server.pki.token_key.read_bytes(), None)
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        public = private.public_key().public_bytes(encoding, form).decode()
        trust = {"jwt_validation_pubkeys": [public], "bound_issuer": "https://kubernetes.default.svc"}
        self.server.call("PUT", "auth/jwt/config", trust, namespace=namespace)
        grant_paths(self.server, role, (path,), namespace)
        body = {
            "role_type": "jwt",
            "user_claim": "sub",
            "bound_audiences": [AUDIENCE],
            "bound_subject": f"system:serviceaccount:{account[0]}:{account[1]}",
            "token_policies": [role],
            "token_ttl": "10m",
        }
        self.server.call("PUT", f"auth/jwt/role/{role}", body, namespace=namespace)

    def app_role(self, role: str, path: str) -> tuple[str, str]:
        """Role id and secret id of a new AppRole that reads below one path of version 2."""
        enable(self.server, "auth", "approle", {"type": "approle"})
        grant_paths(self.server, role, (f"{MOUNT}/data/{path}*",))
        self.server.call("PUT", f"auth/approle/role/{role}", {"token_policies": [role], "token_ttl": "10m"})
        role_id = self.server.call("GET", f"auth/approle/role/{role}/role-id")["data"]["role_id"]
        secret_id = self.server.call("PUT", f"auth/approle/role/{role}/secret-id", {})["data"]["secret_id"]
        return role_id, secret_id

    def token(self, name: str, path: str) -> str:
        """A token that reads below one path of version 2."""
        grant_paths(self.server, name, (f"{MOUNT}/data/{path}*",))
        answer = self.server.call("PUT", "auth/token/create", {"policies": [name], "no_parent": True, "ttl": "1h"})
        return str(answer["auth"]["client_token"])

    def sign_in(self, role: str, account_token: str) -> tuple[int, Any]:
        """Status and body of a sign-in with a ServiceAccount's token."""
        return self.server.ask("PUT", "auth/kubernetes/login", {"role": role, "jwt": account_token}, token="")

    @property
    def logins(self) -> list[tuple[str, str, str]]:
        """Successful sign-ins of this test: namespace of OpenBao, path, role."""
        return [
            (_namespace(entry), entry["request"]["path"], _role(entry["response"]["auth"]["metadata"]))
            for entry in self._responses()
            if entry["request"]["path"].endswith("/login") and "auth" in entry.get("response", {})
        ]

    @property
    def reads(self) -> list[tuple[str, str, str]]:
        """Reads of the KV engines in this test: namespace of OpenBao, path, error or nothing."""
        return [
            (_namespace(entry), entry["request"]["path"], DENIED if DENIED in entry.get("error", "") else "")
            for entry in self._responses()
            if entry["request"]["operation"] == "read" and entry["request"]["path"].startswith(("secret/data/", "kv/"))
        ]

    @property
    def revocations(self) -> int:
        """Tokens that their holders have given back in this test."""
        return [entry["request"]["path"] for entry in self._responses()].count("auth/token/revoke-self")

    def _responses(self) -> Iterator[dict[str, Any]]:
        with self.server.audit_log.open() as log:
            log.seek(self._start)
            for line in log:
                entry = json.loads(line)
                if entry["type"] == "response":
                    yield entry


def _role(metadata: Mapping[str, str]) -> str:
    """The role of a sign-in; the auth method ``approle`` has another name for it."""
    return metadata.get("role") or metadata["role_name"]


def _namespace(entry: Mapping[str, Any]) -> str:
    return str(entry["request"]["namespace"].get("path", "")).strip("/")
