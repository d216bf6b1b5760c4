"""What the program gives to LiveObjects is what it registers, object by object."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests import golden
from tests.mocks.recorder import Registered, Secret


@pytest.fixture(scope="module", params=golden.STACKS)
def registered(request: pytest.FixtureRequest) -> list[Registered]:
    """What a stack registers."""
    return golden.registrations(request.param)


def revealed(value: Any) -> Any:
    """Values without their marker, to compare them."""
    if isinstance(value, Secret):
        return revealed(value.value)
    if isinstance(value, dict):
        return {key: revealed(inner) for key, inner in value.items()}
    return [revealed(inner) for inner in value] if isinstance(value, list) else value


def test_every_registered_object_is_compared(registered: list[Registered]) -> None:
    compared: list[Any] = []
    for resource in registered:
        if resource.type != "openchoreo:index:LiveObjects":
            continue
        manifests = [manifest for _, manifest in json.loads(resource.inputs["manifests"])]
        manifests += [json.loads(revealed(entry["manifest"])) for entry in resource.inputs["deferred"]]
        provider = f"pulumi:providers:kubernetes {resource.name}"
        objects = [revealed(other.inputs) for other in registered if other.provider == provider]

        assert sorted(map(json.dumps, map(_sorted, manifests))) == sorted(map(json.dumps, map(_sorted, objects)))
        compared += objects
    assert compared


def test_values_are_secret(registered: list[Registered]) -> None:
    texts: list[str] = []
    for resource in registered:
        if resource.type == "openchoreo:index:LiveObjects":
            deferred = [entry["manifest"] for entry in resource.inputs["deferred"]]
            texts += [resource.inputs["manifests"], *(text for text in deferred if not isinstance(text, Secret))]
    values = ("value of", base64.b64encode(b"value of").decode()[:10])
    assert texts
    assert not [text for text in texts for value in values if value in text]


def test_the_objects_wait_for_their_repair(registered: list[Registered]) -> None:
    providers = [resource for resource in registered if resource.type == "pulumi:providers:kubernetes"]
    assert providers
    for provider in providers:
        assert provider.depends_on == {f"openchoreo:index:LiveObjects {provider.name}"}


def _sorted(value: dict[str, Any]) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))
