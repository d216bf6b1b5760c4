"""How the workloads of an organization may pull images, and how its builds may get credentials run by run."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from ..openchoreo.release import Defaults
from ..registries.credential import RegistryCredential
from ..registries.push import manual_passwords
from ..schema import names
from ..schema.model import Interval, Label, Model, ObjectName
from ..schema.policies import Policies
from ..schema.sources import RemoteRef
from ..secrets.credential import Owner, SecretContent
from .secret import CREDENTIAL, secret

EXPRESSION: Final = re.compile(r"\$\{[^{}]*\}")
"""An expression in a name; the release decides which ones a name may contain."""


def _check_secret_name(value: str) -> str:
    """An object name, parts of which may be expressions of OpenChoreo."""
    names.check_subdomain(EXPRESSION.sub("x", value))
    return value


SecretName = Annotated[str, AfterValidator(_check_secret_name)]


class PullSecret(Model):
    """The credential with which an organization's workloads pull images, and the ComponentTypes that use it.

    Source: ComponentType of OpenChoreo v0.9, and its docs, "Component Workflow Secrets" and "Container Registry".
    """

    component_types: Annotated[tuple[ObjectName, ...], Field(strict=False, min_length=1)]
    """ComponentTypes of the organization's namespace on the control plane whose pods pull with it."""
    delivery: Literal["component", "namespace", "manual"] = "component"
    """``component``: the ComponentType gains an ExternalSecret, so every component brings its own Secret.
    ``namespace``: one ClusterExternalSecret puts a Secret into each of the organization's data-plane namespaces.
    ``manual``: a plain Secret from encrypted configuration in the named namespaces."""
    registries: Annotated[tuple[RegistryCredential, ...], Field(strict=False, min_length=1)] | None = None
    """Registries to pull from, all in one docker config. Exactly one of this and ``dockerConfig``."""
    docker_config: RemoteRef | None = None
    """A docker ``config.json`` in the manager, used whole, as in OpenChoreo's docs."""
    secret_name: SecretName | None = None
    """Name of the Secret. None: the default of the release. For ``component`` it contains the component's name: the
    components of a project's environment would otherwise share one Secret, and lose it with the first one deleted."""
    resource_id: ObjectName | None = None
    """Id of the ExternalSecret in the ComponentType's resources (``component``). None: the default of the release."""
    secret_store: ObjectName | None = None
    """Entry of ``secretStores``, of which a ClusterSecretStore is made on the data plane. None: for ``component`` the
    store that the DataPlane names (``${dataplane.secretStore}``), for ``namespace`` the organization's."""
    namespaces: Annotated[tuple[Label, ...], Field(strict=False, min_length=1)] | None = None
    """Namespaces on the data plane that get the Secret (``manual``); they must exist."""
    refresh_interval: Interval | None = None
    """How often the manager is asked. None: the organization's, else the stack's."""

    @field_validator("registries")
    @classmethod
    def _no_tokens(cls, registries: tuple[RegistryCredential, ...] | None) -> tuple[RegistryCredential, ...] | None:
        for index, registry in enumerate(registries or ()):
            if registry.token is not None:
                msg = (
                    f"[{index}].{registry.token[0]} would need an identity in every namespace of workloads; to pull "
                    f"from {registry.host}, grant it to the nodes, or use username and password of a robot account"
                )
                raise ValueError(msg)
        return registries

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.registries is None) == (self.docker_config is None):
            what = "names both registries and dockerConfig" if self.registries else "names no credential"
            msg = f"{what}; expected exactly one of registries, dockerConfig"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _fits_delivery(self) -> Self:
        manual = [registry.manual is not None for registry in self.registries or ()]
        if self.delivery == "manual":
            wrong = [
                ("dockerConfig", self.docker_config),
                ("secretStore", self.secret_store),
                ("refreshInterval", self.refresh_interval),
            ]
            for key, value in wrong:
                if value is not None:
                    msg = f"{key} belongs to the secret manager; delivery manual has none"
                    raise ValueError(msg)
            if not all(manual):
                msg = "delivery manual needs a manual user and password for every registry"
                raise ValueError(msg)
            if self.namespaces is None:
                msg = "delivery manual needs namespaces, those of the data plane that get the Secret"
                raise ValueError(msg)
        elif any(manual) or self.namespaces is not None:
            what = "namespaces" if self.namespaces is not None else "a manual registry"
            msg = f"{what} belongs to delivery manual, not {self.delivery}"
            raise ValueError(msg)
        if self.delivery != "component" and "${" in (self.secret_name or ""):
            msg = f"secretName may hold an expression with delivery component only, not {self.delivery}"
            raise ValueError(msg)
        return self

    def name(self, defaults: Defaults) -> str:
        """Name of the Secret, as pods refer to it."""
        default = defaults.component_pull_secret if self.delivery == "component" else defaults.pull_secret
        return self.secret_name or default

    @property
    def kind(self) -> str:
        """Value of the credential label."""
        return CREDENTIAL

    def secret_names(self, defaults: Defaults) -> dict[str, str]:
        """The one Secret."""
        return {"secretName": self.name(defaults)}

    @property
    def manuals(self) -> dict[str, str]:
        """Path below this credential -> entry of ``manualSecrets``."""
        return manual_passwords(self.registries or ())

    @property
    def policies(self) -> Policies | None:
        """None: pull secrets always have the operator's default policies."""
        return None

    def secrets(self, owner: Owner) -> tuple[SecretContent, ...]:
        """The one Secret."""
        return (secret(self, self.name(owner.defaults)),)

    @property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the manager."""
        whole = (self.docker_config,) if self.docker_config is not None else ()
        return (*whole, *(ref for registry in self.registries or () for ref in registry.remotes))


class ComponentWorkflows(Model):
    """Git and registry credentials as ``spec.resources`` of ComponentWorkflows, instead of ahead of the first build.

    Source: OpenChoreo v0.9 docs, "Component Workflow Secrets".
    """

    names: Annotated[tuple[ObjectName, ...], Field(strict=False, min_length=1)]
    """ComponentWorkflows of the organization's namespace on the control plane."""
    secret_names: Literal["run", "fixed"] = "run"
    """``run``: each run has Secrets of its own, ``<run>-<name>``. ``fixed``: all runs share the names of the
    docs; each run rewrites them, and deleting any run deletes them for all."""


class PlaneStore(Model):
    """A DataPlane or BuildPlane object whose ``spec.secretStoreRef`` is set where nothing is set yet."""

    name: ObjectName = "default"
    """Name of the object in the organization's namespace on the control plane."""
    secret_store_ref: ObjectName
    """Name of a ClusterSecretStore on that plane."""
