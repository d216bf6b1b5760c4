"""Manifests of the ExternalSecret and the ClusterExternalSecret of a credential.

Source: ``ExternalSecret`` of ``external-secrets.io/v1``. Defaults of the API server are written out, so that a second
apply, or a GitOps tool, shows no difference. Defaults of the operator itself are left out, because the state of a stack
has every field four times: ``refreshPolicy: Periodic`` and ``target.name``, the name of the ExternalSecret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..manifests import CREDENTIAL_LABEL, ESO, MANAGED_BY, MANAGED_BY_LABEL, Manifest, build_manifest
from ..openchoreo.labels import build_organization_labels
from ..schema.deferred import InputStr, lift
from ..schema.durations import limit_interval
from ..schema.policies import AppliedPolicies
from ..schema.sources import RemoteRef
from .generator import API as GENERATORS, Generator

_NOT_IN_KEYS: Final = "[^-._a-zA-Z0-9]"
"""Characters that a key of a Secret cannot have, as a regular expression of Go."""
_NEVER: Final = "0s"
_STORE: Final = "ClusterSecretStore"


@dataclass(frozen=True)
class Target:
    """Namespace, store and refresh settings of one Secret."""

    organization: str
    """Name of the organization that owns the Secret."""
    namespace: str
    """Namespace of the Secret."""
    store: InputStr
    """Name of the ClusterSecretStore."""
    refresh_interval: str
    """Canonical Go duration between two polls; ``0s`` never polls again. With a generator, at
    most half of the lifetime of its values."""
    stores: Mapping[str | None, InputStr] = field(default_factory=dict)
    """Entry of ``secretStores`` -> its ClusterSecretStore; None: that of the organization. Empty: everything is read
    from ``store``."""
    policies: AppliedPolicies = field(default_factory=AppliedPolicies)
    """How ESO creates, refreshes and deletes the Secret."""


@dataclass(frozen=True)
class DataFrom:
    """A source of several keys: a JSON object in the manager, or a generator."""

    source: RemoteRef | Generator
    """The object, or the generator."""
    prefix: str | None = None
    """Prefix for every key, so that two sources have no key in common. None: the keys stay unchanged."""
    conversion: str = "Default"
    """``conversionStrategy``: how ESO replaces characters that a key of a Secret cannot have."""
    convert_first: bool = False
    """Whether such characters become ``_`` before the prefix: ESO ignores ``conversionStrategy`` of rewritten keys."""


@dataclass(frozen=True)
class SecretTemplate:
    """A Secret that ESO creates."""

    name: str
    """Name of the ExternalSecret and of its Secret."""
    credential: str
    """Value of the credential label: ``git``, ``github-app``, ``registry-push``, ``registry-pull`` or ``external``."""
    data: Mapping[str, RemoteRef]
    """Key (of the Secret, or of the template's input) -> value in the manager."""
    type: str = "Opaque"
    """Type of the Secret."""
    templates: Mapping[str, InputStr] | None = None
    """Key of the Secret -> Go template over ``data``. None: the Secret has ``data`` unchanged."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Annotations of the ExternalSecret and the Secret."""
    data_from: tuple[DataFrom, ...] = ()
    """Sources of several keys each, in addition to ``data``."""
    entries: Mapping[str, str | None] = field(default_factory=dict)
    """Key of ``data`` -> entry of ``secretStores`` (None: that of the organization), for values that are not read from
    the store of the Secret."""
    merge_policy: str = "Replace"
    """With ``templates``: ``Replace``: the Secret has only their keys. ``Merge``: the keys of ``data`` too."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Additional labels of the Secret."""
    operator_policies: bool = False
    """Whether the operator's default policies apply, whatever the organization's: another object reads the Secret."""

    @property
    def generators(self) -> tuple[Generator, ...]:
        """Generators that must exist before the ExternalSecret."""
        return tuple(entry.source for entry in self.data_from if isinstance(entry.source, Generator))


def build_external_secret(
    target: Target, secret: SecretTemplate, annotations: Mapping[str, str] | None = None
) -> Manifest:
    """Manifest of the ExternalSecret, from which ESO creates and refreshes the Secret.

    Args:
        target: organization, namespace, store and interval.
        secret: the Secret, with its labels and annotations.
        annotations: of the ExternalSecret itself.
    """
    return build_manifest(
        ESO,
        "ExternalSecret",
        secret.name,
        namespace=target.namespace,
        labels=build_organization_labels(target.organization),
        annotations=annotations,
        spec=_spec(target, secret),
    )


def build_cluster_external_secret(
    name: str, target: Target, secret: SecretTemplate, selectors: Iterable[Mapping[str, str]]
) -> Manifest:
    """Manifest of a ClusterExternalSecret, with which ESO creates an ExternalSecret in every matching namespace.

    Args:
        name: name of the ClusterExternalSecret.
        target: organization, store and interval; its namespace is not used.
        secret: Secret of each namespace.
        selectors: sets of labels; a namespace matches if it has all labels of one set.
    """
    labels = build_organization_labels(target.organization)
    return build_manifest(
        ESO,
        "ClusterExternalSecret",
        name,
        labels=labels,
        spec={
            "externalSecretName": secret.name,
            "externalSecretMetadata": {"labels": {MANAGED_BY_LABEL: MANAGED_BY, **labels}},
            "externalSecretSpec": _spec(target, secret),
            "namespaceSelectors": [{"matchLabels": dict(labels)} for labels in selectors],
            # ESO watches for new namespaces; this is only the interval at which it corrects drift.
            "refreshTime": "1h0m0s",
        },
    )


def _spec(target: Target, secret: SecretTemplate) -> dict[str, Any]:
    policies = target.policies
    interval = target.refresh_interval if policies.refresh == "Periodic" else _NEVER
    for generator in secret.generators:
        interval = limit_interval(interval, generator.lifetime)
    organization = build_organization_labels(target.organization)
    labels = {**organization, CREDENTIAL_LABEL: secret.credential, **secret.labels}
    spec: dict[str, Any] = {"refreshInterval": interval}
    if policies.refresh != "Periodic":
        spec["refreshPolicy"] = policies.refresh
    if secret.data or any(isinstance(entry.source, RemoteRef) for entry in secret.data_from):
        spec["secretStoreRef"] = {"kind": _STORE, "name": target.store}
    spec["target"] = {
        "creationPolicy": policies.creation,
        "deletionPolicy": policies.deletion,
        "template": _template(secret, policies, labels),
    }
    if secret.data:
        spec["data"] = [_data(key, ref, target, secret) for key, ref in secret.data.items()]
    if secret.data_from:
        spec["dataFrom"] = [_data_from(entry) for entry in secret.data_from]
    return spec


def _template(secret: SecretTemplate, policies: AppliedPolicies, labels: Mapping[str, str]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"labels": dict(labels)}
    if secret.annotations:
        metadata["annotations"] = dict(secret.annotations)
    template: dict[str, Any] = {
        "engineVersion": "v2",
        "mergePolicy": secret.merge_policy,
        "metadata": metadata,
    }
    # The type of an existing Secret cannot be changed.
    if policies.creation != "Merge":
        template["type"] = secret.type
    if secret.templates is not None:
        template["data"] = dict(secret.templates)
    return template


def _data(key: str, ref: RemoteRef, target: Target, secret: SecretTemplate) -> dict[str, Any]:
    store = target.stores[secret.entries[key]] if target.stores and key in secret.entries else target.store
    source = {} if store == target.store else {"sourceRef": {"storeRef": {"kind": _STORE, "name": store}}}
    return {"secretKey": key, "remoteRef": _remote(ref), **source}


def _data_from(entry: DataFrom) -> dict[str, Any]:
    source = entry.source
    if isinstance(source, Generator):
        data_from: dict[str, Any] = {
            "sourceRef": {"generatorRef": {"apiVersion": GENERATORS, "kind": source.kind, "name": source.name}}
        }
    else:
        data_from = {"extract": _remote(source, entry.conversion)}
    if entry.prefix is not None:
        first = [{"regexp": {"source": _NOT_IN_KEYS, "target": "_"}}] if entry.convert_first else []
        data_from["rewrite"] = [*first, {"regexp": {"source": "^", "target": entry.prefix}}]
    return data_from


def _remote(ref: RemoteRef, conversion: str = "Default") -> dict[str, Any]:
    remote: dict[str, Any] = {"key": ref.remote_key}
    if ref.property is not None:
        remote["property"] = ref.property
    if ref.version is not None:
        remote["version"] = ref.version
    return remote | {"conversionStrategy": conversion, "decodingStrategy": ref.decoding, "metadataPolicy": "None"}


Names = Mapping[str, Mapping[str, Any]]
"""Name of a ClusterSecretStore -> remote key -> its name in the manager, where that differs; it may be known after the
update only."""


def rename_remote_keys(external_secret: Manifest, names: Names) -> Manifest:
    """The ExternalSecret, or any template of one, with other names of its secrets in the manager.

    Args:
        external_secret: it is not changed.
        names: names in the managers of the stores.
    """
    if not any(names.values()):
        return external_secret
    spec = dict(external_secret["spec"])
    store = spec.get("secretStoreRef")
    for field_name, ref in (("data", "remoteRef"), ("dataFrom", "extract")):
        if field_name in spec:
            spec[field_name] = [_renamed(entry, ref, store, names) for entry in spec[field_name]]
    return {**external_secret, "spec": spec}


def rename_fan_out_keys(cluster_external_secret: Manifest, names: Names) -> Manifest:
    """The same for a ClusterExternalSecret."""
    spec = cluster_external_secret["spec"]
    inner = rename_remote_keys({"spec": spec["externalSecretSpec"]}, names)["spec"]
    return {**cluster_external_secret, "spec": {**spec, "externalSecretSpec": inner}}


def _renamed(entry: Mapping[str, Any], ref: str, default: Mapping[str, Any] | None, names: Names) -> dict[str, Any]:
    store = (entry.get("sourceRef") or {}).get("storeRef") or default
    own = names.get(store["name"]) if store else None
    if ref not in entry or not own:
        return dict(entry)
    return {**entry, ref: {**entry[ref], "key": lift(lambda key: own.get(key, key), entry[ref]["key"])}}
