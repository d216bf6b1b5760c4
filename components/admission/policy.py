"""A ValidatingAdmissionPolicy and its binding.

Every field that the API server would set has its value here, so that a comparison with the live object shows no
difference. An error in an expression denies the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..manifests import Manifest, build_manifest
from .cel import format_list, is_user
from .model import AdmissionRules

API: Final = "admissionregistration.k8s.io/v1"
POLICY: Final = "ValidatingAdmissionPolicy"
BINDING: Final = "ValidatingAdmissionPolicyBinding"
WRITES: Final = ("CREATE", "UPDATE")
EVERY_CHANGE: Final = (*WRITES, "DELETE")
_METADATA: Final = ("finalizers", "generation", "managedFields", "ownerReferences", "resourceVersion")
EXEMPT: Final = "not-exempt"
"""Name of the condition with the users to whom a policy does not apply."""
NOT_FINISHING: Final = (
    "!(request.operation == 'UPDATE' && has(oldObject.metadata.deletionTimestamp) && "
    "object.all(k, k == 'metadata' || k in oldObject && object[k] == oldObject[k]) && oldObject.all(k, k in object) && "
    f"object.metadata.all(k, k in {format_list(_METADATA)} || "
    "k in oldObject.metadata && object.metadata[k] == oldObject.metadata[k]) && "
    f"oldObject.metadata.all(k, k in {format_list(_METADATA)} || k in object.metadata))"
)
"""Whether a request does more than finish a deletion. Kubernetes' garbage collector and other controllers remove
finalizers of deleted objects, such as ``foregroundDeletion``. The API server refuses new finalizers there."""
ASK: Final = "ask the platform's administrators"
"""What to do, at the end of a reason."""
ESO_GROUP: Final = "external-secrets.io"
GENERATOR_GROUP: Final = "generators.external-secrets.io"


@dataclass(frozen=True)
class Validation:
    """An expression that must be true, and the reason of a denial."""

    expression: str
    message: str
    message_expression: str | None = None
    """The reason with values of the request. None: the message has none."""

    def to_json(self) -> dict[str, str]:
        """As an entry of ``spec.validations``."""
        content = {"expression": self.expression, "message": self.message, "reason": "Forbidden"}
        return content if self.message_expression is None else {**content, "messageExpression": self.message_expression}


@dataclass(frozen=True)
class Policy:
    """One policy, without the names of the stack."""

    suffix: str
    """What its name ends with."""
    resources: Sequence[Mapping[str, Any]]
    """Entries of ``matchConstraints.resourceRules``."""
    validations: Iterable[Validation]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Name -> expression, in the order in which they refer to each other."""
    exempt: tuple[str, ...] = ()
    """Users to whom it does not apply, besides the administrators."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Name -> expression without which it does not apply."""
    namespaces: tuple[str, ...] = ()
    """Names of the namespaces that it applies to. Empty: all."""

    def render(self, rules: AdmissionRules) -> tuple[Manifest, Manifest]:
        """The policy and its binding."""
        name = f"{rules.name}-{self.suffix}"
        exempt = tuple(dict.fromkeys((*rules.administrators, *self.exempt)))
        conditions = {EXEMPT: f"!({is_user(exempt)})", "not-finishing": NOT_FINISHING, **self.conditions}
        constraints = {
            "matchPolicy": "Equivalent",
            "namespaceSelector": _select_names(self.namespaces),
            "objectSelector": {},
            "resourceRules": [dict(rule) for rule in self.resources],
        }
        spec: dict[str, Any] = {
            "failurePolicy": "Fail",
            "matchConstraints": constraints,
            "matchConditions": [{"name": key, "expression": text} for key, text in conditions.items()],
            "validations": [validation.to_json() for validation in self.validations],
        }
        if self.variables:
            spec["variables"] = [{"name": key, "expression": text} for key, text in self.variables.items()]
        bound = {"policyName": name, "validationActions": ["Deny"]}
        return build_manifest(API, POLICY, name, spec=spec), build_manifest(API, BINDING, name, spec=bound)


def match(group: str, resources: Iterable[str], operations: Iterable[str] = WRITES, scope: str = "*") -> dict[str, Any]:
    """An entry of ``resourceRules``, for every version that the API server has or will have."""
    return {
        "apiGroups": [group],
        "apiVersions": ["*"],
        "operations": list(operations),
        "resources": list(resources),
        "scope": scope,
    }


def _select_names(namespaces: tuple[str, ...]) -> dict[str, Any]:
    """A selector for namespaces by name: by a label that the API server sets, and that cannot be changed."""
    if not namespaces:
        return {}
    name = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(namespaces)}
    return {"matchExpressions": [name]}
