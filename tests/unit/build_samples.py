"""Workflows and steps of builds with the shape of those that OpenChoreo v1.2.3 ships, and a stack that uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from components.openchoreo import V1, find_release
from components.openchoreo.builds import Builds
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import parse
from tests.unit.api import Object
from tests.unit.releases import in_words
from tests.unit.samples import GIT, MANUAL, Raw, on_every_plane, raw

BUILDS: Final = V1.builds or Builds(
    (), (), (), ("", ""), "", V1.build_plane, V1.build_plane, "", "", frozenset(), (), (), (), "", ""
)
OPENCHOREO: Final = "/apis/openchoreo.dev/v1alpha1"
PUSH: Final = "registry-push-secret"


def plan_v1(*organizations: Raw, **keys: Any) -> Plan:
    """A stack with these organizations on three clusters. Without any, one with a git credential."""
    config = raw(on_every_plane(git=GIT))
    given = organizations or ({"git": GIT},)
    config["organizations"] = [{"name": "acme", **organization} for organization in given]
    worded = {**in_words({**config, **keys}, V1), "release": keys.get("release", V1.name)}
    settings = parse(worded, source="test", manual_names=MANUAL)
    return plan_stack(settings, find_release(settings.release))


def workflow(name: str = "docker", namespace: str | None = None, *, step: str = "publish-image", **spec: Any) -> Object:
    """A workflow whose runs create the Secret for pushing from the store of the plane."""
    store = {"kind": "ClusterSecretStore", "name": f"${{{BUILDS.store}}}"}
    entry = {"id": PUSH, "template": {"kind": "ExternalSecret", "spec": {"secretStoreRef": store}}}
    steps = [[{"name": step, "templateRef": {"name": step, "clusterScope": True, "template": step}}]]
    run = {"spec": {"templates": [{"name": "build", "steps": steps}]}}
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"metadata": metadata, "spec": {"runTemplate": run, "resources": [entry], **spec}}


def build_step(
    name: str = "publish-image",
    *,
    namespace: str | None = None,
    host: str = "ttl.sh",
    optional: bool = True,
    **spec: Any,
) -> Object:
    """A step that pushes the image to a registry. With a namespace, only builds there can use it."""
    secret: Mapping[str, Any] = {"secretName": f"{{{{workflow.parameters.{PUSH}}}}}", "optional": optional}
    script = f'set -e\nREGISTRY_ENDPOINT="{host}/openchoreo-builds"\npodman push "$REGISTRY_ENDPOINT"'
    template = {"volumes": [{"name": PUSH, "secret": secret}], "container": {"args": [script]}}
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"metadata": metadata, "spec": {"templates": [template], **spec}}
