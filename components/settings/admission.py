"""Settings of the admission policies and quotas of ``isolation: strict``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from ..openchoreo.release import Release
from ..schema.model import Example, Model, PositiveInterval, Several


def _check_user(value: str) -> str:
    if value != value.strip() or not value.isprintable():
        msg = "has spaces around it, or characters that cannot be printed; use the name as kubectl auth whoami shows it"
        raise ValueError(msg)
    return value


_User = Annotated[str, Field(min_length=1), AfterValidator(_check_user)]
_MOST: Final = 1_000_000


class Admission(Model):
    """Who is exempt from the admission policies, and the limits of each organization."""

    example: ClassVar[Example] = {"administrators": ["pulumi"]}

    administrators: Several[_User] = ()
    """Users to whom no policy applies, as the API server names them; never groups. The users of the contexts that
    Pulumi uses must be among them."""
    operators: Annotated[Several[_User], Field(min_length=1)] = (
        "system:serviceaccount:external-secrets:external-secrets",
    )
    """Users of the External Secrets Operator: they get tokens of the stores' identities and set finalizers."""
    agents: Annotated[Several[_User], Field(min_length=1)] | None = None
    """Users of OpenChoreo's agents and controllers, which create namespaces with the labels of organizations. None:
    those of the release's charts."""
    minimum_refresh_interval: PositiveInterval = "1m0s"
    """Shortest interval between two polls of an ExternalSecret or a PushSecret of an organization."""
    maximum_external_secrets: Annotated[int, Field(ge=1, le=_MOST)] = 500
    """Number of ExternalSecrets that may exist at the same time in each build namespace, those of runs included."""
    secret_api: bool = False
    """Allow OpenChoreo's API for secrets: its agents push with the store that a plane names, from the namespace of an
    organization, to keys of that organization."""

    def list_agents(self, release: Release) -> tuple[str, ...]:
        """Users of OpenChoreo's agents and controllers, without duplicates."""
        if self.agents is not None:
            return tuple(self.agents)
        return tuple(dict.fromkeys(user for part in release.parts for user in part.agents))
