"""What users read about arguments of a wrong type, and what `help` shows."""

# mypy: disable-error-code="arg-type, dict-item, list-item"
# The arguments are wrong on purpose.

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ControlPlane,
    ControlPlaneArgs,
    DataPlane,
    DataPlaneArgs,
    DataPlanePatch,
    ExternalSecretsReady,
    ManualSecrets,
    ManualSecretsArgs,
    OpenChoreoProvider,
    OpenChoreoProviderArgs,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
    api,
    deploy,
    parse,
    with_pull_secret,
)
from components.aws import AwsSecretStore, AwsSecretStoreArgs
from components.managers.kubernetes import KubernetesStore
from components.secrets.manual_secret import ManualSecret
from tests.mocks.argument_samples import (
    ACME,
    KNOWN,
    NO_NAME,
    SERVICE,
    Other,
    managed_store,
    output,
    refusal,
)
from tests.mocks.recorder import Recorder


@pytest.mark.parametrize(
    ("call", "source", "problems"),
    [
        (
            lambda: BuildPlane("", BuildPlaneArgs(ACME)),
            "BuildPlane",
            ["name: is empty; expected the name of the resource"],
        ),
        (
            lambda: BuildPlane(5, BuildPlaneArgs(ACME)),
            "BuildPlane",
            ["name: must be a string, not a number"],
        ),
        (
            lambda: BuildPlane("acme", ControlPlaneArgs(ACME)),
            'BuildPlane "acme"',
            ["args: must be a BuildPlaneArgs, not a ControlPlaneArgs; use BuildPlaneArgs(organization, ...)"],
        ),
        (
            lambda: BuildPlane("acme", ACME),
            'BuildPlane "acme"',
            ["args: must be a BuildPlaneArgs, not an Organization; use BuildPlaneArgs(organization, ...)"],
        ),
        (
            lambda: SecretStoreArgs("org", KubernetesStore),
            "SecretStoreArgs",
            ["manager: must be a Manager, not the class KubernetesStore; create it: KubernetesStore(...)"],
        ),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME), {}),
            'BuildPlane "acme"',
            ["opts: must be pulumi.ResourceOptions, not a mapping"],
        ),
        (
            lambda: BuildPlaneArgs("acme"),
            "BuildPlaneArgs",
            ["organization: must be an Organization, not a string"],
        ),
        (
            lambda: BuildPlaneArgs(ACME, Other()),
            "BuildPlaneArgs",
            [("secret_store: must be a SecretStore, a string or an output, not a resource; use one of its outputs")],
        ),
        (
            lambda: BuildPlaneArgs(ACME, offboarding="drop"),
            "BuildPlaneArgs",
            ['offboarding: "drop" must be one of keep, delete'],
        ),
        (
            lambda: BuildPlaneArgs(ACME, offboarding=output("keep")),
            "BuildPlaneArgs",
            [f"offboarding: must be one of keep, delete, {KNOWN}"],
        ),
        (
            lambda: BuildPlaneArgs(ACME, manual={"token": "t0ken"}),
            "BuildPlaneArgs",
            ["manual.token: must be an output, not a string; use pulumi.Output.secret(...)"],
        ),
        (
            lambda: BuildPlane("acme", BuildPlaneArgs(ACME, "Vault")),
            'BuildPlane "acme"',
            [f'secret_store: "Vault" {NO_NAME}'],
        ),
        (
            lambda: DataPlane("acme", DataPlaneArgs(ACME, "Vault")),
            'DataPlane "acme"',
            [f'secret_store: "Vault" {NO_NAME}'],
        ),
        (
            lambda: ControlPlane("acme", ControlPlaneArgs(ACME, pull_store="Vault")),
            'ControlPlane "acme"',
            [f'pull_store: "Vault" {NO_NAME}'],
        ),
        (
            lambda: OpenChoreoProvider("a", OpenChoreoProviderArgs("")),
            'OpenChoreoProvider "a"',
            ["context: is empty; expected at least one character"],
        ),
        (
            lambda: ExternalSecretsReady("a", expected=[], timeout_seconds="5m"),
            'ExternalSecretsReady "a"',
            ["timeout_seconds: must be a number, not a string"],
        ),
        (
            lambda: ExternalSecretsReady("a", expected=[], timeout_seconds=-1),
            'ExternalSecretsReady "a"',
            ["timeout_seconds: -1 must be a finite number of seconds, 0 or more, such as 300"],
        ),
        (
            lambda: ExternalSecretsReady("a", expected=[5], timeout_seconds=5),
            'ExternalSecretsReady "a"',
            ["expected[0]: must be an Expected, not a number"],
        ),
        (
            lambda: ManualSecrets(
                "a", ManualSecretsArgs("acme", "a", [ManualSecret("b", "git", values={"k": "c"})], {})
            ),
            'ManualSecrets "a"',
            ["secrets[0]: names no entry of manualSecrets (value not shown); configured: none"],
        ),
        (
            lambda: DataPlanePatch("a", namespace=output("acme"), name=output("default"), secret_store_ref=b"a"),
            'DataPlanePatch "a"',
            ["secret_store_ref: must be a string or an output, not bytes"],
        ),
        (
            lambda: deploy(ACME),
            "deploy",
            ["configuration: must be a Configuration, not an Organization"],
        ),
        (
            lambda: parse([], source="a"),
            "parse",
            ["raw: must be a mapping, not a list"],
        ),
        (
            lambda: with_pull_secret({**SERVICE, "metadata": {"name": "web", "namespace": "globex"}}, ACME),
            "with_pull_secret",
            [
                (
                    'component_type.metadata.name: "web" is not one of '
                    "organization.pullSecret.componentTypes; expected service"
                ),
                (
                    'component_type.metadata.namespace: "globex" is not the namespace of the '
                    'organization "acme"; expected "acme"'
                ),
            ],
        ),
        (
            lambda: with_pull_secret({"kind": "ComponentType"}, ACME),
            "with_pull_secret",
            ["component_type.metadata: must be a mapping, not nothing"],
        ),
        (
            lambda: with_pull_secret({**SERVICE, "spec": [output("a"), {5: 5}]}, ACME, store="Vault"),
            "with_pull_secret",
            [
                "component_type.spec[0]: must be JSON data, not an output",
                "component_type.spec[1]: has a key that is a number; every key must be a string",
                f'store: "Vault" {NO_NAME}',
            ],
        ),
        (
            lambda: setattr(BuildPlaneArgs(ACME), "manual", {}),
            "BuildPlaneArgs",
            [
                (
                    "manual: cannot be changed; create new BuildPlaneArgs, such as "
                    "dataclasses.replace(arguments, manual=...)"
                )
            ],
        ),
        (
            lambda: AwsSecretStore("a", AwsSecretStoreArgs(managed_store(uniqueNames=True))),
            'AwsSecretStore "a"',
            ["random: is missing; uniqueNames needs a provider, such as random_provider(...)"],
        ),
    ],
)
def test_message(recorder: Recorder, call: Callable[[], object], source: str, problems: list[str]) -> None:
    messages: list[str] = []

    def program() -> None:
        messages.append(refusal(call))

    assert recorder.run(program) == []
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"{source}: {count}", *(f"  - {problem}" for problem in problems)]
    assert messages[0].splitlines() == lines


@pytest.mark.usefixtures("default_providers")
@pytest.mark.parametrize(
    ("value", "problem"), [("Not A Name", NO_NAME), (5, "must be a string, not a number")], ids=["text", "number"]
)
def test_an_output_that_names_no_store(recorder: Recorder, value: object, problem: str) -> None:
    """It is checked when it is known; its value may be secret."""
    with pytest.raises(SettingsError) as raised:
        recorder.run(lambda: BuildPlane("acme", BuildPlaneArgs(ACME, output(value))))
    assert str(raised.value) == (
        "BuildPlaneArgs: 1 problem; resources that use the value were not changed\n"
        f"  - secret_store: (value not shown) {problem}"
    )


@pytest.mark.usefixtures("default_providers")
def test_a_component_where_one_of_its_attributes_belongs(recorder: Recorder) -> None:
    def program() -> None:
        build_plane = BuildPlane("acme", BuildPlaneArgs(ACME, "org"))
        assert refusal(lambda: ExternalSecretsReady("a", expected=build_plane, timeout_seconds=5)) == (
            'ExternalSecretsReady "a": 1 problem\n'
            "  - expected: must be a list, not a BuildPlane; pass build_plane.expected"
        )

    assert "BuildPlane" in {each.type.rpartition(":")[2] for each in recorder.run(program)}


def test_signatures_are_short() -> None:
    assert str(inspect.signature(BuildPlaneArgs)) == (
        "(organization: Organization, secret_store: Store = None, manual: Mapping[str, pulumi.Output[str]] = "
        "<factory>, offboarding: Literal['keep', 'delete'] = 'keep', *, refresh_interval: str = '1h0m0s', "
        'release: Release = RELEASES["v0.9"], plan: OrganizationPlan | None = None, '
        "stores: Mapping[str, Store] = <factory>)"
    )
    assert str(inspect.signature(SecretStore.__init__)) == (
        "(self, name: str, args: SecretStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None"
    )
    assert str(inspect.signature(with_pull_secret)) == (
        '(component_type: Manifest, organization: Organization, *, release: Release = RELEASES["v0.9"], '
        "store: InputStr | None = None) -> Manifest"
    )


NOISE = ("Annotated", "Validator", "pydantic", "components.", "<object", "Kind(")
CALLED = [name for name in api.__all__ if name != "RELEASES" and not name.endswith("Error")]


@pytest.mark.parametrize("name", CALLED)
def test_every_signature_is_readable(name: str) -> None:
    signature = str(inspect.signature(getattr(api, name)))
    assert len(signature) < 1400
    assert [word for word in NOISE if word in signature] == []
