"""A stack with isolation: strict and organizations whose names begin alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from components.admission.model import AdmissionRules
from components.errors import SettingsError
from components.openchoreo import find_release
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import parse
from tests.unit.samples import KUBERNETES, Raw

STACK: Final = "organization/openchoreo-secrets/prod"
NAMES: Final = ("acme", "acme2", "acme-corp")
ONE_CLUSTER: Final = {"workflowPlane": {"context": "dev"}, "controlPlane": {"context": "dev"}}
PULL: Final = {
    "componentTypes": ["service"],
    "delivery": "namespace",
    "dockerConfig": {"remoteKey": "registry-credentials"},
}


def pull_of(organization: str) -> Raw:
    """A pull secret with a key of the organization."""
    return {**PULL, "dockerConfig": {"remoteKey": f"{organization}-registry"}}


def strict(**keys: Any) -> Raw:
    """A configuration for OpenChoreo v1 on one cluster, with other values of some keys."""
    config: Raw = {
        "release": "v1",
        "clusters": {**ONE_CLUSTER, "dataPlane": {"context": "dev"}},
        "isolation": "strict",
        "admission": {"administrators": ["pulumi"]},
        "secretStores": {"default": KUBERNETES},
        "namespaces": [
            {"name": name, "git": {"remoteKey": f"{name}-git"}, "pullSecret": pull_of(name)} for name in NAMES
        ],
    }
    return {key: value for key, value in {**config, **keys}.items() if value is not None}


def problems(**keys: Any) -> list[str]:
    """What is wrong with `strict`."""
    try:
        parse(strict(**keys), source="test", manual_names=frozenset())
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def plan_strict(*, stack: str | None = STACK, **keys: Any) -> Plan:
    """The plan of `strict`."""
    settings = parse(strict(**keys), source="test", manual_names=frozenset({"token"}))
    return plan_stack(settings, find_release(settings.release), stack=stack)


def build_large_rules() -> AdmissionRules:
    """The rules for two thousand organizations with long names, two stores each, and an identity for each store."""
    names = [f"{number:04}-{'x' * 45}" for number in range(2000)]
    places = tuple(("manager", f"eso-{part}-{name}") for name in names for part in ("org", "org-pull"))
    return replace(
        plan_strict().admission["build"],
        name="large",
        organizations=tuple(names),
        build_stores={name: (f"org-{name}",) for name in names},
        workload_stores={name: (f"org-pull-{name}",) for name in names},
        stores=tuple(f"{part}-{name}" for name in names for part in ("org", "org-pull")),
        accounts=places,
        roles=places,
    )
