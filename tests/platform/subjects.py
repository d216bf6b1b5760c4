"""Users of the cluster whom RBAC allows everything, so that only admission policies can refuse what they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import DynamicApiError

from tests.platform.harness import Kubernetes

ADMINISTRATOR: Final = "admin"
"""User of the platform's kubeconfig, which its operator has too."""
OPERATOR: Final = "system:serviceaccount:external-secrets:external-secrets"
AGENT: Final = "system:serviceaccount:openchoreo-data-plane:cluster-agent-dataplane"
TENANT: Final = "tenant"


class Subject(Kubernetes):
    """The cluster's objects, as a user who is in the group of the administrators and has another name."""

    def __init__(self, kubeconfig: Path, user: str, group: str = "system:masters") -> None:
        super().__init__(kubeconfig)
        self._client.client.set_default_header("Impersonate-User", user)
        self._client.client.set_default_header("Impersonate-Group", group)

    def create_review(self, review: dict[str, Any]) -> bool:
        """Whether a review says that the user may do something."""
        resource = self._resource(review["apiVersion"], review["kind"])
        return bool(resource.create(body=review).status.allowed)

    def patch_path(self, path: str, body: object) -> None:
        """A JSON Merge Patch at a path of the API, such as that of a subresource."""
        self._client.request("patch", path, body=body, content_type="application/merge-patch+json")

    def delete_path(self, path: str) -> None:
        """Delete everything at a path of the API."""
        self._client.request("delete", path)


def find_denial(action: Callable[[], object]) -> str | None:
    """Why a policy denies a request, else the whole message of the API server. None: the request succeeds."""
    try:
        action()
    except (ApiException, DynamicApiError) as error:
        message = str(json.loads(error.body or "{}")["message"])
        _, denied, reason = message.partition(" denied request: ")
        return reason if denied else message
    return None


def dry_run(subject: Kubernetes, *manifests: dict[str, Any]) -> list[str | None]:
    """Why the creation of each object would be denied."""

    def create(manifest: dict[str, Any]) -> str | None:
        return find_denial(lambda: subject.create(manifest, query_params=[("dryRun", "All")]))

    return [create(manifest) for manifest in manifests]
