"""The Secret of an external service that builds call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..schema.deferred import InputStr
from ..schema.sources import RemoteRef
from ..secrets.external_secret import DataFrom, SecretTemplate
from ..secrets.manual_secret import ManualSecret
from ..secrets.value_templates import render_key

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
    data = {key: source.remote for key, source in external.keys.items() if source.remote is not None}
    templates, merge_policy = _build_templates(external, data)
    return SecretTemplate(
        name=external.name,
        credential=CREDENTIAL,
        data=data,
        data_from=tuple(
            DataFrom(
                extract,
                extract.prefix,
                extract.conversion or "Default",
                extract.prefix is not None and extract.conversion is not None,
            )
            for extract in external.extract or ()
        ),
        templates=templates,
        merge_policy=merge_policy,
        type=external.type,
        labels=external.labels,
        annotations=external.annotations,
    )


def _build_templates(
    external: ExternalCredential, data: Mapping[str, RemoteRef]
) -> tuple[Mapping[str, InputStr] | None, str]:
    """The templates of the Secret and their merge policy: keys that no template of the user reads are cleaned."""
    if external.template is not None and external.merge_policy == "Replace":
        return external.template, "Replace"
    clean = {key: render_key(external.type, key, ref) for key, ref in data.items()}
    templates = {**clean, **(external.template or {})}
    # Keys of an object in the manager are not known here; they arrive unchanged.
    return templates or None, "Merge" if external.extract or external.template else "Replace"
