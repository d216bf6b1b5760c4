"""What an update must not remove while organizations are refused: the dependencies of objects that stay."""

from __future__ import annotations

from typing import Final

import pytest

from components.cluster.refusal import Refused
from components.errors import ClusterError
from tests.unit.api import Api, Object

SPACE: Final = "Namespace openchoreo-ci-acme"
KEPT: Final = "ExternalSecret openchoreo-ci-acme/git"
TOKEN: Final = "ECRAuthorizationToken openchoreo-ci-acme/push"
HEAD: Final = (
    'build plane (context "dev"): nothing was changed. Organizations have problems ("acme", "globex"), and the '
    "configuration no longer has objects that their other objects still need:"
)
LAST: Final = "Fix the problems first, or put these objects back into the configuration"


def _refused() -> Refused:
    return Refused(organizations=["globex", "acme"], objects=[SPACE, KEPT])


def _live(name: str, namespace: str | None = None, organization: str | None = None) -> Object:
    labels = {} if organization is None else {"labels": {"openchoreo.dev/organization": organization}}
    return {"metadata": {"name": name, **({} if namespace is None else {"namespace": namespace}), **labels}}


def _needed(leaving: str, *stores: Object, **lists: list[Object]) -> list[str]:
    api = Api(clustersecretstores=list(stores), **lists)
    return list(_refused().find_needed(api.cluster, [leaving]))


@pytest.mark.parametrize(
    ("leaving", "stores", "needed"),
    [
        pytest.param("ExternalSecret openchoreo-ci-acme/sonar", [], False, id="a-credential"),
        pytest.param("Secret openchoreo-ci-acme/scanner", [], False, id="a-manual-credential"),
        pytest.param("Secret dp-x/registry-pull-secret", [], False, id="a-pull-secret-of-another"),
        pytest.param(TOKEN, [], True, id="a-generator"),
        pytest.param("ECRAuthorizationToken openchoreo-ci-umbrella/push", [], False, id="a-generator-of-another"),
        pytest.param("ClusterSecretStore org-acme", [_live("org-acme", None, "acme")], True, id="its-store"),
        pytest.param("ClusterSecretStore x-acme", [_live("x-acme", None, "umbrella")], False, id="a-store-of-another"),
        pytest.param("ClusterSecretStore default", [_live("default")], True, id="a-shared-store"),
        pytest.param("ClusterSecretStore default", [], True, id="a-store-that-others-have-deleted"),
        pytest.param("ServiceAccount vault/eso-org-globex", [], True, id="an-identity"),
        pytest.param("ServiceAccount vault/eso-org-umbrella", [], False, id="an-identity-of-another"),
        pytest.param("ClusterExternalSecret registry-pull-secret-acme", [], True, id="a-fan-out"),
    ],
)
def test_leaving_objects(leaving: str, stores: list[Object], *, needed: bool) -> None:
    assert _needed(leaving, *stores) == ([leaving] if needed else [])


def test_a_pull_secret_by_hand_is_recognized_by_its_label() -> None:
    """The patches of its organization depend on it."""
    secret = _live("registry-pull-secret", "dp-x", "acme")
    name = "Secret dp-x/registry-pull-secret"
    assert _needed(name, secrets=[secret]) == [name]


def test_all_at_once() -> None:
    api, refused = Api(), _refused()
    needed = refused.find_needed(api.cluster, ["ServiceAccount vault/eso-org-acme", TOKEN])
    with pytest.raises(ClusterError) as caught:
        refused.refuse(api.cluster, needed)
    lines = [f"  - {TOKEN}", "  - ServiceAccount vault/eso-org-acme"]
    assert str(caught.value).splitlines() == [HEAD, *lines, LAST]


def test_without_a_refused_organization_nothing_is_listed() -> None:
    api, nobody = Api(), Refused()
    needed = nobody.find_needed(api.cluster, ["ClusterSecretStore default", SPACE])
    nobody.refuse(api.cluster, needed)
    assert needed == ()
    assert api.queries == []
