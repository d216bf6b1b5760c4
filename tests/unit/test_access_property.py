"""For every set of organizations, isolated stores give a graph without edges between them; mutations do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import assume, given, settings, strategies as st

from components.access.documents import build_document
from components.access.picture import draw_picture
from components.access.wording import format_report
from components.settings.parsing import check
from tests.unit.access_samples import MANUAL, compare_with, configuration, deployed, manual, plan, pulling, report
from tests.unit.samples import KUBERNETES, Raw

PARTS = st.sampled_from(["acme", "acme2", "acme-corp", "a", "dp", "ci", "org", "pull", "x-y"])
NAMES = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("-".join), min_size=2, max_size=6, unique=True)
"""Names that are prefixes of one another, or look alike."""
ROLE = "arn:aws:iam::123456789012:role/eso-{organization}"
LOGIN = {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": "eso"}}
ISOLATED: dict[str, Raw] = {
    "kubernetes": KUBERNETES,
    "aws": {"aws": {"service": "SecretsManager", "region": "eu-central-1", "role": ROLE}},
    "vault": {"vault": {"server": "https://vault.example", "path": "secret", "auth": {"kubernetes": LOGIN}}},
    "custom": {"custom": {"doppler": {"project": "{organization}"}}},
}
MANAGERS = st.sampled_from(sorted(ISOLATED))
RELEASES = st.sampled_from(["v0.9", "v1"])
BLOCKS = {"v0.9": "organizations", "v1": "namespaces"}


def _configuration(names: list[str], manager: str, release: str, one_cluster: bool) -> Raw:
    plane = {"v0.9": "buildPlane", "v1": "workflowPlane"}[release]
    data = "dev" if one_cluster else "data"
    clusters = {plane: {"context": "dev"}, "controlPlane": {"context": "dev"}, "dataPlane": {"context": data}}
    return {
        "release": release,
        "clusters": clusters,
        "stores": {"org": deepcopy(ISOLATED[manager])},
        BLOCKS[release]: [pulling(name) for name in names],
    }


def _share_scope(raw: Raw, block: str) -> None:
    raw["stores"]["org"] = {"scope": "shared", **KUBERNETES}


def _share_key(raw: Raw, block: str) -> None:
    raw[block][0]["git"] = raw[block][1]["git"]
    raw["stores"]["org"] = KUBERNETES


def _share_identity(raw: Raw, block: str) -> None:
    login = {"role": "eso", "serviceAccount": {"identityNamespace": "eso"}}
    vault = {"server": "https://vault.example", "auth": {"kubernetes": login}}
    raw["stores"]["org"] = {"vault": vault, "sharedAccess": True}


def _share_value(raw: Raw, block: str) -> None:
    names = [item["name"] for item in raw[block][:2]]
    raw[block] = [manual(name, "one") for name in names]


def _read_from_another(raw: Raw, block: str) -> None:
    build = {"organizations": "openchoreo-ci-", "namespaces": "workflows-"}[block]
    raw["stores"]["org"] = {"kubernetes": {"remoteNamespace": build + raw[block][0]["name"]}}


MUTATIONS: list[Callable[[Raw, str], None]] = [
    _share_scope,
    _share_key,
    _share_identity,
    _share_value,
    _read_from_another,
]


def _plan(raw: Raw) -> Any:
    return plan(**raw)


@settings(max_examples=60, deadline=None)
@given(NAMES, MANAGERS, RELEASES, st.booleans())
def test_isolated_organizations_do_not_reach_one_another(
    names: list[str], manager: str, release: str, one_cluster: bool
) -> None:
    raw = _configuration(names, manager, release, one_cluster)
    # Names of stores that would be equal are refused.
    assume(not check(configuration(**raw), MANUAL)[1])
    result = report(_plan(raw))
    assert result.crossings == ()
    assert {edge.organization for edge in result.edges} == set(names)
    # Every key is read by builds or workloads of its own organization only.
    for edge in result.edges:
        assert edge.key.rpartition(": ")[2] in {f"{edge.organization}-git", f"{edge.organization}-pull"}


@settings(max_examples=30, deadline=None)
@given(NAMES, st.booleans())
def test_a_deployed_plan_has_no_crossings_and_no_differences(names: list[str], release_is_old: bool) -> None:
    raw = _configuration(names, "kubernetes", "v0.9" if release_is_old else "v1", one_cluster=True)
    assume(not check(configuration(**raw), MANUAL)[1])
    planned = _plan(raw)
    comparison = compare_with(planned, deployed(planned))
    assert (comparison.crossings, comparison.missing, comparison.unplanned) == ((), (), ())


@settings(max_examples=80, deadline=None)
@given(NAMES, RELEASES, st.sampled_from(MUTATIONS))
def test_a_mutation_is_an_edge(names: list[str], release: str, mutate: Callable[[Raw, str], None]) -> None:
    raw = _configuration(names, "kubernetes", release, one_cluster=True)
    mutate(raw, BLOCKS[release])
    result = report(_plan(raw))
    assert result.pairs >= 1
    document = build_document(result)
    assert document["isolated"] is False
    assert format_report(result).startswith(f"dev: {result.pairs:,} edge")
    assert draw_picture(result).endswith("</svg>\n")
    assert json.loads(json.dumps(document)) == json.loads(json.dumps(build_document(report(_plan(raw)))))
