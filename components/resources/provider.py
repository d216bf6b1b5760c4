"""The ``openchoreo`` provider in a Pulumi program: one explicit provider for each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pulumi

from ..errors import Problem
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Release
from ..schema.arguments import check_arguments, raise_problems


@check_arguments()
@dataclass(frozen=True)
class OpenChoreoProviderArgs:
    """Arguments of `OpenChoreoProvider`: the cluster and the release."""

    context: str
    """Context of the kubeconfig. Required, so that the current context of a shell is never used by accident."""
    kubeconfig: str | None = None
    """Path of the kubeconfig, relative to the project. None: ``$KUBECONFIG``, else ``~/.kube/config``."""
    plane: str = "the cluster"
    """Name of the cluster in messages, such as ``build plane``."""
    release: Release = DEFAULT_RELEASE
    """OpenChoreo release of the platform; it decides which kinds and expressions a patch may have."""
    release_promoted: Literal["refuse", "ignore"] = "refuse"
    """Whether a patch stays while deployed environments still render it (``refuse``), or is deleted (``ignore``)."""


class OpenChoreoProvider(pulumi.ProviderResource):
    """The ``openchoreo`` provider for one cluster. Credentials stay in the kubeconfig; only its path is recorded."""

    @check_arguments()
    def __init__(self, name: str, args: OpenChoreoProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        problems = [
            Problem(field, "is empty; expected at least one character")
            for field in ("context", "kubeconfig", "plane")
            if getattr(args, field) == ""
        ]
        raise_problems(type(self).__name__, name, problems)
        props: dict[str, Any] = {"plane": args.plane, "context": args.context, "release": args.release.name}
        if args.release_promoted != "refuse":
            props["releasePromoted"] = args.release_promoted
        if args.kubeconfig is not None:
            props["kubeconfig"] = args.kubeconfig
        super().__init__("openchoreo", name, props, opts)
