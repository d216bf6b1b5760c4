"""Stand-in for Pulumi's providers ``aws`` and ``random``: the same types, over boto3.

For tests, with the types of this project only. Its calls go to ``AWS_ENDPOINT_URL``.
"""

from __future__ import annotations

import json
from typing import Any

from tests.platform.aws_provider.resources import RESOURCES, Clients
from tests.platform.stand_in import Inputs, StandIn


class AwsOverBoto(StandIn):
    """One account and region, refused if the credentials are another account's."""

    def __init__(self) -> None:
        super().__init__(RESOURCES)

    def connect(self, config: Inputs) -> Clients | None:
        """Ask AWS for the caller's identity first, as the real provider does. None: the provider ``random``."""
        if "region" not in config:
            return None
        clients = Clients(config["region"], _json(config.get("defaultTags"), {}).get("tags", {}))
        allowed = _json(config.get("allowedAccountIds"), [])
        account = clients.of("sts").get_caller_identity()["Account"]
        if account not in allowed:
            msg = f"AWS account ID not allowed: {account}"
            raise ValueError(msg)
        return clients


def _json(text: Any, default: Any) -> Any:
    """A structured setting, which crosses the wire as text."""
    return default if text is None else json.loads(text) if isinstance(text, str) else text
