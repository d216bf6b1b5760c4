"""Rules about the admission policies and quotas, which the stack's own objects must obey too."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from ...schema.durations import parse_seconds
from ...schema.partial import certain
from ..admission import Admission
from ..organization import Organization
from ..partial import certain_credentials
from ..stack import StackSettings


def validate_admission(settings: StackSettings) -> Iterator[Problem]:
    """Limits that the configuration itself exceeds, and limits without policies."""
    limits = settings.strict_admission
    if limits is None:
        if settings.admission is not None:
            text = f"has no effect with isolation: {settings.isolation}; remove it, or use isolation: strict"
            yield Problem("admission", text)
        return
    yield from certain(_check_interval(settings, "", limits))
    for path, organization in settings.located:
        yield from certain(_organization(organization, path, limits))


def _organization(organization: Organization, path: str, limits: Admission) -> Iterator[Problem]:
    yield from _check_interval(organization, f"{path}.", limits)
    count = 0
    for located in certain_credentials(organization):
        count += 1
        yield from _check_interval(located.credential, f"{path}.{located.place}.", limits)
    if count > limits.maximum_external_secrets:
        yield Problem(
            "admission.maximumExternalSecrets",
            f"{limits.maximum_external_secrets} is less than the {count} credentials of {path}; use at least {count}",
        )
    for key, plane in (("buildPlane", organization.build_plane), ("dataPlane", organization.data_plane)):
        if plane is not None and not isinstance(plane.secret_store_ref, str):
            text = "is an output, and the policies of isolation: strict contain the name of the store; use plain text"
            yield Problem(f"{path}.{key}.secretStoreRef", text)


def _check_interval(level: object, prefix: str, limits: Admission) -> Iterator[Problem]:
    interval, least = getattr(level, "refresh_interval", None), limits.minimum_refresh_interval
    if interval is not None and 0 < parse_seconds(interval) < parse_seconds(least):
        text = f"{interval} is shorter than admission.minimumRefreshInterval ({least}); use {least} or longer"
        yield Problem(f"{prefix}refreshInterval", text)
