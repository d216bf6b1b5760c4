"""A healthy cluster on this machine, and whatever may answer in its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Final

from components.cluster.objects import Location
from components.manifests import Manifest, sign
from components.openchoreo.v0_9 import V0_9
from components.plan.stack import plan_stack
from tests.unit.loopback import http, serve
from tests.unit.samples import GIT, on_every_plane, settings

CANARY: Final = "s3cr3t-canary"
STACK: Final = "organization/openchoreo-secrets/dev"
ESO: Final = "external-secrets.io/v1"
OPENCHOREO: Final = "openchoreo.dev/v1alpha1"
NAMESPACE: Final = "openchoreo-ci-acme"
PULL: Final = {
    "componentTypes": ["service"],
    "delivery": "namespace",
    "secretStore": "default",
    "dockerConfig": {"remoteKey": "registry-credentials"},
}
PLAN: Final = plan_stack(settings(on_every_plane(git=GIT, pullSecret=PULL)), V0_9, stack=STACK)
ACME: Final = PLAN.organizations[0]
SERVICE: Final = Location(V0_9.component_type, "service", "acme")

Answers = dict[tuple[str, str], Any]


def live(manifest: Manifest, **fields: Any) -> Manifest:
    """An object as an API server answers it."""
    times = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    record = {"manager": STACK, "operation": "Apply", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {}}}
    signed = sign(manifest, STACK)
    more = {"uid": "1", "resourceVersion": "7", "generation": 1, "managedFields": [record], **times}
    return {**signed, **fields, "metadata": {**signed["metadata"], **more}}


def listing(api: str, kind: str, *items: Manifest) -> Manifest:
    """A collection."""
    return {"apiVersion": api, "kind": f"{kind}List", "metadata": {"resourceVersion": "9"}, "items": list(items)}


def plain(api: str, kind: str, name: str, namespace: str | None = None, **fields: Any) -> Manifest:
    metadata = {"name": name, **({} if namespace is None else {"namespace": namespace})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **fields}


def healthy() -> Answers:
    """A cluster on which everything is as it should be."""
    ready = {"conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "synced"}]}
    secrets = [live(manifest, status={**ready, "syncedResourceVersion": "1-a"}) for manifest in ACME.external_secrets]
    fan_out = live(ACME.fan_out or {})
    spread = plain(ESO, "ExternalSecret", fan_out["spec"]["externalSecretName"], "dp-a")
    spread = live(spread, spec=fan_out["spec"]["externalSecretSpec"], status={**ready, "syncedResourceVersion": "1-a"})
    store = live(plain(ESO, "ClusterSecretStore", "default", spec={"provider": {"fake": {}}}), status=ready)
    namespace, kube_system = live(ACME.namespace_manifest), live(plain("v1", "Namespace", "kube-system"))
    pods = [{"id": "deployment", "template": {"kind": "Deployment", "spec": {"template": {"spec": {}}}}}]
    service = plain(OPENCHOREO, "ComponentType", "service", "acme")
    service = live(service, spec={"workloadType": "deployment", "resources": pods})
    event = live(plain("v1", "Event", "late", NAMESPACE), message="not found", lastTimestamp="2026-01-01T00:00:00Z")
    push = {"secretStoreRefs": [{"name": "default", "kind": "ClusterSecretStore"}]}
    discovered = {
        "resource": "pods",
        "responseKind": {"kind": "Pod"},
        "scope": "Namespaced",
        "verbs": ["list", "delete"],
    }
    group = {"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [discovered]}]}
    lists: dict[str, Manifest] = {
        "/api/v1/namespaces": listing("v1", "Namespace", namespace, kube_system),
        "/api/v1/secrets": listing("v1", "Secret"),
        "/api/v1/serviceaccounts": listing("v1", "ServiceAccount"),
        f"/api/v1/namespaces/{NAMESPACE}/events": listing("v1", "Event", event),
        f"/api/v1/namespaces/{NAMESPACE}/pods": listing("v1", "Pod", live(plain("v1", "Pod", "web", NAMESPACE))),
        f"/apis/{ESO}/externalsecrets": listing(ESO, "ExternalSecret", *secrets, spread),
        f"/apis/{ESO}/clusterexternalsecrets": listing(ESO, "ClusterExternalSecret", fan_out),
        f"/apis/{ESO}/clustersecretstores": listing(ESO, "ClusterSecretStore", store),
        "/apis/external-secrets.io/v1alpha1/pushsecrets": listing(
            "external-secrets.io/v1alpha1",
            "PushSecret",
            live(plain("external-secrets.io/v1alpha1", "PushSecret", "push", "dp-a", spec=push)),
        ),
        f"/apis/{OPENCHOREO}/namespaces/acme/dataplanes": listing(OPENCHOREO, "DataPlane"),
        f"/apis/{OPENCHOREO}/namespaces/acme/componenttypes": listing(OPENCHOREO, "ComponentType", service),
    }
    objects: dict[str, Manifest] = {
        "/api": {"kind": "APIGroupDiscoveryList", "items": [group]},
        "/apis": {"kind": "APIGroupDiscoveryList", "items": []},
        "/apis/external-secrets.io": {"kind": "APIGroup", "versions": [{"version": "v1"}]},
        f"/apis/{ESO}": {
            "kind": "APIResourceList",
            "resources": [
                {"name": name} for name in ("externalsecrets", "clustersecretstores", "clusterexternalsecrets")
            ],
        },
        f"/apis/{OPENCHOREO}": {
            "kind": "APIResourceList",
            "resources": [{"name": name} for name in V0_9.served_kinds],
        },
        "/api/v1/namespaces/kube-system": kube_system,
        f"/apis/{ESO}/clusterexternalsecrets/{fan_out['metadata']['name']}": fan_out,
        SERVICE.path: service,
    }
    for secret in secrets:
        path = f"/apis/{ESO}/namespaces/{NAMESPACE}/externalsecrets/{secret['metadata']['name']}"
        objects[path] = secret
    answers: Answers = {("GET", path): content for path, content in (objects | lists).items()}
    for path, content in objects.items():
        answers |= {("PUT", path): content, ("PATCH", path): content}
    review = {"kind": "SelfSubjectAccessReview", "status": {"allowed": False, "reason": "none"}}
    answers["POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"] = review
    return answers


HEALTHY: Final = healthy()
MISSING: Final = http("404 page not found\n", "404 Not Found", "text/plain")


@contextmanager
def answering(respond: Callable[[int, bytes | None], bytes | None]) -> Iterator[tuple[str, list[str]]]:
    """Address of a healthy server, and its requests. A function can replace the answer to each request."""
    requests: list[str] = []

    def answer(method: str, path: str) -> bytes:
        requests.append(f"{method} {path}")
        content = HEALTHY.get((method, path))
        usual = None if content is None else json.dumps(content).encode()
        other = respond(len(requests) - 1, usual)
        if other is not None:
            return other
        return MISSING if usual is None else http(usual)

    with serve(answer) as address:
        yield address, requests


HEADER: Final = f"X-Token: {CANARY}"
STRANGE: Final = (
    b"",
    f"{CANARY}\r\n\r\n".encode(),
    f"HTTP/1.1 000 {CANARY}\r\n\r\n".encode(),
    http(f"<html>{CANARY}</html>", "200 OK", "text/html", HEADER),
    http(f"<html>{CANARY}</html>", f"404 {CANARY}", "text/html", HEADER),
    http("", "200 OK", None, HEADER),
    http(CANARY, f"418 {CANARY}", CANARY),
    http(CANARY, f"520 {CANARY}", "text/plain"),
    http(f'{{"message": "{CANARY}"}}', "403 Forbidden", "application/json", HEADER),
    http(f'{{"message": "{CANARY}"}}', "409 Conflict", "application/json", HEADER),
    http(f'{{"message": "{CANARY}"}}', "422 x", "application/json", HEADER),
    http("", f"307 {CANARY}", None, f"Location: https://{CANARY}/"),
    http(f'["{CANARY}"]'),
    http(f'"{CANARY}"'),
    http("7"),
    http("null"),
    http(f'{{"{CANARY}": 7}}'),
    http(f'{{"kind": "Status", "message": "{CANARY}"}}'),
    http(CANARY, "200 OK", "application/json", "Content-Encoding: gzip"),
    http(f'{{"kind": "{CANARY}"'),
    http(f'{{"kind": "{CANARY}"}}')[:-1],
    http(f"\xff{CANARY}".encode("latin-1")),
)


_DEEPER, _GONE = 0.8, 0.1
VALUES: Final[tuple[Any, ...]] = (7, 7.5, True, None, [], {}, [7], [None], [[]], {"a": 7}, "", "a")


def replace_part(content: Any, source: Random) -> Any:
    """A copy of JSON in which one value, at any depth, has become another one or is gone."""
    changed = place = copy.deepcopy(content)
    while True:
        key = source.choice(sorted(place) if isinstance(place, dict) else range(len(place)))
        if isinstance(place[key], dict | list) and place[key] and source.random() < _DEEPER:
            place = place[key]
            continue
        if source.random() < _GONE:
            del place[key]
        else:
            place[key] = copy.deepcopy(source.choice(VALUES))
        return changed
