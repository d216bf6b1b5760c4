"""Objects that another stack has taken over: removing them from the configuration must not delete them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from ..drift.managers import list_managers
from ..errors import ClusterError
from ..manifests import (
    DELETE,
    NAMESPACE,
    OFFBOARDING_ANNOTATION,
    Manifest,
    build_field_manager,
    find_owner,
    is_owned_by,
)
from ..object_names import format_object
from ..schema.text import flatten
from .connection import Cluster
from .reading import list_metadata

VARIABLE: Final = "OPENCHOREO_SECRETS_HANDED_OVER"
"""Environment variable that confirms that the state has no object of these other stacks any more."""


def refuse_deletions(cluster: Cluster, removed: Iterable[str], stack: str) -> None:
    """Return if no object that is removed from the configuration belongs to another stack.

    It makes one list call for each kind.

    Args:
        cluster: cluster of the objects.
        removed: names as `format_object` returns them.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: an update would delete objects of another stack; or the cluster cannot be reached, or refuses a
            list.
    """
    removed = frozenset(removed)
    if not removed:
        return
    owners = dict(_list_taken_over(cluster, removed, stack))
    confirmed = {owner.strip() for owner in os.environ.get(VARIABLE, "").split(",")}
    if confirmed.issuperset(owners.values()):
        return
    lines = [f"  - {name}: {owner}" for name, owner in sorted(owners.items())]
    first = (
        f"{cluster}: nothing was changed. These objects are no longer configured, and an update would delete them, but "
        "another stack owns them by now:"
    )
    last = (
        "Remove them from the state of this stack with `pulumi state delete`, and then set "
        f"{VARIABLE}={','.join(sorted(set(owners.values())))} for one `pulumi up`; or hand them back to this stack, "
        "which deletes them"
    )
    msg = "\n".join([first, *lines, last])
    raise ClusterError(msg)


def _list_taken_over(cluster: Cluster, removed: Iterable[str], stack: str) -> Iterator[tuple[str, str]]:
    """Name and owner of each object that an update would delete although another stack owns it."""
    from ..plan.orphans import STAGES  # noqa: PLC0415 -- most updates remove nothing, and it imports much

    apis = {kind: api for stage in STAGES for api, kind in stage}
    parsed = sorted(name.partition(" ")[::2] for name in removed if name.partition(" ")[0] in apis)
    for kind, group in groupby(parsed, key=lambda entry: entry[0]):
        names = {format_object(kind, rest) for _, rest in group}
        for (namespace, name), live in list_metadata(cluster, apis[kind], kind).items():
            text, owner = format_object(kind, name, namespace), find_owner(live, kind)
            of_another = owner is not None and not is_owned_by(live, kind, stack)
            if text in names and of_another and (kind != NAMESPACE or _deletes(live, stack)):
                yield text, flatten(str(owner))


def _deletes(namespace: Manifest, stack: str) -> bool:
    """Whether a stack deletes a namespace with its organization: it has recorded that on it, and did not adopt it."""
    path = ("metadata", "annotations", OFFBOARDING_ANNOTATION)
    annotations = namespace["metadata"].get("annotations") or {}
    return annotations.get(OFFBOARDING_ANNOTATION) == DELETE and build_field_manager(stack) in list_managers(
        namespace, path
    )
