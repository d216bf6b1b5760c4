"""Organizations and their load on secret managers."""

from __future__ import annotations

from typing import Any

from components.openchoreo.v0_9 import V0_9
from components.plan.stack import plan_stack
from components.polling.estimate import estimate_polling
from components.polling.model import Load, StoreLoad
from components.settings.parsing import parse
from tests.unit.samples import MANUAL, SOURCE, Raw

GIT = {"remoteKey": "git"}
PLANES = {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")}
GHCR = {
    "server": "ghcr.io",
    "username": {"remoteKey": "ghcr", "property": "username"},
    "password": {"remoteKey": "ghcr", "property": "password"},
}
PULL = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}}


def several(stores: Raw, *organizations: Raw, **keys: Any) -> Load:
    """The load of organizations that read from several entries."""
    config = {"clusters": PLANES, "secretStores": stores, "organizations": [*organizations], **keys}
    return estimate_polling(plan_stack(parse(config, source=SOURCE, manual_names=MANUAL), V0_9))


def load(store: Raw, *organizations: Raw, **keys: Any) -> Load:
    """The load of organizations that all read from one entry."""
    return several({"org": store}, *({"secretStore": "org", **each} for each in organizations), **keys)


def only(store: Raw, *organizations: Raw, **keys: Any) -> StoreLoad:
    (found,) = load(store, *organizations, **keys).stores
    return found


def acme(**keys: Any) -> Raw:
    return {"name": "acme", **keys}
