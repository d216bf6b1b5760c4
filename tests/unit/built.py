"""Every manifest of a configuration, on every plane, built without an engine."""

from __future__ import annotations

import json
import re

from components.managers.cluster_secret_store import render_store
from components.managers.manager import Endpoint
from components.manifests import Manifest
from components.openchoreo import find_release
from components.plan.organization import OrganizationPlan
from components.plan.stack import plan_stack
from components.settings.stack import StackSettings
from tests.unit.samples import FAKE_VALUES

ENDPOINT = Endpoint("https://127.0.0.1:6443", "Q0E=")
OPERATOR = ("external-secrets.io/v1", "generators.external-secrets.io/v1alpha1")
"""``apiVersion`` of the operator's kinds."""


def manifests(found: StackSettings) -> list[Manifest]:
    """All manifests of a stack, except Secrets whose values only a program has."""
    whole = plan_stack(found, find_release(found.release))
    built: list[Manifest] = []
    for store in whole.stores:
        values = FAKE_VALUES | {name: "value" for _, name in store.manager.manuals()}
        built += [*store.identity, render_store(store, values, ENDPOINT)]
    for organization in whole.organizations:
        built += _organization(organization)
    return built


def operators(found: StackSettings) -> list[Manifest]:
    """Those of the operator's kinds."""
    return [made for made in manifests(found) if made["apiVersion"] in OPERATOR]


def _organization(organization: OrganizationPlan) -> list[Manifest]:
    pull = () if organization.pull_entry is None else (organization.pull_entry,)
    fan_out = [] if organization.fan_out is None else [organization.fan_out]
    return [
        *organization.generators,
        *organization.external_secrets,
        *fan_out,
        *(rendered(entry.template) for entry in (*pull, *organization.run_entries)),
    ]


def rendered(made: Manifest) -> Manifest:
    """As OpenChoreo renders it, with some name for every expression."""
    text = re.sub(r"\$\{[A-Za-z.]+\}", "rendered", json.dumps(made))
    assert "${" not in text
    found: Manifest = json.loads(text)
    return found
