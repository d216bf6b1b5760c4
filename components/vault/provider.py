"""Explicit Pulumi provider of one Vault or OpenBao server."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pulumi
import pulumi_vault as vault

from ..errors import OpenChoreoSecretsError
from ..plan.vault_managed import VaultServer
from ..schema.arguments import check_arguments
from .ca_file import write_ca_file

_NAMESPACE = "VAULT_NAMESPACE"


def check_environment(servers: Iterable[VaultServer]) -> None:
    """Check that the environment does not move the resources of a store into another namespace.

    Raises:
        OpenChoreoSecretsError: it does.
    """
    rooted = sorted({server.entry for server in servers if server.namespace is None})
    if os.environ.get(_NAMESPACE) and rooted:
        stores = ", ".join(f'"{entry}"' for entry in rooted)
        msg = (
            f"the environment variable {_NAMESPACE} is set, and these stores name no namespace, so roles would be "
            f"created where ESO does not look for them: {stores}; unset {_NAMESPACE}, or set vault.namespace"
        )
        raise OpenChoreoSecretsError(msg)


@check_arguments()
def server_provider(name: str, server: VaultServer, opts: pulumi.ResourceOptions | None = None) -> vault.Provider:
    """A provider for one server. It takes its token from the environment and always verifies the certificate."""
    return vault.Provider(
        name,
        address=server.address,
        ca_cert_file=None if server.ca_bundle is None else str(write_ca_file(server.ca_bundle)),
        namespace=server.namespace,
        set_namespace_from_token=False,
        skip_tls_verify=False,
        opts=opts,
    )
