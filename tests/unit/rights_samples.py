"""Stacks that together need every right, and the roles on the page about permissions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from components.openchoreo import V0_9, Release
from components.plan.rights import ClusterPlane, Right, list_rights
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import parse
from tests.unit.registries import ACR, ACR_TOKEN, ARTIFACTS, ECR, ECR_TOKEN, GCR_TOKEN
from tests.unit.releases import in_words
from tests.unit.samples import APP, MANUAL, Raw, on_every_plane, raw

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


def plan(release: Release = V0_9, **keys: Any) -> Plan:
    """The plan of one organization with these keys of v0.9, on three clusters."""
    config = in_words(raw({**on_every_plane(**keys), "offboarding": "delete"}), release)
    return plan_stack(parse(config, source="test", manual_names=MANUAL), release)


def every_right(release: Release) -> dict[ClusterPlane, set[tuple[str, str, str]]]:
    """Plane -> group, resource and verb of everything that any stack needs."""
    pulls = [PULL, {**PULL, "delivery": "namespace", "secretStore": "default"}, BY_HAND]
    if release.shared_project_type is not None:
        types = {"projectTypes": ["team"], "clusterProjectTypes": ["default"], "clusterComponentTypes": ["service"]}
        pulls.append({**PULL, **types, "delivery": "project"})
    plans = [plan(release, **_builds(release, shared), pullSecret=pull) for pull in pulls for shared in (False, True)]
    rights: list[Right] = [right for each in plans for right in list_rights(each)]
    planes: tuple[ClusterPlane, ...] = ("build", "control", "data")
    return {
        plane: {(right.group, right.resource, right.verb) for right in rights if right.plane == plane}
        for plane in planes
    }


def _builds(release: Release, shared: bool) -> Raw:
    """`BUILDS` without what a release does not support, and with its cluster-scoped planes."""
    keys = dict(BUILDS)
    if release.shared_component_workflow is not None:
        keys["componentWorkflows"] = {**BUILDS["componentWorkflows"], "clusterWorkflows": ["docker"]}
    if release.secret_reference is not None:
        selected = {"remoteKey": "git", "secretName": "selected", "secretReference": "selected"}
        keys["git"] = [keys["git"], selected]
    for key, kinds in (("dataPlane", release.data_planes), ("buildPlane", release.build_planes)):
        keys[key] = {**keys[key], "kind": kinds[-1 if shared else 0].name}
    return keys


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
