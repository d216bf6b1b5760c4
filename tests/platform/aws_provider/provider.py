"""Stand-in for Pulumi's providers ``aws`` and ``random``, which may not be available: the same types, over boto3.

For tests, with the types of this project only. With it, the real engine plans, orders, updates and deletes the same
resources with real calls to ``AWS_ENDPOINT_URL``.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from pulumi.provider.experimental import provider as rpc

from components.provider.values import UNKNOWN, to_plain, to_property_values
from tests.platform.aws_provider.resources import RESOURCES, Clients, Resource

_COMPUTED: Final[tuple[str, ...]] = ("arn", "keyId", "hex", "id")


class AwsOverBoto(rpc.Provider):
    """One account and region, refused if the credentials are another account's."""

    def __init__(self) -> None:
        self._clients: Clients | None = None

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        return rpc.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:  # noqa: ARG002
        return rpc.DiffResponse()

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Ask AWS for the caller's identity first, as the real provider does."""
        config = to_plain(request.args)
        if "region" in config:
            clients = Clients(config["region"], _json(config.get("defaultTags"), {}).get("tags", {}))
            allowed = _json(config.get("allowedAccountIds"), [])
            account = (await asyncio.to_thread(clients.of("sts").get_caller_identity))["Account"]
            if account not in allowed:
                msg = f"AWS account ID not allowed: {account}"
                raise ValueError(msg)
            self._clients = clients
        return rpc.ConfigureResponse(supports_preview=True)

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        inputs = to_plain(request.new_inputs)
        resource = _of(request.urn)
        unknown = inputs.keys() - resource.inputs
        failures = [rpc.CheckFailure(key, "this stand-in does not know it") for key in sorted(unknown)]
        return rpc.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        resource, old, new = _of(request.urn), to_plain(request.old_state), to_plain(request.new_inputs)
        changed = sorted(key for key in resource.inputs if old.get(key) != new.get(key))
        replaces = [key for key in changed if key in resource.replaces]
        return rpc.DiffResponse(changes=bool(changed), replaces=replaces, diffs=changed)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        inputs = to_plain(request.properties)
        if request.preview:
            computed: dict[str, Any] = dict.fromkeys(_COMPUTED, UNKNOWN)
            return rpc.CreateResponse(None, to_property_values({**computed, **inputs}))
        made = await asyncio.to_thread(_of(request.urn).create, self._clients, inputs)
        return rpc.CreateResponse(made["id"], to_property_values({**inputs, **made}))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        olds, news = to_plain(request.olds), to_plain(request.news)
        if not request.preview:
            await asyncio.to_thread(_of(request.urn).update, self._clients, request.resource_id, news)
        kept = {key: olds[key] for key in _COMPUTED if key in olds}
        return rpc.UpdateResponse(to_property_values({**news, **kept}))

    async def delete(self, request: rpc.DeleteRequest) -> None:
        await asyncio.to_thread(
            _of(request.urn).delete, self._clients, request.resource_id, to_plain(request.properties)
        )


def _of(urn: str) -> Resource:
    token = urn.split("::")[2].rpartition("$")[2]
    return RESOURCES[token]


def _json(text: Any, default: Any) -> Any:
    """A structured setting, which crosses the wire as text."""
    return default if text is None else json.loads(text) if isinstance(text, str) else text
