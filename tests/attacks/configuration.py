"""The configuration of the attacked stack, in the words of the release."""

from __future__ import annotations

import base64
import json
from typing import Any

from local.grants import MOUNT
from local.openbao import OpenBao
from tests.attacks.names import BUILD_PLANE, COMPONENT_TYPES, MANAGER, MAXIMUM, ORGANIZATIONS, RELEASE
from tests.attacks.secret_api import get_push_store
from tests.platform.harness import Stack


def build_docker_config(password: str) -> str:
    """A docker config with one password."""
    return json.dumps({"auths": {"ghcr.io": {"username": "robot", "password": password}}})


def build_organization(name: str) -> dict[str, Any]:
    """An organization with a credential from each store, and a pull secret from a store that its builds use too.

    If the release has an API for secrets, its plane names a store of the platform, with which the API pushes.
    """
    plane = {} if RELEASE.secret_api is None else {BUILD_PLANE: {"secretStoreRef": get_push_store(name)}}
    return {
        "name": name,
        "secretStore": "bao",
        "git": {"remoteKey": f"org/{name}/git", "property": "token"},
        "external": [
            {
                "name": "sonar",
                "secretStore": "kube",
                "keys": {"token": {"remoteKey": f"{name}-sonar", "property": "token"}},
            }
        ],
        "pullSecret": {
            "delivery": "namespace",
            COMPONENT_TYPES: ["service"],
            "secretStore": "kube",
            "dockerConfig": {"remoteKey": f"{name}-pull", "property": "token"},
        },
        **plane,
    }


def configure(stack: Stack, **keys: Any) -> None:
    """Set keys of the configuration, in the words of the release."""
    here = stack.here
    planes = {RELEASE.words.get("clusters.buildPlane", "buildPlane"): here, "controlPlane": here, "dataPlane": here}
    words = {RELEASE.words.get(key, key): value for key, value in keys.items()}
    stack.configure(release=RELEASE.name, clusters=planes, **words)


def build_configuration(openbao: OpenBao, isolation: str) -> dict[str, Any]:
    """The configuration of the attacked stack."""
    bundle = base64.b64encode(openbao.pki.ca.read_text().encode()).decode()
    role = "eso-shared" if isolation == "shared" else "eso-{organization}"
    login = {"role": role, "serviceAccount": {"identityNamespace": MANAGER}}
    vault = {"server": openbao.url, "path": MOUNT, "caBundle": bundle, "auth": {"kubernetes": login}}
    limits: dict[str, Any] = {"administrators": ["admin"], "maximumExternalSecrets": MAXIMUM}
    if RELEASE.secret_api is not None:
        limits["secretApi"] = True
    return {
        "isolation": isolation,
        "admission": limits if isolation == "strict" else {},
        "secretStores": {
            "bao": {"vault": vault},
            "kube": {"kubernetes": {"remoteNamespace": MANAGER, "server": {"fromKubeconfig": True}}},
        },
        "organizations": [build_organization(name) for name in ORGANIZATIONS],
    }
