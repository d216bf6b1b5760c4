"""Outputs of other resources as fields of the models: what the engine receives for each place that takes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pulumi
import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ControlPlane,
    ControlPlaneArgs,
    DataPlane,
    DataPlaneArgs,
    GitCredential,
    Organization,
    RemoteRef,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
)
from components.aws.ecr_role import EcrRole
from components.aws.provider import account_provider
from components.aws.secret_store import AwsSecretStore, AwsSecretStoreArgs
from components.iam.account import AwsAccount
from components.managers.fake import FakeEntry, FakeStore
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from components.managers.secret_store import SecretStoreSettings
from components.plan.aws_managed import plan_managed_stores
from components.plan.ecr_roles import EcrRoleArgs
from tests.mocks.recorder import Recorder, Registered, Secret, Unknown
from tests.unit.aws_accounts import ESO, managed
from tests.unit.deferrable import Place, find_places

pytestmark = pytest.mark.usefixtures("default_providers")

NAMESPACE: Final = "openchoreo-ci-acme"
OTHER: Final = "test:index:Other"
HIDDEN: Final = "hidden"
PLACES: Final = list(find_places())


class Other(pulumi.CustomResource):
    """Another resource of the program, whose id only the update knows."""

    def __init__(self) -> None:
        super().__init__(OTHER, "other", {})

    def later(self, value: object) -> pulumi.Output[Any]:
        """A value that is known once the resource exists."""
        return self.id.apply(lambda _: value)


def register(place: Place, model: Any) -> None:
    """Register everything that uses a model."""
    if place.kind == "store":
        args = SecretStoreArgs("org-acme", model, organizations=["acme"], namespaces=[NAMESPACE], keys=["acme-git"])
        SecretStore("org-acme", args)
    elif place.kind == "account":
        _register_account(model)
    else:
        _register_organization(model)


def _register_organization(model: Organization) -> None:
    BuildPlane("acme", BuildPlaneArgs(model, "org-acme"))
    if model.pull_secret is not None:
        DataPlane("acme", DataPlaneArgs(model, "org-acme"))
    ControlPlane("acme", ControlPlaneArgs(model, "org-acme", "org-acme"))


def _register_account(model: AwsAccount) -> None:
    opts = pulumi.ResourceOptions(providers=[account_provider("aws", model)])
    irsa = model.oidc_provider is not None
    manager = SecretStoreSettings.model_validate(managed(identityNamespace=ESO if irsa else None)).manager
    labels = ({"openchoreo.dev/release-namespace": "acme"},)
    planned = [
        PlannedStore("org-acme", manager, ("acme",), (NAMESPACE,), ("git",), aws=model, entry="org"),
        PlannedStore(
            "org-acme",
            manager,
            ("acme",),
            (),
            ("pull",),
            labels,
            "data",
            "org-pull-acme",
            beside_builds=True,
            aws=model,
            entry="org",
        ),
    ]
    builds, pulls = plan_managed_stores(planned)
    owner = AwsSecretStore("org-acme", AwsSecretStoreArgs(builds), opts)
    AwsSecretStore("org-pull-acme", AwsSecretStoreArgs(pulls, owner=owner), opts)
    if irsa:
        EcrRole("acme", EcrRoleArgs(model, "acme", "ecr-acme", "acme/", NAMESPACE, "push"), opts)


def registered(recorder: Recorder, place: Place, value: Callable[[], object]) -> list[tuple[str, dict[str, Any]]]:
    """Name and inputs of what is registered with a value at a place."""
    found = recorder.run(lambda: register(place, place.build(value())))
    return [(str(each), each.inputs) for each in found if each.type != OTHER]


def hidden(tree: Any) -> Any:
    """Inputs without the values that are secret or unknown."""
    if isinstance(tree, Secret) or tree is Unknown:
        return HIDDEN
    if isinstance(tree, dict):
        return {key: hidden(value) for key, value in tree.items()}
    return [hidden(value) for value in tree] if isinstance(tree, (list, tuple)) else tree


@pytest.mark.parametrize("place", PLACES)
def test_an_output(recorder: Recorder, place: Place) -> None:
    """The same as with the text itself, unknown in a preview, and encrypted in the state if it is secret."""
    plain = registered(recorder, place, lambda: place.text)
    assert registered(recorder, place, lambda: Other().later(place.text)) == plain

    secret = registered(recorder, place, lambda: pulumi.Output.secret(place.text))
    recorder.preview = True
    unknown = registered(recorder, place, lambda: Other().later(place.text))

    assert "Calling __str__" not in repr((plain, secret, unknown))
    assert hidden([inputs for _, inputs in secret]) == hidden([inputs for _, inputs in unknown])
    assert HIDDEN in repr(hidden([inputs for _, inputs in unknown]))
    assert [name for name, _ in unknown] == [name for name, _ in plain]


@pytest.mark.parametrize(
    "place",
    [place for place in PLACES if str(place.id) in {"git-git.remoteKey", "aws-aws.role", "irsa-permissionsBoundary"}],
)
def test_a_wrong_output_fails_the_update(recorder: Recorder, place: Place) -> None:
    with pytest.raises(SettingsError, match=r"\(value not shown\) must be a string"):
        registered(recorder, place, lambda: Other().later(None))


def test_a_wrong_output_is_found_in_the_preview_if_it_is_known(recorder: Recorder) -> None:
    recorder.preview = True

    def program() -> None:
        git = GitCredential(remote_key=pulumi.Output.from_input(""))
        BuildPlane("acme", BuildPlaneArgs(Organization(name="acme", git=git), "org-acme"))

    with pytest.raises(SettingsError) as raised:
        recorder.run(program)
    assert str(raised.value) == (
        "GitCredential: 1 problem; resources that use the value were not changed\n"
        "  - remoteKey: (value not shown) is empty; expected at least one character"
    )


def test_a_coroutine(recorder: Recorder) -> None:
    """``pulumi.Input`` includes awaitable values."""

    async def key() -> str:
        return "acme-git"

    def program() -> None:
        store = SecretStoreArgs("org-acme", KubernetesStore(remote_namespace="vault"), namespaces=["a"], keys=[key()])
        SecretStore("org-acme", store)
        git = GitCredential(remote_key=key())
        BuildPlane("acme", BuildPlaneArgs(Organization(name="acme", git=git), "org-acme"))

    found = {each.type.rpartition(":")[2]: each.inputs for each in recorder.run(program)}
    assert found["Role"]["rules"][0]["resourceNames"] == ["acme-git"]
    assert found["ExternalSecret"]["spec"]["data"][0]["remoteRef"]["key"] == "acme-git"


def test_the_resource_of_an_output_comes_first(recorder: Recorder) -> None:
    def program() -> None:
        git = GitCredential(remote_key=Other().later("acme-git"))
        BuildPlane("acme", BuildPlaneArgs(Organization(name="acme", git=git), "org-acme"))

    (external_secret,) = (each for each in recorder.run(program) if each.type.endswith(":ExternalSecret"))
    assert f"{OTHER} other" in external_secret.depends_on


def test_a_store_of_outputs(recorder: Recorder) -> None:
    """The kubernetes store may read exactly the keys, whenever they become known."""

    def program() -> None:
        keys: list[pulumi.Input[str]] = [Other().later("b"), "a"]
        manager = KubernetesStore(remote_namespace="vault")
        SecretStore("org-acme", SecretStoreArgs("org-acme", manager, namespaces=["a"], keys=keys))

    def names(found: list[Registered]) -> Any:
        return next(each.inputs["rules"][0]["resourceNames"] for each in found if each.type.endswith(":Role"))

    assert names(recorder.run(program)) == ["a", "b"]
    recorder.preview = True
    assert names(recorder.run(program)) == ["a", Unknown]


def test_a_store_that_needs_its_keys(recorder: Recorder) -> None:
    def program() -> None:
        manager = FakeStore(data=[FakeEntry(key="a", manual="token")])
        keys: list[pulumi.Input[str]] = ["a", pulumi.Output.from_input("b")]
        manual = {"token": pulumi.Output.secret("t0ken")}
        with pytest.raises(SettingsError) as raised:
            SecretStore("fake", SecretStoreArgs("fake", manager, namespaces=["a"], keys=keys, manual=manual))
        assert str(raised.value) == (
            'SecretStore "fake": 1 problem\n'
            "  - keys[1]: is an output, and a fake store contains the values of its keys only; use the text itself"
        )

    assert recorder.run(program) == []


def test_a_wrong_text_beside_an_output_is_refused_at_once(recorder: Recorder) -> None:
    def program() -> None:
        with pytest.raises(SettingsError, match="problem\n  - remoteKey: is empty"):
            RemoteRef(remote_key="", property=Other().later("token"))

    assert [each.type for each in recorder.run(program)] == [OTHER]
