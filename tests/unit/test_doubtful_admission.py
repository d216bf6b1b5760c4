"""A mistake in one field of ``admission`` hides no problem of the others."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.settings.parsing import check
from tests.unit.admission_samples import strict
from tests.unit.samples import KUBERNETES, Raw

AGENT: Final = "system:serviceaccount:openchoreo:agent"
FIELDS: Final = {
    "administrators": ["system:masters", AGENT, "system:serviceaccount:workflows-acme:default"],
    "operators": ["system:anonymous", "eso", "eso"],
    "agents": [AGENT, "system:authenticated"],
    "minimumRefreshInterval": "7h",
    "maximumExternalSecrets": 1,
    "secretApi": True,
}
ACME: Final = 'namespaces[0] ("acme")'
FLOOR: Final = "is shorter than admission.minimumRefreshInterval (7h0m0s); use 7h0m0s or longer"
PROBLEMS: Final = {
    'admission.administrators[0]: "system:masters" is a group of Kubernetes; use the names of users': {
        "administrators"
    },
    (
        f'admission.administrators[1]: "{AGENT}" is an agent of OpenChoreo, which creates what organizations ask for; '
        "use another user"
    ): {"administrators", "agents"},
    (
        'admission.administrators[2]: "system:serviceaccount:workflows-acme:default" is a ServiceAccount of '
        '"workflows-acme", which is the build namespace of an organization; use one of another namespace'
    ): {"administrators"},
    'admission.operators[2]: "eso" is listed twice': {"operators"},
    ('admission.operators[0]: "system:anonymous" contains everyone who has not signed in; use the names of users'): {
        "operators"
    },
    'admission.agents[1]: "system:authenticated" is a group of Kubernetes; use the names of users': {"agents"},
    f"refreshInterval: 1h0m0s {FLOOR}": {"minimumRefreshInterval"},
    (
        f"admission.minimumRefreshInterval: 7h0m0s is longer than half of the lifetime of {ACME}.registries[0].ecr "
        "(12h0m0s), so the policies would deny the ExternalSecrets that renew these tokens in time; use 6h0m0s or "
        "shorter"
    ): {"minimumRefreshInterval"},
    (
        "admission.secretApi: true has no effect, because no organization has workflowPlane.secretStoreRef or "
        "dataPlane.secretStoreRef; set one of them, or remove this"
    ): {"secretApi"},
    f"{ACME}.refreshInterval: 1h0m0s {FLOOR}": {"minimumRefreshInterval"},
    f"admission.maximumExternalSecrets: 1 is less than the 2 credentials of {ACME}; use at least 2": {
        "maximumExternalSecrets"
    },
}
"""Problem -> the fields without which it is none."""


def list_problems(**fields: Any) -> list[str]:
    registry = {"registry": "ecr", "account": "123456789012", "region": "eu-central-1"}
    token = {"ecr": {"roleArn": "arn:aws:iam::123456789012:role/push-{organization}"}}
    acme = {
        "name": "acme",
        "refreshInterval": "1h",
        "git": {"remoteKey": "acme-git"},
        "registries": [{**registry, **token}],
    }
    raw: Raw = strict(namespaces=[acme], admission={**FIELDS, **fields}, secretStores={"default": KUBERNETES})
    return [str(problem) for problem in check(raw, frozenset())[1]]


def test_problems_of_all_fields() -> None:
    assert list_problems() == list(PROBLEMS)


@pytest.mark.parametrize("field", FIELDS)
def test_a_mistake_in_one_field(field: str) -> None:
    first, *others = list_problems(**{field: {}})
    assert first.startswith(f"admission.{field}: must be ")
    assert others == [problem for problem, fields in PROBLEMS.items() if field not in fields]


def test_a_mistake_in_all_of_them() -> None:
    problems = list_problems(**{field: {} for field in FIELDS})
    assert [problem.partition(":")[0] for problem in problems] == [f"admission.{field}" for field in FIELDS]


def test_a_key_that_is_no_text_is_named_without_its_value() -> None:
    raw = strict(admission={**FIELDS, 1: "value"})
    assert str(check(raw, frozenset())[1][0]) == "admission: the key 1 must be text; put it in quotation marks"
