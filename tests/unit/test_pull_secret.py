"""The pull secret of workloads: whole patches and manifests of every delivery."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from components.errors import SettingsError
from components.manifests import STACK_ANNOTATION, Manifest
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Patch, Resource
from components.patches.patch import apply_patch, remove_patch
from components.patches.validity import validate_patch
from components.plan.patches import plan_component_type_patch, with_pull_secret
from components.pull.credential import PullSecret
from components.pull.secret import build_secret as pull_secret
from components.schema.sources import ManualRegistry, RemoteRef
from components.secrets.external_secret import SecretTemplate
from components.secrets.manual_secret import ManualSecret
from components.settings.organization import Organization
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.objects import NAME, STACK, component_type, pods
from tests.unit.plans import fan_out
from tests.unit.samples import GIT, Raw, on_every_plane, organization, settings
from tests.unit.templates import CLOSED, OPENED, config, config_forms

CONFIG: Raw = {"remoteKey": "registry-credentials", "property": "value"}
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}
BY_HAND: Raw = {"delivery": "manual", "registries": [BOT], "namespaces": ["dp-a"]}
ORGANIZATION = {"openchoreo.dev/organization": "acme"}
MANAGED = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}
TYPE = "kubernetes.io/dockerconfigjson"
WHOLE = [
    {"secretKey": ".dockerconfigjson", "remoteRef": {"key": "registry-credentials", "property": "value", **DEFAULTS}}
]


def _organization(refresh_interval: str | None = None, **pull: Any) -> Organization:
    source = {} if "registries" in pull else {"dockerConfig": CONFIG}
    interval = {} if refresh_interval is None else {"refreshInterval": refresh_interval}
    keys = {"pullSecret": {"componentTypes": ["service"], **source, **pull}, **interval}
    return settings(on_every_plane(**keys)).organizations[0]


def _pull(user: Organization) -> PullSecret:
    assert user.pull_secret is not None
    return user.pull_secret


def _external_secret(
    name: str = NAME,
    store: str = "${dataplane.secretStore}",
    data: Any = WHOLE,
    own_annotations: Any = None,
    **differing: Any,
) -> Manifest:
    interval = differing.pop("interval", "1h0m0s")
    return external_secret_of_acme(
        name,
        "registry-pull",
        {"type": TYPE, **differing},
        data,
        namespace="${metadata.namespace}",
        store=store,
        interval=interval,
        own_annotations=own_annotations,
    )


def test_component() -> None:
    made = plan_component_type_patch(_organization())
    assert made == Patch((Resource("registry-pull-secret", _external_secret()),), (NAME,))


def test_component_with_every_key() -> None:
    user = _organization(
        secretName="pull-${metadata.componentName}", resourceId="pull", registries=[QUAY], refreshInterval="5m"
    )
    made = plan_component_type_patch(user, store="default-acme", refresh_interval="2h0m0s", stack=STACK)
    template = OPENED + config("quay.io", config_forms("quay\\.io"), "registry_0", "acme-quay") + CLOSED
    name = "pull-${metadata.componentName}"
    expected = _external_secret(
        name,
        "default-acme",
        interval="5m0s",
        data=[{"secretKey": "registry_0", "remoteRef": {"key": "acme-quay", **DEFAULTS}}],
        own_annotations={STACK_ANNOTATION: STACK},
    )
    expected["spec"]["target"]["template"]["data"] = {".dockerconfigjson": template}
    assert made == Patch((Resource("pull", expected),), (name,))


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param(_organization(), "3h0m0s", id="the-stack's"),
        pytest.param(_organization("30m"), "30m0s", id="the-organization's"),
        pytest.param(_organization("30m", refreshInterval="5m"), "5m0s", id="its-own"),
        pytest.param(_organization("30m", refreshInterval="0"), "0s", id="zero-is-not-unset"),
    ],
)
def test_refresh_interval(user: Organization, expected: str) -> None:
    (resource,) = plan_component_type_patch(user, refresh_interval="3h0m0s").resources
    assert resource.template["spec"]["refreshInterval"] == expected


@pytest.mark.parametrize(
    "user", [_organization(delivery="namespace"), _organization(**BY_HAND)], ids=["namespace", "manual"]
)
def test_other_deliveries_need_the_name_only(user: Organization) -> None:
    assert plan_component_type_patch(user, stack=STACK) == Patch(image_pull_secrets=("registry-pull-secret",))


def test_a_manual_registry_is_never_part_of_a_component_type() -> None:
    """Settings refuse it; what a program builds without validation is not checked."""
    pull = BaseModel.model_copy(_pull(_organization(**BY_HAND)), update={"delivery": "component"})
    user = BaseModel.model_copy(organization(git=GIT), update={"pull_secret": pull})
    assert plan_component_type_patch(user) == Patch(image_pull_secrets=(NAME,))


def test_an_organization_without_one() -> None:
    with pytest.raises(SettingsError) as raised:
        plan_component_type_patch(organization(git=GIT))
    assert str(raised.value) == (
        'organization "acme": 1 problem\n  - pullSecret: is missing; expected a mapping, such as '
        "{componentTypes: [service], dockerConfig: {remoteKey: acme-registry-pull}}"
    )


def test_secret() -> None:
    assert pull_secret(_pull(_organization()), NAME) == SecretTemplate(
        name=NAME,
        credential="registry-pull",
        data={".dockerconfigjson": RemoteRef(remote_key="registry-credentials", property="value")},
        type=TYPE,
    )
    assert pull_secret(_pull(_organization(**BY_HAND)), "registry-pull-secret") == ManualSecret(
        name="registry-pull-secret",
        credential="registry-pull",
        registries={"quay.io": ManualRegistry(username="bot", password="quayPassword")},
    )


def test_for_every_namespace() -> None:
    user = _organization(delivery="namespace", secretName="pull")
    assert fan_out(user, store="default-acme", refresh_interval="5m0s") == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterExternalSecret",
        "metadata": {"name": "registry-pull-secret-acme", "labels": {**MANAGED, **ORGANIZATION}},
        "spec": {
            "externalSecretName": "pull",
            "externalSecretMetadata": {"labels": {**MANAGED, **ORGANIZATION}},
            "externalSecretSpec": _external_secret("pull", "default-acme", interval="5m0s")["spec"],
            "namespaceSelectors": [{"matchLabels": {"openchoreo.dev/release-namespace": "acme"}}],
            "refreshTime": "1h0m0s",
        },
    }


@pytest.mark.parametrize("user", [_organization(), _organization(**BY_HAND)], ids=["component", "manual"])
def test_other_deliveries_are_in_no_namespace_by_label(user: Organization) -> None:
    assert fan_out(user, store="default-acme", refresh_interval="5m0s") is None


def test_for_those_who_keep_their_manifests_in_git() -> None:
    original = component_type("deployment", pods({"containers": []}))
    made = with_pull_secret(original, _organization(), store="default")
    expected = component_type(
        "deployment",
        pods({"containers": [], "imagePullSecrets": [{"name": NAME}]}),
        {"id": "registry-pull-secret", "template": _external_secret(store="default")},
    )
    assert made == expected
    assert original == component_type("deployment", pods({"containers": []}))
    assert with_pull_secret(made, _organization(), store="default") == expected


DELIVERIES = {
    "component": _organization(),
    "component-registries": _organization(registries=[QUAY]),
    "namespace": _organization(delivery="namespace"),
    "manual": _organization(**BY_HAND),
}


@pytest.mark.parametrize("user", DELIVERIES.values(), ids=DELIVERIES)
@pytest.mark.parametrize("store", [None, "default-acme"])
def test_results_can_be_rendered(user: Organization, store: str | None) -> None:
    wanted = plan_component_type_patch(user, store=store, stack=STACK)
    assert list(validate_patch(V0_9.component_type, wanted, V0_9)) == []
    original = component_type("cronjob", {})
    done = apply_patch(original, wanted)
    assert done.object != original
    assert remove_patch(done.object, done.added) == original
