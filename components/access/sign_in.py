"""As whom a store signs in to its secret manager, and where it reads there, from its provider block.

Planned and live stores are read in the same way, so that two of them can be compared. Source: ``SecretStoreProvider``
of ``external-secrets.io/v1``. No value of a block is shown, except names: a block of others may contain secrets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from ..managers.block_keys import locate_in_block
from ..managers.remote_keys import RemotePlace, clean_key, describe_place
from ..schema.server_address import clean_server
from .model import OUTPUT

Account = tuple[str, str]
"""Namespace and name of a ServiceAccount or a Secret."""
Annotations = Mapping[Account, Mapping[str, Any]]
"""ServiceAccount -> its annotations."""

_ROLE: Final = "eks.amazonaws.com/role-arn"
_GOOGLE: Final = "iam.gke.io/gcp-service-account"
_CLIENT: Final = "azure.workload.identity/client-id"
_OPERATOR: Final = "the operator's own identity"


@dataclass(frozen=True)
class SignIn:
    """How one store reaches its secrets."""

    realm: str
    """Where its keys are; equal keys of one realm are one key."""
    identity: str
    """In words: ``ServiceAccount secret-manager/eso-org-acme``."""
    principal: str
    """Equal for two stores only if the secret manager cannot distinguish them."""
    prefix: str = ""
    """What the store puts in front of every key."""
    account: Account | None = None
    """ServiceAccount by whose token it signs in. None: by something else."""
    secrets: tuple[Account, ...] = ()
    """Secrets of the cluster that it signs in with."""
    source: str = ""
    """Namespace of the source Secrets of the provider ``kubernetes``; empty for every other provider."""
    find: Callable[[str], RemotePlace | None] = field(default=lambda _: None, compare=False, repr=False)
    """Remote key -> the secret that it names, for every spelling. None: `realm`, prefix and key are its place."""

    def locate(self, key: str) -> str:
        """A key with its place, for people."""
        return f"{self.realm}: {self.prefix}{key}"

    def identify(self, key: str) -> RemotePlace:
        """The secret that a key names: two stores and two spellings that may name one secret overlap."""
        return self.find(key) or (self.realm, clean_key(f"{self.prefix}{key}"))


def read_sign_in(
    provider: Mapping[str, Any], plane: str, store: str, annotations: Annotations, namespace: str | None = None
) -> SignIn:
    """How a store signs in.

    Args:
        provider: ``spec.provider`` of the store.
        plane: cluster of the store.
        store: the store in words, for a principal that no other store has.
        annotations: those of the ServiceAccounts.
        namespace: of a SecretStore, whose references are in its own namespace. None: a ClusterSecretStore.
    """
    name = next(iter(provider), "")
    block: Mapping[str, Any] = provider[name] if name and isinstance(provider[name], Mapping) else {}
    reader = _READERS.get(name, _read_other)
    return reader(name, block, _Context(plane, f"{plane} {store}", annotations, namespace))


@dataclass(frozen=True)
class _Context:
    plane: str
    store: str
    annotations: Annotations
    namespace: str | None

    def locate(self, reference: Mapping[str, Any] | None) -> Account | None:
        """The object that a reference names."""
        if not reference:
            return None
        namespace = self.namespace or reference.get("namespace") or ""
        return plain(namespace), plain(reference.get("name"))

    def annotation(self, account: Account | None, name: str) -> str:
        value = (self.annotations.get(account) or {}).get(name) if account else None
        return "" if value is None else plain(value)


def plain(value: object) -> str:
    """A text as it is; in place of an output, words."""
    if value is None:
        return ""
    return value if isinstance(value, str) else OUTPUT


def _join(*parts: object) -> str:
    return json.dumps([plain(part) for part in parts])


def _account_words(account: Account) -> str:
    return f"ServiceAccount {account[0]}/{account[1]}"


def _secret_words(secrets: tuple[Account, ...]) -> str:
    return "Secret " + ", ".join(f"{namespace}/{name}" for namespace, name in secrets)


def _read_kubernetes(name: str, block: Mapping[str, Any], context: _Context) -> SignIn:
    source = plain(block.get("remoteNamespace")) or "default"
    auth = block.get("auth") or {}
    account = context.locate(auth.get("serviceAccount"))
    secrets = _list_secrets(auth, context)
    identity = _account_words(account) if account else _secret_words(secrets) if secrets else "a credential of its own"
    return SignIn(
        # Its place too: by the plane, because one API server has several addresses.
        realm=f"{name} {source}{' on the data plane' if context.plane == 'data' else ''}",
        identity=identity,
        # Without the server, whose address is in the kubeconfig for a planned store.
        principal=_join(name, identity) if account or secrets else _join(name, context.store),
        account=account,
        secrets=secrets,
        source=source,
    )


def _read_aws(name: str, block: Mapping[str, Any], context: _Context) -> SignIn:
    auth = block.get("auth") or {}
    account = context.locate((auth.get("jwt") or {}).get("serviceAccountRef"))
    secrets = _list_secrets(auth, context)
    role = plain(block.get("role")) or context.annotation(account, _ROLE)
    signs = _account_words(account) if account else _secret_words(secrets) if secrets else _OPERATOR
    tags = sorted((plain(tag.get("key")), plain(tag.get("value"))) for tag in block.get("sessionTags") or ())
    words = [f"IAM role {role}"] if role else []
    words += [f"{key}={value}" for key, value in tags]
    identity = ", ".join([signs, *words])
    place = f"{name} {plain(block.get('service'))} {plain(block.get('region'))}"
    return SignIn(
        realm=place,
        identity=identity,
        principal=_join(name, role, json.dumps(tags)) if role else _join(name, signs),
        prefix=plain(block.get("prefix")),
        account=account,
        secrets=secrets,
        # The role of the ServiceAccount's annotation reads in its own account, too.
        find=partial(locate_in_block, name, {**block, "role": role}),
    )


def _read_vault(name: str, block: Mapping[str, Any], context: _Context) -> SignIn:
    auth = block.get("auth") or {}
    space, mount = (plain(block.get(key)) for key in ("namespace", "path"))
    shown = clean_server(plain(block.get("server")))
    where = "/".join(part for part in (space, mount) if part)
    secrets = _list_secrets(auth, context)
    method: str = next(iter(auth), "")
    login: Mapping[str, Any] = auth[method] if method and isinstance(auth[method], Mapping) else {}
    role = plain(login.get("role")) or plain(login.get("roleId"))
    token = (login.get("kubernetesServiceAccountToken") or login).get("serviceAccountRef")
    account = context.locate(token)
    signs = _account_words(account) if account else _secret_words(secrets) if secrets else _OPERATOR
    place = plain(login.get("mountPath")) or plain(login.get("path")) or method
    identity = f"{signs}, role {role} of {place}" if role else signs
    return SignIn(
        realm=" ".join(part for part in (name, shown, where) if part),
        identity=identity,
        principal=_join(name, shown, space, place, role) if role else _join(name, shown, space, signs),
        account=account,
        secrets=secrets,
        find=partial(locate_in_block, name, block),
    )


def _read_azure(name: str, block: Mapping[str, Any], context: _Context) -> SignIn:
    account = context.locate(block.get("serviceAccountRef"))
    secrets = _list_secrets(block.get("authSecretRef") or {}, context)
    client = context.annotation(account, _CLIENT) or plain(block.get("identityId"))
    signs = _account_words(account) if account else _secret_words(secrets) if secrets else _OPERATOR
    shown = clean_server(plain(block.get("vaultUrl")).rstrip("/"))
    identity = f"{signs}, client {client}" if client else signs
    principal = _join(name, shown, client or signs)
    find = partial(locate_in_block, name, block)
    return SignIn(f"{name} {shown}", identity, principal, "", account, secrets, find=find)


def _read_google(name: str, block: Mapping[str, Any], context: _Context) -> SignIn:
    auth = block.get("auth") or {}
    account = context.locate((auth.get("workloadIdentity") or {}).get("serviceAccountRef"))
    secrets = _list_secrets(auth.get("secretRef") or {}, context)
    google = context.annotation(account, _GOOGLE)
    signs = _account_words(account) if account else _secret_words(secrets) if secrets else _OPERATOR
    project = " ".join(filter(None, (plain(block.get("projectID")), plain(block.get("location")))))
    identity = f"{signs}, {google}" if google else signs
    find = partial(locate_in_block, name, block)
    return SignIn(f"{name} {project}", identity, _join(name, project, google or signs), "", account, secrets, find=find)


def _read_fake(name: str, _block: Mapping[str, Any], context: _Context) -> SignIn:
    return SignIn(
        realm=f"{name} {context.store}",
        identity="values in the store itself",
        principal=_join(name, context.store),
    )


def _read_other(name: str, block: Mapping[str, Any], context: _Context) -> SignIn:
    """A provider without a typed block: two stores are one principal if their blocks are equal."""
    secrets = _list_secrets(block, context)
    digest = _digest(block)
    place = _digest(describe_place(block))
    signs = _secret_words(secrets) if secrets else "a credential of its own"
    find = partial(locate_in_block, name, block)
    return SignIn(f"{name} {place}", f"{signs} ({name} {digest})", _join(name, digest), "", None, secrets, find=find)


_READERS: Final[Mapping[str, Callable[[str, Mapping[str, Any], _Context], SignIn]]] = {
    "aws": _read_aws,
    "azurekv": _read_azure,
    "fake": _read_fake,
    "gcpsm": _read_google,
    "kubernetes": _read_kubernetes,
    "vault": _read_vault,
}


def _digest(tree: object) -> str:
    """A short name for a block that must not be shown."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True, default=lambda _: OUTPUT).encode()).hexdigest()[:8]


def _list_secrets(tree: Any, context: _Context) -> tuple[Account, ...]:
    """Every Secret that a block refers to: a reference has a name and a key."""
    return tuple(dict.fromkeys(_walk(tree, context)))


def _walk(tree: Any, context: _Context) -> Iterator[Account]:
    if isinstance(tree, Mapping):
        if "name" in tree and "key" in tree and tree.get("type") != "ConfigMap":
            yield context.locate(tree) or ("", "")
        else:
            for value in tree.values():
                yield from _walk(value, context)
    elif isinstance(tree, list):
        for value in tree:
            yield from _walk(value, context)
