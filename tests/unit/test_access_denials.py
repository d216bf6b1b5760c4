"""What admission policies deny is no edge: in the configuration, and on clusters that have the policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

import pytest

from components.access.denials import is_denied
from components.access.documents import build_document
from components.access.model import Crossing, Difference, Report
from components.access.picture import draw_picture
from components.access.wording import format_report
from components.plan.stack import Plan
from tests.unit.access_samples import (
    Object,
    deployed,
    external_secret,
    organization,
    plan,
    pulling,
    report,
    store,
    summarize,
)

STRICT: Final[dict[str, Any]] = {"isolation": "strict", "admission": {"administrators": ["pulumi"]}}
BUILDS: Final = "openchoreo-ci-acme"
FOREIGN: Final = store("foreign", conditions=[{"namespaces": [BUILDS, "openchoreo-ci-acme2"]}])
THIEF: Final = store("thief", account="eso-org-acme2", conditions=[{"namespaces": [BUILDS]}])
OPEN: Final = {
    "conditions": [{"namespaces": ["openchoreo-ci-acme2", BUILDS]}],
}


def _plan(**more: Any) -> Plan:
    return plan(pulling("acme"), pulling("acme2"), **{**STRICT, **more})


def _policies(planned: Plan, edit: Mapping[str, Any] | None = None) -> Iterator[Object]:
    """The policies of a plan as a cluster lists them, under the names of an update."""
    for manifest in planned.policies["build"]:
        item = deepcopy(manifest)
        item["metadata"]["name"] = f"of-the-stack-{item['metadata']['name']}"
        if "policyName" in item["spec"]:
            item["spec"]["policyName"] = f"of-the-stack-{item['spec']['policyName']}"
            item["spec"] |= edit or {}
        yield item


def _live(planned: Plan, *objects: Object, policies: bool = True, edit: Mapping[str, Any] | None = None) -> Report:
    more = _policies(planned, edit) if policies else ()
    return report(planned, deployed(planned, *objects, *more))


def _opened(name: str = "org-acme2") -> Object:
    """A planned store whose conditions let in builds of another organization."""
    return store(name, conditions=OPEN["conditions"])


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        pytest.param([_opened()], ("store-conditions", "acme", "acme2"), id="conditions"),
        pytest.param([FOREIGN], ("shared-store", "acme acme2", "acme acme2"), id="store-of-others"),
        pytest.param([THIEF], ("shared-identity", "acme", "acme2"), id="identity-of-others"),
    ],
)
def test_what_policies_deny_is_no_edge(extra: list[Object], expected: tuple[str, str, str]) -> None:
    planned = _plan()
    denied = _live(planned, *extra)
    assert (summarize(denied.crossings), summarize(denied.denied)) == ([], [expected])
    assert denied.pairs == 0
    open_again = _live(planned, *extra, policies=False)
    assert (summarize(open_again.crossings), summarize(open_again.denied)) == ([expected], [])


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"validationActions": ["Audit"]}, id="only-audited"),
        pytest.param({"matchResources": {"namespaceSelector": {"matchLabels": {"a": "b"}}}}, id="only-somewhere"),
        pytest.param({"policyName": "another"}, id="of-another-policy"),
    ],
)
def test_a_binding_that_does_not_deny(edit: Mapping[str, Any]) -> None:
    found = _live(_plan(), THIEF, edit=edit)
    assert summarize(found.crossings) == [("shared-identity", "acme", "acme2")]
    text = "the policy does not exist as planned, or is not bound, so admission denies nothing"
    assert [item for item in found.missing if "Policy" in item.object] == [
        Difference("dev", f"ValidatingAdmissionPolicy ...-{name}", "", text)
        for name in ("external-secrets", "push-secrets")
    ]


def test_an_object_that_exists_is_not_stopped() -> None:
    found = _live(_plan(), THIEF, external_secret("own", BUILDS, "thief", "acme2-git"))
    assert summarize(found.crossings) == [("external-secret", "acme", "acme2"), ("shared-identity", "acme", "acme2")]
    assert found.denied == ()


def test_an_organization_without_known_stores_may_use_those_of_others() -> None:
    """The workloads of acme have no pull store, so the policies do not limit them."""
    everywhere = store("foreign")
    planned = plan(organization("acme"), pulling("acme2"), **STRICT)
    reached = [("shared-store", "acme acme2", "acme acme2")]
    assert summarize(_live(planned, everywhere).crossings) == reached
    assert (
        summarize(_live(plan(organization("acme"), organization("acme2"), **STRICT), everywhere).crossings) == reached
    )
    assert summarize(_live(planned, THIEF).crossings) == []
    assert summarize(_live(_plan(), everywhere).crossings) == []


def test_a_namespace_without_labels_may_use_the_stores_of_others() -> None:
    planned = _plan()
    objects = (THIEF, *_policies(planned))
    cluster = deployed(planned, *objects)
    unlabelled = replace(cluster, namespaces={**cluster.namespaces, BUILDS: {}})
    assert summarize(report(planned, unlabelled).crossings) == [("shared-identity", "acme", "acme2")]


def test_the_configuration_alone_decides_offline() -> None:
    rules = tuple(_plan().admission.values())
    crossing = Crossing(
        "store-conditions", "configuration", ("acme",), ("acme2",), store="ClusterSecretStore org-acme2"
    )
    assert is_denied(crossing, rules, ()) is True
    assert is_denied(crossing, (), ()) is False
    assert is_denied(replace(crossing, store="ClusterSecretStore other"), rules, ()) is False
    assert is_denied(replace(crossing, store="ClusterSecretStore org-acme"), rules, ()) is False
    assert is_denied(replace(crossing, reason="shared-key"), rules, ()) is False
    assert is_denied(replace(crossing, reason="shared-store"), rules, ()) is False


def test_every_form_of_the_report_names_what_is_denied() -> None:
    found = _live(_plan(), THIEF)
    why = "the store signs in as the identity of another organization"
    entry = f"  acme reaches acme2   [live]\n    through ClusterSecretStore thief\n    {why}"
    title = "Denied by admission (isolation: strict), not counted: 1 edge"
    assert f"{title}\n{entry}" in format_report(found).split("\n\n")
    document = build_document(found)
    assert (document["isolated"], [item["store"] for item in document["deniedByAdmission"]]) == (
        True,
        ["ClusterSecretStore thief"],
    )
    picture = draw_picture(found)
    assert "DENIED BY ADMISSION, NOT COUNTED (1 EDGE)" in picture
    assert 'class="cross"' not in picture
    many = replace(found, denied=found.denied * 14)
    assert "and 2 more" in draw_picture(many)
