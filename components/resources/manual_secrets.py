"""Component: plain Kubernetes Secrets from encrypted configuration, for platforms without a secret manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pulumi

from ..manifests import Manifest
from ..secrets.external_secret import Target
from ..secrets.manual_secret import ManualSecret, build_manual_secret, encode_secret_data
from .registration import register


@dataclass(frozen=True)
class ManualSecretsArgs:
    """Arguments of `ManualSecrets`: the Secrets, their namespace and their values."""

    organization: str
    """Name of the organization that owns them."""
    namespace: str
    """Namespace of the Secrets; must exist."""
    secrets: Sequence[ManualSecret]
    """The Secrets: Opaque (a git token, keys of a service) or a docker config for any number of registries."""
    values: Mapping[str, pulumi.Output[str]]
    """Entries of ``manualSecrets``, each a secret output."""


class ManualSecrets(pulumi.ComponentResource):
    """Secrets whose values are encrypted in the stack configuration and in the state."""

    def __init__(self, name: str, args: ManualSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("openchoreo:index:ManualSecrets", name, _inputs(args), opts)
        for secret in args.secrets:
            manifest = render_manual_secret(args.organization, args.namespace, secret, args.values)
            register(f"{name}/{secret.name}", manifest, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def _inputs(args: ManualSecretsArgs) -> dict[str, Any]:
    """What the component records in the state: names, never values."""
    return {
        "organization": args.organization,
        "namespace": args.namespace,
        "secrets": [secret.name for secret in args.secrets],
    }


def render_manual_secret(
    organization: str, namespace: str, secret: ManualSecret, values: Mapping[str, pulumi.Output[str]]
) -> Manifest:
    """The Secret, with ``data`` as a secret output; arguments as in `ManualSecretsArgs`."""
    target = Target(organization=organization, namespace=namespace, store="", refresh_interval="")
    entries = pulumi.Output.secret([values[entry] for entry in secret.entries])
    manifest = build_manual_secret(target, secret)
    return {**manifest, "data": entries.apply(partial(encode_secret_data, secret))}
