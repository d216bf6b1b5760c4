"""Text that others wrote on live objects is one printable line in every message."""

from __future__ import annotations

import pytest

from components.cluster.ownership import list_foreign_objects
from components.cluster.preflight import check_build_plane
from components.cluster.readiness import read_readiness
from components.errors import ClusterError
from components.plan.expected import Expected
from components.plan.objects import PlannedObject
from components.schema.text import flatten
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import OPERATOR, STACK
from tests.unit.samples import GIT, on_every_plane, settings

FOREIGN = "a/b\n  - nothing is wrong\x1b[31m\u202e"
LINE = "a/b\\n  - nothing is wrong\\x1b[31m\\u202e"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("organization/projekt-ü/prod", "organization/projekt-ü/prod", id="printable"),
        pytest.param(FOREIGN, LINE, id="control characters"),
        pytest.param("a" * 1000, "a" * 1000, id="as long as possible"),
        pytest.param("a" * 1001, "a" * 1000 + "… (1001 characters)", id="longer"),
        pytest.param("\n" * 600, "\\n" * 500 + "… (600 characters)", id="longer because it is escaped"),
        pytest.param("\ud800", "\\ud800", id="half a character"),
    ],
)
def test_flatten(text: str, line: str) -> None:
    assert flatten(text) == line


def _owned(name: str, namespace: str | None = None) -> Object:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": dict.fromkeys(("openchoreo-secrets/stack", "pulumi.com/patchFieldManager"), FOREIGN),
        },
    }


def test_owner_of_an_object() -> None:
    planned = PlannedObject("build", "v1", "Secret", "sonar", "ns", 'organization "acme"', "", "acme")
    (obstacle,) = list_foreign_objects(Api(secrets=[_owned("sonar", "ns")]).cluster, [planned], STACK)

    assert str(obstacle) == (
        f'organization "acme": Secret ns/sonar belongs to the stack {LINE}. Configure it in one of the two stacks only'
    )


def test_owner_of_a_namespace() -> None:
    plan = stack_plan(settings(on_every_plane(git=GIT)).organizations)
    api = Api(OPERATOR, namespaces=[_owned("openchoreo-ci-acme")])

    with pytest.raises(ClusterError) as caught:
        check_build_plane(api.cluster, plan, stack=STACK)

    problem = f"namespace openchoreo-ci-acme exists and was created by the stack {LINE}; set"
    assert " ".join(problem.split()) in " ".join(str(caught.value).split())


def test_reason_of_the_operator() -> None:
    message = "Code: 403.\n\n\t* permission denied\x1b"
    condition = {"type": "Ready", "status": "False", "reason": "SecretSyncedError", "message": message}
    live = {"metadata": {"namespace": "ns", "name": "git"}, "status": {"conditions": [condition]}}

    (pending,) = read_readiness(Api(externalsecrets=[live]).cluster, [Expected("acme", "ns", "git")]).pending

    assert pending.reason == "Code: 403. * permission denied\\x1b"
