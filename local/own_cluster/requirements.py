"""What a trial requires of a cluster: ESO, no OpenChoreo, and none of the namespaces that it creates."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.connection import Cluster
from components.manifests import ESO, read_creator
from components.openchoreo import find_release
from components.settings.stack import StackSettings

from ..programs import OPERATOR
from ..seed import get_data_plane_namespace
from .configuration import NAMESPACE
from .trial import LABEL, Record, Trial, TrialError

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
"""Path of the CRDs."""

_DEPLOYMENTS = "/apis/apps/v1/deployments"
_GROUP = ".openchoreo.dev"


def check_cluster(cluster: Cluster, trial: Trial, settings: StackSettings, record: Record | None) -> None:
    """Check everything at once; nothing is changed.

    Args:
        cluster: the cluster.
        trial: the trial.
        settings: of its stack.
        record: of the trial. None: it has created nothing yet.

    Raises:
        TrialError: the trial cannot run on this cluster, for each of these reasons.
    """
    problems = [
        *_check_operator(cluster, trial.context),
        *_check_openchoreo(cluster, record),
        *_check_namespaces(cluster, trial, settings, record),
    ]
    if problems:
        raise TrialError("\n".join(f"{cluster}: {problem}" for problem in problems))


def list_build_namespaces(settings: StackSettings) -> list[str]:
    """Namespaces that the stack creates."""
    release = find_release(settings.release)
    return [release.build_namespace(organization.name) for organization in settings.organizations]


def list_own_namespaces(settings: StackSettings) -> list[str]:
    """Namespaces that the trial creates before the stack."""
    release = find_release(settings.release)
    names = [organization.name for organization in settings.organizations]
    planes = [(release.control_plane_namespace(name), get_data_plane_namespace(name)) for name in names]
    return [NAMESPACE, *(namespace for pair in planes for namespace in pair)]


def _check_operator(cluster: Cluster, context: str) -> Iterator[str]:
    install = (
        "install version 0.16 or later: helm install external-secrets external-secrets "
        f"--repo https://charts.external-secrets.io --version {OPERATOR.version} "
        f"--namespace external-secrets --create-namespace --kube-context {context} --wait"
    )
    if cluster.get(f"/apis/{ESO}") is None:
        yield f"the External Secrets Operator is missing (no API {ESO}); {install}"
        return
    controllers = cluster.items(_DEPLOYMENTS, labelSelector="app.kubernetes.io/name=external-secrets")
    if not any(item.get("status", {}).get("availableReplicas") for item in controllers):
        label = "with the label app.kubernetes.io/name=external-secrets"
        yield f"no Deployment {label} is available, so no External Secrets Operator runs; start it, or {install}"


def _check_openchoreo(cluster: Cluster, record: Record | None) -> Iterator[str]:
    others = [
        item["metadata"]["name"]
        for item in cluster.items(DEFINITIONS, metadata_only=True)
        if item["metadata"]["name"].endswith(_GROUP) and not is_own(item, record)
    ]
    if others:
        yield (
            f"OpenChoreo is installed ({min(others)}), which the trial does not touch; "
            "use a cluster without OpenChoreo, or deploy a stack of your own: docs/first-stack.md"
        )


def _check_namespaces(cluster: Cluster, trial: Trial, settings: StackSettings, record: Record | None) -> Iterator[str]:
    builds = list_build_namespaces(settings)
    for name in (*list_own_namespaces(settings), *builds):
        live = cluster.get(f"/api/v1/namespaces/{name}")
        if live is None or is_own(live, record) or (name in builds and record and is_of_stack(live, trial)):
            continue
        yield f"the namespace {name} exists, and the trial has not created it; use another cluster, or delete it"


def is_own(live: dict[str, object], record: Record | None) -> bool:
    """Whether the trial has created a live object."""
    metadata = live["metadata"]
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return record is not None and (labels or {}).get(LABEL) == record.trial


def is_of_stack(live: dict[str, object], trial: Trial) -> bool:
    """Whether the stack of a trial has created a live namespace."""
    return (read_creator(live) or "").rpartition("/")[2] == trial.stack
