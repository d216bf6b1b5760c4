"""A platform after an update: the state and the live objects, from what a program registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from components.manifests import Manifest
from components.openchoreo import RELEASES
from components.patches.model import Added, History
from components.patches.override import Overridden, Override
from components.patches.record import Identity, write
from components.settings.clusters import ClusterSettings
from tests.unit.api import Api, Object

_KINDS = {kind.name: kind for release in RELEASES.values() for kind in release.kinds.values()}
_PATCH = "Patch"

Entry = Mapping[str, Any]


def list_custom(registered: Iterable[Entry]) -> list[Entry]:
    """Resources that are more than a group of others: objects, patches, and resources of secret managers."""
    components = {entry["parent"] for entry in registered}
    return [
        entry
        for entry in registered
        if f"{entry['type']} {entry['name']}" not in components and not entry["type"].startswith("pulumi:providers:")
    ]


def export_state(registered: Iterable[Entry]) -> Object:
    """The state, as ``pulumi stack export`` prints it."""
    urns = {f"{entry['type']} {entry['name']}": entry["urn"] for entry in registered}
    resources = [
        {
            "urn": entry["urn"],
            "type": entry["type"],
            "id": _id(entry),
            "inputs": entry["inputs"],
            "parent": urns.get(entry["parent"], ""),
            "provider": f"{urns[entry['provider']]}::1" if entry["provider"] else "",
        }
        for entry in registered
    ]
    return {"deployment": {"manifest": {"time": "2026-05-01T10:01:00.5Z"}, "resources": resources}}


def build_clusters(registered: Iterable[Entry]) -> dict[str, Api]:
    """Plane -> its live objects; UIDs are URNs."""
    lists: dict[str, dict[str, list[Object]]] = {"build": {}, "control": {}, "data": {}}
    for entry in registered:
        kind = entry["type"].rpartition(":")[2]
        plane = entry["provider"].rpartition(" ")[2].removesuffix("-plane")
        if entry["type"].startswith("kubernetes:"):
            manifest = entry["inputs"]
            lists[plane].setdefault(f"{manifest['kind'].lower()}s", []).append(_live(manifest, entry["urn"]))
        elif kind.endswith(_PATCH) and kind.removesuffix(_PATCH) in _KINDS:
            plural = _KINDS[kind.removesuffix(_PATCH)].plural
            lists["control"].setdefault(plural, []).append(_patched(entry))
    return {
        plane: Api({}, f"{plane} plane", ClusterSettings(context=plane), **of_plane)
        for plane, of_plane in lists.items()
    }


def _live(manifest: Manifest, uid: str) -> Object:
    return {**manifest, "metadata": {**manifest["metadata"], "uid": uid}}


def _patched(entry: Entry) -> Object:
    inputs = entry["inputs"]
    names = {key: inputs[key] for key in ("name", "namespace") if key in inputs}
    live: Object = {"metadata": {**names, "uid": entry["urn"]}}
    whose = inputs["identity"]
    added = Added(
        resources=tuple(inputs.get("resources") or ()),
        image_pull_secrets=tuple(inputs.get("imagePullSecrets") or ()),
        secret_store_ref=inputs.get("secretStoreRef"),
        overrides=tuple(Overridden(Override.from_plain(plain), None) for plain in inputs.get("overrides") or ()),
    )
    write(live, Identity(whose["stack"], whose["name"]), "an object", added, History())
    return live


def _id(entry: Entry) -> str:
    if not entry["type"].startswith("kubernetes:"):
        return str(entry["name"])
    metadata = entry["inputs"]["metadata"]
    return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
