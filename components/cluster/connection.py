"""A connection to a cluster outside Pulumi resources, for checks, readiness and edits.

`access` handles kubeconfigs, proxies, certificates, tokens and login plugins. Every failure becomes a `ClusterError`
that names the plane, the context and the next step.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from ..errors import ClusterError, ConflictError, ForbiddenError, InvalidError, UnavailableError
from ..settings.clusters import ClusterSettings
from .access.kubeconfig import read_access
from .access.transport import Transport
from .answers import Answer
from .failures import describe_failure

if TYPE_CHECKING:
    from ..managers.manager import Endpoint

_ERRORS: Final[Mapping[int, type[ClusterError]]] = {
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidError,
}
_HINTS: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "; check the credentials of the context",
    HTTPStatus.FORBIDDEN: "; grant the user of the context that verb",
}
_PAGE: Final = 500
_USER_AGENT: Final = "openchoreo-secrets"
_TIMEOUT: Final = (5.0, 30.0)
_DISCOVERY: Final = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
_METADATA_ONLY: Final = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


class Cluster:
    """A connection to one plane's cluster."""

    def __init__(self, plane: str, settings: ClusterSettings) -> None:
        """Read the kubeconfig; nothing is sent yet.

        Args:
            plane: name of the plane for messages, such as ``build plane``.
            settings: kubeconfig and context.

        Raises:
            ClusterError: the kubeconfig cannot be read, does not have the context, or has a field that cannot be used.
        """
        self.plane = plane
        self.settings = settings
        self.name = settings.context
        """Its name in tables, records and reports; another one than the context if two clusters have the same."""
        self._transport = Transport(read_access(plane, settings))

    def __str__(self) -> str:
        return f'{self.plane} (context "{self.settings.context}")'

    @property
    def address(self) -> str:
        """Address of the API server."""
        return self._transport.host

    def close(self) -> None:
        """End the open connections; a later request opens new ones."""
        self._transport.close()

    def endpoint(self) -> Endpoint:
        """Address and CA of the API server, from the kubeconfig.

        Raises:
            ClusterError: the kubeconfig has no CA, without which ESO cannot verify the server.
        """
        from ..managers.manager import Endpoint  # noqa: PLC0415 -- the provider never asks, and it imports much

        if not self._transport.authority:
            msg = (
                f"{self}: the kubeconfig has no certificate authority, which server.fromKubeconfig needs; "
                "use server.caBundle"
            )
            raise ClusterError(msg)
        return Endpoint(url=self._transport.host, ca_bundle=base64.b64encode(self._transport.authority).decode())

    def get(self, path: str) -> dict[str, Any] | None:
        """The JSON at a path of the API; None if the server answers 404.

        Raises:
            ClusterError: the server cannot be reached, or refuses the request.
        """
        return self._request("GET", path)

    def get_metadata(self, path: str) -> dict[str, Any] | None:
        """An object with ``metadata`` only, so without the values of a Secret; None if it does not exist.

        Raises:
            ClusterError: the server cannot be reached, or refuses the request.
        """
        collection, _, name = path.rpartition("/")
        return next(self.items(collection, metadata_only=True, fieldSelector=f"metadata.name={name}"), None)

    def discover(self) -> Iterator[dict[str, Any]]:
        """Every API group, with its versions and kinds, in two calls.

        Source: ``APIGroupDiscovery`` of ``apidiscovery.k8s.io``, Kubernetes 1.27 or later.

        Raises:
            ClusterError: the server cannot be reached, or refuses the request.
        """
        for path in ("/api", "/apis"):
            answer = self._request("GET", path, accept=_DISCOVERY)
            if answer is None:
                msg = f"{self}: GET {path}: the API server does not say which kinds it serves"
                raise ClusterError(msg)
            yield from answer["items"] or ()

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[dict[str, Any]]:
        """All objects of a collection, read in pages.

        Args:
            path: path of the collection.
            metadata_only: request ``metadata`` only, for a small response.
            query: ``labelSelector``, ``fieldSelector``.

        Raises:
            ClusterError: the server cannot be reached, or refuses the request.
        """
        accept = _METADATA_ONLY if metadata_only else "application/json"
        parameters = {**query, "limit": str(_PAGE)}
        tokens: set[str] = set()
        while True:
            page = self._request("GET", path, query=parameters, accept=accept) or {"metadata": {}}
            yield from page.get("items") or ()
            token = page["metadata"].get("continue")
            if not token:
                return
            if token in tokens:
                msg = f"{self}: GET {path}: {self._transport.host} repeats one page; check any proxy before it"
                raise UnavailableError(msg)
            tokens.add(token)
            parameters["continue"] = token

    def create(self, path: str, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer to a review; None if the server does not serve its kind.

        Raises:
            ClusterError: the server cannot be reached, or refuses the request.
        """
        return self._request("POST", path, body=manifest)

    def add(self, collection: str, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        """Create one object; an object that exists stays as it is.

        Returns:
            The object as stored; None if the server does not serve its kind, or its namespace does not exist.

        Raises:
            ConflictError: the object exists.
            ClusterError: the server cannot be reached, or refuses the request.
        """
        return self._request("POST", collection, body=manifest, answers=f"{collection}/{manifest['metadata']['name']}")

    def merge_patch(self, path: str, body: Mapping[str, Any], *, field_manager: str) -> None:
        """Apply a JSON Merge Patch (RFC 7386) to one object; an object that no longer exists is no error.

        Raises:
            ClusterError: the server cannot be reached, or refuses the request.
        """
        content = "application/merge-patch+json"
        self._request("PATCH", path, query={"fieldManager": field_manager}, body=body, content=content)

    def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], *, field_manager: str) -> None:
        """Apply a JSON Patch (RFC 6902) to one object.

        Raises:
            ConflictError: the patch replaces ``metadata.resourceVersion`` and the live object has another one,
                or the object no longer exists.
            ClusterError: the server cannot be reached, or refuses the request.
        """
        content = "application/json-patch+json"
        if (
            self._request("PATCH", path, query={"fieldManager": field_manager}, body=operations, content=content)
            is None
        ):
            msg = f"{self}: {path} was deleted meanwhile"
            raise ConflictError(msg)

    def apply(self, path: str, manifest: Mapping[str, Any], *, field_manager: str) -> dict[str, Any]:
        """Create an object, or make its fields as in the manifest, whoever wrote them (server-side apply).

        Returns:
            The object as stored.

        Raises:
            InvalidError: a changed field is immutable, or the object is not valid.
            ClusterError: the server cannot be reached, or refuses the request, or the namespace does not exist.
        """
        query = {"fieldManager": field_manager, "force": "true"}
        stored = self._request("PATCH", path, query=query, body=manifest, content="application/apply-patch+yaml")
        if stored is None:
            msg = f"{self}: {path} cannot be created: its namespace, or its kind, does not exist"
            raise ClusterError(msg)
        return stored

    def dry_replace(self, path: str, live: Mapping[str, Any]) -> dict[str, Any] | None:
        """An object as the API server would store it, with its defaults; nothing is written. None: it does not exist.

        Raises:
            ConflictError: the live object has another ``metadata.resourceVersion``.
            InvalidError: the object is not valid.
            ClusterError: the server cannot be reached, or refuses the request.
        """
        return self._request("PUT", path, query={"dryRun": "All"}, body=live)

    def delete(self, path: str, *, uid: str) -> None:
        """Request the deletion of one object; an object that no longer exists is no error.

        Raises:
            ConflictError: the live object has another UID: someone has replaced it.
            ClusterError: the server cannot be reached, or refuses the request.
        """
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": uid},
        }
        self._request("DELETE", path, body=options)

    def _request(  # noqa: PLR0913 -- the parts of an HTTP request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        accept: str = "application/json",
        content: str = "application/json",
        answers: str | None = None,
    ) -> dict[str, Any] | None:
        # `answers`: path of what the answer contains, if it is another one.
        headers = {"Accept": accept, "Content-Type": content, "User-Agent": _USER_AGENT}
        encoded = None if body is None else json.dumps(body).encode()
        try:
            response = self._transport.send(
                method, path, query=query or {}, headers=headers, body=encoded, timeout=_TIMEOUT
            )
            answer = Answer(response.status, response.headers.get("Content-Type"), response.data)
        except ClusterError:
            raise
        except Exception as error:  # noqa: BLE001 -- the client and its libraries have no common class of errors
            raise UnavailableError(self._unreachable(error)) from None
        return self._read(method, path, answer, answers)

    def _read(self, method: str, path: str, answer: Answer, content_path: str | None = None) -> dict[str, Any] | None:
        if answer.is_not_found:
            return None
        if answer.is_success:
            if (content := answer.read(content_path or path)) is not None:
                return content
            if method == "DELETE" and answer.read_message() is not None:
                return None
        elif (reason := answer.read_message()) is not None:
            kind = _ERRORS.get(answer.status, UnavailableError if answer.is_passing else ClusterError)
            hint = _HINTS.get(answer.status, "")
            msg = f"{self}: {method} {path} was refused ({answer.status}): {reason}{hint}"
            raise kind(msg)
        problem = "; it may be overloaded or restarting" if answer.is_passing else ", as no Kubernetes API server does"
        msg = (
            f"{self}: {method} {path}: {self._transport.host} answered {answer.describe()}{problem}; "
            "check the address in the kubeconfig, and any proxy or login page before it"
        )
        raise UnavailableError(msg)

    def _unreachable(self, error: Exception) -> str:
        return (
            f"{self}: {self._transport.host} cannot be reached{self._through()}: {describe_failure(error)}. "
            "Is the cluster running, and is this the right context?"
        )

    def _through(self) -> str:
        proxy = self._transport.proxy
        return "" if proxy is None else f" through the proxy {proxy}"
