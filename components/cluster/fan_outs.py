"""Objects of others in the namespaces of workloads, where ESO creates an ExternalSecret and a Secret for each fan-out.

ESO overwrites a Secret of the planned name, and deletes it with the fan-out. It leaves an ExternalSecret of others
alone, and then the namespace never gets its Secret. Source: ``clusterexternalsecret_controller.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from ..manifests import ESO, Manifest
from ..object_names import build_path, format_object
from ..plan.objects import PlannedObject
from ..plan.organization import OrganizationPlan
from .connection import Cluster
from .obstacles import Obstacle
from .ownership import describe_foreign
from .reading import Address, list_metadata

_EXTERNAL: Final = "ExternalSecret"
_SETTING: Final = "pullSecret.secretName"


def list_foreign_deliveries(
    cluster: Cluster, organizations: Iterable[OrganizationPlan], stack: str
) -> Iterator[Obstacle]:
    """A problem for each object of others that has the name of one that a planned ClusterExternalSecret leads to.

    It makes a list call for each label of namespaces, two for each name of a pull secret, and a call for each Secret
    that an ExternalSecret of another name owns. Without fan-outs it makes none.

    Args:
        cluster: the data plane.
        organizations: plans of all organizations.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    named = ((str(plan.fan_out["spec"]["externalSecretName"]), plan) for plan in organizations if plan.fan_out)
    fanning = sorted(named, key=itemgetter(0))
    if not fanning:
        return
    first = fanning[0][1]
    namespaces = _list_namespaces(cluster, first.data_plane_selectors)
    for name, pairs in groupby(fanning, key=itemgetter(0)):
        selector = f"metadata.name={name}"
        external = list_metadata(cluster, ESO, _EXTERNAL, fieldSelector=selector)
        secrets = list_metadata(cluster, "v1", "Secret", fieldSelector=selector)
        for _, plan in pairs:
            for namespace in _select(namespaces, plan.data_plane_selectors):
                live = external.get((namespace, name))
                if live is not None and not _is_created_by(live, plan.fan_outs[0].name):
                    yield Obstacle(plan.name, _describe(plan, namespace, name))
                planned = PlannedObject(
                    "data",
                    "v1",
                    "Secret",
                    name,
                    namespace,
                    f'organization "{plan.name}"',
                    _SETTING,
                    plan.name,
                    by_operator=True,
                )
                secret = secrets.get((namespace, name))
                text = describe_foreign(cluster, planned, secret, stack)
                if secret is not None and text is not None and not _is_kept_by(cluster, secret, plan.fan_outs[0].name):
                    yield Obstacle(plan.name, text)


def _list_namespaces(cluster: Cluster, selectors: Iterable[Mapping[str, str]]) -> list[Manifest]:
    """Namespaces that have the labels of a selector, whatever their values."""
    namespaces: dict[Address, Manifest] = {}
    for labels in selectors:
        namespaces |= list_metadata(cluster, "v1", "Namespace", labelSelector=",".join(sorted(labels)))
    return list(namespaces.values())


def _select(namespaces: Iterable[Manifest], selectors: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Names of the namespaces that have all labels of a selector and stay."""
    for namespace in namespaces:
        metadata = namespace["metadata"]
        actual = (metadata.get("labels") or {}).items()
        if any(labels.items() <= actual for labels in selectors) and not metadata.get("deletionTimestamp"):
            yield metadata["name"]


def _is_created_by(live: Manifest, fan_out: str) -> bool:
    owners = live["metadata"].get("ownerReferences") or ()
    return any(owner.get("kind") == "ClusterExternalSecret" and owner.get("name") == fan_out for owner in owners)


def _is_kept_by(cluster: Cluster, secret: Manifest, fan_out: str) -> bool:
    """Whether a fan-out has led to a Secret through an ExternalSecret of another name, because someone edited the name.

    Kubernetes deletes a Secret whose ExternalSecret is gone.
    """
    metadata = secret["metadata"]
    keepers = [owner["name"] for owner in metadata.get("ownerReferences") or () if owner.get("kind") == _EXTERNAL]
    lives = (cluster.get(build_path(ESO, _EXTERNAL, metadata["namespace"], keeper)) for keeper in keepers)
    return bool(keepers) and all(live is None or _is_created_by(live, fan_out) for live in lives)


def _describe(plan: OrganizationPlan, namespace: str, name: str) -> str:
    return (
        f'organization "{plan.name}": {format_object(_EXTERNAL, name, namespace)} exists and the '
        f"ClusterExternalSecret {plan.fan_outs[0].name} did not create it; delete it, or use another name ({_SETTING})"
    )
