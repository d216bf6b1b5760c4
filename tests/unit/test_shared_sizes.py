"""How many organizations fit into an object that all share, with remote keys that have nothing in common."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.openchoreo import V1, find_release
from components.patches.model import Added, Patch
from components.patches.packing import pack, unpack
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity, read
from components.patches.shared_entries import share_entries
from components.plan.stack import plan_stack
from components.secrets.value_templates import name_inputs
from components.settings.parsing import parse
from tests.unit.deferrable import Later
from tests.unit.objects import shipped_v1
from tests.unit.preflight_samples import STACK
from tests.unit.samples import KUBERNETES, SOURCE, Raw

SERVERS: Final = ("quay.io", "harbor.example.com", "registry.example.org")
IDENTITY: Final = Identity(STACK, "shared/service")
SHIPPED: Final = {
    "ClusterComponentType": "clustercomponenttype-service",
    "ClusterWorkflow": "clusterworkflow-dockerfile-builder",
}
ADVICE: Final = (
    "use remote keys that contain the namespace, delivery ahead for builds or namespace for pull secrets, or fewer "
    "organizations for this object"
)
OBJECT_WITHOUT_PODS: Final[Manifest] = {
    "apiVersion": V1.api,
    "kind": "ClusterComponentType",
    "metadata": {"name": "service", "uid": "5f1c"},
    "spec": {"workloadType": "proxy"},
}
RECORDS: Final = Path(__file__).parent / "records"
ANNOTATIONS: Final = 262_144
OBJECT: Final = 1_572_864


def _key(*parts: object) -> str:
    """A remote key of 43 characters that contains no name."""
    return f"kv-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]}"


def _registry(form: str, organization: str, server: str) -> Raw:
    key = _key(organization, server)
    forms: dict[str, Raw] = {
        "docker config": {"remoteKey": key, "property": "config"},
        "password": {"username": "robot", "password": {"remoteKey": key}},
        "user": {"username": f"u-{key}", "password": {"remoteKey": key}},
        "stored user": {
            "username": {"remoteKey": key, "property": "username"},
            "password": {"remoteKey": key, "property": "password"},
        },
    }
    return {"server": server, **forms[form]}


def _plan_patches(count: int, form: str, registries: int) -> dict[str, Patch]:
    """Kind -> patch of the object that all organizations share."""
    organizations = []
    for number in range(count):
        name = f"organization-{number:04}"
        credentials = [_registry(form, name, server) for server in SERVERS[:registries]]
        organizations.append(
            {
                "name": name,
                "secretStore": "org",
                "git": {"host": "github.com", "remoteKey": _key(name, "git")},
                "registries": credentials,
                "workflows": {"clusterWorkflows": ["docker"], "delivery": "run"},
                "pullSecret": {"clusterComponentTypes": ["service"], "secretStore": "org", "registries": credentials},
            }
        )
    planes = {plane: {"context": "dev"} for plane in ("workflowPlane", "controlPlane", "dataPlane")}
    raw = {"release": "v1", "clusters": planes, "secretStores": {"org": KUBERNETES}, "namespaces": organizations}
    settings = parse(raw, source=SOURCE, manual_names=frozenset())
    plan = plan_stack(settings, find_release(settings.release), stack=STACK)
    return {combined.place.kind.name: combined.plan({}).patch for combined in plan.combined_patches}


def _measure(kind: str, patch: Patch) -> tuple[int, int]:
    """Bytes of the record and of the object, which can be restored."""
    target = shipped_v1(SHIPPED[kind])
    done = apply_patch(target, patch, release=V1, identity=IDENTITY)
    assert remove_patch(done.object, Added(), release=V1, identity=IDENTITY) == target
    annotations = done.object["metadata"]["annotations"]
    return len(annotations[IDENTITY.annotation]), len(json.dumps(done.object))


@pytest.mark.no_cover  # half a minute each when it is measured; smaller tests execute the same lines
@pytest.mark.parametrize(("form", "registries"), [("docker config", 2), ("stored user", 2)])
def test_a_thousand_organizations_fit(form: str, registries: int) -> None:
    patches = _plan_patches(1000, form, registries)
    for kind in SHIPPED:
        record, size = _measure(kind, patches[kind])
        assert record < ANNOTATIONS * 0.6
        assert size < OBJECT / 2


@pytest.mark.parametrize("form", ["docker config", "password", "user", "stored user"])
def test_a_further_organization_needs_only_its_keys(form: str) -> None:
    """A Go template that is written again for each organization would be many times as long."""
    sizes = [_plan_patches(count, form, 2) for count in (60, 80)]
    for kind in SHIPPED:
        fewer, more = (_measure(kind, patches[kind])[1] for patches in sizes)
        # A key, the name of the organization and punctuation; user name and password of two registries, and git.
        assert (more - fewer) / 20 < 90 * (2 * 2 + 1) * 2


def _for_namespaces(count: int) -> Patch:
    keys = {f"organization-{number:05}": _key(number) for number in range(count)}
    templates = {
        name: {"kind": "ExternalSecret", "metadata": {"name": "x"}, "spec": {"key": key}} for name, key in keys.items()
    }
    return Patch(share_entries(templates, variable="metadata.componentNamespace", identifier="pull"))


def test_too_many_organizations_say_how_many_fit() -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(OBJECT_WITHOUT_PODS, _for_namespaces(9_000), release=V1, identity=IDENTITY)
    text = str(caught.value)
    assert text.startswith("ClusterComponentType service: its annotations would have ")
    fitting = int(text.partition("enough for about ")[2].partition(" ")[0])
    assert text.endswith(
        f" for the patches of all stacks, which is enough for about {fitting} of the 9000 organizations of this patch, "
        f"so {ADVICE}"
    )
    done = apply_patch(OBJECT_WITHOUT_PODS, _for_namespaces(fitting - 100), release=V1, identity=IDENTITY)
    assert ANNOTATIONS * 0.9 < len(done.object["metadata"]["annotations"][IDENTITY.annotation]) < ANNOTATIONS


@pytest.mark.parametrize(
    ("length", "size", "clause"),
    [
        (1_495_000, "1,516,514", ", which is enough for about 18 of the 100 organizations of this patch"),
        (1_550_000, "1,571,514", ""),
    ],
)
def test_an_object_that_etcd_would_refuse(length: int, size: str, clause: str) -> None:
    target = {**OBJECT_WITHOUT_PODS, "spec": {"workloadType": "proxy", "description": "x" * length}}
    with pytest.raises(PatchError) as caught:
        apply_patch(target, _for_namespaces(100), release=V1, identity=IDENTITY)
    assert str(caught.value) == (
        f"ClusterComponentType service: it would have {size} bytes with this patch; "
        f"etcd stores 1,500,000{clause}, so {ADVICE}"
    )


def _old_object() -> tuple[Manifest, Manifest]:
    """An object with the entry of 200 namespaces and its record, as they were before records were compressed."""
    text = (RECORDS / "clustercomponenttype-service.json").read_text().rstrip()
    added, original = json.loads(text)["added"], OBJECT_WITHOUT_PODS
    metadata = {
        **original["metadata"],
        "annotations": {Identity("corp/secrets/dev", "shared/service").annotation: text},
    }
    spec = {**original["spec"], "resources": added["resources"]}
    return original, {**original, "metadata": metadata, "spec": spec}


def test_a_record_from_before_is_read() -> None:
    original, live = _old_object()
    identity = Identity("corp/secrets/dev", "shared/service")
    history = read(live, identity, Added())
    assert (history.warnings, list(history.own.resources)) == ((), live["spec"]["resources"])
    assert remove_patch(live, Added(), release=V1, identity=identity) == original
    patch = _for_namespaces(200)
    done = apply_patch(live, patch, release=V1, identity=identity)
    assert [change.kind for change in done.changes] == ["delete", "add"]
    assert '"packed"' in done.object["metadata"]["annotations"][identity.annotation]
    assert remove_patch(done.object, Added(), release=V1, identity=identity) == original


def _edit(text: str, **fields: Any) -> str:
    return json.dumps({**json.loads(text), **fields}, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param("x", id="no base64"),
        pytest.param(base64.b64encode(b"text").decode(), id="no xz"),
        pytest.param(pack("[")[:-8], id="the end is missing"),
        pytest.param(pack("["), id="no JSON"),
        pytest.param(pack("[" * 99_999), id="deep"),
        pytest.param(pack("{}"), id="another record"),
        pytest.param(1, id="a number"),
    ],
)
def test_a_record_that_somebody_has_changed(packed: Any) -> None:
    done = apply_patch(OBJECT_WITHOUT_PODS, _for_namespaces(500), release=V1, identity=IDENTITY)
    annotations = done.object["metadata"]["annotations"]
    annotations[IDENTITY.annotation] = _edit(annotations[IDENTITY.annotation], packed=packed)
    (warning,) = read(done.object, IDENTITY, done.added).warnings
    assert warning == (
        f"ignores the annotation {IDENTITY.annotation}, which somebody has changed; "
        "the state of the stack is used instead"
    )


def test_a_python_without_xz(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack("text")
    assert unpack(packed) == "text"
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(PatchError) as caught:
        unpack(packed)
    assert str(caught.value) == (
        "the record of a patch is compressed with xz, which this Python lacks; use a Python with the module lzma"
    )


def _external_secret(text: Any, *data: tuple[str, Any, str | None]) -> Manifest:
    items = [
        {"secretKey": name, "remoteRef": {"key": key, **({} if part is None else {"property": part})}}
        for name, key, part in data
    ]
    return {"spec": {"data": items, "target": {"template": {"data": {"config": text}}}}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('(fail "k (p) is empty")', '(fail "the value user is empty")'),
        ('(fail "k is empty")', '(fail "the value password is empty")'),
        ('"k is a name"', '"k is a name"'),
        ('(fail "kk is empty")', '(fail "kk is empty")'),
    ],
)
def test_messages_name_the_inputs(before: str, after: str) -> None:
    data = (("password", "k", None), ("user", "k", "p"), ("late", Later("l"), None))
    assert name_inputs(_external_secret(before, *data)) == _external_secret(after, *data)


def test_texts_that_are_known_later_stay() -> None:
    late = Later("l")
    template = _external_secret(late, ("password", "k", None))
    assert name_inputs(template)["spec"]["target"]["template"]["data"]["config"] is late
    assert name_inputs(_external_secret("text")) == _external_secret("text")
