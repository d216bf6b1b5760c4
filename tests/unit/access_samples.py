"""Plans of several organizations, and objects of a cluster, for tests of the access graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from components.access.configuration import read_plan
from components.access.crossings import list_planned_crossings
from components.access.graph import Configured
from components.access.live import Comparison, LiveCluster, compare
from components.access.model import Crossing, Difference, Report
from components.access.policies import list_grants
from components.access.reporting import report_access
from components.managers.cluster_secret_store import render_store
from components.managers.manager import Endpoint
from components.openchoreo import find_release
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import check
from tests.unit.samples import KUBERNETES, Raw

Object = dict[str, Any]

ONE_CLUSTER: Final[Raw] = {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")}
SHARED: Final[Raw] = {"scope": "shared", **KUBERNETES}
STORES: Final[Raw] = {"org": KUBERNETES}
AT: Final = "kubernetes secret-manager"
SELECTOR: Final = "openchoreo.dev/release-namespace"
MANUAL: Final = frozenset({"one", "two"})


def organization(name: str, **more: Any) -> Raw:
    """An organization with a git credential through the store ``org``."""
    return {"name": name, "secretStore": "org", "git": {"remoteKey": f"{name}-git"}, **more}


def pulling(name: str, **more: Any) -> Raw:
    """The same, whose workloads pull."""
    pull = {"delivery": "namespace", "componentTypes": ["service"], "dockerConfig": {"remoteKey": f"{name}-pull"}}
    return organization(name, pullSecret=pull, **more)


def pull_store(planned: Plan) -> str:
    """Name of the only store of workloads."""
    (name,) = (item.name for item in planned.stores if item.is_pull_store)
    return name


def manual(name: str, entry: str, *namespaces: str) -> Raw:
    """An organization without a secret manager."""
    registry = {"server": "quay.io", "manual": {"username": "u", "password": entry}}
    pull = {
        "delivery": "manual",
        "componentTypes": ["service"],
        "registries": [registry],
        "namespaces": list(namespaces),
    }
    return {"name": name, "git": {"manual": entry}, **({"pullSecret": pull} if namespaces else {})}


def configuration(*organizations: Raw, stores: Raw | None = None, **more: Any) -> Raw:
    """A configuration whose planes are one cluster."""
    return {
        "clusters": ONE_CLUSTER,
        "secretStores": STORES if stores is None else stores,
        **({"organizations": list(organizations)} if organizations else {}),
        **more,
    }


def plan(*organizations: Raw, stores: Raw | None = None, **more: Any) -> Plan:
    """The plan of a stack whose planes are one cluster."""
    # Without the rules, some of which refuse what the graph must show.
    settings, _ = check(configuration(*organizations, stores=stores, **more), MANUAL)
    return plan_stack(settings, find_release(settings.release), stack="organization/openchoreo-secrets/dev")


def planned_crossings(planned: Plan) -> tuple[Crossing, ...]:
    """What the configuration alone lets organizations reach."""
    return list_planned_crossings(read_plan(planned), list_grants(planned))


def summarize(crossings: Iterable[Crossing]) -> list[tuple[str, str, str]]:
    """Reason, readers and owners of each crossing."""
    return [(item.reason, " ".join(item.readers), " ".join(item.owners)) for item in crossings]


def report(planned: Plan, *live: LiveCluster, skipped: str = "") -> Report:
    return report_access(planned, "dev", tuple(live), skipped)


def compare_with(planned: Plan, cluster: LiveCluster) -> Comparison:
    return compare(read_plan(planned), (cluster,))


def named(kind: str, name: str, namespace: str | None = None, **body: Any) -> Object:
    """An object as `LiveCluster.objects` has it."""
    metadata: Object = {"name": name, **({} if namespace is None else {"namespace": namespace})}
    return {"apiVersion": "x", "kind": kind, "metadata": metadata, **body}


def store(
    name: str, *, account: str = "", conditions: Any = None, provider: Any = None, namespace: str | None = None
) -> Object:
    """A store that reads from the same place as those of the plan."""
    block = {"remoteNamespace": "secret-manager", "auth": {"serviceAccount": {"name": account or f"eso-{name}"}}}
    if namespace is None:
        block["auth"] = {"serviceAccount": {"name": account or f"eso-{name}", "namespace": "secret-manager"}}
    spec: Object = {"provider": {"kubernetes": block} if provider is None else provider}
    if conditions is not None:
        spec["conditions"] = conditions
    return named("ClusterSecretStore" if namespace is None else "SecretStore", name, namespace, spec=spec)


def external_secret(name: str, namespace: str, of: str, *keys: str, kind: str = "ClusterSecretStore") -> Object:
    data = [{"secretKey": key, "remoteRef": {"key": key}} for key in keys]
    return named("ExternalSecret", name, namespace, spec={"secretStoreRef": {"kind": kind, "name": of}, "data": data})


def role(kind: str, name: str, namespace: str | None, *rules: tuple[str, str, str, tuple[str, ...]]) -> Object:
    """A role; each rule is a group, a resource, a verb and names."""
    return named(
        kind,
        name,
        namespace,
        rules=[
            {
                "apiGroups": [group],
                "resources": [resource],
                "verbs": [verb],
                **({"resourceNames": list(names)} if names else {}),
            }
            for group, resource, verb, names in rules
        ],
    )


def binding(kind: str, name: str, namespace: str | None, to: tuple[str, str], *subjects: Object) -> Object:
    return named(kind, name, namespace, roleRef={"kind": to[0], "name": to[1]}, subjects=list(subjects))


def account(namespace: str, name: str) -> Object:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def live(
    *objects: Mapping[str, Any],
    namespaces: Mapping[str, Mapping[str, str]] | None = None,
    accounts: Iterable[tuple[str, str]] = (),
    planes: tuple[str, ...] = ("build", "control", "data"),
) -> LiveCluster:
    return LiveCluster("dev", planes, namespaces or {}, {place: {} for place in accounts}, tuple(objects))


def deployed(planned: Plan, *objects: Object, namespaces: Mapping[str, Mapping[str, str]] | None = None) -> LiveCluster:
    """A cluster with everything of the plan, and more objects."""
    values = dict.fromkeys(MANUAL, "value")
    every: list[Object] = [render_store(item, values, Endpoint("https://api", "")) for item in planned.stores]
    accounts = set()
    for item in planned.stores:
        every += [manifest for manifest in item.identity if manifest["kind"] != "ServiceAccount"]
        accounts |= {
            (manifest["metadata"]["namespace"], manifest["metadata"]["name"])
            for manifest in item.identity
            if manifest["kind"] == "ServiceAccount"
        }
    places: dict[str, Mapping[str, str]] = {}
    for own in planned.organizations:
        every += own.external_secrets
        every += [] if own.fan_out is None else [own.fan_out]
        places[own.namespace] = own.namespace_manifest["metadata"]["labels"]
    places |= namespaces or {}
    return live(*every, *objects, namespaces=places, accounts=accounts)


BUILDS: Final = "openchoreo-ci-acme"
OTHERS: Final = "openchoreo-ci-acme2"
BOTH: Final = plan(organization("acme"), organization("acme2"))


def list_crossings(*objects: Object, namespaces: Any = None) -> tuple[Crossing, ...]:
    """What leads from one organization to another on the cluster of `BOTH`, with more objects."""
    return compare_with(BOTH, deployed(BOTH, *objects, namespaces=namespaces)).crossings


def list_unplanned(*objects: Object, namespaces: Any = None) -> tuple[Difference, ...]:
    """What is on the cluster of `BOTH` and not in the plan, with more objects."""
    return compare_with(BOTH, deployed(BOTH, *objects, namespaces=namespaces)).unplanned


def configured(planned: Plan) -> Configured:
    return read_plan(planned)
