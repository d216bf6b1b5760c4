"""Rules about managed stores of AWS: no organization's path, role or secret may be another's.

A path that begins with another organization's path would be read by that one too: with the paths ``{organization}/``
and ``org/{organization}/`` the organization ``org`` would read ``org/acme/``. So all filled paths are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set as AbstractSet
from dataclasses import dataclass

from ...errors import Problem
from ...managers.aws import AwsStore
from ...managers.aws_managed import AwsManaged
from ...schema.cloud_names import ROLE_NAME_MAX
from ...schema.placeholder import ORGANIZATION
from ...schema.text import quoted
from ..organization import Organization
from ..stack import StackSettings

Reads = Callable[[Organization], list[tuple[str, tuple[str, ...]]]]
"""Entries of ``secretStores`` that an organization reads through, and the keys that it reads there."""


@dataclass(frozen=True)
class _Filled:
    """A managed store of one organization."""

    entry: str
    organization: str
    service: str
    path: str
    role: str
    default_role: bool
    """Whether the role's name was made of other names."""
    names: frozenset[str]
    """Of the secrets that are made."""

    @property
    def where(self) -> str:
        """Its place in the configuration."""
        return f"secretStores.{self.entry}.aws.managed"


def problems(settings: StackSettings, reads: Reads) -> Iterator[Problem]:
    """Everything that is wrong with managed stores beside each other, their account and their organizations."""
    managed = {
        name: (store.aws, store.aws.managed)
        for name, store in settings.secret_stores.items()
        if store.aws is not None and store.aws.managed is not None
    }
    for name, (store, block) in managed.items():
        yield from _store(settings, store, block, f"secretStores.{name}.aws")
    yield from _planes(settings, managed.keys())
    yield from _known_names(settings, {name for name, (_, block) in managed.items() if block.unique_names})
    filled: list[_Filled] = []
    for organization in settings.organizations:
        keys: dict[str, set[str]] = {}
        for entry, read in reads(organization):
            keys.setdefault(entry, set()).update(read)
        for entry in sorted(keys.keys() & managed.keys()):
            store, block = managed[entry]
            path = block.path_of(organization.name)
            names = frozenset(f"{path}{key}" for key in keys[entry]) if store.makes_containers else frozenset()
            role = block.role_of(settings.cluster_store_name(organization, entry), organization.name)
            filled.append(_Filled(entry, organization.name, store.service, path, role, block.role_name is None, names))
    yield from _apart(filled)


def _store(settings: StackSettings, store: AwsStore, managed: AwsManaged, path: str) -> Iterator[Problem]:
    if ORGANIZATION not in managed.path.split("/"):
        yield Problem(
            f"{path}.managed.path",
            f"{quoted(managed.path)} does not have {ORGANIZATION} as one whole part; organizations whose names begin "
            f"alike could read each other's secrets; use a value such as org/{ORGANIZATION}/",
        )
    if managed.role_name is not None and ORGANIZATION not in managed.role_name:
        yield Problem(
            f"{path}.managed.roleName",
            f"{quoted(managed.role_name)} names one role for all organizations; use a value such as eso-{ORGANIZATION}",
        )
    account = settings.aws
    if account is None:
        yield Problem(f"{path}.managed", "makes roles in an AWS account, and none is configured; aws is missing")
        return
    if store.region != account.region:
        yield Problem(
            f"{path}.region", f'"{store.region}" is not aws.region, "{account.region}"; a managed store is made there'
        )
    if account.oidc_provider is not None and managed.identity_namespace is None:
        yield Problem(
            f"{path}.managed.identityNamespace",
            "is missing; with aws.oidcProvider a ServiceAccount is made for each store",
        )
    if account.oidc_provider is None and managed.identity_namespace is not None:
        yield Problem(
            f"{path}.managed.identityNamespace",
            "is of no use with aws.operatorRoleArn; ESO cannot use Pod Identity for a ServiceAccount of a store, so "
            "leave it out, or set aws.oidcProvider instead",
        )


def _planes(settings: StackSettings, managed: AbstractSet[str]) -> Iterator[Problem]:
    """A role that is read through from another cluster must trust that cluster."""
    clusters, account = settings.clusters, settings.aws
    if account is None or account.data_plane is not None or clusters.data_plane in (None, clusters.build_plane):
        return
    for index, organization in enumerate(settings.organizations):
        entry = organization.pull_store
        if entry is not None and entry in managed:
            yield Problem(
                f"organizations[{index}].pullSecret",
                f'reads through the managed store "{entry}" on the data plane, whose cluster signs in to AWS as '
                "another; aws.dataPlane is missing",
            )


def _known_names(settings: StackSettings, unique: AbstractSet[str]) -> Iterator[Problem]:
    """What OpenChoreo renders must hold names that are known before the secrets are made."""
    said = "has uniqueNames, and OpenChoreo would have to know the names before they are chosen; expected"
    for index, organization in enumerate(settings.organizations):
        pull, path = organization.pull_secret, f"organizations[{index}]"
        if organization.component_workflows is not None and organization.secret_store in unique:
            yield Problem(
                f"{path}.componentWorkflows",
                f'the store "{organization.secret_store}" {said} uniqueNames: false, or no componentWorkflows',
            )
        if pull is not None and pull.delivery == "component" and pull.secret_store in unique:
            yield Problem(
                f"{path}.pullSecret",
                f'the store "{pull.secret_store}" {said} uniqueNames: false, or delivery namespace',
            )


def _apart(filled: list[_Filled]) -> Iterator[Problem]:
    roles: dict[str, _Filled] = {}
    names: dict[str, _Filled] = {}
    for each in filled:
        # A name that was given has been checked, filled in, with the rest of the block.
        if each.default_role and (len(each.role) > ROLE_NAME_MAX or "." in each.role):
            yield Problem(
                f"{each.where}.roleName",
                f'{quoted(each.role)} of the organization "{each.organization}" is no name for a role: letters, '
                f"digits, _ and -, at most {ROLE_NAME_MAX} characters; set one that is",
            )
        first = roles.setdefault(each.role.lower(), each)
        if first is not each:
            yield Problem(
                f"{each.where}.roleName",
                f'{quoted(each.role)} of the organization "{each.organization}" is also the role of the organization '
                f'"{first.organization}" in the store "{first.entry}"; IAM does not tell upper from lower case',
            )
        for name in sorted(each.names):
            other = names.setdefault(name, each)
            if other is not each and other.organization == each.organization:
                yield Problem(
                    f"{each.where}.path",
                    f'{quoted(name)} of the organization "{each.organization}" is also made for the store '
                    f'"{other.entry}"; a secret is made once',
                )
    for each, other in _pairs(filled):
        yield Problem(
            f"{each.where}.path",
            f'{quoted(each.path)} of the organization "{each.organization}" holds {quoted(other.path)} of the '
            f'organization "{other.organization}" in the store "{other.entry}", whose secrets it could read',
        )


def _pairs(filled: list[_Filled]) -> Iterator[tuple[_Filled, _Filled]]:
    """Stores of different organizations of which the first holds the path of the second."""
    paths: dict[tuple[str, str], list[_Filled]] = {}
    for each in filled:
        paths.setdefault((each.service, each.path), []).append(each)
    for other in filled:
        for end, letter in enumerate(other.path, start=1):
            if letter == "/":
                for each in paths.get((other.service, other.path[:end]), ()):
                    if each.organization != other.organization:
                        yield each, other
