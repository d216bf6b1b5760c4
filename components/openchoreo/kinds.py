"""Kinds of OpenChoreo objects that can be patched, and the properties that a patch of each kind depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..object_names import build_path

Path = tuple[str, ...]
"""Keys from the outermost mapping to a field."""
Step = str | tuple[str, str]
"""A key of a mapping, or a field and its value that select one entry of a list: ``("name", "git-secret")``."""
Steps = tuple[Step, ...]
"""The same as `Path`, through lists too."""
Variables = Mapping[str, frozenset[str] | None]
"""Variable of expressions -> its fields, which are texts, lists and mappings. None: the fields depend on the object."""


@dataclass(frozen=True)
class Workload:
    """Where a component type keeps the pods of its workload.

    The primary resource is the entry of ``spec.resources`` whose id is the workload type.
    """

    type_path: Path
    """Path of the workload type in the object: ``("spec", "workloadType")``."""
    pod_specs: Mapping[str, Path] = field(hash=False)
    """Workload type -> path of the pod spec in the template of the primary resource."""
    without_pods: frozenset[str] = frozenset()
    """Workload types that have no pods."""
    only: bool = False
    """Whether a type may have no resource of another workload type. If not, it has one of its own and any of others."""

    @property
    def types(self) -> frozenset[str]:
        """All workload types."""
        return frozenset(self.pod_specs) | self.without_pods


@dataclass(frozen=True)
class Kind:
    """One kind of OpenChoreo object."""

    api: str
    """Group and version: ``openchoreo.dev/v1alpha1``."""
    name: str
    """``ComponentType``."""
    plural: str
    """Name in paths of the API: ``componenttypes``."""
    namespaced: bool = True
    """Whether its objects are in the namespace of an organization; False: they are cluster-scoped."""
    resources: bool = False
    """Whether it has ``spec.resources``, a list of templates with an ``id`` each."""
    include_when: bool = True
    """Whether those entries have ``includeWhen``. If not, the API server drops the field without an error."""
    entry_defaults: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Fields of such an entry that the API server adds."""
    variables: Variables | None = field(default=None, hash=False)
    """What expressions in those entries may refer to. None: they are not checked."""
    schemas: Mapping[str, Path] = field(default_factory=dict, hash=False)
    """Variable whose fields depend on the object -> path of the mapping in it whose keys are these fields."""
    retypes: bool = False
    """Whether the entries are rendered as the arguments of a build: a text that is a JSON array becomes a list, and a
    mapping in a field named ``value`` becomes a text."""
    organization: str = ""
    """Expression for the organization in those entries, without ``${}``. Empty: they have none."""
    namespace: str | None = None
    """The only namespace that those entries may have, as an expression. None: they may have any."""
    needs_namespace: bool = False
    """Whether they must have it. If not, they may leave it out."""
    workload: Workload | None = None
    """Where its pods are. None: it has no pods."""
    restarts: frozenset[str] = frozenset()
    """Workload types whose pods a changed entry restarts, because they have a hash of all rendered entries."""
    secret_store_ref: bool = False
    """Whether it has ``spec.secretStoreRef``."""

    def path(self, namespace: str | None, name: str = "") -> str:
        """API path of one object.

        Args:
            namespace: of the object. None: all namespaces, or a cluster-scoped kind.
            name: of the object. Empty: the path of the list.
        """
        return build_path(self.api, self.name, namespace, name, plural=self.plural)
