"""What OpenBao of the local platform must grant: sign-ins of ServiceAccounts, and one path for each organization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.managers.vault import VaultStore
from components.openchoreo import find_release
from components.plan.stores import plan_stores
from components.settings.stack import StackSettings

from .openbao import OpenBao
from .platform import Platform
from .seed import Seeder, generate_demo_values

MOUNT: Final = "secret"
"""Mount of the KV engine."""
NAMESPACE: Final = "openbao"
"""Namespace of the ServiceAccount that reviews tokens, and of the organizations' own."""

_REVIEWER: Final = "openbao"
_ABSENT: Final = 404
_FAILED: Final = 400
"""First HTTP status of a failure."""
_TOKEN_SECONDS: Final = 365 * 24 * 3600
"""How long the tokens of the reviewer and of the hosts are valid. Every start of the platform creates new ones."""


def start_openbao(platform: Platform, seeder: Seeder) -> OpenBao:
    """OpenBao that accepts ServiceAccounts of the platform, with KV version 2 at `MOUNT`; started unless it runs."""
    openbao = platform.openbao
    openbao.start()
    enable(openbao, "auth", "kubernetes", {"type": "kubernetes"})
    openbao.call("PUT", "auth/kubernetes/config", build_cluster_trust(platform, seeder))
    enable(openbao, "mounts", MOUNT, {"type": "kv", "options": {"version": "2"}})
    # The engine answers with an error until it has prepared its storage.
    openbao.process.wait_until(lambda: openbao.ask("GET", f"{MOUNT}/config")[0] < _FAILED, 30)
    return openbao


@dataclass(frozen=True)
class Identity:
    """The ServiceAccount that reads for the builds or for the workloads of one organization, or of several."""

    organizations: tuple[str, ...]
    account: tuple[str, str]
    """Namespace and name of the ServiceAccount."""
    pull_keys: tuple[str, ...] | None = None
    """The only remote keys that workloads read. None: it reads for builds, every key of the organizations."""
    shared_role: str = ""
    """Role of a store that several organizations share. Empty: it is for one organization."""

    @property
    def role(self) -> str:
        """Role of OpenBao with which it signs in."""
        return self.shared_role or f"{'eso' if self.pull_keys is None else 'pull'}-{self.organizations[0]}"

    @property
    def policy(self) -> str:
        """Policy of OpenBao with its paths."""
        use = "org" if self.pull_keys is None else "pull"
        return f"{use}-shared-{self.shared_role}" if self.shared_role else f"{use}-{self.organizations[0]}"

    @property
    def paths(self) -> tuple[str, ...]:
        """API paths that the policy opens."""
        if self.pull_keys is None:
            return tuple(f"{MOUNT}/data/org/{name}/*" for name in self.organizations)
        return tuple(f"{MOUNT}/data/{key}" for key in self.pull_keys)


def list_identities(settings: StackSettings) -> list[Identity]:
    """The ServiceAccounts of all ``vault`` stores that sign in with the auth method ``kubernetes``."""
    return [
        Identity(
            planned.organizations,
            (account["metadata"]["namespace"], account["metadata"]["name"]),
            # The settings come from YAML, which has no outputs.
            tuple(map(str, planned.keys)) if planned.is_pull_store else None,
            "" if planned.only_organization else _read_role(planned.manager),
        )
        for planned in plan_stores(settings, find_release(settings.release))
        if isinstance(planned.manager, VaultStore)
        for account in planned.identity
    ]


def _read_role(manager: VaultStore) -> str:
    """The role that the settings of a shared store name."""
    auth = None if manager.auth is None else manager.auth.kubernetes
    return "" if auth is None else str(auth.role)


def grant_organizations(openbao: OpenBao, settings: StackSettings) -> None:
    """Let the builds of each organization read its own path, and its workloads exactly the keys of its pull secret."""
    for identity in list_identities(settings):
        grant_paths(openbao, identity.policy, identity.paths)
        bind_account(openbao, identity.role, identity.account, identity.policy)


def write_demo_values(openbao: OpenBao, settings: StackSettings) -> None:
    """Write random values for every remote key of the settings; existing ones keep their values."""
    for key, data in generate_demo_values(settings).items():
        path = f"{MOUNT}/data/{key}"
        if openbao.ask("GET", path)[0] == _ABSENT:
            openbao.call("PUT", path, {"data": data})


def build_cluster_trust(platform: Platform, seeder: Seeder) -> dict[str, Any]:
    """Configuration of the auth method ``kubernetes``: the API server, and the token that reviews other tokens."""
    return {
        "kubernetes_host": platform.server,
        "kubernetes_ca_cert": platform.pki.ca.read_text(),
        "token_reviewer_jwt": seeder.create_token_reviewer(NAMESPACE, _REVIEWER, _TOKEN_SECONDS),
        # The server does not run in a pod, which would have a CA and a token of its own.
        "disable_local_ca_jwt": True,
    }


def create_reader_token(openbao: OpenBao, name: str) -> str:
    """A token that reads the paths of all organizations, with the policy `name`."""
    grant_paths(openbao, name, (f"{MOUNT}/data/*",))
    body = {"policies": [name], "no_parent": True, "ttl": f"{_TOKEN_SECONDS}s", "display_name": name}
    return str(openbao.call("PUT", "auth/token/create", body)["auth"]["client_token"])


def enable(openbao: OpenBao, kind: str, mount: str, body: Mapping[str, Any], namespace: str = "") -> None:
    """Enable an auth method (`kind` ``auth``) or a secret engine (``mounts``), unless something is mounted there."""
    mounts = openbao.call("GET", f"sys/{kind}", namespace=namespace)["data"]
    if f"{mount}/" not in mounts:
        openbao.call("PUT", f"sys/{kind}/{mount}", body, namespace=namespace)


def grant_paths(openbao: OpenBao, name: str, paths: tuple[str, ...], namespace: str = "") -> None:
    """Write the policy `name`, which allows to read these API paths and nothing else."""
    rules = "\n".join(f'path "{path}" {{ capabilities = ["read"] }}' for path in paths)
    openbao.call("PUT", f"sys/policies/acl/{name}", {"policy": rules}, namespace=namespace)


def bind_account(openbao: OpenBao, role: str, account: tuple[str, str], policy: str) -> None:
    """Let one ServiceAccount, given by namespace and name, sign in as `role` with one policy."""
    namespace, name = account
    body = {
        "bound_service_account_names": [name],
        "bound_service_account_namespaces": [namespace],
        "token_policies": [policy],
        "token_ttl": "10m",
    }
    openbao.call("PUT", f"auth/kubernetes/role/{role}", body)
