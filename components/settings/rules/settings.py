"""Rules across parts of the configuration, which no single model can check."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from contextlib import suppress

from ...errors import Problem
from ...openchoreo.release import Release
from ...schema.deferred import InputStr
from ...schema.partial import Doubtful, certain
from ...schema.paths import organization_path
from ..organization import Organization
from ..stack import StackSettings
from . import aws as aws_rules, ecr as ecr_rules, stores as store_rules, vault as vault_rules
from .admission import validate_admission
from .isolation import validate_isolation
from .manual_values import validate_manual_values
from .organization import validate_manual_name, validate_organization
from .planes import validate_plane_objects
from .policies import refuse_shared_apps
from .pull import validate_planes
from .registries import refuse_shared_identities
from .secret_references import validate_reference_planes
from .shared_keys import validate_shared_keys
from .store_use import validate_keys
from .used_stores import Used, list_certain_stores


def validate_settings(
    settings: StackSettings, release: Release, manual_names: AbstractSet[str] | None
) -> Iterator[Problem]:
    """Contradictions in the configuration, and violations of the release's limits.

    Args:
        settings: the settings; what is doubtful in them ends the rule that reads it.
        release: OpenChoreo release of the platform.
        manual_names: names of the entries of ``manualSecrets``. None: they are not known.
    """
    for rule in (
        _unique_organizations(settings),
        _each_organization(settings, release, manual_names),
        _one_source_per_store(settings),
        refuse_shared_apps(settings),
        _store_manuals(settings, manual_names),
        validate_planes(settings, release),
        validate_plane_objects(settings, release),
        validate_reference_planes(settings),
        refuse_shared_identities(settings),
        store_rules.validate_store_access(settings, release, _reads),
        validate_isolation(settings),
        validate_shared_keys(settings),
        validate_manual_values(settings, manual_names),
        aws_rules.validate_managed_stores(settings, _reads),
        vault_rules.validate_managed_vault_stores(settings, _reads),
        ecr_rules.validate_ecr_roles(settings),
        validate_admission(settings, release),
    ):
        yield from certain(rule)


def _each_organization(
    settings: StackSettings, release: Release, manual_names: AbstractSet[str] | None
) -> Iterator[Problem]:
    for path, organization in settings.located:
        yield from validate_organization(organization, path, release, manual_names)
        yield from certain(_used_problems(organization, settings, path))


def _unique_organizations(settings: StackSettings) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, organization in enumerate(settings.organizations):
        with suppress(Doubtful):
            first = seen.setdefault(organization.name, index)
            if first != index:
                path = organization_path(index, organization.name)
                other = organization_path(first)
                yield Problem(f"{path}.name", f'"{organization.name}" is also the name of {other}; use another name')


def _reads(organization: Organization) -> list[tuple[str, tuple[InputStr, ...]]]:
    """Entries of ``secretStores`` that an organization certainly reads from, each with its remote keys."""
    return [(used.entry, used.keys) for used in list_certain_stores(organization, "")]


def _used_problems(organization: Organization, settings: StackSettings, path: str) -> Iterator[Problem]:
    """Problems of an organization with the stores that it reads through."""
    for used in list_certain_stores(organization, path):
        yield from certain(_store(used, organization, settings))


def _store(used: Used, organization: Organization, settings: StackSettings) -> Iterator[Problem]:
    store = settings.secret_stores.get(used.entry)
    if store is None:
        names = ", ".join(sorted(settings.secret_stores)) or "none"
        yield Problem(used.path, f'no store "{used.entry}" under secretStores; configured: {names}')
        return
    yield from certain(_long_name(used, organization, settings))
    yield from validate_keys(store.manager, organization.name, used.keys, f'store "{used.entry}"', used.owner)


def _long_name(used: Used, organization: Organization, settings: StackSettings) -> Iterator[Problem]:
    name = settings.pull_store_name if used.pulls else settings.cluster_store_name
    long_name = store_rules.describe_long_name(name(organization, used.entry))
    if long_name is not None:
        yield Problem(used.path, long_name)


def _store_manuals(settings: StackSettings, manual_names: AbstractSet[str] | None) -> Iterator[Problem]:
    for name, store in settings.secret_stores.items():
        with suppress(Doubtful):
            for place, manual in store.manager.manuals():
                path = f"secretStores.{name}.{store.manager.settings_key}{place}"
                yield from validate_manual_name(path, manual, manual_names)


def _one_source_per_store(settings: StackSettings) -> Iterator[Problem]:
    """Two entries, or builds and workloads, must not have a ClusterSecretStore of the same name, and so share it."""
    users: dict[str, tuple[str, bool]] = {}
    for path, organization in settings.located:
        for used in list_certain_stores(organization, path):
            for name, own in certain(_store_names(used, organization, settings)):
                first, first_own = users.setdefault(name, (used.entry, own))
                if first != used.entry:
                    yield Problem(
                        used.path,
                        f'"{used.entry}" has the same ClusterSecretStore "{name}" as the store "{first}"; rename '
                        "one of the two entries",
                    )
                elif first_own != own:
                    yield Problem(
                        used.path,
                        f'"{used.entry}" has the ClusterSecretStore "{name}" for the pull secret of one organization '
                        "and for the builds of another; use another entry of secretStores for the pull secret",
                    )


def _store_names(used: Used, organization: Organization, settings: StackSettings) -> Iterator[tuple[str, bool]]:
    """Names of the ClusterSecretStore and of its identity, and whether a name is that of a pull store beside builds."""
    if used.entry not in settings.secret_stores:
        return
    name = settings.cluster_store_name(organization, used.entry)
    if not used.pulls:
        yield name, False
        return
    for pull_name in (settings.pull_identity_name, settings.pull_store_name):
        yield pull_name(organization, used.entry), pull_name(organization, used.entry) != name
