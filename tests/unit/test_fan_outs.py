"""Objects of others in the namespaces of workloads: ESO would overwrite them, or not deliver the pull secret."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.fan_outs import list_foreign_deliveries
from components.openchoreo import V0_9, V1, Release
from components.settings.organization import Organization
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK
from tests.unit.samples import GIT, Raw, on_every_plane, settings
from tests.unit.writers import created_by_operator

RELEASE: Final = "openchoreo.dev/release-namespace"
RENDERED: Final = "openchoreo.dev/rendered-release-namespace"
NAME: Final = "registry-pull-secret"
FAN_OUT: Final = f"{NAME}-acme"
PULL: Final[Raw] = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "pull"}}
SECRET_PROBLEM: Final = (
    f'organization "acme": Secret dp-acme/{NAME} exists and this stack did not create it; delete it, or use another '
    "name (pullSecret.secretName)"
)
EXTERNAL_PROBLEM: Final = (
    f'organization "acme": ExternalSecret dp-acme/{NAME} exists and the ClusterExternalSecret {FAN_OUT} did not create '
    "it; delete it, or use another name (pullSecret.secretName)"
)


def _organization(name: str = "acme", **keys: Any) -> Organization:
    return settings(on_every_plane(name=name, **keys)).organizations[0]


def _namespace(organization: str = "acme", **metadata: Any) -> Object:
    return {"metadata": {"name": f"dp-{organization}", "labels": {RELEASE: organization}, **metadata}}


def _live(*owners: tuple[str, str], namespace: str = "dp-acme", name: str = NAME) -> Object:
    references = [{"kind": kind, "name": owner, "uid": "1"} for kind, owner in owners]
    metadata: Object = {"name": name, "namespace": namespace}
    return {"metadata": metadata | ({"ownerReferences": references} if references else {})}


def _problems(
    *organizations: Organization,
    externals: list[Object],
    secrets: list[Object],
    namespaces: list[Object],
    release: Release = V0_9,
) -> tuple[list[tuple[str | None, str]], list[tuple[str, dict[str, str]]]]:
    path = "/apis/external-secrets.io/v1/namespaces"
    objects = {
        f"{path}/{live['metadata']['namespace']}/externalsecrets/{live['metadata']['name']}": live for live in externals
    }
    api = Api(objects, externalsecrets=externals, secrets=secrets, namespaces=namespaces)
    obstacles = list_foreign_deliveries(api.cluster, stack_plan(organizations, release=release).organizations, STACK)
    return [(obstacle.organization, obstacle.text) for obstacle in obstacles], api.queries


@pytest.mark.parametrize(
    ("externals", "secrets", "problems"),
    [
        pytest.param([], [], [], id="nothing-yet"),
        pytest.param(
            [_live(("ClusterExternalSecret", FAN_OUT))], [_live(("ExternalSecret", NAME))], [], id="delivered"
        ),
        pytest.param([], [created_by_operator(NAME, namespace="dp-acme")], [], id="kept-by-eso"),
        pytest.param([], [_live()], [SECRET_PROBLEM], id="a-secret-by-hand"),
        pytest.param(
            [_live(name="theirs")],
            [_live(("ExternalSecret", "theirs"))],
            [f"{SECRET_PROBLEM}. The ExternalSecret theirs owns it and creates it again"],
            id="a-secret-of-another-external-secret",
        ),
        pytest.param(
            [_live(("ClusterExternalSecret", FAN_OUT), name="edited")],
            [_live(("ExternalSecret", "edited"))],
            [],
            id="through-an-edited-name",
        ),
        pytest.param([], [_live(("ExternalSecret", "gone"))], [], id="of-an-external-secret-that-is-gone"),
        pytest.param([], [_live(("Certificate", "tls"))], [SECRET_PROBLEM], id="of-another-kind"),
        pytest.param([_live()], [_live(("ExternalSecret", NAME))], [EXTERNAL_PROBLEM], id="an-external-secret-by-hand"),
        pytest.param([_live(("ClusterExternalSecret", "theirs"))], [], [EXTERNAL_PROBLEM], id="of-another-fan-out"),
        pytest.param([_live(("Application", FAN_OUT))], [], [EXTERNAL_PROBLEM], id="of-another-kind-of-owner"),
        pytest.param([_live()], [_live()], [EXTERNAL_PROBLEM, SECRET_PROBLEM], id="both"),
        pytest.param([_live(namespace="dp-globex")], [_live(namespace="dp-globex")], [], id="in-another-namespace"),
    ],
)
def test_objects_of_others(externals: list[Object], secrets: list[Object], problems: list[str]) -> None:
    listed, _ = _problems(
        _organization(pullSecret=PULL),
        externals=externals,
        secrets=secrets,
        namespaces=[_namespace(), _namespace("globex")],
    )
    assert listed == [("acme", text) for text in problems]


def test_a_namespace_that_goes_does_not_count() -> None:
    going = _namespace(deletionTimestamp="2026-01-01T00:00:00Z")
    assert _problems(_organization(pullSecret=PULL), externals=[], secrets=[_live()], namespaces=[going])[0] == []


@pytest.mark.parametrize(
    ("labels", "problems"),
    [
        pytest.param({RENDERED: "acme"}, [("acme", SECRET_PROBLEM)], id="of-v1"),
        pytest.param({RELEASE: "acme"}, [("acme", SECRET_PROBLEM)], id="of-v0.9"),
        pytest.param({RENDERED: "acme", RELEASE: "acme"}, [("acme", SECRET_PROBLEM)], id="both"),
        pytest.param({RENDERED: "globex"}, [], id="of-another-organization"),
    ],
)
def test_v1_selects_old_and_new_namespaces(labels: dict[str, str], problems: list[tuple[str, str]]) -> None:
    space = {"metadata": {"name": "dp-acme", "labels": labels}}
    listed, queries = _problems(
        _organization(pullSecret=PULL), externals=[], secrets=[_live()], namespaces=[space], release=V1
    )
    assert listed == problems
    selected = [query["labelSelector"] for path, query in queries if path == "/api/v1/namespaces"]
    assert selected == [RENDERED, RELEASE]


def test_one_call_for_each_name() -> None:
    """The number of organizations and namespaces does not matter; other names are not listed."""
    users = [
        _organization("globex", pullSecret={**PULL, "secretName": "theirs"}),
        _organization(pullSecret=PULL),
        _organization("initech", pullSecret=PULL),
        _organization("umbrella", git=GIT),
    ]
    spaces = [_namespace(name) for name in ("acme", "globex", "initech", "umbrella")]
    secret = _live(namespace="dp-globex", name="theirs")
    problems, queries = _problems(*users, externals=[], secrets=[secret], namespaces=spaces)
    text = SECRET_PROBLEM.replace("acme", "globex").replace(NAME, "theirs")
    assert problems == [("globex", text)]
    calls = [
        (path, {"fieldSelector": f"metadata.name={name}", "metadata_only": "true"})
        for name in (NAME, "theirs")
        for path in ("/apis/external-secrets.io/v1/externalsecrets", "/api/v1/secrets")
    ]
    assert queries == [("/api/v1/namespaces", {"labelSelector": RELEASE, "metadata_only": "true"}), *calls]


def test_without_a_fan_out_nothing_is_listed() -> None:
    users = [_organization(git=GIT), _organization("globex", pullSecret={**PULL, "delivery": "component"})]
    assert _problems(*users, externals=[_live()], secrets=[_live()], namespaces=[_namespace()]) == ([], [])
