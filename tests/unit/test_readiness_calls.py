"""How many calls readiness makes, and ExternalSecrets that have lost the label by which they are listed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.cluster.pending import Pending, Readiness
from components.cluster.readiness import read_readiness
from components.plan.expected import Expected
from tests.unit.api import Api, Object

GIT = Expected("acme", "openchoreo-ci-acme", "git-clone-secret")
PUSH = Expected("acme", "openchoreo-ci-acme", "registry-push-secret")
OTHER = Expected("globex", "openchoreo-ci-globex", "git-clone-secret")
PATH = "/apis/external-secrets.io/v1/namespaces/openchoreo-ci-acme/externalsecrets/git-clone-secret"
LIST = "/apis/external-secrets.io/v1/externalsecrets"
BY_LABEL = (LIST, {"labelSelector": "app.kubernetes.io/managed-by=openchoreo-secrets,openchoreo.dev/organization"})
ABSENT = "the ExternalSecret does not exist"


def _item(of: Expected, status: str = "True") -> Object:
    condition = {"type": "Ready", "status": status, "reason": "SecretSyncedError", "message": "no such key"}
    metadata = {"namespace": of.namespace, "name": of.name, "generation": 1}
    return {"metadata": metadata, "status": {"conditions": [condition], "syncedResourceVersion": "1-a"}}


class Unlabelled(Api):
    """No object has the label."""

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[Object]:
        yield from () if query else super().items(path, metadata_only=metadata_only)


def test_one_call_whatever_the_number() -> None:
    api = Api(externalsecrets=[_item(PUSH), _item(GIT), _item(OTHER)])
    assert read_readiness(api.cluster, [OTHER, PUSH, GIT]) == Readiness(3, ())
    assert api.queries == [BY_LABEL]


def test_a_second_call_for_those_that_are_absent_and_sorted() -> None:
    api = Api(externalsecrets=[_item(PUSH)])
    pending = (Pending(GIT, ABSENT), Pending(OTHER, ABSENT))
    assert read_readiness(api.cluster, [OTHER, PUSH, GIT]) == Readiness(3, pending)
    assert api.queries == [BY_LABEL, (LIST, {"metadata_only": "true"})]


@pytest.mark.parametrize(
    ("live", "pending"),
    [
        pytest.param(_item(GIT), (), id="synced"),
        pytest.param(_item(GIT, "False"), (Pending(GIT, "no such key", failed=True),), id="not synced"),
        pytest.param(None, (Pending(GIT, ABSENT),), id="deleted between two calls"),
    ],
)
def test_one_that_has_lost_its_label(live: Object | None, pending: tuple[Pending, ...]) -> None:
    """Its state is read like that of the others; the comparison of live objects restores the label."""
    api = Unlabelled({} if live is None else {PATH: live}, externalsecrets=[_item(GIT), _item(OTHER)])
    assert read_readiness(api.cluster, [GIT]) == Readiness(1, pending)
