"""OpenChoreo v0.9: Organization, BuildPlane, ComponentWorkflow; builds run in ``openchoreo-ci-<org>``.

Source: the CRDs and controllers of openchoreo/openchoreo v0.9.0. The controller of Organization makes a namespace of
the organization's name and deletes it with the organization, whoever made it; hence the reserved names.
"""

from __future__ import annotations

from typing import Final

from .release import Release


def _build_namespace(organization: str) -> str:
    return f"openchoreo-ci-{organization}"


V0_9: Final = Release(
    name="v0.9",
    build_namespace=_build_namespace,
    reserved=frozenset({"argo", "cert-manager", "external-secrets", "kgateway-system"}),
    reserved_prefixes=("kube-", "openchoreo-"),
    control_plane_kinds=frozenset(
        {"organizations", "buildplanes", "dataplanes", "componenttypes", "componentworkflows"},
    ),
    control_plane_chart="openchoreo-control-plane",
)
