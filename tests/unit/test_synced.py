"""Secrets that ESO keeps: those of the stack are ours; the others would be overwritten, and are refused."""

from __future__ import annotations

from typing import Final

import pytest

from components.cluster.ownership import list_foreign_objects
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK
from tests.unit.samples import on_every_plane, settings
from tests.unit.writers import SYNCED, created_by_operator

SPACE: Final = "openchoreo-ci-acme"
OTHER: Final = "organization/openchoreo-secrets/prod"
FOREIGN: Final = "exists and this stack did not create it"
PLAN: Final = stack_plan(
    settings(
        on_every_plane(git={"manual": "gitToken"}, external=[{"name": "sonar", "keys": {"token": {"remoteKey": "a"}}}])
    ).organizations
)
TAKE_OVER: Final = (
    "let the stack take it over, and delete it on destroy: kubectl annotate "
    f"-n {SPACE} secret git-clone-secret pulumi.com/patchFieldManager={STACK}"
)


def _problems(api: Api) -> list[str]:
    return [str(problem) for problem in list_foreign_objects(api.cluster, PLAN.objects, STACK)]


def _secret(name: str, owner: str | None = None) -> Object:
    annotations = {} if owner is None else {"annotations": {"pulumi.com/patchFieldManager": owner}}
    return {"metadata": {"name": name, "namespace": SPACE, **annotations}}


def _owned(name: str, external: str) -> Object:
    live = _secret(name)
    owner = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": external, "uid": "1"}
    live["metadata"] |= {"labels": SYNCED, "ownerReferences": [owner]}
    return live


KEEPER: Final = ". The ExternalSecret theirs owns it and creates it again"


@pytest.mark.parametrize(
    ("live", "keeper"),
    [
        pytest.param(_owned("sonar", "theirs"), KEEPER, id="of-another-external-secret"),
        pytest.param({"metadata": {**_secret("sonar")["metadata"], "labels": SYNCED}}, "", id="the-label-alone"),
        pytest.param(
            created_by_operator("sonar", namespace=SPACE, managedFields=[{"manager": "kubectl"}]),
            "",
            id="a-copy-with-all-labels",
        ),
        pytest.param(created_by_operator("sonar", namespace=SPACE, labels=SYNCED), "", id="kept-for-something-else"),
        pytest.param(
            {"metadata": {**_secret("sonar")["metadata"], "ownerReferences": [{"kind": "Certificate"}]}},
            "",
            id="of-another-kind-of-owner",
        ),
    ],
)
def test_secrets_that_the_operator_would_overwrite_in_spite_of_its_label(live: Object, keeper: str) -> None:
    ways = "delete it, or use another name (external[0].name)"
    assert _problems(Api(secrets=[live])) == [f'organization "acme": Secret {SPACE}/sonar {FOREIGN}; {ways}{keeper}']


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(_owned("sonar", "sonar"), id="owned-by-our-external-secret"),
        pytest.param(created_by_operator("sonar", namespace=SPACE), id="created-for-it-and-kept-without-an-owner"),
        pytest.param(_secret("sonar", STACK), id="with-our-annotation"),
    ],
)
def test_secrets_that_the_operator_keeps_for_the_stack(live: Object) -> None:
    api = Api(secrets=[live])
    assert _problems(api) == []
    assert "/api/v1/secrets" in [path for path, _ in api.queries]


def test_an_external_secret_owns_secrets_only() -> None:
    external = _owned("sonar", "sonar")
    (problem,) = _problems(Api(externalsecrets=[external]))
    assert problem.startswith(f'organization "acme": ExternalSecret {SPACE}/sonar {FOREIGN}; ')


EXTERNAL_PATH: Final = f"/apis/external-secrets.io/v1/namespaces/{SPACE}/externalsecrets/git-clone-secret"


@pytest.mark.parametrize(
    ("live", "external", "keeper"),
    [
        pytest.param(_owned("git-clone-secret", "git-clone-secret"), _secret("x", STACK), None, id="ours"),
        pytest.param(
            created_by_operator("git-clone-secret", namespace=SPACE), _secret("x", STACK), None, id="ours-and-kept"
        ),
        pytest.param(
            _owned("git-clone-secret", "git-clone-secret"),
            _secret("x", OTHER),
            KEEPER.replace("theirs", "git-clone-secret"),
            id="of-another-stack",
        ),
        pytest.param(
            _owned("git-clone-secret", "git-clone-secret"),
            None,
            KEEPER.replace("theirs", "git-clone-secret"),
            id="of-an-external-secret-that-is-gone",
        ),
        pytest.param(_owned("git-clone-secret", "theirs"), _secret("x", STACK), KEEPER, id="of-another-name"),
    ],
)
def test_a_secret_that_becomes_manual(live: Object, external: Object | None, keeper: str | None) -> None:
    """The ExternalSecret is not planned any more, so its own check does not see it."""
    api = Api({} if external is None else {EXTERNAL_PATH: external}, secrets=[live])
    ways = f"delete it, or use another name (git.secretName), or {TAKE_OVER}"
    problem = f'organization "acme": Secret {SPACE}/git-clone-secret {FOREIGN}; {ways}{keeper}'
    assert _problems(api) == ([] if keeper is None else [problem])
