"""The report as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components.access.documents import SCHEMA, build_document
from components.access.model import Crossing, Difference, Edge, OrganizationAccess, Reacher, Report
from components.access.rbac import RIGHTS
from components.access.wording import MOST_EDGES, MOST_ROWS, count, describe_pair, format_report, shorten
from tests.unit.access_samples import (
    SHARED,
    deployed,
    external_secret,
    manual,
    organization,
    plan,
    pulling,
    report,
    store,
)
from tests.unit.samples import CANARY

KEYS = "kubernetes secret-manager"
PLATFORM = "Platform subjects that reach organizations"
ISOLATED = """\
dev: no organization can reach another one (2 organizations, configuration only)

Who can read what

acme
  builds in openchoreo-ci-acme
    ClusterSecretStore org-acme, as ServiceAccount secret-manager/eso-org-acme, Role secret-manager/eso-org-acme, from \
kubernetes secret-manager
      acme-git  ExternalSecret openchoreo-ci-acme/git-clone-secret
globex
  builds in openchoreo-ci-globex
    from the configuration
      manualSecrets.one  Secret openchoreo-ci-globex/git-clone-secret

Next: run the command with --live, where the clusters can be reached."""
REACHED = """\
dev: 2 edges between organizations, 1 cause (2 organizations, configuration only)
The live clusters were not compared: they are away

1. acme, acme2 reach one another   [shared-store, configuration]
   store     ClusterSecretStore org
   identity  ServiceAccount secret-manager/eso-org, Role secret-manager/eso-org
   keys      kubernetes secret-manager: acme-git, kubernetes secret-manager: acme2-git
   why       the store serves all of them, so an ExternalSecret of one can name every key of the others
   remove    give each organization its own store: remove "scope: shared" from the entry of secretStores, or use \
"isolation: store"
"""


def test_isolated_organizations() -> None:
    assert format_report(report(plan(organization("acme"), manual("globex", "one")))) == ISOLATED


def test_what_is_wrong_comes_first() -> None:
    planned = plan(organization("acme"), organization("acme2"), stores={"org": SHARED})
    result = report(planned, skipped="The live clusters were not compared: they are away")
    assert format_report(result).startswith(REACHED)
    assert format_report(result).endswith('or use "isolation: store"; then run the command again.')


def test_live_clusters() -> None:
    planned = plan(organization("acme"), organization("acme2"))
    run = external_secret("run-1", "openchoreo-ci-acme", "org-acme", "acme-git")
    text = format_report(report(planned, deployed(planned, run)))
    assert text.startswith(
        "dev: no organization can reach another one (2 organizations, configuration and dev (build, "
    )
    assert text.endswith(
        "Planned and missing: nothing\n\n"
        "Live and not planned\n"
        "1 ExternalSecret of components and runs, through the store of their own organization\n\n"
        "Next: nothing. Run the command after every change of organizations, stores or roles."
    )
    foreign = store("foreign", conditions=[{"namespaces": ["x"]}])
    text = format_report(report(planned, deployed(planned, foreign)))
    assert text.endswith("Next: run pulumi preview, and look at what is live and not planned.")
    listed = "Live and not planned\n  ClusterSecretStore foreign, on dev\n    serves namespace x (0 organizations)"
    assert f"\n\n{listed}" in text


def test_possible_reads_are_on_one_line() -> None:
    shared = {"subject": "builds in b", "store": "ClusterSecretStore s", "identity": "", "key": "m: k"}
    edges = tuple(Edge("acme", "build", object=item, **shared) for item in ("", "ExternalSecret b/x"))
    edges += (Edge("acme", "build", "builds in b", "ExternalSecret b/x", "", "role r", "token of Generator g"),)
    text = format_report(Report("dev", (OrganizationAccess("acme"),), edges, ()))
    assert text.split("\n\n")[2] == (
        "acme\n"
        "  builds in b\n"
        "    ClusterSecretStore s, from m\n"
        "      k  ExternalSecret b/x\n"
        "      nothing planned reads, but any ExternalSecret there could: k\n"
        "    generator, as role r\n"
        "      token of Generator g  ExternalSecret b/x"
    )


def test_many_organizations_are_one_row_each() -> None:
    planned = plan(*(organization(f"o{index}") for index in range(MOST_EDGES + 1)), stores={"org": SHARED})
    blocks = format_report(report(planned)).split("\n\n")
    lines = blocks[2].splitlines()
    assert lines[0] == f"Who can read what ({MOST_EDGES + 1} edges, all of them with --json)"
    assert lines[1].split() == ["ORGANIZATION", "SUBJECTS", "STORES", "IDENTITIES", "KEYS", "REACHED", "BY"]
    assert lines[3].split() == ["o0", "1", "1", "1", "1", str(MOST_EDGES)]
    assert lines[-1] == f"... and {MOST_EDGES + 1 - MOST_ROWS} organizations more"
    few = replace(report(planned), organizations=report(planned).organizations[:2])
    assert "more\n" not in format_report(few).split("\n\n")[2]


def test_platform_subjects() -> None:
    everything = ", ".join(right.words for right in RIGHTS)
    masters = ("dev", "Group system:masters", f"may {everything}", "all namespaces")
    role = "ClusterRoleBinding cluster-admin -> ClusterRole cluster-admin"
    tokens = ("dev", "ServiceAccount ci/robot", "may create tokens of ServiceAccounts")
    reachers = (
        Reacher(*masters, role, 2),
        Reacher(*tokens, "namespace a", "RoleBinding a/x -> Role x", 1),
        Reacher(*tokens, "namespace b", "RoleBinding b/x -> Role x", 1),
        Reacher("prod", *tokens[1:], "namespace a", "RoleBinding a/x -> Role x", 1),
    )
    report_of_four = Report("dev", (), (), (), reachers)
    text = format_report(report_of_four)
    assert (
        text.partition(f"{PLATFORM}\n")[2].partition("\n\nNext: ")[0]
        == f"""
Group system:masters, on dev
  reaches 2 organizations in all namespaces
    through {role}
    may create tokens of ServiceAccounts, impersonate ServiceAccounts, read Secrets and {len(RIGHTS) - 3} more

ServiceAccount ci/robot, on dev
  reaches 1 organization in namespace a
    through RoleBinding a/x -> Role x
    may create tokens of ServiceAccounts
  reaches 1 organization in namespace b
    through RoleBinding b/x -> Role x
    may create tokens of ServiceAccounts

ServiceAccount ci/robot, on prod
  reaches 1 organization in namespace a
    through RoleBinding a/x -> Role x
    may create tokens of ServiceAccounts"""
    )
    assert max(map(len, text.splitlines())) <= 100
    assert [item["right"] for item in build_document(report_of_four)["platform"]] == [item.right for item in reachers]


def test_many_platform_subjects() -> None:
    reachers = tuple(Reacher("dev", f"User {index:02}", "may", "here", "b", 2) for index in range(MOST_ROWS + 1))
    last = f"\n\nUser {MOST_ROWS - 1}, on dev\n  reaches 2 organizations in here\n    through b\n    may"
    for number, more in ((MOST_ROWS, ""), (MOST_ROWS + 1, "\n\n... and 1 more, all of them with --json")):
        text = format_report(Report("dev", (), (), (), reachers[:number]))
        assert text.partition("\n\nNext: ")[0].endswith(f"{last}{more}")


@pytest.mark.parametrize(
    ("readers", "owners", "text"),
    [
        pytest.param(("a",), ("b",), "a reaches b", id="one"),
        pytest.param(("a", "b"), ("c",), "a, b reach c", id="two"),
        pytest.param(("a", "b"), ("a", "b"), "a, b reach one another", id="one-another"),
    ],
)
def test_who_reaches_whom(readers: tuple[str, ...], owners: tuple[str, ...], text: str) -> None:
    assert describe_pair(Crossing("rbac", "live", readers, owners)) == text


def test_numbers_and_names() -> None:
    assert (count(1, "edge"), count(0, "edge"), count(1200, "edge")) == ("1 edge", "0 edges", "1,200 edges")
    assert shorten(["a"] * 8) == "a, a, a, a, a, a, a, a"
    assert shorten(["a"] * 9) == "a, a, a, a, a, a, a and 2 more"


def test_json() -> None:
    planned = plan(organization("acme"), organization("acme2"), stores={"org": SHARED})
    document = build_document(report(planned, skipped="no"))
    (crossing,) = document["crossings"]
    assert list(document) == [
        "schema",
        "stack",
        "isolated",
        "clusters",
        "skipped",
        "objects",
        "crossings",
        "deniedByAdmission",
        "organizations",
        "edges",
        "platform",
        "plannedAndMissing",
        "liveAndNotPlanned",
    ]
    assert document["schema"] == SCHEMA
    assert (document["isolated"], document["skipped"], document["clusters"]) == (False, "no", [])
    assert list(crossing) == [
        *("reason", "origin", "readers", "owners", "subject", "object", "store", "identity", "keys", "why", "remedy"),
        "edges",
    ]
    assert crossing["edges"] == 2
    assert document["organizations"][0] == {
        "name": "acme",
        "subjects": ("builds in openchoreo-ci-acme",),
        "stores": ("ClusterSecretStore org",),
        "identities": ("ServiceAccount secret-manager/eso-org, Role secret-manager/eso-org",),
        "keys": (f"{KEYS}: acme-git",),
        "reachedBy": 1,
    }
    assert json.loads(json.dumps(document))["edges"][0]["key"] == f"{KEYS}: acme-git"


def test_json_of_live_clusters() -> None:
    planned = plan(pulling("acme"))
    document = build_document(report(planned, deployed(planned, store("foreign"))))
    assert document["clusters"] == ["dev (build, control, data)"]
    assert document["objects"]["ClusterSecretStore"] == 3
    text = f"serves every namespace (acme), reads {KEYS} as ServiceAccount secret-manager/eso-foreign"
    assert document["liveAndNotPlanned"] == [
        {"cluster": "dev", "object": "ClusterSecretStore foreign", "store": "", "text": text, "own": False}
    ]


def test_values_are_nowhere() -> None:
    fake = {"fake": {"data": [{"key": "acme-git", "manual": "one"}]}}
    planned = plan(organization("acme"), stores={"org": fake})
    foreign = [
        store("foreign", provider={"fake": {"data": [{"key": "k", "value": CANARY}]}}),
        store("hook", provider={"webhook": {"url": "https://x", "headers": {"Authorization": CANARY}}}),
    ]
    result = report(planned, deployed(planned, *foreign))
    assert CANARY not in format_report(result)
    assert CANARY not in json.dumps(build_document(result))
    assert [item.object for item in result.unplanned] == ["ClusterSecretStore foreign", "ClusterSecretStore hook"]
    assert Difference("a", "b", "c", "d").own is False
