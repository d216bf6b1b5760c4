"""deploy with managed stores: dependencies, hints about empty secrets, and stacks that need no AWS provider."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from components import Configuration, OpenChoreoSecretsError, deploy, find_release, parse
from components.resources import aws_resources as registering, deployment as stack
from tests.mocks.aws_samples import COMPUTED, PROVIDER, PUSH_POLICY, SECRET, push_trust
from tests.mocks.pulling import Platform
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.signature import FORCED
from tests.mocks.stubs import NAMESPACES, stub
from tests.unit.aws_accounts import ACCOUNT, managed
from tests.unit.registries import ECR, ECR_NAME

ESO = "kubernetes:external-secrets.io/v1"
REFERENCED = {
    "aws": {
        "service": "SecretsManager",
        "region": "eu-central-1",
        "role": "arn:aws:iam::123456789012:role/eso-{organization}",
    }
}
BEHIND = frozenset({"aws:iam/role:Role org-acme", "aws:iam/rolePolicy:RolePolicy org-acme", f"{SECRET} org-acme/git"})


def raw(store: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "aws": ACCOUNT,
        "clusters": {"buildPlane": {"context": "kind-build"}},
        "secretStores": {"org": store, "there": REFERENCED},
        "organizations": [
            {"name": "acme", "secretStore": "org", "git": {"remoteKey": "git", "property": "token"}},
            {"name": "globex", "secretStore": "there", "git": {"remoteKey": "globex-git"}},
        ],
        **more,
    }


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build plane without objects of this project."""
    monkeypatch.setattr(stack, "Cluster", stub(collections={NAMESPACES: []}))


def run(recorder: Recorder, config: dict[str, Any]) -> list[Registered]:
    def program() -> None:
        settings = parse(config, source="stacks/Pulumi.test.yaml")
        deployed = deploy(Configuration(settings, find_release(settings.release), {}))
        outputs.update({name: each.outputs() for name, each in deployed.items()})

    outputs: dict[str, Any] = {}
    registered = recorder.run(program)
    recorder.exported = outputs
    return registered


def named(registered: list[Registered], name: str) -> Registered:
    (found,) = (each for each in registered if str(each) == name)
    return found


def test_a_managed_store_depends_on_its_resources_in_aws(recorder: Recorder) -> None:
    registered = run(recorder, raw(managed()))

    account = named(registered, "kubernetes:core/v1:ServiceAccount org-acme-serviceaccount")
    store = named(registered, f"{ESO}:ClusterSecretStore org-acme")
    assert account.depends_on == BEHIND
    assert store.depends_on == {*BEHIND, str(account)}
    assert str(store) in named(registered, f"{ESO}:ExternalSecret acme/git-clone-secret").depends_on
    assert named(registered, f"{ESO}:ClusterSecretStore there-globex").depends_on == frozenset()
    assert {each.provider for each in registered if each.type.startswith("aws:")} == {PROVIDER}
    assert [str(each) for each in registered if each.type.startswith(("aws:", "random:", "pulumi:providers:"))] == [
        *sorted(BEHIND),
        PROVIDER,
        "pulumi:providers:kubernetes build-plane",
        "pulumi:providers:openchoreo build-plane",
    ]


def test_empty_secrets_are_named(recorder: Recorder) -> None:
    registered = run(recorder, raw(managed()))

    assert recorder.exported["acme"]["awsSecrets"] == ["org/acme/git"]
    assert "awsSecrets" not in recorder.exported["globex"]
    ready = named(registered, "openchoreo:index:ExternalSecretsReady build-plane")
    assert ready.inputs["hints"] == {
        "acme": "The stack created these secrets in AWS without a value; set their values: org/acme/git"
    }


def test_credentials_follow_a_unique_name(recorder: Recorder) -> None:
    recorder.computed = COMPUTED
    registered = run(recorder, raw(managed(uniqueNames=True)))

    external = named(registered, f"{ESO}:ExternalSecret acme/git-clone-secret")
    (data,) = external.inputs["spec"]["data"]
    assert (data["remoteRef"]["key"], data["remoteRef"]["property"]) == ("git-1f2e3d4c", "token")
    ready = named(registered, "openchoreo:index:ExternalSecretsReady build-plane")
    assert ready.inputs["hints"]["acme"].endswith(": org/acme/git-1f2e3d4c")


def test_a_role_for_builds_and_one_for_workloads(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    pull = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "pull"}}
    planes = {name: {"context": f"kind-{name}"} for name in ("buildPlane", "controlPlane", "dataPlane")}
    organization = {"name": "acme", "secretStore": "org", "git": {"remoteKey": "git"}, "pullSecret": pull}
    account = {**ACCOUNT, "dataPlane": {"oidcProvider": "oidc.example/data"}}
    recorder.computed = COMPUTED
    monkeypatch.setattr(stack, "Cluster", Platform)

    registered = run(
        recorder,
        raw(managed(uniqueNames=True), clusters=planes, organizations=[organization], aws=account),
    )

    assert [each.name for each in registered if each.type == SECRET] == ["org-acme/git", "org-acme/pull"]
    roles = {each.inputs["name"] for each in registered if each.type == "aws:iam/role:Role"}
    assert roles == {"eso-org-acme", "eso-org-pull-acme"}
    policy = named(registered, "aws:iam/rolePolicy:RolePolicy org-pull-acme")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:org/acme/pull-1f2e3d4c-??????"
    assert statement["Resource"] == [secret]
    fan_out = named(registered, f"{ESO}:ClusterExternalSecret acme/pull-secret")
    (data,) = fan_out.inputs["spec"]["externalSecretSpec"]["data"]
    assert data["remoteRef"]["key"] == "pull-1f2e3d4c"
    ready = [each.inputs["hints"] for each in registered if each.type.endswith(":ExternalSecretsReady")]
    assert [list(each) for each in ready] == [["acme"], ["acme"]]


def test_builds_push_with_a_role_that_is_created_before_them(recorder: Recorder) -> None:
    acme = {"name": "acme", "registries": [{**ECR, "ecr": {"managed": {}}}]}
    registered = run(recorder, raw(REFERENCED, organizations=[acme]))

    assert [str(each) for each in registered if each.type.startswith(("aws:", "pulumi:providers:aws"))] == [
        "aws:iam/role:Role ecr-acme",
        "aws:iam/rolePolicy:RolePolicy ecr-acme",
        PROVIDER,
    ]
    role = named(registered, "aws:iam/role:Role ecr-acme")
    assert role.provider == PROVIDER
    trust = json.loads(role.inputs["assumeRolePolicy"])
    assert trust == push_trust(ECR_NAME)
    policy = named(registered, "aws:iam/rolePolicy:RolePolicy ecr-acme")
    assert json.loads(policy.inputs["policy"]) == PUSH_POLICY
    signs_in = named(registered, f"kubernetes:core/v1:ServiceAccount acme/ServiceAccount/{ECR_NAME}")
    assert signs_in.inputs["metadata"]["annotations"] == {
        "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/ecr-acme",
        **FORCED,
    }
    plane = named(registered, "openchoreo:index:BuildPlane acme")
    assert {str(role), str(policy)} <= plane.depends_on


def test_a_managed_store_without_the_package(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "components.aws", None)
    monkeypatch.delattr("components.aws", raising=False)
    monkeypatch.setitem(sys.modules, "pulumi_aws", None)
    errors: list[str] = []

    def failing() -> None:
        settings = parse(raw(managed()), source="stacks/Pulumi.test.yaml")
        with pytest.raises(OpenChoreoSecretsError) as raised:
            deploy(Configuration(settings, find_release(settings.release), {}))
        errors.append(str(raised.value))

    assert recorder.run(failing) == []
    assert len(errors) == 1
    assert errors[0].startswith("the stack creates roles in AWS, and ")
    assert errors[0].endswith("is not installed; run: pip install '.[aws]'")


def test_a_stack_that_references_existing_resources_creates_nothing_in_aws(recorder: Recorder) -> None:
    registered = run(recorder, raw(REFERENCED))

    assert [each for each in registered if each.type.startswith(("aws:", "random:", "pulumi:providers:aws"))] == []
    ready = named(registered, "openchoreo:index:ExternalSecretsReady build-plane")
    assert "hints" not in ready.inputs
    assert registering.list_empty_secrets({}) == {}


def test_nothing_of_aws_is_imported_by_itself() -> None:
    """A user of another manager need not install it, and does not wait for it."""
    code = "import sys, components; print([each for each in sys.modules if each in {'pulumi_aws', 'pulumi_random'}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
