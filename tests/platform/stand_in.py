"""Base of stand-ins for Pulumi's official providers, which may not be available: the same types over another client.

With a stand-in, the real engine plans, orders, updates and deletes the same resources with real calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi.provider.experimental import provider as rpc

from components.provider.values import UNKNOWN, to_plain, to_property_values

Inputs = Mapping[str, Any]

_COMPUTED: Final[tuple[str, ...]] = ("arn", "keyId", "hex", "id")


@dataclass(frozen=True)
class Resource:
    """One type: what it takes, what cannot be changed, and its calls with the client of the provider."""

    inputs: frozenset[str]
    replaces: frozenset[str]
    create: Callable[..., dict[str, Any]]
    update: Callable[..., object]
    delete: Callable[..., object]


class StandIn(rpc.Provider):
    """A provider of some types over one client."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources
        self._client: Any = None

    def connect(self, config: Inputs) -> Any:
        """The client for a configuration, checked as the real provider checks it."""
        raise NotImplementedError

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        return rpc.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        changed = to_plain(request.old_state) != to_plain(request.new_inputs)
        return rpc.DiffResponse(changes=changed)

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        self._client = await asyncio.to_thread(self.connect, to_plain(request.args))
        return rpc.ConfigureResponse(supports_preview=True)

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        unknown = to_plain(request.new_inputs).keys() - self._of(request.urn).inputs
        failures = [rpc.CheckFailure(key, "this stand-in does not know it") for key in sorted(unknown)]
        return rpc.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        resource, old, new = self._of(request.urn), to_plain(request.old_state), to_plain(request.new_inputs)
        changed = sorted(key for key in resource.inputs if old.get(key) != new.get(key))
        replaces = [key for key in changed if key in resource.replaces]
        return rpc.DiffResponse(changes=bool(changed), replaces=replaces, diffs=changed)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        inputs = to_plain(request.properties)
        if request.preview:
            computed: dict[str, Any] = dict.fromkeys(_COMPUTED, UNKNOWN)
            return rpc.CreateResponse(None, to_property_values({**computed, **inputs}))
        created = await asyncio.to_thread(self._of(request.urn).create, self._client, inputs)
        return rpc.CreateResponse(created["id"], to_property_values({**inputs, **created}))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        olds, news = to_plain(request.olds), to_plain(request.news)
        if not request.preview:
            await asyncio.to_thread(self._of(request.urn).update, self._client, request.resource_id, news)
        kept = {key: olds[key] for key in _COMPUTED if key in olds}
        return rpc.UpdateResponse(to_property_values({**news, **kept}))

    async def delete(self, request: rpc.DeleteRequest) -> None:
        delete = self._of(request.urn).delete
        await asyncio.to_thread(delete, self._client, request.resource_id, to_plain(request.properties))

    def _of(self, urn: str) -> Resource:
        return self._resources[urn.split("::")[2].rpartition("$")[2]]
