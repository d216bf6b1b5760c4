"""Admission policies as whole manifests; the platform tests submit them to a real API server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from components.admission.cel import Table, define_list, format_list, quote
from components.admission.policies import list_policies
from components.admission.policy import NOT_FINISHING
from components.admission.stores import build_store_policy
from components.openchoreo import V0_9, V1
from tests.golden.snapshots import ADMISSION_FILE, build_admission_documents, read_documents
from tests.unit.admission_samples import build_large_rules, plan_strict

RULES: Final = plan_strict().admission["build"]
ESO: Final = "external-secrets.io"
LABELS: Final = {"app.kubernetes.io/managed-by": "openchoreo-secrets"}


def match(group: str, resources: list[str], operations: list[str], scope: str) -> dict[str, Any]:
    rule = {"apiGroups": [group], "apiVersions": ["*"], "operations": operations, "resources": resources}
    return {**rule, "scope": scope}


def test_every_policy() -> None:
    assert build_admission_documents() == read_documents(ADMISSION_FILE), "python -m tests.golden writes the snapshot"


def test_a_policy_and_its_binding() -> None:
    name = "openchoreo-secrets-prod-5f0c2f0e-stores"
    name = f"{RULES.name}-stores"
    every, writes = ["CREATE", "UPDATE", "DELETE"], ["CREATE", "UPDATE"]
    fan_outs = ["clustersecretstores", "clusterexternalsecrets", "clusterpushsecrets"]
    operator = "system:serviceaccount:external-secrets:external-secrets"
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "matchPolicy": "Equivalent",
                "namespaceSelector": {},
                "objectSelector": {},
                "resourceRules": [
                    match(ESO, fan_outs, every, "Cluster"),
                    match("generators.external-secrets.io", ["clustergenerators"], every, "Cluster"),
                    match(ESO, ["secretstores"], writes, "Namespaced"),
                    match("generators.external-secrets.io", ["generatorstates"], writes, "Namespaced"),
                ],
            },
            "matchConditions": [
                {"name": "not-exempt", "expression": '!(request.userInfo.username in ["pulumi"])'},
                {"name": "not-finishing", "expression": NOT_FINISHING},
            ],
            "validations": [
                {
                    "expression": (
                        f'request.userInfo.username in ["{operator}"] && '
                        "(request.resource.resource == 'generatorstates' || "
                        "request.operation == 'UPDATE' && object.spec == oldObject.spec)"
                    ),
                    "message": "is written by the platform's administrators only; ask one of them",
                    "reason": "Forbidden",
                }
            ],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    assert build_store_policy(RULES).render(RULES) == (policy, binding)


@pytest.mark.parametrize(
    ("absent", "policy"),
    [
        pytest.param({"accounts": (), "roles": ()}, "identities", id="identities"),
        pytest.param({"build_stores": {}}, "quotas", id="builds"),
    ],
)
def test_without_what_it_protects_there_is_no_policy(absent: dict[str, Any], policy: str) -> None:
    names = {manifest["metadata"]["name"] for manifest in list_policies(RULES)}
    without = {manifest["metadata"]["name"] for manifest in list_policies(replace(RULES, **absent))}
    assert names - without == {f"{RULES.name}-{policy}"}


@pytest.mark.parametrize("release", [V0_9, V1], ids=["v0.9", "v1"])
def test_each_label_of_a_release_is_protected(release: Any) -> None:
    labels = [workloads.label for workloads in release.workload_namespaces]
    assert labels == [label for selector in release.data_plane_selectors("acme") for label in selector]
    (policy,) = (
        manifest
        for manifest in list_policies(replace(RULES, workload_namespaces=release.workload_namespaces))
        if manifest["metadata"]["name"].endswith("-namespaces") and manifest["kind"] == "ValidatingAdmissionPolicy"
    )
    messages = [validation["message"].partition(":")[0] for validation in policy["spec"]["validations"]]
    agreement = ["metadata.labels"] if len(labels) > 1 else []
    assert messages == [f"metadata.labels[{label}]" for label in ("openchoreo.dev/organization", *labels)] + agreement


def test_literals_of_expressions() -> None:
    assert quote('a"b\\c\u00e9') == '"a\\"b\\\\c\u00e9"'
    assert format_list(["a", "b"]) == '["a", "b"]'
    table = Table("stores", {"a": ["b"], "c": []})
    assert table.variables == {"stores": '{"a": ["b"], "c": []}'}
    assert table.contains("x") == "x in variables.stores"
    assert table.get("x") == "variables.stores[?x].orValue([])"


def test_long_literals_are_split() -> None:
    """The API server accepts 100,000 characters in an expression."""
    names = [f"{number:05}{'x' * 39_995}" for number in range(5)]
    texts = [quote(name) for name in names]
    assert define_list("names", names) == {
        "names1": f"[{texts[0]}, {texts[1]}]",
        "names2": f"[{texts[2]}, {texts[3]}]",
        "names3": f"[{texts[4]}]",
        "names": "variables.names1 + variables.names2 + variables.names3",
    }
    table = Table("stores", dict.fromkeys(names[:3], ()))
    assert table.variables == {
        "stores1": f"{{{texts[0]}: [], {texts[1]}: []}}",
        "stores2": f"{{{texts[2]}: []}}",
    }
    assert table.contains("x") == "(x in variables.stores1 || x in variables.stores2)"
    assert table.get("x") == "variables.stores1[?x].or(variables.stores2[?x]).orValue([])"


def test_no_expression_is_too_long() -> None:
    for manifest in list_policies(build_large_rules()):
        spec = manifest["spec"]
        parts = [*spec.get("variables", ()), *spec.get("matchConditions", ()), *spec.get("validations", ())]
        assert [part for part in parts if len(part["expression"]) > 100_000] == []
