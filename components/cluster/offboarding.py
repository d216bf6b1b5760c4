"""Build namespaces of organizations that the configuration no longer has: what lives in them, and whether they stay."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from ..manifests import DELETE, MANAGED_BY, MANAGED_BY_LABEL, OFFBOARDING_ANNOTATION, read_creator
from ..openchoreo.release import Release
from .connection import Cluster
from .contents import describe_contents

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

    def describe(self, stack: str) -> str:
        """A message that says what happens to the namespace, and how to choose otherwise.

        Args:
            stack: name of the stack, for the command.
        """
        inside = f"; in it: {self.contents}" if self.contents else "; nothing of others is in it"
        if self.goes:
            return (
                f"namespace {self.namespace} is deleted with its organization{inside}. To keep it, add the "
                "organization again, set offboarding: keep, and update before you remove it"
            )
        options = "--delete --namespaces" if self.contents else "--delete"
        return (
            f"namespace {self.namespace} stays without its organization{inside}. Delete it with: kubectl delete "
            f"namespace {self.namespace}, or {name_command()} orphans --stack {stack} {options}"
        )


def name_command(module: str = __name__) -> str:
    """The command line of this package where it runs: an installation has a command, and a checkout only its module.

    Args:
        module: name of a module of the package, which has another name in a checkout.
    """
    return "venv/bin/python -m components" if module.startswith("components.") else "openchoreo-secrets"


def list_departures(cluster: Cluster, planned: AbstractSet[str], release: Release, stack: str) -> Iterator[Departure]:
    """Namespaces of this stack that are not planned, with their contents.

    It makes one list call. Only if there are such namespaces, it also lists what is in at most 20 of them.

    Args:
        cluster: the build plane.
        planned: names of the build namespaces of all organizations.
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
    names = sorted(leaving.keys() - planned)
    contents = describe_contents(cluster, names[:_LISTED], release, stack)
    for name in names:
        goes = leaving[name]["annotations"].get(OFFBOARDING_ANNOTATION) == DELETE
        yield Departure(name, goes, contents.get(name, "not listed"))
