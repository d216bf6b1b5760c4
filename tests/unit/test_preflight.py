"""Errors of an unfit build plane, in full."""

from __future__ import annotations

import pytest

from components.cluster.preflight import check_build_plane
from components.errors import ClusterError
from components.settings.organization import Organization
from tests.unit.api import Api, Object
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import OPERATOR, PLANE, STACK, unwrap
from tests.unit.samples import on_every_plane, organization, settings

OWN = organization(git={"remoteKey": "a"})
ADOPT = organization(git={"remoteKey": "a"}, namespace="adopt")
CHOICE = (
    "set namespace: adopt, so that destroy keeps it, or let the stack take it over: kubectl annotate --overwrite "
    f"namespace openchoreo-ci-acme openchoreo-secrets/stack={STACK}"
)


def _namespace(organization: str, owner: str | None = None) -> Object:
    metadata: Object = {"name": f"openchoreo-ci-{organization}"}
    if owner is not None:
        metadata["annotations"] = {"openchoreo-secrets/stack": owner}
    return {"metadata": metadata}


def _check(api: Api, *organizations: Organization) -> None:
    check_build_plane(api.cluster, stack_plan(organizations), stack=STACK)


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        pytest.param(
            {},
            "the CRDs of the External Secrets Operator are missing; install the Helm chart external-secrets (0.16 "
            "or later), or openchoreo-build-plane (external-secrets.enabled=true)",
            id="nothing-installed",
        ),
        pytest.param(
            {"/apis/external-secrets.io": {"versions": [{"version": "v1beta1"}, {"version": "v1alpha1"}]}},
            "the External Secrets Operator serves v1beta1, v1alpha1, but external-secrets.io/v1 lacks "
            "clustersecretstores, externalsecrets; upgrade the Helm chart external-secrets to 0.16 or later",
            id="only-old-versions",
        ),
        pytest.param(
            {
                "/apis/external-secrets.io": {"versions": [{"version": "v1"}]},
                "/apis/external-secrets.io/v1": {"resources": [{"name": "externalsecrets"}]},
            },
            "the External Secrets Operator serves v1, but external-secrets.io/v1 lacks clustersecretstores; "
            "upgrade the Helm chart external-secrets to 0.16 or later",
            id="one-definition-missing",
        ),
    ],
)
def test_operator(objects: dict[str, Object], said: str) -> None:
    with pytest.raises(ClusterError) as caught:
        _check(Api(objects), OWN)
    assert unwrap(caught.value) == f"{PLANE}: {said}"


@pytest.mark.parametrize(
    ("user", "namespaces"),
    [
        pytest.param(OWN, [], id="own-and-not-there-yet"),
        pytest.param(OWN, [_namespace("acme", STACK)], id="own-and-made-by-this-stack"),
        pytest.param(OWN, [_namespace("globex")], id="another's-namespace-does-not-matter"),
        pytest.param(ADOPT, [_namespace("acme")], id="adopt-what-openchoreo-made"),
        pytest.param(ADOPT, [_namespace("acme", "organization/other/dev")], id="adopt-what-another-stack-made"),
    ],
)
def test_fit(user: Organization, namespaces: list[Object]) -> None:
    api = Api(OPERATOR, namespaces=namespaces)
    _check(api, user)
    assert [path for path, _ in api.queries] == [
        "/api/v1/namespaces",
        "/apis/external-secrets.io/v1/externalsecrets",
        "/api/v1/secrets",
    ]
    assert {query["metadata_only"] for _, query in api.queries} == {"true"}
    assert api.patches == []


@pytest.mark.parametrize(
    ("user", "namespaces", "said"),
    [
        pytest.param(
            OWN,
            [_namespace("acme")],
            "namespace openchoreo-ci-acme exists and was created by something else (OpenChoreo creates it at the first "
            f"build); {CHOICE}",
            id="own-what-openchoreo-made",
        ),
        pytest.param(
            OWN,
            [_namespace("acme", "organization/other/prod")],
            f"namespace openchoreo-ci-acme exists and was created by the stack organization/other/prod; {CHOICE}",
            id="own-what-another-stack-made",
        ),
        pytest.param(
            ADOPT,
            [],
            "namespace openchoreo-ci-acme does not exist; set namespace: own, or run the organization's first build",
            id="adopt-what-is-not-there",
        ),
        pytest.param(
            ADOPT,
            [_namespace("acme", STACK)],
            "namespace openchoreo-ci-acme was created by this stack, so there is nothing to adopt; keep namespace: own",
            id="adopt-our-own",
        ),
        pytest.param(
            ADOPT,
            [{"metadata": {"name": "openchoreo-ci-acme", "labels": {"openchoreo.dev/organization": "globex"}}}],
            "namespace openchoreo-ci-acme belongs to another organization (openchoreo.dev/organization=globex); remove "
            "the label if it is wrong",
            id="adopt-what-belongs-to-another-organization",
        ),
    ],
)
def test_namespace(user: Organization, namespaces: list[Object], said: str) -> None:
    with pytest.raises(ClusterError) as caught:
        _check(Api(OPERATOR, namespaces=namespaces), user)
    assert unwrap(caught.value) == f'{PLANE}: nothing was changed\n  - organization "acme": {said}'


def test_all_namespaces_at_once() -> None:
    globex = ADOPT.model_copy(update={"name": "globex"})
    with pytest.raises(ClusterError) as caught:
        _check(Api(OPERATOR, namespaces=[_namespace("acme")]), OWN, globex)
    foreign = f"was created by something else (OpenChoreo creates it at the first build); {CHOICE}"
    absent = "does not exist; set namespace: own, or run the organization's first build"
    assert unwrap(caught.value).splitlines() == [
        f"{PLANE}: nothing was changed",
        f'  - organization "acme": namespace openchoreo-ci-acme exists and {foreign}',
        f'  - organization "globex": namespace openchoreo-ci-globex {absent}',
    ]


def _secret(name: str) -> Object:
    return {"metadata": {"namespace": "openchoreo-ci-acme", "name": name}}


def test_a_secret_to_merge_into_belongs_to_others() -> None:
    """Of the organization, of git, of an external service: each says it for its own Secrets."""
    merge, owner = {"policies": {"creationPolicy": "Merge"}}, {"policies": {"creationPolicy": "Owner"}}
    sonar: Object = {"name": "sonar", "keys": {"token": {"remoteKey": "a"}}}
    quay: Object = {"server": "quay.io", "remoteKey": "a"}
    secrets = [_secret("git-clone-secret"), _secret("sonar"), _secret("registry-push-secret")]
    api = Api(OPERATOR, namespaces=[_namespace("acme")], secrets=secrets)
    user: Object = {"namespace": "adopt", "git": {"remoteKey": "a"}, "external": [sonar], "registries": [quay]}
    _check(api, organization(**user, **merge))
    _check(api, organization(**{key: value for key, value in user.items() if key != "git"}, **merge))
    mixed = {**user, "git": {"remoteKey": "a", **merge}, "external": [{**sonar, **merge}]}
    with pytest.raises(ClusterError) as caught:
        _check(api, organization(**mixed))
    assert [line.split()[4] for line in unwrap(caught.value).splitlines()[1:]] == [
        "openchoreo-ci-acme/registry-push-secret"
    ]
    with pytest.raises(ClusterError, match="openchoreo-ci-acme/git-clone-secret exists"):
        _check(api, organization(**{**user, "git": {"remoteKey": "a", **owner}}, **merge))


RUNS = settings(on_every_plane(git={"remoteKey": "a"}, namespace="adopt", componentWorkflows={"names": ["docker"]}))


def test_secrets_of_each_run_overwrite_nothing() -> None:
    api = Api(OPERATOR, namespaces=[_namespace("acme")], secrets=[_secret("git-clone-secret")])
    _check(api, RUNS.organizations[0])


def test_external_services_are_not_brought_by_runs() -> None:
    sonar = organization(external=[{"name": "sonar", "keys": {"token": {"remoteKey": "a"}}}]).external
    api = Api(OPERATOR, namespaces=[_namespace("acme")], secrets=[_secret("sonar")])
    with pytest.raises(
        ClusterError, match=r"Secret openchoreo-ci-acme/sonar exists [^$]* another name \(external\[0\]\.name\)$"
    ):
        _check(api, RUNS.organizations[0].model_copy(update={"external": sonar}))
