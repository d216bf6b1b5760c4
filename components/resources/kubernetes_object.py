"""One class for every Kubernetes object; it registers the same resource as pulumi-kubernetes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes import _utilities

_CORE: Final = "core/v1"
_SECRET: Final = "kubernetes:core/v1:Secret"


class KubernetesObject(pulumi.CustomResource):
    """A Kubernetes object from its manifest.

    The classes of pulumi-kubernetes do the same, but an import of one class imports its whole API group. That takes a
    third of a second and 20 MB, as much as registering a hundred organizations. Type, version and secret outputs are
    the same.
    """

    def __init__(self, name: str, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions, suffix: str = "") -> None:
        """Register an object.

        Args:
            name: name of the resource.
            manifest: ``apiVersion``, ``kind``, ``metadata`` and the other fields of the kind.
            opts: options of the resource; ``provider`` is the Kubernetes provider.
            suffix: suffix of the type: ``Patch`` for an object that exists and keeps its owner.
        """
        version = _CORE if manifest["apiVersion"] == "v1" else manifest["apiVersion"]
        token = f"kubernetes:{version}:{manifest['kind']}{suffix}"
        props = dict(manifest)
        opts = pulumi.ResourceOptions.merge(_utilities.get_resource_opts_defaults(), opts)
        if token == _SECRET:
            props["data"] = pulumi.Output.secret(props["data"])
            opts = pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(additional_secret_outputs=["data", "stringData"])
            )
        super().__init__(token, name, props, opts)
