"""The Pulumi components, and the deployment of a whole stack."""

from __future__ import annotations

import pulumi

from ..schema.deferred import accept_awaitables

accept_awaitables(pulumi.Output.from_input)
