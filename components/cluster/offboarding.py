"""Build namespaces of organizations that the configuration no longer has: what lives in them, and whether they stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..manifests import (
    DELETE,
    ESO,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    OFFBOARDING_ANNOTATION,
    is_owned_by,
    read_creator,
)
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from .connection import Cluster
from .contents import describe_contents
from .reading import list_metadata

_EXTERNAL: Final = "ExternalSecret"
_LISTED: Final = 20
"""Namespaces whose contents are listed; more are only named."""
_MINE: Final = f"{MANAGED_BY_LABEL}={MANAGED_BY}"


@dataclass(frozen=True)
class Departure:
    """A build namespace that this stack has created and does not plan any more."""

    namespace: str
    goes: bool
    """Whether the removal of its organization deletes it."""
    contents: str
    """What lives in it and is not of this stack. Empty: nothing."""
    moves: bool = False
    """Whether its organization stays, with builds in the namespace of another release."""

    def describe(self, stack: str) -> str:
        """A message that says what happens to the namespace, and how to choose otherwise.

        Args:
            stack: name of the stack, for the command.
        """
        inside = f"; in it: {self.contents}" if self.contents else "; nothing of others is in it"
        if self.goes and self.moves:
            return (
                f"namespace {self.namespace} of an older release is deleted with the credentials of builds in it"
                f"{inside}. To keep it, go back to both releases, set offboarding: keep, and update before you go on"
            )
        if self.goes:
            return (
                f"namespace {self.namespace} is deleted with its organization{inside}. To keep it, add the "
                "organization again, set offboarding: keep, and update before you remove it"
            )
        options = "--delete --namespaces" if self.contents else "--delete"
        without = "its credentials, as builds of an older release ran in it" if self.moves else "its organization"
        return (
            f"namespace {self.namespace} stays without {without}{inside}. To delete it as well: kubectl delete "
            f"namespace {self.namespace}, or {name_command()} orphans --stack {stack} {options}"
        )


def name_command(module: str = __name__) -> str:
    """The command line of this package where it runs: an installation has a command, and a checkout only its module.

    Args:
        module: name of a module of the package, which has another name in a checkout.
    """
    return f"venv/bin/{'python -m components' if module.startswith('components.') else 'openchoreo-secrets'}"


def list_departures(cluster: Cluster, planned: Mapping[str, str], release: Release, stack: str) -> Iterator[Departure]:
    """Namespaces of this stack that are not planned, with their contents.

    It makes one list call. Only if there are such namespaces, it also lists what is in at most 20 of them.

    Args:
        cluster: the build plane.
        planned: build namespace -> its organization, for all organizations.
        release: OpenChoreo release of the platform.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the list of namespaces.
    """
    live = cluster.items("/api/v1/namespaces", metadata_only=True, labelSelector=_MINE)
    leaving = {
        str(item["metadata"]["name"]): item["metadata"]
        for item in live
        if read_creator(item) == stack and not item["metadata"].get("deletionTimestamp")
    }
    names = sorted(leaving.keys() - planned.keys())
    organizations = set(planned.values())
    contents = describe_contents(cluster, names[:_LISTED], release, stack)
    for name in names:
        goes = leaving[name]["annotations"].get(OFFBOARDING_ANNOTATION) == DELETE
        moves = (leaving[name].get("labels") or {}).get(ORGANIZATION_LABEL) in organizations
        yield Departure(name, goes, contents.get(name, "not listed"), moves)


def describe_arrivals(cluster: Cluster, organizations: Iterable[OrganizationPlan], stack: str) -> str | None:
    """Which build namespaces of a newer release the stack creates beside those of the older one. None: it creates none.

    Without two releases, it makes no call.

    Args:
        cluster: the build plane.
        organizations: plans of all organizations.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the list of namespaces.
    """
    newer = {plan.namespace: plan for plan in organizations if plan.older is not None and not plan.adopts_namespace}
    if not newer:
        return None
    live = cluster.items("/api/v1/namespaces", metadata_only=True, labelSelector=_MINE)
    names = sorted(newer.keys() - {item["metadata"]["name"] for item in live if read_creator(item) == stack})
    if not names:
        return None
    release = newer[names[0]].release.name
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (
        f"builds of OpenChoreo {release} get credentials in {', '.join(names[:_LISTED])}{more}; those of the release "
        "before stay as they are"
    )


def describe_moves(cluster: Cluster, departures: Iterable[Departure], stack: str) -> str | None:
    """Which build namespaces of an older release lose their credentials while their organizations stay. None: none.

    Without such namespaces, it makes no call.

    Args:
        cluster: the build plane.
        departures: namespaces that the stack does not plan any more.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the list of ExternalSecrets.
    """
    moving = {departure.namespace for departure in departures if departure.moves}
    live = list_metadata(cluster, ESO, _EXTERNAL) if moving else {}
    served = {namespace for (namespace, _), item in live.items() if is_owned_by(item, _EXTERNAL, stack)}
    names = sorted(moving & served)
    if not names:
        return None
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (
        f"builds in {', '.join(names[:_LISTED])}{more} lose their credentials, and their stores do not serve these "
        "namespaces any more; builds of the release that stays keep theirs"
    )
