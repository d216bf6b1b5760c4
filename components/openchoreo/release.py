"""Everything that differs between OpenChoreo releases. Other modules ask a `Release` and contain none of its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .builds import Builds
from .kinds import Kind, Path, Steps


@dataclass(frozen=True)
class Expressions:
    """Template expressions that the release evaluates in the resources of a component type or a workflow."""

    build_namespace: str
    """In a component workflow: the namespace of the build."""
    run_name: str
    """In a component workflow: the name of the build run."""
    component_namespace: str
    """In a component type: the namespace of the workload."""
    data_plane_store: str
    """In a component type: the ClusterSecretStore that the data plane refers to."""
    secret_name_parts: tuple[str, ...]
    """In a component type: expressions that a name of a Secret may contain."""


@dataclass(frozen=True)
class Defaults:
    """Names that the release's documentation uses. A configured name overrides each of them."""

    git_secret: str
    """Secret of the git credential."""
    git_key: str | None
    """Key of the token in that Secret. None: builds read only the keys of Kubernetes' types of Secrets, so a token is
    the password of a user."""
    push_secret: str
    """Secret with which builds push images."""
    pull_secret: str
    """Secret with which workloads pull images, one in each namespace."""
    component_pull_secret: str
    """The same, one for each component; contains an expression."""
    git_resource: str
    """Id of the git credential's entry in ``spec.resources`` of a component workflow."""
    push_resource: str
    """Id of the push credential's entry in the same list."""
    pull_resource: str
    """Id of the pull secret's entry in ``spec.resources`` of a component type."""


@dataclass(frozen=True)
class Charts:
    """Helm charts, for error messages that say what to install."""

    control_plane: str
    """Chart that installs the release's CRDs."""
    operator: str | None
    """Chart of the release that can install the External Secrets Operator, with the value that enables it. None: none
    of its charts can."""


@dataclass(frozen=True)
class Environments:
    """Objects in the namespace of an organization that name the data planes of its workloads."""

    kind: Kind
    plane_kind: Path
    """Path of the kind of the data plane."""
    plane_name: Path
    """Path of its name."""
    default: str
    """Name of the data plane in the organization's namespace that an environment without both has."""


@dataclass(frozen=True)
class Snapshots:
    """How an environment keeps the type that it was deployed with, whatever becomes of the type."""

    types: frozenset[str]
    """Names of the kinds of types that are copied."""
    binding: Kind
    """Kind that binds an environment to a snapshot."""
    snapshot: Kind
    """Kind of the immutable copies."""
    snapshot_name: Path
    """Path of the snapshot's name in a binding."""
    environment: Path
    """Path of the environment's name in a binding."""
    project: Path
    """Path of the project's name in a binding."""
    component: Path | None
    """Path of the component's name in a binding. None: the binding is for a whole project."""
    resources: Path
    """Path of the entries in a snapshot."""
    type_kind: Path | None = None
    """Path of the kind of the copied type in a snapshot. None: a snapshot does not have it."""
    type_name: Path | None = None
    """Path of the name of the copied type in a snapshot. None: a snapshot does not have it."""
    undeployed: tuple[Path, str] | None = None
    """Path of a field of a binding, and its value while the environment deploys nothing. None: each one deploys."""


@dataclass(frozen=True)
class WorkloadNamespaces:
    """How OpenChoreo labels and names a namespace of workloads."""

    label: str
    """Label with the organization."""
    prefix: str
    """What the name begins with, before the organization."""
    longest_part: int
    """Number of characters of the organization in the name; the rest of a longer one is cut off."""


@dataclass(frozen=True)
class SecretApi:
    """Where OpenChoreo's API for secrets writes PushSecrets, as users of its agents."""

    prefix: str
    """What the names of its namespaces begin with, before the organization."""
    keys: str
    """What its remote keys begin with, before the organization and ``/``."""


@dataclass(frozen=True)
class RunLabels:
    """Labels of every object that a build run has created, and that it deletes with itself."""

    kind: str
    """Kind of the runs, as kubectl accepts it."""
    name: str
    """Label with the name of the run."""
    namespace: str
    """Label with its namespace on the control plane."""


@dataclass(frozen=True)
class RunSecret:
    """Where a workflow names the Secret of one credential, and where it creates it for each run."""

    resource: str
    """Id of the entry that creates the Secret."""
    argument: Steps
    """Path of the argument with the name of the Secret."""
    name: str
    """Value of the argument: the name of the Secret of a run."""
    own_choice: str = ""
    """Whether a developer has chosen another Secret, as an expression without ``${}``. If so, everything
    stays as it was. Empty: developers have no choice."""
    default_choice: Path = ()
    """Path of what a workflow chooses for developers who choose nothing. Empty: developers have no choice."""


@dataclass(frozen=True)
class RunSecrets:
    """What the workflows that the release ships have for credentials of builds."""

    git: RunSecret
    push: RunSecret


@dataclass(frozen=True, repr=False)
class Release:
    """Names, kinds and limits of one OpenChoreo release."""

    name: str
    """As configured: ``v0.9``."""
    api: str
    """Group and version of its kinds: ``openchoreo.dev/v1alpha1``."""
    control_plane_namespace: Callable[[str], str]
    """Organization -> namespace of its objects on the control plane."""
    build_namespace: Callable[[str], str]
    """Organization -> namespace of its builds on the build plane."""
    workload_namespaces: tuple[WorkloadNamespaces, ...]
    """How a namespace of workloads on the data plane shows its organization: it has one of these labels or several, and
    no other namespace has them. A combination has those of both releases, the newer one's first."""
    reserved: frozenset[str]
    """Names of organizations whose namespace is one of the platform."""
    reserved_prefixes: tuple[str, ...]
    """Prefixes of such names."""
    served_kinds: frozenset[str]
    """Plural names of the kinds that the control plane must serve."""
    component_type: Kind
    """Kind whose workloads pull images."""
    component_workflow: Kind
    """Kind that describes builds."""
    build_plane: Kind
    """Kind that registers a cluster for builds."""
    data_plane: Kind
    """Kind that registers a cluster for workloads."""
    expressions: Expressions
    defaults: Defaults
    charts: Charts
    run_labels: RunLabels
    snapshots: tuple[Snapshots, ...]
    """For each kind of type, how environments keep it."""
    agents: tuple[str, ...] = ()
    """Users of its agents, and of controllers that label namespaces, with the names of its charts."""
    build_runs: str = "argoproj.io/v1alpha1/workflows"
    """Group, version and plural name of the objects that are running or finished builds."""
    build_phase: str = "workflows.argoproj.io/phase"
    """Label of these objects with their phase: ``Running``, ``Succeeded`` (``LabelKeyPhase`` of Argo Workflows)."""
    builds: Builds | None = None
    """What builds refer to, for checks of the clusters. None: nothing is checked."""
    secret_reference: Kind | None = None
    """Kind of object by which developers select the credential of a build. None: there is none."""
    shared_build_plane: Kind | None = None
    """Cluster-scoped kind that registers a cluster for the builds of all organizations. None: there is none."""
    shared_data_plane: Kind | None = None
    """Cluster-scoped kind that registers a cluster for the workloads of all organizations. None: there is none."""
    secret_api: SecretApi | None = None
    """Its API for secrets. None: it has none."""
    environments: Environments | None = None
    """How an environment names its data plane. None: every data plane in the namespace of an organization counts."""
    shared_component_type: Kind | None = None
    """Cluster-scoped kind whose workloads pull images. None: there is none."""
    shared_component_workflow: Kind | None = None
    """Cluster-scoped kind that describes builds. None: there is none."""
    project_type: Kind | None = None
    """Kind with the resources of each namespace of workloads. None: there is none."""
    shared_project_type: Kind | None = None
    """The same kind, cluster-scoped."""
    other_kinds: tuple[Kind, ...] = ()
    """More kinds that can be patched, though no setting refers to them."""
    ssh_hosts: tuple[str, ...] | None = None
    """Patterns of the hosts from which the workflows that it ships can clone with SSH, whatever a Secret has under
    ``known_hosts``. None: workflows decide."""
    run_secrets: RunSecrets | None = None
    """Entries and arguments of workflows that a patch changes, so that builds use the Secrets of this package. None:
    workflows have no Secrets of their own, and a patch adds entries."""
    resource_prefix: str = ""
    """What names of resources in build namespaces begin with. A release after the first one has a prefix, so that the
    move to it replaces no resource of the release before."""
    combined: tuple[Release, ...] = ()
    """The releases of a platform that moves from one to another, the older one first. Empty: it is one release."""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Path of a key of the configuration -> what the release calls the key; ``*`` is the index of an entry of a list.
    A key without an entry has the name of its field in the settings."""

    def __repr__(self) -> str:
        """An expression for it, short enough for the default of an argument in ``help()``."""
        return f'RELEASES["{self.name}"]'

    @property
    def parts(self) -> tuple[Release, ...]:
        """The single releases that the platform has, the older one first."""
        return self.combined or (self,)

    @property
    def build_planes(self) -> tuple[Kind, ...]:
        """Kinds that register a cluster for builds; the first one is meant where none is named."""
        return (self.build_plane,) if self.shared_build_plane is None else (self.build_plane, self.shared_build_plane)

    @property
    def data_planes(self) -> tuple[Kind, ...]:
        """The same for workloads."""
        return (self.data_plane,) if self.shared_data_plane is None else (self.data_plane, self.shared_data_plane)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Name -> every kind that can be patched."""
        roles = (self.component_type, self.component_workflow, *self.data_planes, *self.build_planes)
        shared = (self.shared_component_type, self.shared_component_workflow)
        types = (self.project_type, self.shared_project_type)
        existing = (kind for kind in (*shared, *types) if kind is not None)
        return {kind.name: kind for kind in (*roles, *existing, *self.other_kinds)}

    @property
    def copied_types(self) -> Mapping[str, Kind]:
        """Name -> every kind of type of which environments keep a copy."""
        names = {name for part in self.parts for layout in part.snapshots for name in layout.types}
        return {name: kind for name, kind in self.kinds.items() if name in names}

    def data_plane_selectors(self, organization: str) -> tuple[dict[str, str], ...]:
        """Sets of labels, one of which each namespace of the organization's workloads has."""
        return tuple({workloads.label: organization} for workloads in self.workload_namespaces)

    def is_reserved(self, organization: str) -> bool:
        """Whether the namespace of an organization of this name is one of the platform."""
        return organization in self.reserved or organization.startswith(self.reserved_prefixes)
