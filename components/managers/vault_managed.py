"""Settings of managed stores: the stack creates a policy and a role in Vault or OpenBao for each organization.

Source: names of ACL policies and of roles of the auth method ``kubernetes``, which Vault converts to lower case.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, model_validator

from ..schema.durations import format_canonical, parse_seconds
from ..schema.form import must_match
from ..schema.model import Example, Label
from ..schema.placeholder import fill, must_match_template
from .manager import PlannedStore
from .references import Reference, StoreServiceAccount
from .rendering import build_account_reference, build_provider_block, build_role_template

_MINUTE: Final = 60.0
_DAY: Final = 24 * 3600.0
_POLICIES_OF_VAULT: Final = frozenset({"control-group", "default", "hcp-root", "response-wrapping", "root"})
_SEGMENT: Final = re.compile(r"(?!\.{1,2}$)[\w.@~-]+", re.ASCII)


def _check_role(name: str) -> str | None:
    return "is the name of a policy of Vault itself; use another name" if name in _POLICIES_OF_VAULT else None


def _check_ttl(text: str) -> str:
    canonical = format_canonical(text)
    if not _MINUTE <= parse_seconds(canonical) <= _DAY:
        msg = "is not a lifetime from 1m to 24h"
        raise ValueError(msg)
    return canonical


VaultMount = Annotated[
    str,
    must_match(
        r"(?!\.{1,2}(/|$))[\w.@~-]+(/(?!\.{1,2}(/|$))[\w.@~-]+)*",
        "a path of Vault; expected <name>[/<name>...], without / at the ends",
    ),
]


class VaultManaged(Reference):
    """For each organization, a policy that may read one path, and a role for the ServiceAccount of its store."""

    example: ClassVar[Example] = {"identityNamespace": "external-secrets", "path": "org/{organization}/"}
    namespace_field: ClassVar[str] = "identity_namespace"

    identity_namespace: Label
    """Namespace of the ServiceAccounts that the stack creates. It must exist and must not be a build namespace."""
    path: Annotated[
        str,
        must_match_template(
            r"([A-Za-z0-9_-]+/)+",
            "a path; expected <part>/[<part>/...] of letters, digits, _ and -, with / at the end and {organization} as "
            "one whole part",
        ),
    ]
    """Beginning of the remote keys of an organization, below the mount, such as ``org/{organization}/``."""
    role_name: (
        Annotated[
            str,
            must_match_template(
                r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?",
                "the name of a role: lower-case letters, digits and _.-, first and last a letter, a digit or _",
                _check_role,
            ),
        ]
        | None
    ) = None
    """Name of each organization's role and policy; must contain ``{organization}``. None:
    ``eso-<store>-{organization}``."""
    auth_mount: VaultMount = "kubernetes"
    """Where the auth method ``kubernetes`` for the cluster of the stores is mounted. It must exist."""
    data_plane_auth_mount: VaultMount | None = None
    """The same for the data plane, if it is another cluster than the build plane."""
    audience: Annotated[str, must_match(r"[\x21-\x7e]+", "an audience; expected a text such as vault")] = "vault"
    """Audience of the ServiceAccounts' tokens; the role accepts no other tokens."""
    token_ttl: Annotated[str, AfterValidator(_check_ttl)] = "10m0s"
    """Longest time that a token of Vault is valid, which ESO revokes earlier."""
    create_mount: bool = False
    """Whether the stack also creates the mount of the secret engine. Its secrets are never deleted with it."""

    @model_validator(mode="after")
    def _two_mounts(self) -> Self:
        if self.data_plane_auth_mount == self.auth_mount:
            msg = (
                f'has "{self.auth_mount}" as authMount and as dataPlaneAuthMount, and an auth method verifies the '
                "tokens of one cluster; use two mounts, or leave dataPlaneAuthMount out"
            )
            raise ValueError(msg)
        return self

    @property
    def account(self) -> StoreServiceAccount:
        """The ServiceAccount of each store. Its tokens are for Vault only."""
        return StoreServiceAccount(identity_namespace=self.identity_namespace, audiences=[self.audience])

    @property
    def token_seconds(self) -> int:
        """``tokenTtl`` in seconds."""
        return int(parse_seconds(self.token_ttl))

    def path_of(self, organization: str) -> str:
        """Beginning of the remote keys of an organization; ends in ``/``."""
        return str(fill(self.path, organization))

    def role_of(self, store: str, organization: str, *, beside_builds: bool = False) -> str:
        """Name of the role and of the policy of a store, which serves one organization.

        Args:
            store: name after which its identity is named.
            organization: name of the organization.
            beside_builds: whether it is a pull store, and the builds' store of its entry has a role too.
        """
        return str(fill(self.role_template(store, beside_builds=beside_builds), organization))

    def role_template(self, store: str, *, beside_builds: bool = False) -> str:
        """The same with the placeholder."""
        return build_role_template(store, self.role_name, beside_builds=beside_builds)

    def auth_mount_of(self, plane: str) -> str:
        """Where the auth method of a plane's cluster is mounted."""
        return self.data_plane_auth_mount or self.auth_mount if plane == "data" else self.auth_mount

    def key_problem(self, key: str, organization: str) -> str | None:
        """Why an organization cannot read a remote key, to follow the key in a message. None: it can."""
        path = self.path_of(organization)
        if not key.startswith(path):
            return f'is not below "{path}", the only path that managed lets the organization read'
        if not all(_SEGMENT.fullmatch(segment) for segment in key.split("/")):
            return "is not a path of a secret; expected letters, digits and _.@~- between single slashes"
        return None


def build_managed_auth(planned: PlannedStore, managed: VaultManaged) -> dict[str, Any]:
    """The block ``auth`` of a managed store, which signs in as its own ServiceAccount."""
    block = build_provider_block(
        planned,
        mountPath=managed.auth_mount_of(planned.plane),
        role=managed.role_template(planned.managed_name, beside_builds=planned.beside_builds),
        serviceAccountRef=build_account_reference(planned, managed.account, None),
    )
    return {"kubernetes": block}
