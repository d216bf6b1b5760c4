"""The warning about a cluster of builds that is one of another OpenChoreo release."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.cluster.served_release import list_release_warnings
from components.openchoreo import V0_9, V1, V1_0, Release, find_release
from tests.unit.api import Api

API = "/apis/openchoreo.dev/v1alpha1"
BOTH = find_release(["v0.9", "v1"])
INVENTED = replace(V0_9, name="v7", api="invented.dev/v1", served_kinds=frozenset({"planes"}))


def warn(release: Release, *served: Release, without: str = "") -> list[str]:
    """Warnings about a cluster that serves the kinds of these releases."""
    names = {name for item in served for name in item.served_kinds} - {without}
    objects = {API: {"resources": [{"name": name} for name in sorted(names)]}} if served else {}
    return list(list_release_warnings(Api(objects).cluster, release))


@pytest.mark.parametrize("release", [V0_9, V1, V1_0, BOTH, INVENTED], ids=lambda release: str(release.name))
def test_a_cluster_without_openchoreo_is_no_problem(release: Release) -> None:
    assert warn(release) == []


@pytest.mark.parametrize(
    ("release", "served"),
    [
        pytest.param(V0_9, (V0_9,), id="the-same"),
        pytest.param(V1, (V1,), id="the-same-of-v1"),
        pytest.param(V1_0, (V1,), id="minor-versions-have-the-same-kinds"),
        pytest.param(V0_9, (V0_9, V1), id="both-are-served"),
        pytest.param(BOTH, (V0_9,), id="before-a-move"),
        pytest.param(BOTH, (V1,), id="after-a-move"),
    ],
)
def test_the_configured_release(release: Release, served: tuple[Release, ...]) -> None:
    assert warn(release, *served) == []


def test_a_part_of_another_release_shows_nothing() -> None:
    assert warn(V0_9, V1, without="clusterworkflows") == []


def test_another_release() -> None:
    (newer,), (older,) = warn(V0_9, V1), warn(V1, V0_9)
    assert newer == (
        'release: v0.9, but build plane (context "dev") serves the kinds of OpenChoreo v1 (clustercomponenttypes, '
        "clusterdataplanes, clusterworkflowplanes, clusterworkflows, workflowplanes, workflows) and not those of v0.9, "
        "so its builds do not find the Secrets of this stack; use release: v1, or correct the context"
    )
    assert older == (
        'release: v1, but build plane (context "dev") serves the kinds of OpenChoreo v0.9 (buildplanes, '
        "componentworkflows, organizations) and not those of v1, so its builds do not find the Secrets of this stack; "
        "use release: v0.9, or correct the context"
    )


def test_another_api() -> None:
    assert warn(INVENTED, V1)[0].startswith(
        'release: v7, but build plane (context "dev") serves the kinds of OpenChoreo v1 ('
    )
    own = Api({"/apis/invented.dev/v1": {"resources": [{"name": "planes"}]}, API: {"resources": []}})
    assert list(list_release_warnings(own.cluster, INVENTED)) == []
