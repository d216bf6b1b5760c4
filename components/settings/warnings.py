"""Settings that are valid and lead to values that most people do not expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from ..managers.custom import CustomStore
from ..managers.kubernetes import KubernetesStore
from ..managers.secret_store import SecretStoreSettings
from ..openchoreo.namespaces import describe_data_plane_namespace, guess_organization
from ..openchoreo.release import Release
from ..schema.words import choose_words
from .organization import Organization
from .rules.admission import find_short_tokens
from .rules.isolation import find_common_identities
from .rules.manual_values import find_shared_values
from .rules.planes import find_misspelled_stores
from .rules.shared_keys import find_idle_keys
from .stack import StackSettings

_NAMES: Final = 5
"""Organizations that a warning names."""


def list_warnings(settings: StackSettings) -> Iterator[str]:
    """Every warning, with the path of the setting and what to use instead."""
    words = choose_words({"release": settings.release})
    yield from _list_shared(settings)
    if settings.isolation != "strict":
        yield from (words.restore_text(str(problem)) for problem in find_common_identities(settings))
    if settings.isolation == "store":
        yield from (words.restore_text(str(problem)) for problem in find_shared_values(settings))
    for rule in (find_idle_keys, find_misspelled_stores, find_short_tokens):
        yield from (words.restore_text(str(problem)) for problem in rule(settings))
    names = settings.names
    for path, organization in settings.located:
        yield from map(words.restore_text, _list_other_names(names, organization, path, words.release))
        if _reads_kubernetes(settings.secret_stores.get(organization.secret_store)):
            yield from map(words.restore_text, _list_quoted(organization, path))
        yield from map(words.restore_text, _list_unknown_hosts(organization, path, words.release))


def _list_other_names(names: Sequence[str], organization: Organization, path: str, release: Release) -> Iterator[str]:
    """Namespaces of manual pull secrets whose names are those of another organization's workloads.

    ``dp-acme-corp-...`` may be one of ``acme`` or of ``acme-corp``, so only the label on the live namespace decides.
    """
    pull = organization.pull_secret
    for index, namespace in enumerate((pull.namespaces if pull is not None else None) or ()):
        likely = guess_organization(namespace, names, release)
        if likely not in {None, organization.name} or (
            likely is None and describe_data_plane_namespace(namespace, release) is not None
        ):
            whose = "another organization" if likely is None else f'the organization "{likely}"'
            yield (
                f'{path}.pullSecret.namespaces[{index}]: "{namespace}" has the name of a namespace of {whose}; the '
                f"update refuses it if its label does not name {organization.name}"
            )


def _list_shared(settings: StackSettings) -> Iterator[str]:
    """Stores that several organizations share, and what each of them can read."""
    one_cluster = settings.clusters.one_cluster
    shared = [entry for entry in settings.secret_stores if settings.get_scope(entry) == "shared"]
    users = {entry: _list_users(settings, entry) for entry in shared}
    for entry, (builds, workloads) in users.items():
        store = settings.secret_stores[entry]
        if builds and workloads and not store.manager.separates_stores(one_cluster=one_cluster):
            yield (
                f"secretStores.{entry}: has one identity for builds and for workloads, so workloads of "
                f"{_join_names(workloads)} can read the credentials of builds of {_join_names(builds)}; use an entry "
                "of its own whose identity may read pull secrets only, such as "
                f"pullSecret.secretStore: {entry}-pull"
            )
        sharing = _describe_users([names if len(names) > 1 else [] for names in (builds, workloads)])
        if sharing:
            more = "" if store.manager.enforces_keys else ", and everything else that its identity may read"
            advice = "isolation: store" if store.scope is None else "scope: organization"
            yield (
                f"secretStores.{entry}: {sharing} read through one store, so each organization can read "
                f"the credentials of all others there{more}; for a store and an identity of each organization, use "
                f"{advice}"
            )
    alike = [
        entry
        for entry in shared
        if any(users[entry]) and not settings.secret_stores[entry].manager.separates_stores(one_cluster=one_cluster)
    ]
    yield from _list_equal(settings, {entry: users[entry] for entry in alike})


def _list_equal(settings: StackSettings, users: Mapping[str, tuple[list[str], list[str]]]) -> Iterator[str]:
    """Shared entries with the same block, which the secret manager cannot distinguish."""
    rest = list(users)
    while rest:
        manager = settings.secret_stores[rest[0]].manager
        group = [entry for entry in rest if settings.secret_stores[entry].manager == manager]
        rest = [entry for entry in rest if entry not in group]
        sides = [list(dict.fromkeys(name for entry in group for name in users[entry][side])) for side in (0, 1)]
        if len(group) > 1:
            others = ", ".join(f"secretStores.{entry}" for entry in group[1:])
            yield (
                f"secretStores.{group[0]}: has the same block as {others}, so "
                f"{_describe_users(sides)} read with one identity, and each of them can read the credentials of all "
                "others there; give each entry an identity of its own"
            )


def _list_users(settings: StackSettings, entry: str) -> tuple[list[str], list[str]]:
    """Organizations whose builds, and whose workloads, read through an entry."""
    builds = [user.name for user in settings.organizations if entry in user.build_reads]
    return builds, [user.name for user in settings.organizations if entry == user.pull_store]


def _describe_users(sides: Sequence[list[str]]) -> str:
    """``builds of acme, globex and workloads of acme``. Empty: there are none."""
    parts = zip(("builds", "workloads"), sides, strict=True)
    return " and ".join(f"{who} of {_join_names(names)}" for who, names in parts if names)


def _join_names(names: list[str]) -> str:
    """At most a few names, in the order of the configuration."""
    shown = names[:_NAMES]
    hidden = len(names) - len(shown)
    return ", ".join([*shown, *([f"{hidden} more"] if hidden else [])])


def _list_quoted(organization: Organization, path: str) -> Iterator[str]:
    """Values that ESO returns as JSON.

    Source: ESO 0.16.2 and 0.20.4, provider ``kubernetes``: of an object inside a field of a Secret, ``extract`` returns
    each value as JSON.
    """
    for index, external in enumerate(organization.external or ()):
        for position, extract in enumerate(external.extract or ()):
            if extract.property is not None:
                yield (
                    f"{path}.external[{index}].extract[{position}].property: the values arrive with quotation "
                    "marks around them, because ESO reads an object in a field of a Kubernetes Secret in that way; "
                    "name each value in keys, or leave property out and give each value a field of its own"
                )


def _list_unknown_hosts(organization: Organization, path: str, release: Release) -> Iterator[str]:
    """SSH keys for hosts whose host keys the shipped workflows refuse."""
    if release.ssh_hosts is None:
        return
    for place, git in organization.git_credentials:
        host = git.host.partition(":")[0]
        if git.ssh is not None and not any(fnmatchcase(host, pattern) for pattern in release.ssh_hosts):
            yield (
                f"{path}.{place}.ssh: the clone step that OpenChoreo {release.name} ships cannot clone from {git.host} "
                "with SSH, because it does not read known_hosts; use basicAuth, or a step of your own"
            )


def _reads_kubernetes(store: SecretStoreSettings | None) -> bool:
    manager = None if store is None else store.manager
    if isinstance(manager, CustomStore):
        return KubernetesStore.provider_key in manager.root
    return isinstance(manager, KubernetesStore)
