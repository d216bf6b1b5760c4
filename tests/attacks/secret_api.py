"""OpenChoreo's API for secrets on the attacked platform: its namespaces, planes, and the stores with which it pushes.

The platform creates all of it, because the stores of this project cannot push.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any, Final

from components.openchoreo.release import SecretApi
from local.grants import MOUNT, bind_account
from local.openbao import OpenBao
from tests.attacks.api import Api
from tests.attacks.names import MANAGER, ORGANIZATIONS, RELEASE

_PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "admission.md"


def get_push_store(organization: str) -> str:
    """Name of the ClusterSecretStore with which the API pushes, of its identity, and of the role and its policy."""
    return f"push-{organization}"


def get_namespace(organization: str) -> str:
    """Namespace in which the API writes for an organization."""
    return f"{_get_api().prefix}{organization}"


def get_key(organization: str, name: str) -> str:
    """A remote key of an organization."""
    return f"{_get_api().keys}{organization}/generic/{name}"


def get_path(key: str) -> str:
    """Path below `MOUNT` of the value that ESO reads and writes under a key: it cuts the mount off."""
    return key.removeprefix(f"{MOUNT}/")


def _get_api() -> SecretApi:
    api = RELEASE.secret_api
    if api is None:
        msg = f"OpenChoreo {RELEASE.name} has no API for secrets"
        raise LookupError(msg)
    return api


def create_api(admin: Api, openbao: OpenBao) -> None:
    """Create what the API needs for each organization: a namespace without labels, a plane, a store, its identity."""
    for organization in ORGANIZATIONS:
        admin.ensure({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": get_namespace(organization)}})
        admin.ensure(_build_plane(organization))
        account = {"name": get_push_store(organization), "namespace": MANAGER}
        admin.ensure({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        admin.ensure(_build_store(organization, account, openbao))


def grant_pushes(openbao: OpenBao, everything: str | None) -> None:
    """Write the policy and the role of each identity.

    Args:
        openbao: the secret manager.
        everything: the rules for every ServiceAccount. None: those of the documentation for the organization's own.
    """
    for organization in ORGANIZATIONS:
        name = get_push_store(organization)
        rules = read_documented_rules().replace("/acme/", f"/{organization}/") if everything is None else everything
        openbao.call("PUT", f"sys/policies/acl/{name}", {"policy": rules})
        bind_account(openbao, name, (MANAGER, name) if everything is None else ("*", "*"), name)


def read_documented_rules() -> str:
    """The policy that this project documents for the store of the organization acme."""
    (rules,) = re.findall(r"```hcl\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    return str(rules)


def _build_plane(organization: str) -> dict[str, Any]:
    """The plane of an organization's builds, which the stack gives a store."""
    metadata = {"name": "default", "namespace": RELEASE.control_plane_namespace(organization)}
    spec = {"planeID": "attacked", "clusterAgent": {"clientCA": {"value": "none"}}}
    return {"apiVersion": RELEASE.api, "kind": RELEASE.build_plane.name, "metadata": metadata, "spec": spec}


def _build_store(organization: str, account: dict[str, str], openbao: OpenBao) -> dict[str, Any]:
    name = get_push_store(organization)
    vault = {
        "server": openbao.url,
        "path": MOUNT,
        "version": "v2",
        "caBundle": base64.b64encode(openbao.pki.ca.read_text().encode()).decode(),
        "auth": {"kubernetes": {"mountPath": "kubernetes", "role": name, "serviceAccountRef": account}},
    }
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": name},
        "spec": {"provider": {"vault": vault}, "conditions": [{"namespaces": [get_namespace(organization)]}]},
    }
