"""Settings of an organization's pull secret, of ComponentWorkflows that create credentials, and of its planes."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from ..openchoreo.release import Defaults
from ..registries.credential import RegistryCredential, on_registry_change
from ..registries.push import list_manual_passwords
from ..schema import names
from ..schema.deferred import Deferrable
from ..schema.form import must_match
from ..schema.model import Example, Interval, Label, Model, ObjectName, Several
from ..schema.policies import Policies
from ..schema.sources import RemoteRef
from ..secrets.credential import Owner, SecretContent, StoreRead
from .secret import CREDENTIAL, build_secret

EXPRESSION: Final = re.compile(r"\$\{[^{}]*\}")
"""An expression in a name; the release decides which expressions a name may contain."""


def _check_secret_name(value: str) -> str:
    """The name unchanged, if it is an object name that may contain expressions of OpenChoreo."""
    names.check_subdomain(EXPRESSION.sub("x", value))
    return value


SecretName = Annotated[str, AfterValidator(_check_secret_name)]


class OtherPods(Model):
    """The pods of a resource of a ComponentType that is not its primary workload."""

    example: ClassVar[Example] = {
        "componentType": "ai-agent",
        "resource": "sandbox-template",
        "path": "spec.podTemplate.spec",
    }

    component_type: ObjectName
    """One of ``componentTypes`` or ``clusterComponentTypes``."""
    resource: Annotated[str, Field(min_length=1)]
    """Id of the resource in the ComponentType."""
    path: Annotated[
        str,
        must_match(
            r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*",
            "a path of a pod spec; expected keys joined by dots, without lists, such as spec.template.spec",
        ),
    ]
    """Path of the pod spec in the template of the resource."""


class PullSecret(Model):
    """The credential with which an organization's workloads pull images, and the ComponentTypes that use it.

    Source: ComponentType of OpenChoreo v0.9, and its docs, "Component Workflow Secrets" and "Container Registry".
    """

    example: ClassVar[Example] = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "acme-registry-pull"}}

    component_types: Annotated[Several[ObjectName], Field(min_length=1)] = ()
    """ComponentTypes in the organization's namespace on the control plane; their pods pull with the Secret."""
    cluster_component_types: Annotated[Several[ObjectName], Field(min_length=1)] = ()
    """ClusterComponentTypes (v1.x), which all organizations share. Pods of the organizations of the stack pull with
    the Secret; the name of the Secret is in the pods of other organizations too, where it has no effect."""
    delivery: Literal["component", "namespace", "project", "manual"] = "component"
    """``component``: the type of a component gets an ExternalSecret, so every component has its own Secret.
    ``namespace``: one ClusterExternalSecret creates a Secret in each data-plane namespace of the organization.
    ``project``: the type of a project gets an ExternalSecret, so every environment of a project has one (since v1.2).
    ``manual``: a plain Secret from encrypted configuration in the named namespaces."""
    project_types: Annotated[Several[ObjectName], Field(min_length=1)] = ()
    """ProjectTypes in the organization's namespace that get the ExternalSecret (``project``)."""
    cluster_project_types: Annotated[Several[ObjectName], Field(min_length=1)] = ()
    """ClusterProjectTypes that get it (``project``), for namespaces of the organizations of the stack."""
    registries: Annotated[Several[RegistryCredential], Field(min_length=1)] | None = None
    """Registries to pull from, all in one docker config. Exactly one of ``registries`` and ``dockerConfig``."""
    docker_config: RemoteRef | None = None
    """A docker ``config.json`` in the manager, used unchanged, as in OpenChoreo's docs."""
    secret_name: SecretName | None = None
    """Name of the Secret. None: the default of the release. With ``component`` it must contain the component's name:
    otherwise the components of an environment share one Secret, and the first deleted component deletes it."""
    resource_id: ObjectName | None = None
    """Id of the ExternalSecret in the ComponentType's resources (``component``). None: the default of the release."""
    secret_store: ObjectName | None = None
    """Entry of ``secretStores`` that gets a ClusterSecretStore on the data plane. None: with ``component`` the store
    that the DataPlane names (``${dataplane.secretStore}``), with ``namespace`` and ``project`` the organization's
    store."""
    namespaces: Annotated[Several[Label], Field(min_length=1)] | None = None
    """Namespaces on the data plane that get the Secret (``manual``); they must exist."""
    pods: Annotated[Several[OtherPods], Field(min_length=1)] | None = None
    """Further pods that pull with the Secret: those of resources that are not the primary workload of a ComponentType.
    None: those of the primary workloads only."""
    refresh_interval: Interval | None = None
    """Interval between two polls. None: that of the organization, else of the stack."""

    @field_validator("registries")
    @classmethod
    def _one_store_without_tokens(
        cls, registries: tuple[RegistryCredential, ...] | None
    ) -> tuple[RegistryCredential, ...] | None:
        for index, registry in enumerate(registries or ()):
            if registry.token is not None:
                msg = (
                    f"[{index}].{registry.token[0]} would need an identity in every namespace of workloads; grant the "
                    f"nodes access to {registry.host}, or use username and password of a robot account"
                )
                raise ValueError(msg)
            if registry.secret_store is not None:
                msg = (
                    f"[{index}].secretStore is for registries that builds push to; a pull secret has one store, so set "
                    "pullSecret.secretStore"
                )
                raise ValueError(msg)
        return registries

    @model_validator(mode="after")
    def _types_of_projects(self) -> Self:
        named = [key for key, types in self._project_types.items() if types]
        if named and self.delivery != "project":
            msg = f"{named[0]} requires delivery project, not {self.delivery}"
            raise ValueError(msg)
        if self.delivery == "project" and not named:
            keys = " or ".join(self._project_types)
            msg = f"delivery project requires {keys}, the types of projects that get the Secret"
            raise ValueError(msg)
        return self

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
                    msg = f"{key} has no effect with delivery manual, which reads no secret manager; leave it out"
                    raise ValueError(msg)
            if not all(manual):
                msg = "delivery manual requires a manual user and password for every registry"
                raise ValueError(msg)
            if self.namespaces is None:
                msg = "delivery manual requires namespaces, the namespaces of the data plane that get the Secret"
                raise ValueError(msg)
        elif any(manual) or self.namespaces is not None:
            what = "namespaces" if self.namespaces is not None else "a manual registry"
            msg = f"{what} requires delivery manual, not {self.delivery}"
            raise ValueError(msg)
        if self.delivery != "component" and "${" in (self.secret_name or ""):
            msg = f"secretName may contain an expression with delivery component only, not {self.delivery}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _pods_of_its_types(self) -> Self:
        places = [(pods.component_type, pods.resource, pods.path) for pods in self.pods or ()]
        for index, place in enumerate(places):
            if place[0] not in self.types:
                lists = {"componentTypes": self.component_types, "clusterComponentTypes": self.cluster_component_types}
                keys = " or ".join(key for key, names in lists.items() if names) or "componentTypes"
                msg = f'pods[{index}].componentType "{place[0]}" is not one of {keys}; add it there'
                raise ValueError(msg)
            if place in places[:index]:
                msg = f"pods[{index}] is the same as pods[{places.index(place)}]; remove one of them"
                raise ValueError(msg)
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """Types of components whose pods pull with the Secret."""
        return (*self.component_types, *self.cluster_component_types)

    def name(self, defaults: Defaults) -> str:
        """Name of the Secret in pods."""
        default = defaults.component_pull_secret if self.delivery == "component" else defaults.pull_secret
        return self.secret_name or default

    @property
    def _project_types(self) -> dict[str, Several[ObjectName]]:
        return {"projectTypes": self.project_types, "clusterProjectTypes": self.cluster_project_types}

    @property
    def kind(self) -> str:
        """Value of the credential label."""
        return CREDENTIAL

    def secret_names(self, defaults: Defaults) -> dict[str, str]:
        """The one Secret."""
        return {"secretName": self.name(defaults)}

    @property
    def manuals(self) -> dict[str, str]:
        """Configuration path below this credential -> entry of ``manualSecrets``."""
        return list_manual_passwords(self.registries or ())

    @property
    def policies(self) -> Policies | None:
        """None: pull secrets always have the operator's default policies."""
        return None

    def secrets(self, owner: Owner) -> tuple[SecretContent, ...]:
        """The one Secret."""
        return (build_secret(self, self.name(owner.defaults)),)

    @property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the manager."""
        whole = (self.docker_config,) if self.docker_config is not None else ()
        return (*whole, *(ref for registry in self.registries or () for ref in registry.remotes))

    @property
    def reads(self) -> tuple[StoreRead, ...]:
        """The same values, all from one store."""
        return tuple(StoreRead(ref, self.secret_store) for ref in self.remotes)


on_registry_change(PullSecret.rebuild)


class ComponentWorkflows(Model):
    """ComponentWorkflows (v1.x: Workflows, ClusterWorkflows) that use the git and registry credentials.

    Source: OpenChoreo v0.9 docs, "Component Workflow Secrets", and the ClusterWorkflows that v1.2.3 ships.
    """

    example: ClassVar[Example] = {"names": ["docker"]}

    names: Annotated[Several[ObjectName], Field(min_length=1)] = ()
    """ComponentWorkflows (v1.x: Workflows) in the organization's namespace on the control plane."""
    cluster_workflows: Annotated[Several[ObjectName], Field(min_length=1)] = ()
    """ClusterWorkflows (v1.x), which all organizations share. Runs of organizations of other stacks stay as they
    are."""
    delivery: Literal["run", "ahead"] = "run"
    """``run``: each run creates the Secrets, instead of the stack before the first build. ``ahead`` (v1.x): the stack
    creates them before the first build, and runs use these. v0.9 needs no patch for that, so leave
    ``componentWorkflows`` out there."""
    secret_names: Literal["run", "fixed"] = "run"
    """``run``: each run has its own Secrets, ``<run>-<name>``. ``fixed`` (v0.9): all runs share the Secret names of the
    docs; each run overwrites the Secrets, and the deletion of a run deletes them for all."""

    @property
    def per_run(self) -> bool:
        """Whether each run creates the Secrets."""
        return self.delivery == "run"


class PlaneStore(Model):
    """A plane of OpenChoreo that gets a ``spec.secretStoreRef`` if it has none."""

    example: ClassVar[Example] = {"secretStoreRef": "org-acme"}

    kind: Annotated[str, Field(min_length=1)] | None = None
    """Kind of the object: ``DataPlane`` or ``ClusterDataPlane`` for workloads; ``WorkflowPlane`` or
    ``ClusterWorkflowPlane`` for builds (v1.x), ``BuildPlane`` (v0.9). None: the one in the organization's namespace."""

    name: ObjectName = "default"
    """Name of the object on the control plane."""
    secret_store_ref: Deferrable[ObjectName]
    """Name of a ClusterSecretStore on that plane; may be an output."""
