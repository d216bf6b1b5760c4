"""Stacks that together need every right, and the roles on the page about permissions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from components.openchoreo.v0_9 import V0_9
from components.plan.rights import ClusterPlane, Right, list_rights
from components.plan.stack import Plan, plan_stack
from tests.unit.registries import ACR, ACR_TOKEN, ARTIFACTS, ECR, ECR_TOKEN, GCR_TOKEN
from tests.unit.samples import APP, Raw, on_every_plane, settings

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
PULL: Final[Raw] = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "registry-credentials"}}
BOT: Final[Raw] = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BUILDS: Final[Raw] = {
    "git": {"githubApp": APP},
    "registries": [{**ECR, "ecr": ECR_TOKEN}, {**ACR, "acr": ACR_TOKEN}, {**ARTIFACTS, "gcr": GCR_TOKEN}],
    "external": [{"name": "sonar", "keys": {"token": {"manual": "gitToken"}}}],
    "componentWorkflows": {"names": ["docker"]},
    "dataPlane": {"name": "default", "secretStoreRef": "platform"},
    "buildPlane": {"name": "default", "secretStoreRef": "platform"},
}
BY_HAND: Final[Raw] = {"componentTypes": ["service"], "delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}


def plan(**keys: Any) -> Plan:
    """The plan of one organization with these keys, on three clusters."""
    return plan_stack(settings({**on_every_plane(**keys), "offboarding": "delete"}), V0_9)


def every_right() -> dict[ClusterPlane, set[tuple[str, str, str]]]:
    """Plane -> group, resource and verb of everything that any stack needs."""
    pulls = (PULL, {**PULL, "delivery": "namespace", "secretStore": "default"}, BY_HAND)
    rights: list[Right] = [right for pull in pulls for right in list_rights(plan(**BUILDS, pullSecret=pull))]
    planes: tuple[ClusterPlane, ...] = ("build", "control", "data")
    return {
        plane: {(right.group, right.resource, right.verb) for right in rights if right.plane == plane}
        for plane in planes
    }


def documented_roles() -> dict[str, dict[str, Any]]:
    """Name -> each role on the page."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return {role["metadata"]["name"]: role for role in map(yaml.safe_load, blocks) if "rules" in role}


def list_allowed(role: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Group, resource and verb of everything that a role allows."""
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
