"""The rights that a plan needs, the documented roles, and the message about those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from components.cluster.connection import Cluster
from components.cluster.reviews import describe_missing_rights, list_missing_rights
from components.errors import ForbiddenError, UnavailableError
from components.openchoreo import V0_9, Release
from components.plan.rights import ClusterPlane, Right, list_rights
from components.plan.stack import plan_stack
from components.settings.clusters import ClusterSettings
from tests.unit.api import Api, Object
from tests.unit.build_samples import plan_v1
from tests.unit.releases import on_each_release
from tests.unit.rights_samples import PULL, documented_roles, every_right, list_allowed, plan
from tests.unit.samples import GIT, settings

ROLES: Final[Mapping[ClusterPlane, str]] = {
    "build": "openchoreo-secrets-build-plane",
    "control": "openchoreo-secrets-control-plane",
    "data": "openchoreo-secrets-data-plane",
}
Allow = Callable[[Mapping[str, str]], bool]


@on_each_release
@pytest.mark.parametrize("plane", ROLES)
def test_the_documented_role_allows_what_is_needed_and_no_more(plane: ClusterPlane, release: Release) -> None:
    roles = documented_roles()
    shared, later = roles[ROLES[plane]], roles.get(f"{ROLES[plane]}-v1")
    used = [shared] if release is V0_9 or later is None else [later] if plane == "control" else [shared, later]
    assert set[tuple[str, str, str]]().union(*map(list_allowed, used)) == every_right(release)[plane]


def test_one_cluster_has_no_rights_of_other_planes() -> None:
    small = plan_stack(settings({"organizations": [{"name": "acme", "namespace": "adopt", "git": GIT}]}), V0_9)
    namespaces = {right.verb: right.places for right in list_rights(small) if right.resource == "namespaces"}
    build = ("openchoreo-ci-acme", "openchoreo-ci-acme")
    assert {right.plane for right in list_rights(small)} == {"build"}
    assert namespaces == {
        "get": frozenset({("kube-system", "kube-system"), build}),
        "list": frozenset(),
        "patch": frozenset({build}),
        "update": frozenset({build}),
    }


def test_namespaces_that_stay_need_not_be_deleted() -> None:
    kept = plan_stack(settings(), V0_9)
    assert {right.verb for right in list_rights(kept) if right.resource == "namespaces"} == {
        "create",
        "get",
        "list",
        "patch",
        "update",
    }


def test_builds_without_patched_workflows_need_no_right_on_what_developers_select() -> None:
    resources = {right.resource: right.places for right in list_rights(plan_v1({"git": GIT}))}
    assert "secretreferences" not in resources
    assert resources["workflowtemplates"] == frozenset({("workflows-acme", None)})


def test_without_builds_nothing_about_builds_is_read() -> None:
    resources = {right.resource for right in list_rights(plan_v1({"pullSecret": PULL}))}
    assert resources.isdisjoint({"clusterworkflowtemplates", "clusterworkflows", "workflows"})


class Reviewing(Api):
    """Answers reviews as a function of their attributes, and counts them."""

    def __init__(self, allow: Allow, plane: str = "build plane") -> None:
        super().__init__({}, plane, ClusterSettings(context="dev"))
        self.allow = allow
        self.reviews: list[Mapping[str, str]] = []

    def create(self, path: str, manifest: Mapping[str, Any]) -> Object | None:
        assert path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        attributes = manifest["spec"]["resourceAttributes"]
        self.reviews.append(attributes)
        return {"status": {"allowed": self.allow(attributes)}}


def find(api: Reviewing, *rights: Right) -> str:
    clusters: dict[ClusterPlane, Cluster] = {"build": api.cluster}
    missing = list_missing_rights(clusters, rights)
    return describe_missing_rights(missing) if missing else ""


def right(verb: str, *places: tuple[str | None, str | None]) -> Right:
    return Right("build", "example.com", "things", verb, frozenset(places))


def test_an_administrator_is_asked_about_once_whatever_the_number() -> None:
    api = Reviewing(lambda attributes: attributes["verb"] == "*")
    organizations = [{"name": f"acme-{number}", "git": {"remoteKey": f"git-{number}"}} for number in range(100)]
    rights = list_rights(plan_stack(settings({"organizations": organizations}), V0_9))
    assert find(api, *rights) == ""
    assert api.reviews == [{"verb": "*", "group": "*", "resource": "*", "namespace": "", "name": ""}]


def test_rights_on_the_whole_cluster_are_asked_for_once_each_whatever_the_number() -> None:
    api = Reviewing(lambda attributes: attributes["verb"] != "*")
    assert find(api, right("get", *[(f"n{number}", "a") for number in range(100)]), right("list")) == ""
    assert len(api.reviews) == 3


@pytest.mark.parametrize(
    ("allow", "table"),
    [
        pytest.param(lambda a: a["namespace"] == "a" and not a["name"], "b/y", id="in-one-namespace"),
        pytest.param(lambda a: (a["namespace"], a["name"]) == ("b", "y"), "a/x", id="for-one-object"),
        pytest.param(lambda _: False, "a/x, b/y", id="nowhere"),
    ],
)
def test_where_a_right_is_missing(allow: Allow, table: str) -> None:
    api = Reviewing(lambda attributes: attributes["verb"] != "*" and allow(attributes))
    width = max(len("where"), len(table))
    assert find(api, right("get", ("a", "x"), ("b", "y")), right("patch", ("a", "x"), ("b", "y"))) == (
        "  plane        verbs       resource            where\n"
        f"  -----------  ----------  ------------------  {'-' * width}\n"
        f"  build plane  get, patch  things.example.com  {table}\n"
        'Apply the roles of docs/permissions.md to the user of: build plane (context "dev"); then run the command again'
    )


@pytest.mark.parametrize(
    ("places", "where"),
    [
        ((), "the whole cluster"),
        (((None, "store"),), "store"),
        ((("acme", None),), "acme"),
        ((("kube-system", "kube-system"),), "kube-system"),
        (tuple((f"n{number}", None) for number in range(5)), "n0, n1, n2 and 2 more"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_places_in_the_table(places: tuple[tuple[str | None, str | None], ...], where: str) -> None:
    assert f"things.example.com  {where}\n" in find(Reviewing(lambda _: False), right("get", *places))


def test_all_planes_at_once() -> None:
    apis = {plane: Reviewing(lambda _: False, f"{plane} plane") for plane in ROLES}
    rights = list_rights(plan(git=GIT, pullSecret=PULL))
    missing = list_missing_rights({plane: api.cluster for plane, api in apis.items()}, rights)
    assert {(item.cluster.plane, item.right) for item in missing} == {(f"{item.plane} plane", item) for item in rights}


@pytest.mark.parametrize("error", [ForbiddenError("no"), None], ids=["refused", "not-served"])
def test_a_cluster_that_answers_no_reviews_is_no_obstacle(error: Exception | None) -> None:
    class Silent(Reviewing):
        def create(self, path: str, manifest: Mapping[str, Any]) -> Object | None:
            super().create(path, manifest)
            if error is not None:
                raise error
            return None

    api = Silent(lambda _: False)
    assert find(api, right("get")) == ""
    assert len(api.reviews) == 1


def test_a_cluster_that_cannot_be_reached() -> None:
    def fail(_: Mapping[str, str]) -> bool:
        msg = "gone"
        raise UnavailableError(msg)

    with pytest.raises(UnavailableError, match="gone"):
        find(Reviewing(fail), right("get"))
