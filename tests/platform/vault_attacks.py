"""Requests with the token of one organization that OpenBao must refuse, and sign-ins that no role may accept."""

from __future__ import annotations

from typing import Any

from tests.platform.harness import Kubernetes
from tests.platform.openbao import Vault

REFUSED = (403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})
NO_RELATIVE_PATHS = (400, {"errors": ["relative paths not supported"]})
WRONG_AUDIENCE = "invalid audience (aud) claim: audience claim does not match any expected audience"
AUDIENCE = "vault"


def read(vault: Vault, mount: str, version: str, path: str, token: str | None = None) -> tuple[int, Any]:
    """Status and value of a secret, read with a token; with the root token by default."""
    status, body = vault.server.ask(
        "GET", f"{mount}/data/{path}" if version == "v2" else f"{mount}/{path}", token=token
    )
    if status != 200:
        return status, body
    return status, body["data"]["data"] if version == "v2" else body["data"]


def attack_paths(
    vault: Vault, mount: str, version: str, names: tuple[str, str, str], token: str
) -> dict[str, tuple[int, Any]]:
    """Requests with the token of the first organization that are not refused, with their answers."""
    own, *others = names
    value = f"{mount}/data" if version == "v2" else mount
    gets = [
        *(f"{value}/org/{other}/git" for other in others),
        *(f"{value}/org/{other}" for other in others),
        *(f"{mount}/metadata/org/{name}/git" for name in names),
        *(f"{mount}/subkeys/org/{name}/git" for name in names),
        f"{value}/org/{own}",
        f"{value}/org/{own}*/git",
        f"{value}/org/+/git",
        f"{value}/org",
        f"{value}/org/?list=true",
        f"{mount}/metadata/org/?list=true",
        f"{value}/",
        f"{mount}/config",
        f"{mount}/org/{others[0]}/git",
        f"{mount}/data/org/{others[0]}/git",
        *(f"sys/policies/acl/eso-vault-{name}" for name in names),
        *(f"auth/kubernetes/role/eso-vault-{name}" for name in names),
        "sys/auth",
        "sys/mounts",
        "sys/namespaces",
        "sys/raw/core",
        f"identity/entity/name/{own}",
        f"cubbyhole/{own}",
    ]
    lists = [
        f"{mount}/metadata/",
        f"{mount}/metadata/org/",
        *(f"{mount}/metadata/org/{name}/" for name in names),
        *(f"{value}/org/{name}/" for name in names),
        f"{value}/org/",
        "sys/policies/acl",
        "auth/token/accessors",
        "auth/kubernetes/role",
    ]
    everything = 'path "*" { capabilities = ["sudo", "read"] }'
    puts: list[tuple[str, dict[str, Any]]] = [
        *((f"{value}/org/{name}/git", {"data": {"token": "changed"}}) for name in names),
        (f"{mount}/delete/org/{others[0]}/git", {"versions": [1]}),
        (f"{mount}/destroy/org/{others[0]}/git", {"versions": [1]}),
        (f"sys/policies/acl/eso-vault-{own}", {"policy": everything}),
        (f"auth/kubernetes/role/eso-vault-{own}", {"token_policies": [f"eso-vault-{others[0]}"]}),
        ("auth/token/create", {"policies": [f"eso-vault-{others[0]}"]}),
        ("auth/token/create-orphan", {"policies": ["root"]}),
        ("auth/token/renew-self", {"increment": "24h"}),
        ("sys/seal", {}),
        ("sys/rotate", {}),
        ("sys/capabilities-self", {"paths": [value]}),
    ]
    deletes = [*(f"{value}/org/{name}/git" for name in names), f"{mount}/metadata/org/{own}/git", f"sys/mounts/{mount}"]
    requests: list[tuple[str, str, dict[str, Any] | None]] = [
        *(("GET", path, None) for path in gets),
        *(("LIST", path, None) for path in lists),
        *(("PUT", path, body) for path, body in puts),
        *(("DELETE", path, None) for path in deletes),
    ]

    answers = {f"{method} {path}": vault.server.ask(method, path, body, token=token) for method, path, body in requests}
    parents = [f"{value}/org/{own}/{steps}{others[0]}/git" for steps in ("%2e%2e/", "..%2f", "%2e%2e%2f")]
    relative = {path: vault.server.ask("GET", path, token=token) for path in parents}
    return {
        **{request: answer for request, answer in answers.items() if answer != REFUSED},
        **{path: answer for path, answer in relative.items() if answer != NO_RELATIVE_PATHS},
    }


def list_mounts(vault: Vault, token: str) -> set[str]:
    """Secret engines that a token may see: every token sees those that it may use."""
    return set(vault.server.call("GET", "sys/internal/ui/mounts", token=token)["data"]["secret"])


def attack_roles(vault: Vault, cluster: Kubernetes, manager: str, own: str, other: str) -> dict[str, tuple[int, Any]]:
    """Answers to sign-ins that no role may accept."""
    account = f"eso-vault-{own}"
    lookalike = {"name": f"eso-vault-{other}", "namespace": "default"}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": lookalike})
    role = f"eso-vault-{other}"
    attempts = {
        "the ServiceAccount of another organization": (role, cluster.token(account, manager, AUDIENCE)),
        "the same name in another namespace": (role, cluster.token(role, "default", AUDIENCE)),
        "a token for the API server": (account, cluster.token(account, manager)),
        "a token for another audience": (account, cluster.token(account, manager, "other")),
    }
    answers = {what: vault.sign_in(name, token) for what, (name, token) in attempts.items()}
    cluster.delete("v1", "ServiceAccount", lookalike["name"], "default")
    return answers
