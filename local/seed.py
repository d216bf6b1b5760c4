"""Fills an empty control plane with OpenChoreo's objects, and generates random demo values."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from kubernetes import client, config, dynamic

from components.openchoreo import DEFAULT_RELEASE, Release
from components.schema.sources import RemoteRef
from components.settings.organization import Organization
from components.settings.stack import StackSettings

from .documents import read_documents
from .processes import Process

_MANIFESTS: Final = Path(__file__).parent / "manifests"
_FIELD_MANAGER: Final = "local-platform"
_NO_CACHE: Final = f"{os.devnull}/cache"
"""A file that cannot exist: otherwise, the client leaves its cache of the API in the folder of temporary files."""

PULL_SERVER: Final = "registry.example"
"""Registry in the demo value of a whole docker config, which the settings do not name."""


class Seeder:
    """Creates objects in the local control plane."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = client.Configuration()
        self._api = config.new_client_from_config(str(kubeconfig), client_configuration=configuration)
        self._client = dynamic.DynamicClient(self._api, cache_file=_NO_CACHE)

    def apply_definitions(self, files: Iterable[Path], process: Process) -> None:
        """Apply CRDs and wait until the API server serves them."""
        crds = list(read_documents(files))
        for crd in crds:
            self.apply(crd)
        process.wait_until(lambda: all(self._established(crd["metadata"]["name"]) for crd in crds), 60)
        self._client = dynamic.DynamicClient(self._api, cache_file=_NO_CACHE)

    def create_organization(self, name: str, release: Release = DEFAULT_RELEASE) -> None:
        """Create the control-plane objects of an organization, and a namespace of its workloads on the data plane.

        Existing objects stay unchanged: a second apply would remove the patches of a ComponentType. The first
        organization creates the objects that all share.
        """
        for document in build_organization(name, release):
            self._create(document)

    def create_token_reviewer(self, namespace: str, name: str, seconds: int) -> str:
        """Create a ServiceAccount that may review tokens, and its namespace; return a token valid for `seconds`."""
        self._create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        metadata = {"name": name, "namespace": namespace}
        self._create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        group = "rbac.authorization.k8s.io"
        self.apply(
            {
                "apiVersion": f"{group}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": f"{name}-token-review"},
                "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "system:auth-delegator"},
                "subjects": [{"kind": "ServiceAccount", **metadata}],
            }
        )
        return self.create_token(namespace, name, seconds)

    def create_token(self, namespace: str, name: str, seconds: int) -> str:
        """A token of a ServiceAccount, valid for `seconds`."""
        accounts = self._client.resources.get(api_version="v1", kind="ServiceAccount")
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        body = {**request, "spec": {"expirationSeconds": seconds}}
        return str(accounts.subresources["token"].create(name=name, namespace=namespace, body=body).status.token)

    def apply(self, manifest: Mapping[str, Any]) -> None:
        """Apply one object with server-side apply; take over fields of other field managers."""
        metadata = manifest["metadata"]
        self._resource(manifest).server_side_apply(
            body=manifest,
            name=metadata["name"],
            namespace=metadata.get("namespace"),
            field_manager=_FIELD_MANAGER,
            force_conflicts=True,
        )

    def _create(self, manifest: Mapping[str, Any]) -> None:
        """Create one object, unless it exists."""
        with contextlib.suppress(dynamic.exceptions.ConflictError):
            self._resource(manifest).create(body=manifest, namespace=manifest["metadata"].get("namespace"))

    def _resource(self, manifest: Mapping[str, Any]) -> Any:
        return self._client.resources.get(api_version=manifest["apiVersion"], kind=manifest["kind"])

    def _established(self, name: str) -> bool:
        definitions = self._client.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
        conditions = definitions.get(name=name).to_dict().get("status", {}).get("conditions") or []
        return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


def get_data_plane_namespace(organization: str, project: str = "default") -> str:
    """Namespace of a project in the environment ``development``, as OpenChoreo's controller names it."""
    parts = f"dp-{organization}-{project}-development"
    return f"{parts}-{hashlib.sha256(parts.encode()).hexdigest()[:8]}"


def list_openchoreo_crds(release: Release = DEFAULT_RELEASE) -> list[Path]:
    """Files with OpenChoreo's CRDs, reduced to the fields that this project uses."""
    return sorted((_MANIFESTS / release.name).glob("crds*.yaml"))


def build_organization(name: str, release: Release = DEFAULT_RELEASE) -> list[dict[str, Any]]:
    """The same objects, and a namespace of the organization's workloads; namespaces come first."""
    labels = {**release.data_plane_selectors(name)[0], "openchoreo.dev/created-by": "release-controller"}
    metadata = {"name": get_data_plane_namespace(name), "labels": labels}
    workloads = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    return sorted([*build_objects(name, release), workloads], key=lambda item: item["kind"] != "Namespace")


def build_objects(organization: str, release: Release = DEFAULT_RELEASE) -> list[dict[str, Any]]:
    """Objects of the control plane for an organization, and those that all organizations share."""
    text = (_MANIFESTS / release.name / "platform.yaml").read_text()
    return list(yaml.safe_load_all(text.replace('"{organization}"', json.dumps(organization))))


def generate_demo_values(settings: StackSettings) -> dict[str, dict[str, str]]:
    """Remote key -> its properties: docker configs and Google keys if a credential reads them, else random tokens."""
    values: dict[str, dict[str, str]] = {}
    for organization in settings.organizations:
        formatted = _formatted_values(organization)
        for located in organization.credentials:
            for ref in located.credential.remotes:
                # The settings come from YAML, which has no outputs.
                key, name = str(ref.remote_key), "value" if ref.property is None else str(ref.property)
                value = formatted.get(ref) or secrets.token_urlsafe(30)
                values.setdefault(key, {}).setdefault(name, value)
    return values


def _formatted_values(organization: Organization) -> dict[RemoteRef, str]:
    """Values with a format, because a registry's client or ESO parses them."""
    values: dict[RemoteRef, str] = {}
    servers: dict[RemoteRef, list[str]] = {}
    pull = organization.pull_secret
    if pull is not None and pull.docker_config is not None:
        servers[pull.docker_config] = [PULL_SERVER]
    for registry in (*(organization.registries or ()), *((pull.registries if pull else None) or ())):
        if registry.docker_config is not None:
            servers.setdefault(registry.docker_config, []).append(registry.auths_key)
        if isinstance(registry.username, RemoteRef):
            values[registry.username] = organization.name
        if registry.service_account_key is not None:
            values[registry.service_account_key] = _service_account_key()
    for ref, names in servers.items():
        values[ref] = json.dumps({"auths": {name: _auth(organization.name) for name in names}})
    return values


def _service_account_key() -> str:
    return json.dumps({"type": "service_account", "private_key": secrets.token_urlsafe(30)})


def _auth(username: str) -> dict[str, str]:
    auth = f"{username}:{secrets.token_urlsafe(30)}"
    return {"auth": base64.b64encode(auth.encode()).decode()}
