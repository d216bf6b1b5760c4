"""What of an organization is on a cluster and in a state, where the whole programs of other tests do not reach."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.access.uses import list_remote_keys
from components.cluster.holdings import read_holdings
from components.offboarding.holdings import RemoteKey
from components.offboarding.marks import Subject
from components.patches.model import Added, History
from components.patches.record import Identity, write
from tests.unit.api import Api, Object
from tests.unit.preflight_samples import STACK
from tests.unit.writers import applied

ACME: Final = Subject(STACK, "acme")
LABELS: Final = {"openchoreo.dev/organization": "acme", "openchoreo-secrets/credential": "git"}
BUILDS: Final = "openchoreo-ci-acme"
API: Final = "openchoreo.dev/v1alpha1"


def _object(name: str, uid: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, "namespace": BUILDS, "uid": uid, **metadata}}


def _owned(name: str, uid: str, owner: str, **metadata: Any) -> Object:
    return _object(name, uid, ownerReferences=[{"uid": owner}], **metadata)


def _names(api: Api) -> list[tuple[str, str]]:
    return [(item.kind, item.name) for item in read_holdings({api.cluster: True}, ACME).items]


def test_what_the_operator_and_openchoreo_create_is_the_organizations() -> None:
    fan_out = applied({"metadata": {"name": "pull-acme", "uid": "1", "labels": LABELS}}, STACK)
    rendered = _object("run", "5", labels=LABELS, annotations={"openchoreo-secrets/stack": STACK})
    api = Api(
        clusterexternalsecrets=[fan_out],
        externalsecrets=[_owned("pull", "2", "1"), _owned("other", "3", "9"), rendered],
        secrets=[_owned("pull", "4", "2"), _owned("run", "6", "5", labels=LABELS), _owned("other", "7", "3")],
    )
    assert _names(api) == [
        ("ClusterExternalSecret", "pull-acme"),
        ("ExternalSecret", "pull"),
        ("ExternalSecret", "run"),
        ("Secret", "pull"),
        ("Secret", "run"),
    ]


@pytest.mark.parametrize(
    ("metadata", "names"),
    [
        pytest.param({}, [("Secret", "kept")], id="kept"),
        pytest.param({"labels": {**LABELS, "openchoreo.dev/organization": "acme2"}}, [], id="of a look-alike"),
        pytest.param({"labels": {"openchoreo.dev/organization": "acme"}}, [], id="no credential"),
        pytest.param({"ownerReferences": [{"uid": "9"}]}, [], id="of another owner"),
        pytest.param({"annotations": {"pulumi.com/patchFieldManager": f"{STACK}-2"}}, [], id="of another stack"),
        pytest.param({"annotations": {"openchoreo-secrets/stack": f"{STACK}-2"}}, [], id="rendered for another stack"),
        pytest.param({"name": "of-another"}, [], id="of an ExternalSecret of others"),
    ],
)
def test_secrets_that_nothing_owns(metadata: Object, names: list[tuple[str, str]]) -> None:
    secret = _object("kept", "1", labels=LABELS)
    secret["metadata"] |= metadata
    assert _names(Api(secrets=[secret], externalsecrets=[_object("of-another", "2")])) == names


@pytest.mark.parametrize(
    ("metadata", "items"),
    [
        pytest.param(
            {"annotations": {"openchoreo-secrets/stack": STACK}}, [("", "offboarding is keep")], id="it stays"
        ),
        pytest.param(
            {"annotations": {"openchoreo-secrets/stack": STACK, "openchoreo-secrets/offboarding": "delete"}},
            [("", "")],
            id="it goes",
        ),
        pytest.param(
            {"annotations": {"pulumi.com/patchFieldManager": STACK}},
            [("label openchoreo.dev/organization", "")],
            id="adopted",
        ),
        pytest.param(
            {"annotations": {"pulumi.com/patchFieldManager": f"{STACK}-2"}}, [], id="adopted by another stack"
        ),
        pytest.param({}, [], id="of others"),
    ],
)
def test_namespaces(metadata: Object, items: list[tuple[str, str]]) -> None:
    namespace = {"metadata": {"name": BUILDS, "uid": "1", "labels": LABELS, **metadata}}
    holdings = read_holdings({Api(namespaces=[namespace]).cluster: False}, ACME)
    assert [(item.part, item.stays) for item in holdings.items] == items


def test_an_adopted_namespace_stays_with_its_contents() -> None:
    annotations = {"pulumi.com/patchFieldManager": STACK}
    namespace = {"metadata": {"name": BUILDS, "uid": "1", "labels": LABELS, "annotations": annotations}}
    api = Api(namespaces=[namespace])
    text = f"namespace {BUILDS} stays, because the stack has adopted it; in it: nothing of others"
    assert read_holdings({api.cluster: False}, ACME).notes == (text,)


def _patched(kind: str, name: str, identity: str, *entries: Object, namespace: str | None = "acme") -> Object:
    place = {} if namespace is None else {"namespace": namespace}
    live: Object = {"metadata": {"name": name, "uid": name, **place}}
    added = Added(resources=entries, image_pull_secrets=("x",))
    write(live, Identity(STACK, identity), kind, added, History())
    return live


def _entry(key: str, store: str = "org-acme", **more: Any) -> Object:
    spec = {"secretStoreRef": {"name": store}, "data": [{"remoteRef": {"key": key}}]}
    template = {"metadata": {"annotations": {"openchoreo-secrets/stack": STACK}}, "spec": spec}
    return {"id": "pull", "template": template, **more}


def test_patches_keys_and_environments() -> None:
    selected = _entry("acme-selected", "${dataplane.secretStore}", id="selected")
    own = _patched("ComponentType", "service", "acme", _entry("acme-pull"), selected)
    other = _patched("ComponentType", "other", "acme2", _entry("acme2-pull", "common"), namespace="acme2")
    member = 'metadata.componentNamespace in ["acme", "acme2"]'
    key = '${{"acme": "acme-shared", "acme2": "acme2-shared"}[metadata.componentNamespace]}'
    shared = _patched(
        "ClusterComponentType",
        "shared",
        "ClusterComponentTypePatch/shared",
        _entry(key, "common", id="a", includeWhen=f"${{{member}}}"),
        _entry("${undecided}", "common", id="b", includeWhen=f"${{{member}}}"),
        _entry("acme2-alone", "common", id="c", includeWhen='${metadata.componentNamespace in ["acme2"]}'),
        namespace=None,
    )
    common = applied({"metadata": {"name": "common", "uid": "c"}}, STACK)
    role = applied({"metadata": {"name": "eso-common", "namespace": "vault", "uid": "r"}}, STACK)
    role["rules"] = [{"resourceNames": ["acme-shared", "acme2-shared", "acme2-pull"]}]
    binding: Object = {
        "spec": {
            "releaseName": "web-1",
            "environment": "dev",
            "owner": {"projectName": "shop", "componentName": "web"},
        }
    }
    snapshot: Object = {
        "metadata": {"name": "web-1"},
        "spec": {"componentType": {"resources": [_entry("acme-pull")]}},
    }
    api = Api(
        componenttypes=[own, other],
        clustercomponenttypes=[shared],
        clustersecretstores=[common],
        roles=[role, {"metadata": {"name": "eso-common", "namespace": "team", "uid": "t"}, "rules": role["rules"]}],
        **{
            f"/apis/{API}/namespaces/acme/releasebindings": [binding],
            f"/apis/{API}/namespaces/acme/componentreleases": [snapshot],
        },
    )
    annotation = Identity(STACK, "acme").annotation

    holdings = read_holdings({api.cluster: True}, ACME)

    assert [(item.kind, item.name, item.part) for item in holdings.items] == [
        ("ClusterComponentType", "shared", "patch for namespace acme"),
        ("ComponentType", "service", f"annotation {annotation}"),
        ("Role", "eso-common", "right to read acme-shared"),
    ]
    assert holdings.keys == (
        RemoteKey("", "acme-selected"),
        RemoteKey("common", "acme-shared"),
        RemoteKey("org-acme", "acme-pull"),
    )
    text = (
        "the environment dev of the component shop/web still renders pull of the ComponentType acme/service; undeploy "
        "it, or deploy it again afterwards"
    )
    assert holdings.notes == (text,)

    api.forbidden = {f"/apis/{API}/namespaces/acme/releasebindings"}
    (text, *_) = read_holdings({api.cluster: True}, ACME).notes
    assert text.startswith("environments of the ComponentType acme/service cannot be listed: ")


def test_keys_of_a_secret_reference() -> None:
    spec = {"data": [{"remoteRef": {"key": "acme-git"}}, {}], "dataFrom": [{"extract": {"key": "a"}}, {"find": {}}]}
    reference = applied({"metadata": {"name": "github", "namespace": "acme", "uid": "1", "labels": LABELS}}, STACK)
    other = applied({"metadata": {"name": "github", "namespace": "acme2", "uid": "2"}}, STACK)
    api = Api(secretreferences=[{**reference, "spec": spec}, {**other, "spec": spec}])
    holdings = read_holdings({api.cluster: True}, ACME)
    assert holdings.keys == (RemoteKey("", "a"), RemoteKey("", "acme-git"))


def test_keys_have_no_control_characters() -> None:
    assert list(list_remote_keys({"data": [{"remoteRef": {"key": "a\nb"}}]})) == [RemoteKey("", "a\\nb")]
