"""SecretReferences: the object, what it cannot have, and who owns it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.obstacles import PreflightError
from components.cluster.references import check_references
from components.errors import SettingsError
from components.openchoreo import V0_9, V1
from components.plan.organization import OrganizationPlan
from components.plan.references import PlannedReference
from tests.unit.api import Api
from tests.unit.build_samples import plan_v1
from tests.unit.crd_schema import OFFICIAL_OF, Definitions
from tests.unit.hosts import KNOWN, ssh
from tests.unit.preflight_samples import STACK
from tests.unit.samples import APP, AT_ACME, Raw, assert_rejected, organization

PATH: Final = 'namespaces[0] ("acme").git.secretReference'
KEY: Final[Raw] = {"remoteKey": "acme-git", "property": "token"}
USER: Final[Raw] = {"remoteKey": "acme-git", "property": "user"}


def _reference(**git: Any) -> PlannedReference:
    plan = plan_v1({"git": {"secretReference": "github", **git}})
    (reference,) = plan.organizations[0].secret_references
    return reference


def _value(secret_key: str, **remote: str) -> Raw:
    return {"secretKey": secret_key, "remoteRef": remote}


PASSWORD: Final = _value("password", key="acme-git", property="token")


def test_the_object() -> None:
    assert _reference(**KEY, refreshInterval="30m").manifest == {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": "SecretReference",
        "metadata": {
            "name": "github",
            "namespace": "acme",
            "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets", "openchoreo.dev/organization": "acme"},
        },
        "spec": {
            "template": {"type": "kubernetes.io/basic-auth"},
            "data": [PASSWORD],
            "refreshInterval": "30m0s",
        },
    }


SOURCES: Final = [
    pytest.param(KEY, "kubernetes.io/basic-auth", [PASSWORD], id="token"),
    pytest.param({"remoteKey": "a"}, "kubernetes.io/basic-auth", [_value("password", key="a")], id="whole-secret"),
    pytest.param(
        {"host": "git.acme.example", "basicAuth": {"usernameFrom": USER, "password": KEY}},
        "kubernetes.io/basic-auth",
        [_value("username", key="acme-git", property="user"), PASSWORD],
        id="user-and-password",
    ),
    pytest.param(
        {"host": "gitlab.com", "basicAuth": {"password": KEY}},
        "kubernetes.io/basic-auth",
        [PASSWORD],
        id="a-host-for-every-user",
    ),
    pytest.param(
        ssh(privateKey={"remoteKey": "key"}, knownHosts=KNOWN),
        "kubernetes.io/ssh-auth",
        [_value("ssh-privatekey", key="key")],
        id="ssh",
    ),
]


@pytest.mark.parametrize(("git", "kind", "data"), SOURCES)
def test_values(git: Raw, kind: str, data: list[Raw]) -> None:
    spec = _reference(**git).manifest["spec"]
    assert (spec["template"]["type"], spec["data"]) == (kind, data)


@pytest.mark.parametrize(("git", "kind", "data"), SOURCES)
def test_it_fits_the_definition_and_has_every_default(git: Raw, kind: str, data: list[Raw]) -> None:
    files = sorted(OFFICIAL_OF["v1"].glob("*secretreferences.yaml"))
    if not files:
        pytest.skip("OpenChoreo's definitions are not beside this checkout")
    definitions, manifest = Definitions.read(files), _reference(**git).manifest
    assert list(definitions.problems(manifest)) == []
    assert list(definitions.additions(manifest)) == []


def test_names_in_the_manager_of_its_store() -> None:
    reference = _reference(**KEY)
    renamed = reference.render({str(reference.store): {"acme-git": "acme-git-x7"}, "other": {"acme-git": "no"}})
    assert renamed["spec"]["data"] == [_value("password", key="acme-git-x7", property="token")]


@pytest.mark.parametrize(
    ("git", "said"),
    [
        pytest.param(
            {"manual": "gitToken"},
            "refers to values in a secret manager, and manual is none; leave secretReference out, or use remoteKey",
            id="manual",
        ),
        pytest.param(
            {"githubApp": APP},
            "refers to values in a secret manager, and githubApp is none; leave secretReference out, or use remoteKey",
            id="app",
        ),
        pytest.param(
            {**KEY, "version": "3"},
            "cannot select a version, which builds of OpenChoreo ignore; leave version out",
            id="version",
        ),
        pytest.param(
            {**KEY, "decoding": "Base64"},
            "cannot decode, because builds of OpenChoreo do not; store the decoded value, and leave decoding out",
            id="decoding",
        ),
        pytest.param(
            {"host": "bitbucket.org", **KEY},
            "has no user name, because it cannot have a fixed one, and bitbucket.org does not accept every user name; "
            "use basicAuth with usernameFrom",
            id="user",
        ),
        pytest.param(
            {"host": "gitlab.com", "basicAuth": {"username": "gitlab+deploy-token-7", "password": KEY}},
            'cannot have the fixed user name "gitlab+deploy-token-7", which a deploy token of gitlab.com needs; use '
            "usernameFrom, or leave basicAuth.username out if the token accepts every user name, as access tokens do",
            id="user-of-a-deploy-token",
        ),
    ],
)
def test_what_a_build_would_not_get(git: Raw, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _reference(**git)
    assert [str(problem) for problem in caught.value.problems] == [f"{PATH}: {said}"]


def test_two_of_one_name() -> None:
    first, second = {"secretReference": "a", **KEY}, {"secretReference": "a", "secretName": "b", **KEY}
    with pytest.raises(SettingsError) as caught:
        plan_v1({"git": [first, second]})
    assert [str(problem) for problem in caught.value.problems] == [
        'namespaces[0] ("acme").git[1].secretReference: "a" is also the name of git[0].secretReference; use another one'
    ]


def test_another_release_and_no_control_plane() -> None:
    assert_rejected(
        {"organizations": [{"name": "acme", "git": {"secretReference": "a", **KEY}}]},
        f"{AT_ACME}.git.secretReference: is not supported with OpenChoreo v0.9; leave it out",
        f"{AT_ACME}.git.secretReference: creates an object on the control plane; clusters.controlPlane is missing",
    )
    assert OrganizationPlan(organization(git={"remoteKey": "a"}), V0_9).secret_references == ()
    assert OrganizationPlan(organization(git={"remoteKey": "a"}), V1).secret_references == ()


def test_an_object_of_others_is_not_overwritten() -> None:
    plan = plan_v1({"git": {"secretReference": "github", **KEY}})
    live = {"metadata": {"name": "github", "namespace": "acme"}}
    with pytest.raises(PreflightError) as caught:
        check_references(Api({}, "control plane", secretreferences=[live]).cluster, plan, STACK)
    assert [(obstacle.organization, obstacle.text) for obstacle in caught.value.obstacles] == [
        (
            "acme",
            (
                'organization "acme": SecretReference acme/github exists and this stack did not create it; delete it, '
                "or use another name (git.secretReference), or let the stack take it over, and delete it on destroy: "
                "kubectl annotate -n acme secretreference github "
                "pulumi.com/patchFieldManager=organization/openchoreo-secrets/dev"
            ),
        )
    ]
    api = Api({}, "control plane")
    check_references(api.cluster, plan, STACK)
    assert [path for path, _ in api.queries] == ["/apis/openchoreo.dev/v1alpha1/secretreferences"]
