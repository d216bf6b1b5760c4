"""Policy about the labels by which namespaces belong to organizations."""

from __future__ import annotations

from collections.abc import Iterator

from ..openchoreo.labels import ORGANIZATION_LABEL
from ..openchoreo.release import WorkloadNamespaces
from .cel import define_list, is_user, quote
from .model import AdmissionRules
from .policy import WRITES, Policy, Validation, match


def build_namespace_policy(rules: AdmissionRules) -> Policy:
    """Nobody but the platform moves a namespace into or out of an organization of the stack.

    Subresources too, because an update of the status may change labels.
    """
    return Policy(
        "namespaces",
        [match("", ["namespaces", "namespaces/*"], WRITES, "Cluster")],
        list(_list_validations(rules)),
        variables={
            **define_list("organizations", rules.organizations),
            "name": "object.metadata.?name.orValue('')",
            "after": "object.metadata.?labels.orValue({})",
            "before": "request.operation == 'UPDATE' ? oldObject.metadata.?labels.orValue({}) : {}",
        },
    )


def _list_validations(rules: AdmissionRules) -> Iterator[Validation]:
    agent = is_user(rules.agents)
    # OpenChoreo v0.9 labels the namespace of an organization on the control plane, which has the organization's name.
    named = f"{agent} && !({quote(ORGANIZATION_LABEL)} in variables.before) && "
    named += f"{_after(ORGANIZATION_LABEL)} == variables.name"
    yield Validation(
        f"{_is_unrelated(ORGANIZATION_LABEL)} || {_is_unchanged(ORGANIZATION_LABEL)} || {named}",
        f"metadata.labels[{ORGANIZATION_LABEL}]: says which organization's secrets the namespace may use; only the "
        "platform's administrators may change it",
    )
    for workloads in rules.workload_namespaces:
        label = workloads.label
        yield Validation(
            f"{_is_unrelated(label)} && !({_is_ours(ORGANIZATION_LABEL)}) || {_is_unchanged(label)} || "
            f"{agent} && !({quote(label)} in variables.before) && "
            f"{_is_named(workloads)}",
            f"metadata.labels[{label}]: says which organization's secrets the namespace may use; only OpenChoreo may "
            f"set it, on a new namespace {workloads.prefix}<organization>-..., and only the platform's administrators "
            "may change it",
        )
    first, *others = (entry.label for entry in rules.workload_namespaces)
    for other in others:
        one, two = quote(first), quote(other)
        yield Validation(
            f"{_is_unchanged(first)} && {_is_unchanged(other)} || "
            f"{_is_unrelated(first)} && {_is_unrelated(other)} || !({one} in variables.after) || "
            f"!({two} in variables.after) || variables.after[{one}] == variables.after[{two}]",
            f"metadata.labels: {first} and {other} name different organizations; use one organization",
        )


def _after(label: str) -> str:
    return f"variables.after[?{quote(label)}].orValue('')"


def _is_unrelated(label: str) -> str:
    """Whether the label names no organization of the stack, before and after."""
    return f"!({_after(label)} in variables.organizations || {_is_ours(label)})"


def _is_ours(label: str) -> str:
    """Whether the label names an organization of the stack before the request."""
    return f"variables.before[?{quote(label)}].orValue('') in variables.organizations"


def _is_unchanged(label: str) -> str:
    return f"variables.after[?{quote(label)}] == variables.before[?{quote(label)}]"


def _is_named(workloads: WorkloadNamespaces) -> str:
    """Whether the name of the namespace begins with the organization, or with its beginning if it is long."""
    prefix, longest, value = quote(workloads.prefix), workloads.longest_part, _after(workloads.label)
    return (
        f"(variables.name.startsWith({prefix} + {value} + '-') || {value}.size() > {longest} && "
        f"variables.name.startsWith({prefix} + {value}.substring(0, {longest}) + '-'))"
    )
