"""The Kubernetes API as one subject sees it: each answer is an object, or the layer that has refused the request."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import urllib3

from components.object_names import build_path

Object = dict[str, Any]
_ABSENT: Final = 404
_FORBIDDEN: Final = 403
_CONFLICT: Final = 409
_FAILED: Final = 400
_INVALID: Final = 422
_MERGE: Final = "application/merge-patch+json"


_LAYER_OF: Final = {
    "ValidatingAdmissionPolicy": "admission",
    "exceeded quota": "quota",
    "cannot ": "rbac",
    "attempting to grant RBAC permissions": "rbac",
}
"""Words of the API server's refusal -> the layer that speaks."""


class RefusedError(Exception):
    """A layer has refused a request."""

    def __init__(self, layer: str, message: str) -> None:
        super().__init__(f"{layer}: {message}")
        self.layer = layer
        self.message = message


class UnexpectedAnswerError(Exception):
    """The API server has refused a request for another reason: the request is wrong, and proves nothing."""


class Api:
    """The API server with the credentials of one subject."""

    def __init__(self, server: str, ca: Path, *, token: str = "", certificate: tuple[Path, Path] | None = None) -> None:
        """Create a client.

        Args:
            server: address.
            ca: certificate of its CA.
            token: of a ServiceAccount.
            certificate: certificate and key of a client, instead of the token.
        """
        chain, key = (None, None) if certificate is None else map(str, certificate)
        self._pool = urllib3.PoolManager(ca_certs=str(ca), retries=False, timeout=30, cert_file=chain, key_file=key)
        self._server = server
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def impersonate(self, user: str) -> Api:
        """The same subject, which acts as another one."""
        other = copy.copy(self)
        other._headers = {**self._headers, "Impersonate-User": user}
        return other

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any]:
        """Status and JSON body."""
        content = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Content-Type": kind}
        answer = self._pool.request(method, f"{self._server}{path}", body=content, headers=headers)
        return answer.status, json.loads(answer.data) if answer.data else None

    def create(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> Object:
        """Create an object; an unknown field is an error."""
        metadata = manifest["metadata"]
        path = build_path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"))
        return self._must("POST", f"{path}?fieldValidation=Strict{'&dryRun=All' if dry_run else ''}", manifest)

    def ensure(self, manifest: Mapping[str, Any]) -> None:
        """Create an object, unless it exists."""
        metadata = manifest["metadata"]
        path = build_path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"))
        status, answer = self.ask("POST", path, manifest)
        if status >= _FAILED and status != _CONFLICT:
            raise_refusal(status, answer)

    def patch(self, api: str, kind: str, name: str, body: Any, namespace: str | None = None) -> Object:
        """Merge into an object."""
        return self._must("PATCH", build_path(api, kind, namespace, name), body, _MERGE)

    def get(self, api: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """An object; None if it does not exist."""
        status, answer = self.ask("GET", build_path(api, kind, namespace, name))
        if status == _ABSENT:
            return None
        if status >= _FAILED:
            raise_refusal(status, answer)
        return dict(answer)

    def list(self, api: str, kind: str, namespace: str | None = None, query: str = "") -> list[Object]:
        """All objects of a kind."""
        return list(self._must("GET", build_path(api, kind, namespace) + query)["items"])

    def delete(self, api: str, kind: str, name: str, namespace: str | None = None) -> None:
        """Delete an object, if it exists."""
        status, answer = self.ask("DELETE", build_path(api, kind, namespace, name))
        if status >= _FAILED and status != _ABSENT:
            raise_refusal(status, answer)

    def create_token(self, account: str, namespace: str, *audiences: str, seconds: int = 3600) -> str:
        """A token of a ServiceAccount; without audiences for the API server."""
        spec = {"expirationSeconds": seconds, **({"audiences": list(audiences)} if audiences else {})}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        path = build_path("v1", "ServiceAccount", namespace, account)
        return str(self._must("POST", f"{path}/token", body)["status"]["token"])

    def may(self, user: str, verb: str, resource: str, **attributes: str) -> bool:
        """Whether RBAC lets a user do something; asked as an administrator."""
        group, _, name = resource.rpartition("/")
        wanted = {"verb": verb, "group": group, "resource": name, **attributes}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "metadata": {},
            "spec": {"user": user, "groups": ["system:serviceaccounts"], "resourceAttributes": wanted},
        }
        answer = self._must("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
        return bool(answer["status"]["allowed"])

    def _must(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Object:
        status, answer = self.ask(method, path, body, kind)
        if status >= _FAILED:
            raise_refusal(status, answer)
        return dict(answer)


def raise_refusal(status: int, answer: Any) -> None:
    """Raise an error for a failed request.

    Raises:
        RefusedError: a layer has refused it.
        UnexpectedAnswerError: otherwise.
    """
    message = str((answer or {}).get("message", answer))
    for words, layer in _LAYER_OF.items():
        if status in {_FORBIDDEN, _INVALID} and words in message:
            raise RefusedError(layer, message)
    msg = f"{status}: {message}"
    raise UnexpectedAnswerError(msg)
