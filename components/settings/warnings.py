"""Settings that are valid and lead to values that most people do not expect."""

from __future__ import annotations

from collections.abc import Iterator

from ..managers.custom import CustomStore
from ..managers.kubernetes import KubernetesStore
from ..managers.secret_store import SecretStoreSettings
from ..schema.words import choose_words
from .stack import StackSettings


def list_warnings(settings: StackSettings) -> Iterator[str]:
    """Every warning, with the path of the setting and what to use instead.

    Source: ESO 0.16.2, provider ``kubernetes``: of an object inside a field of a Secret, ``extract`` returns each value
    as JSON.
    """
    words = choose_words({"release": settings.release})
    yield from map(words.restore_text, _list_warnings(settings))


def _list_warnings(settings: StackSettings) -> Iterator[str]:
    for path, organization in settings.located:
        if not _reads_kubernetes(settings.secret_stores.get(organization.secret_store)):
            continue
        for index, external in enumerate(organization.external or ()):
            for position, extract in enumerate(external.extract or ()):
                if extract.property is not None:
                    yield (
                        f"{path}.external[{index}].extract[{position}].property: the values arrive with quotation "
                        "marks around them, because ESO reads an object in a field of a Kubernetes Secret in that way; "
                        "name each value in keys, or leave property out and give each value a field of its own"
                    )


def _reads_kubernetes(store: SecretStoreSettings | None) -> bool:
    manager = None if store is None else store.manager
    if isinstance(manager, CustomStore):
        return KubernetesStore.provider_key in manager.root
    return isinstance(manager, KubernetesStore)
