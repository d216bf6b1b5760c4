"""The resource ``OrganizationRefused``, which always fails: the program has found problems of one organization."""

from __future__ import annotations

from typing import Final

from pulumi.provider.experimental import provider as rpc

from ..cluster.wrapping import wrap
from ..errors import ClusterError
from .log import Log
from .values import to_plain

TYPE: Final = "openchoreo:index:OrganizationRefused"


class OrganizationRefused:
    """A resource that cannot be created."""

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Fail with the problems; a preview shows them as a warning.

        Raises:
            ClusterError: always, except during a preview.
        """
        properties = to_plain(request.properties)
        lines = [line for problem in properties["problems"] for line in wrap(problem, "  - ", " " * 4)]
        first = (
            f'nothing of the organization "{properties["organization"]}" is changed, except credentials that its '
            "configuration no longer has, which are deleted:"
        )
        message = "\n".join([*wrap(first, "", ""), *lines])
        if not request.preview:
            raise ClusterError(message)
        log.warning(message)
        return rpc.CreateResponse("refused", request.properties)
