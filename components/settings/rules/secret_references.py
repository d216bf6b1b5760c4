"""Rules about SecretReferences that developers select for builds."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from ...git.reference import validate_reference
from ...openchoreo.release import Release
from ...schema.partial import certain
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings


def validate_references(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """SecretReferences of one organization that builds cannot use, or that have the same name."""
    names: dict[str, str] = {}
    for place, git in organization.git_credentials:
        name = git.secret_reference
        if name is None:
            continue
        where = f"{path}.{place}.secretReference"
        if release.secret_reference is None:
            yield Problem(where, f"is not supported with OpenChoreo {release.name}; leave it out")
            continue
        first = names.setdefault(name, place)
        if first != place:
            yield Problem(where, f"{quote(name)} is also the name of {first}.secretReference; use another one")
        yield from certain(validate_reference(git, f"{path}.{place}"))


def validate_reference_planes(settings: StackSettings) -> Iterator[Problem]:
    """A missing control plane."""
    if settings.clusters.control_plane is not None:
        return
    for path, organization in settings.located:
        yield from certain(_without_control_plane(organization, path))


def _without_control_plane(organization: Organization, path: str) -> Iterator[Problem]:
    for place, git in organization.git_credentials:
        if git.secret_reference is not None:
            text = "creates an object on the control plane; clusters.controlPlane is missing"
            yield Problem(f"{path}.{place}.secretReference", text)
