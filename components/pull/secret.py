"""The pull secret of an organization's workloads; every delivery creates the same Secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..registries import docker_config as registry
from ..secrets.external_secret import SecretTemplate
from ..secrets.manual_secret import ManualSecret

if TYPE_CHECKING:
    from .credential import PullSecret

CREDENTIAL = "registry-pull"


def build_secret(pull: PullSecret, name: str) -> SecretTemplate | ManualSecret:
    """The Secret of type ``kubernetes.io/dockerconfigjson`` that pods pull with."""
    if pull.docker_config is not None:
        data = {registry.KEY: pull.docker_config}
        return SecretTemplate(name=name, credential=CREDENTIAL, data=data, type=registry.TYPE)
    return registry.build_docker_config(name, pull.registries or (), CREDENTIAL)
