"""The state of a stack is about one cluster, and only a word of the user moves it to another one."""

from __future__ import annotations

import pytest

from components.cluster.identity import VARIABLE, check_identity, read_identity
from components.errors import ClusterError
from tests.unit.api import Api

PLANE = 'build plane (context "dev")'
API = Api({"/api/v1/namespaces/kube-system": {"metadata": {"uid": "here"}}})


@pytest.fixture(autouse=True)
def _without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_the_recorded_cluster() -> None:
    assert [check_identity(API.cluster, recorded) for recorded in (None, "here")] == ["here", "here"]


@pytest.mark.parametrize("word", [None, "", "before", "elsewhere"])
def test_another_cluster(monkeypatch: pytest.MonkeyPatch, word: str | None) -> None:
    if word is not None:
        monkeypatch.setenv(VARIABLE, word)
    with pytest.raises(ClusterError) as raised:
        check_identity(API.cluster, "before")
    assert str(raised.value) == (
        f"{PLANE}: the state is about another cluster (UID of kube-system: before, here here); nothing was changed. "
        "Correct the context or the kubeconfig. If the cluster was rebuilt, set OPENCHOREO_SECRETS_CLUSTER=here for "
        "one `pulumi up --refresh`"
    )


def test_a_rebuilt_cluster_with_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "here")
    assert check_identity(API.cluster, "before") == "here"


def test_something_that_is_no_cluster() -> None:
    with pytest.raises(ClusterError) as raised:
        read_identity(Api().cluster)
    assert str(raised.value) == (
        f"{PLANE}: no namespace kube-system, whose UID identifies the cluster. Is this a Kubernetes cluster?"
    )
