"""BuildPlane: arguments that a program writes by itself."""

from __future__ import annotations

import pulumi
import pytest

from components import BuildPlane, BuildPlaneArgs, GitCredential, Organization, SettingsError
from tests.mocks.recorder import Recorder

pytestmark = pytest.mark.usefixtures("default_providers")


def test_an_interval_that_is_none_is_refused(recorder: Recorder) -> None:
    """In the words of the same mistake in YAML; ``1h`` is as good as ``1h0m0s``."""
    organization = Organization(name="acme", git=GitCredential(remote_key="pat"))

    def program() -> None:
        with pytest.raises(SettingsError) as raised:
            BuildPlane("acme", BuildPlaneArgs(organization, "vault", refresh_interval="1 hour"))
        assert str(raised.value) == (
            'BuildPlane "acme": 1 problem\n'
            '  - refresh_interval: "1 hour" is not a duration; expected a Go duration such as "30m", "1h" or "1h30m"'
        )
        BuildPlane("acme", BuildPlaneArgs(organization, "vault", refresh_interval="30m"))

    specs = [each.inputs["spec"] for each in recorder.run(program) if each.type.endswith(":ExternalSecret")]
    assert [spec["refreshInterval"] for spec in specs] == ["30m0s"]


def test_a_store_may_be_named_by_an_output(recorder: Recorder) -> None:
    """Another stack or resource creates the store; its name is not known before."""
    organization = Organization(name="acme", git=GitCredential(remote_key="pat"))

    def program() -> None:
        BuildPlane("acme", BuildPlaneArgs(organization, pulumi.Output.from_input("vault").apply(lambda name: name)))

    specs = [each.inputs["spec"] for each in recorder.run(program) if each.type.endswith(":ExternalSecret")]
    assert [spec["secretStoreRef"] for spec in specs] == [{"kind": "ClusterSecretStore", "name": "vault"}]
