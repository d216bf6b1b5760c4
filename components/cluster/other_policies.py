"""Admission policies of other stacks on a cluster: they protect stores and generators in the whole cluster.

Each stack has policies of its own. Neither refuses the updates of the other one if each exempts the users of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..admission.cel import read_users
from ..admission.model import AdmissionRules
from ..admission.policy import API, EXEMPT, POLICY
from ..errors import ForbiddenError
from ..manifests import ESO, MANAGED_BY, MANAGED_BY_LABEL, Manifest, build_field_manager, read_owner
from ..object_names import build_path
from ..schema.text import flatten
from .connection import Cluster
from .reading import list_metadata

_STORE: Final = "ClusterSecretStore"
_STORES: Final = "-stores"
_EXTERNAL_SECRETS: Final = "-external-secrets"


@dataclass(frozen=True)
class _Stack:
    """Another stack with policies, and whom it exempts."""

    name: str
    administrators: frozenset[str]
    operators: frozenset[str]

    def __str__(self) -> str:
        return flatten(self.name)


def list_conflicts(
    cluster: Cluster,
    rules: AdmissionRules | None,
    stack: str,
    *,
    read_user: Callable[[Cluster], str],
    warn: Callable[[str], None],
) -> Iterator[str]:
    """A problem for each user whose writes the policies of one of several stacks would refuse.

    It makes one list call, and a second one before the policies of this stack exist. Without the right to list policies
    there is no problem: the dry runs of a preview name the policy that refuses them.

    Args:
        cluster: a cluster with stores of the stack.
        rules: of the stack's own policies. None: it has none.
        stack: ``<pulumi organization>/<project>/<stack>``.
        read_user: the user of a context; called if there are such stacks.
        warn: called with a warning about users of other stacks, instead of a problem, if the policies of this stack are
            in force already; and about stores of stacks without policies, whose users cannot be read.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    try:
        live = list(cluster.items(build_path(API, POLICY), labelSelector=f"{MANAGED_BY_LABEL}={MANAGED_BY}"))
    except ForbiddenError:
        return
    own = build_field_manager(stack)
    others = list(_read_stacks(item for item in live if read_owner(item) != own))
    user = read_user(cluster) if others else ""
    for other in others:
        if user and user not in other.administrators:
            # The whole name, because it is copied into the configuration.
            yield (
                f"{cluster}: the admission policies of the stack {other} would refuse this stack's previews and "
                f'updates, because its admission.administrators lacks "{flatten(user)}", the user of this context; '
                "add it there, and update that stack first"
            )
    if rules is None:
        return
    is_new = all(read_owner(item) != own for item in live)
    problems = [problem for other in others for problem in _compare(cluster, rules, other)]
    if is_new:
        yield from problems
        warning = _describe_stores(cluster, {own, *(other.name for other in others)})
        problems = [] if warning is None else [warning]
    for problem in problems:
        warn(problem)


def _read_stacks(policies: Iterable[Manifest]) -> Iterator[_Stack]:
    """Stacks whose exceptions can be read, sorted by name."""
    exempt: dict[str, dict[str, frozenset[str]]] = {}
    for policy in policies:
        for suffix in (_STORES, _EXTERNAL_SECRETS):
            if (owner := read_owner(policy)) is not None and policy["metadata"]["name"].endswith(suffix):
                users = [
                    read_users(condition["expression"])
                    for condition in policy["spec"].get("matchConditions") or ()
                    if condition["name"] == EXEMPT
                ]
                exempt.setdefault(owner, {}).update((suffix, frozenset(names)) for names in users)
    for owner, users_of in sorted(exempt.items()):
        if _STORES in users_of:
            administrators = users_of[_STORES]
            yield _Stack(owner, administrators, users_of.get(_EXTERNAL_SECRETS, frozenset()) - administrators)


def _compare(cluster: Cluster, rules: AdmissionRules, other: _Stack) -> Iterator[str]:
    """Users of one of two stacks whom the other one does not exempt."""
    ours = {*rules.administrators, *rules.operators}
    for key, users in (
        ("administrators", other.administrators.difference(rules.administrators)),
        ("operators", other.operators - ours),
    ):
        for user in sorted(users):
            yield (
                f'{cluster}: admission.{key} lacks "{flatten(user)}" of the stack {other}, so the policies of '
                "this stack would refuse what it writes for that stack; add it, or remove it there first"
            )
    theirs = other.administrators | other.operators
    for user in (user for user in rules.operators if user not in theirs):
        yield (
            f'{cluster}: admission.operators of the stack {other} lacks "{flatten(user)}", so the policies of '
            "that stack would refuse what it writes for this stack; add it there, and update that stack first"
        )


def _describe_stores(cluster: Cluster, stacks: set[str]) -> str | None:
    """Other stacks with stores that new policies protect too, or that they are not known. None: there are none."""
    try:
        stores = list_metadata(cluster, ESO, _STORE)
    except ForbiddenError:
        return (
            f"{cluster}: the user of this context may not list {_STORE}s, so nothing shows which other stacks have "
            "stores here, which the policies of isolation: strict protect too; add the users of their contexts to "
            "admission.administrators, or their next updates are refused"
        )
    owners = {read_owner(store) for store in stores.values()}
    names = sorted(flatten(owner) for owner in owners if owner is not None and owner not in stacks)
    if not names:
        return None
    return (
        f"{cluster}: the policies of isolation: strict protect every {_STORE} of the cluster, also those of "
        f"the {'stack' if len(names) == 1 else 'stacks'} {', '.join(names)}; add the users of their contexts to "
        "admission.administrators, or their next updates are refused"
    )
