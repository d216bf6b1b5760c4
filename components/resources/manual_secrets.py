"""Component: plain Kubernetes Secrets from encrypted configuration, for platforms without a secret manager."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pulumi

from ..errors import Problem
from ..manifests import Manifest
from ..schema.arguments import check_arguments, check_name, raise_problems
from ..schema.names import check_label, check_subdomain
from ..secrets.external_secret import Target
from ..secrets.manual_secret import ManualSecret, build_manual_secret, encode_secret_data
from ..settings.rules.organization import validate_manual_name
from .registration import register
from .required_providers import require_kubernetes_provider


@check_arguments()
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

    @check_arguments()
    def __init__(self, name: str, args: ManualSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        raise_problems(type(self).__name__, name, _problems(args))
        require_kubernetes_provider(type(self).__name__, name, opts)
        super().__init__("openchoreo:index:ManualSecrets", name, _inputs(args), opts)
        for secret in args.secrets:
            manifest = render_manual_secret(args.organization, args.namespace, secret, args.values)
            register(f"{name}/{secret.name}", manifest, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def select_values(
    secrets: Iterable[ManualSecret], values: Mapping[str, pulumi.Output[str]]
) -> dict[str, pulumi.Output[str]]:
    """The entries of ``manualSecrets`` that some Secrets need, of all entries of a stack."""
    return {entry: values[entry] for secret in secrets for entry in secret.entries}


def _problems(args: ManualSecretsArgs) -> Iterator[Problem]:
    yield from check_name("organization", args.organization, check_label)
    yield from check_name("namespace", args.namespace, check_label)
    for index, secret in enumerate(args.secrets):
        yield from check_name(f"secrets[{index}].name", secret.name, check_subdomain)
        for entry in secret.entries:
            yield from validate_manual_name(f"secrets[{index}]", entry, args.values.keys())


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
