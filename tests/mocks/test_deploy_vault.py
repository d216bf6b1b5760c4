"""deploy with managed stores of Vault: dependencies, and stacks that need no provider of Vault."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from components import Configuration, OpenChoreoSecretsError, deploy, find_release, parse
from components.resources import deployment as stack
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import NAMESPACES, stub
from tests.unit.vault_managed import SERVER, managed

ESO = "kubernetes:external-secrets.io/v1"
PROVIDER = "pulumi:providers:vault vault-org"
REFERENCED = {"vault": {"server": SERVER, "path": "secret", "auth": {"kubernetes": {"role": "{organization}"}}}}


def behind(name: str) -> set[str]:
    policy, role = "vault:index/policy:Policy", "vault:kubernetes/authBackendRole:AuthBackendRole"
    return {f"{policy} org-{name}", f"{role} org-{name}/kubernetes"}


def raw(store: dict[str, Any]) -> dict[str, Any]:
    names = ["acme", "globex"]
    return {
        "clusters": {"buildPlane": {"context": "kind-build"}},
        "secretStores": {"org": store},
        "organizations": [
            {"name": name, "secretStore": "org", "git": {"remoteKey": f"org/{name}/git"}} for name in names
        ],
    }


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build plane without objects of this project, and an environment without variables of Vault."""
    monkeypatch.setattr(stack, "Cluster", stub(collections={NAMESPACES: []}))
    monkeypatch.delenv("VAULT_NAMESPACE", raising=False)


def run(recorder: Recorder, store: dict[str, Any]) -> list[Registered]:
    def program() -> None:
        settings = parse(raw(store), source="stacks/Pulumi.test.yaml")
        deploy(Configuration(settings, find_release(settings.release), {}))

    return recorder.run(program)


def named(registered: list[Registered], name: str) -> Registered:
    (resource,) = (resource for resource in registered if str(resource) == name)
    return resource


def in_vault(registered: list[Registered]) -> list[Registered]:
    return [resource for resource in registered if resource.type.startswith(("vault:", "pulumi:providers:vault"))]


def fail(recorder: Recorder, store: dict[str, Any]) -> str:
    """The message of an error before which nothing is registered."""
    errors: list[str] = []

    def program() -> None:
        settings = parse(raw(store), source="stacks/Pulumi.test.yaml")
        with pytest.raises(OpenChoreoSecretsError) as raised:
            deploy(Configuration(settings, find_release(settings.release), {}))
        errors.append(str(raised.value))

    assert in_vault(recorder.run(program)) == []
    (message,) = errors
    return message


def test_a_managed_store_depends_on_its_role(recorder: Recorder) -> None:
    registered = run(recorder, managed())

    account = named(registered, "kubernetes:core/v1:ServiceAccount org-acme-serviceaccount")
    store = named(registered, f"{ESO}:ClusterSecretStore org-acme")
    assert account.depends_on == behind("acme")
    assert store.depends_on == {*behind("acme"), str(account)}
    assert store.inputs["spec"]["provider"]["vault"]["auth"]["kubernetes"]["role"] == "eso-org-acme"
    assert str(store) in named(registered, f"{ESO}:ExternalSecret acme/git-clone-secret").depends_on
    assert {str(resource) for resource in in_vault(registered)} == {PROVIDER, *behind("acme"), *behind("globex")}
    assert {resource.provider for resource in in_vault(registered)} == {"", PROVIDER}


def test_organizations_share_a_mount(recorder: Recorder) -> None:
    registered = run(recorder, managed(createMount=True))

    (mount,) = (resource for resource in registered if resource.type == "vault:index/mount:Mount")
    assert mount.name == "org"
    for name in ("acme", "globex"):
        component = named(registered, f"openchoreo:index:VaultSecretStore org-{name}")
        assert component.depends_on == {str(mount)}, "its resources are created after it"


def test_each_organization_has_its_own_mount(recorder: Recorder) -> None:
    registered = run(recorder, managed({"path": "kv-{organization}"}, createMount=True))

    mounts = [resource for resource in registered if resource.type == "vault:index/mount:Mount"]
    assert {mount.name: mount.inputs["path"] for mount in mounts} == {"org-acme": "kv-acme", "org-globex": "kv-globex"}
    assert all(mount.retained for mount in mounts)


def test_a_managed_store_without_the_package(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "components.vault", None)
    monkeypatch.delattr("components.vault", raising=False)
    monkeypatch.setitem(sys.modules, "pulumi_vault", None)

    message = fail(recorder, managed())

    assert message.startswith("the stack creates roles in Vault, and ")
    assert message.endswith("is not installed; run: pip install '.[vault]'")


def test_a_namespace_of_the_environment_is_refused(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_NAMESPACE", "admin")

    assert fail(recorder, managed()).startswith("the environment variable VAULT_NAMESPACE is set, and ")


def test_a_stack_that_names_existing_roles_creates_nothing_in_vault(recorder: Recorder) -> None:
    assert in_vault(run(recorder, REFERENCED)) == []


def test_nothing_of_vault_is_imported_by_itself() -> None:
    """A user of another manager need not install it, and does not wait for it."""
    code = "import sys, components.api; print([name for name in sys.modules if name == 'pulumi_vault'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
