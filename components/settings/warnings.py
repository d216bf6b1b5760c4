"""Settings that are valid and lead to values that most people do not expect."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ..managers.custom import CustomStore
from ..managers.kubernetes import KubernetesStore
from ..managers.secret_store import SecretStoreSettings
from ..openchoreo.release import Release
from ..schema.words import choose_words
from .organization import Organization
from .stack import StackSettings


def list_warnings(settings: StackSettings) -> Iterator[str]:
    """Every warning, with the path of the setting and what to use instead."""
    words = choose_words({"release": settings.release})
    for path, organization in settings.located:
        if _reads_kubernetes(settings.secret_stores.get(organization.secret_store)):
            yield from map(words.restore_text, _list_quoted(organization, path))
        yield from map(words.restore_text, _list_unknown_hosts(organization, path, words.release))


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
