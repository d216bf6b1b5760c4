"""The Secret of an external service that builds call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..secrets.external_secret import DataFrom, SecretTemplate
from ..secrets.manual_secret import ManualSecret

if TYPE_CHECKING:
    from .credential import ExternalCredential

CREDENTIAL: Final = "external"


def build_secret(external: ExternalCredential) -> SecretTemplate | ManualSecret:
    """The Secret of an external service: from the manager, or manual (settings refuse a mixture)."""
    manual = {key: source.manual for key, source in external.keys.items() if source.manual is not None}
    if manual:
        return ManualSecret(
            name=external.name,
            credential=CREDENTIAL,
            values=manual,
            type=external.type,
            labels=external.labels,
            annotations=external.annotations,
        )
    return SecretTemplate(
        name=external.name,
        credential=CREDENTIAL,
        data={key: source.remote for key, source in external.keys.items() if source.remote is not None},
        data_from=tuple(DataFrom(extract, extract.prefix, extract.conversion) for extract in external.extract or ()),
        templates=external.template,
        merge_policy=external.merge_policy,
        type=external.type,
        labels=external.labels,
        annotations=external.annotations,
    )
