"""Every manifest that a configuration makes, on whichever plane, built without an engine."""

from __future__ import annotations

import json
import re

from components.managers.cluster_secret_store import cluster_secret_store, identity
from components.managers.kubernetes import Endpoint
from components.manifests import Manifest
from components.openchoreo import RELEASES
from components.openchoreo.release import Release
from components.plan.credentials import credentials
from components.plan.pull import component_type_patch, fan_out
from components.plan.stores import plan
from components.plan.workflow import component_workflow_patch, in_workflow
from components.secrets.external_secret import SecretTemplate, Target, external_secret
from components.secrets.generator import generator_manifests
from components.settings.stack import Organization, StackSettings
from tests.unit.samples import FAKE_VALUES

ENDPOINT = Endpoint("https://127.0.0.1:6443", "Q0E=")
OPERATOR = ("external-secrets.io/v1", "generators.external-secrets.io/v1alpha1")
"""``apiVersion`` of the operator's kinds."""


def manifests(found: StackSettings) -> list[Manifest]:
    """Everything that a stack makes, except the Secrets whose values only a program knows."""
    release = RELEASES[found.release]
    made: list[Manifest] = []
    for store in plan(found, release):
        values = {entry.manual: "value" for entry in store.store.fake.data} if store.store.fake else FAKE_VALUES
        made += [*identity(store), cluster_secret_store(store, values, ENDPOINT)]
    for organization in found.organizations:
        made += _organization(organization, found, release)
    return made


def operators(found: StackSettings) -> list[Manifest]:
    """Those of the operator's kinds."""
    return [made for made in manifests(found) if made["apiVersion"] in OPERATOR]


def _organization(organization: Organization, found: StackSettings, release: Release) -> list[Manifest]:
    known = organization.secret_store in found.secret_stores
    store = found.store_name(organization) if known else "none"
    namespace = release.build_namespace(organization.name)
    every = credentials(organization, Target(organization.name, namespace, store, found.refresh_interval))
    made: list[Manifest] = []
    for each in every:
        if not isinstance(each.secret, SecretTemplate):
            continue
        for generator in each.secret.generators:
            made += generator_manifests(organization.name, namespace, each.secret.credential, generator)
        if not in_workflow(organization, each):
            made.append(external_secret(each.target, each.secret))
    patches = []
    if organization.component_workflows is not None:
        patches.append(component_workflow_patch(organization, every, release=release))
    if organization.pull_secret is not None:
        patches.append(component_type_patch(organization, release=release))
        made += [everywhere] if (everywhere := fan_out(organization, store=store, release=release)) else []
    return made + [rendered(resource.template) for patch in patches for resource in patch.resources]


def rendered(made: Manifest) -> Manifest:
    """As OpenChoreo renders it, with some name for every expression."""
    text = re.sub(r"\$\{[A-Za-z.]+\}", "rendered", json.dumps(made))
    assert "${" not in text
    found: Manifest = json.loads(text)
    return found
