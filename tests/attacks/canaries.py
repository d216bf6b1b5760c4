"""Looks for the values of the secret manager in everything that the stack, the platform and the suite write."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Final

from tests.attacks.world import World

_LOGS: Final = "*.log"


def find_canaries(world: World, written: Iterable[str]) -> Iterator[str]:
    """A line for each place with a value: state, output of Pulumi, logs, events, and the given texts."""
    values = [*world.canaries.values(), world.servers.canary]
    forms = [form for value in values for form in (value, base64.b64encode(value.encode()).decode())]
    folder = world.platform.folder
    files = [*folder.rglob(_LOGS), *(folder / "state").rglob("*.json*"), world.stack.file, world.refused.file]
    texts = {str(file.relative_to(folder)): file.read_text(errors="replace") for file in files}
    texts["the output of Pulumi"] = "\n".join((*world.stack.outputs, *world.refused.outputs))
    texts["the events of the cluster"] = str(world.admin.list("v1", "Event"))
    texts["the stores of the cluster"] = str(world.admin.list("external-secrets.io/v1", "ClusterSecretStore"))
    texts["the table and attack.json"] = "\n".join(written)
    if not any(form in str(world.admin.list("v1", "Secret")) for form in forms):
        yield "the search does not see the values where they are, in Secrets"
    for place, text in texts.items():
        if not text:
            yield f"{place} is empty"
        if any(form in text for form in forms):
            yield f"{place} contains a value of the secret manager"
