"""What the builds of a release refer to, on the control plane and on the build plane."""

from __future__ import annotations

from dataclasses import dataclass

from .kinds import Kind, Path


@dataclass(frozen=True)
class Builds:
    """Where a workflow names its plane, its store and the steps of a build."""

    kinds: tuple[Kind, ...]
    """Kinds of workflows: those in the namespace of an organization, and those that all organizations share."""
    plane_kind: Path
    """Path of the kind of the build plane in a workflow."""
    plane_name: Path
    """Path of its name."""
    default_plane: tuple[str, str]
    """Kind and name of the build plane of a workflow that names none."""
    store: str
    """Expression for the store of the build plane, without ``${}``. It is an empty text if the plane has none."""
    templates: Kind
    """Kind of the steps of builds that all organizations share, on the build plane."""
    local_templates: Kind
    """Kind of the steps in the namespace of a build."""
    push_template: str
    """Name of the step that pushes the image, among those that the release ships."""
    push_volume: str
    """Name of the Secret that this step mounts, as an expression: an argument of the workflow."""
    public_registries: frozenset[str]
    """Hosts to which everyone may push without a login, and from which everyone may pull."""
    run: Path
    """Path of what a workflow starts."""
    schema: Path
    """Path of the schema of its parameters."""
    references: Path
    """Path of the list of objects that every run of it reads before anything is rendered, each with an ``id`` and the
    ``name`` of an object in the namespace of the run on the control plane. An empty name is left out."""
    reference: str
    """How an entry refers to one of them, with its id as ``{id}``: a regular expression."""
    shipped_store: str
    """Name of the ClusterSecretStore that the installation creates for everything."""
