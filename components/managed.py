"""What managed stores have in AWS, for a stack that has any; for any other, nothing of AWS is even imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from .errors import OpenChoreoSecretsError
from .stores import PlannedStore, managed_stores


@dataclass(frozen=True)
class Managed:
    """What stands behind one ClusterSecretStore in its secret manager, as far as it is made here."""

    organization: str
    """Whose it is."""
    resource: pulumi.Resource
    """It is made before the store."""
    names: Mapping[str, pulumi.Input[str]]
    """Remote key -> what it is called in the manager, where that is not the key itself."""
    secrets: Sequence[pulumi.Input[str]]
    """Names of the secrets that are made without a value."""


def register_managed(planned: Sequence[PlannedStore]) -> dict[str, Managed]:
    """Register what managed stores need.

    Returns:
        By the name of the ClusterSecretStore; empty without managed stores.

    Raises:
        OpenChoreoSecretsError: a store is managed, and ``pulumi-aws`` is not installed; nothing has been registered.
    """
    stores = managed_stores(planned)
    if not stores:
        return {}
    try:
        from . import aws  # noqa: PLC0415 -- half a second, and a package that only managed stores need
    except ImportError as error:
        msg = (
            f"secretStores has managed stores of AWS, and {error.name} is not installed; "
            "run: pip install 'openchoreo-secrets[aws]'"
        )
        raise OpenChoreoSecretsError(msg) from None
    provider = aws.account_provider("aws", stores[0].account)
    random = aws.random_provider("random") if any(store.unique_names for store in stores) else None
    made = {}
    for store in stores:
        component = aws.AwsSecretStore(
            store.name,
            aws.AwsSecretStoreArgs(store, random),
            pulumi.ResourceOptions(providers=[provider]),
        )
        made[store.name] = Managed(store.organization, component, component.names, component.secrets)
    return made


def unfilled(managed: Mapping[str, Managed]) -> dict[str, list[pulumi.Input[str]]]:
    """Names of all secrets that are made without a value, by organization."""
    found: dict[str, list[pulumi.Input[str]]] = {}
    for each in managed.values():
        if each.secrets:
            found.setdefault(each.organization, []).extend(each.secrets)
    return found


def hint(secrets: Sequence[pulumi.Input[str]]) -> pulumi.Input[str]:
    """What to do about credentials that did not arrive: the secrets that were made have no value at first."""
    before = "AWS has these secrets, and each is empty until it is given a value: "
    if all(isinstance(each, str) for each in secrets):
        return before + ", ".join(str(each) for each in secrets)
    return pulumi.Output.all(*secrets).apply(lambda names: before + ", ".join(names))
