"""A mistake in one block of an organization hides no problem of the others."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.settings.parsing import check
from tests.unit.admission_samples import strict
from tests.unit.samples import KUBERNETES, Raw

BLOCKS: Final = {
    "refreshInterval": "30s",
    "policies": {"creationPolicy": "Orphan"},
    "git": {"host": "github.com", "remoteKey": "acme-${git}", "secretKey": "x", "refreshInterval": "5s"},
    "registries": [
        {"server": "quay.io", "remoteKey": "acme-${quay}"},
        {"server": "ghcr.io", "remoteKey": "acme-ghcr", "secretStore": "absent"},
        {"server": "ghcr.io", "remoteKey": "acme-other"},
    ],
    "external": [{"name": "sonar", "refreshInterval": "6s", "keys": {"token": {"remoteKey": "acme-sonar"}}}],
    "workflows": {"names": ["docker", "docker"], "delivery": "run"},
    "workflowPlane": {"secretStoreRef": "default-globex"},
    "dataPlane": {"secretStoreRef": "platform", "kind": "DataPlanes"},
    "pullSecret": {
        "componentTypes": ["service", "service"],
        "delivery": "namespace",
        "refreshInterval": "7s",
        "dockerConfig": {"remoteKey": "acme-pull"},
    },
}

ACME: Final = 'namespaces[0] ("acme")'
EXPRESSION: Final = "has a ${, which OpenChoreo would evaluate as an expression"
NO_NAME: Final = (
    'is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at most 253 characters, first and last '
    'a letter or a digit (store "default")'
)
ORPHAN: Final = (
    "creationPolicy Orphan does not work with workflows: each run creates its own Secret, which is deleted with the "
    "run; use Owner"
)
SHORT: Final = "is shorter than admission.minimumRefreshInterval (1m0s); use 1m0s or longer"
PROBLEMS: Final = {
    f'{ACME}.registries[2].server: "ghcr.io" is also registries[1]; one Secret holds each registry once': {
        "registries"
    },
    (
        f'{ACME}.git.secretKey: "x" is a key that builds of OpenChoreo v1 do not read: they read the username and '
        "password of a Secret of the type kubernetes.io/basic-auth; leave it out"
    ): {"git"},
    f'{ACME}.pullSecret.componentTypes[1]: "service" is listed twice': {"pullSecret"},
    f'{ACME}.workflows.names[1]: "docker" is listed twice': {"workflows"},
    f'{ACME}.workflows: "acme-${{git}}" {EXPRESSION}': {"workflows", "git"},
    f'{ACME}.workflows: "acme-${{quay}}" {EXPRESSION}': {"workflows", "registries"},
    f"{ACME}.git: {ORPHAN}": {"policies", "workflows", "git"},
    f"{ACME}.registries: {ORPHAN}": {"policies", "workflows", "registries"},
    f'{ACME}: remoteKey "acme-${{git}}" {NO_NAME}': {"git"},
    f'{ACME}: remoteKey "acme-${{quay}}" {NO_NAME}': {"registries"},
    f'{ACME}.registries[1].secretStore: no store "absent" under secretStores; configured: default': {"registries"},
    (f'{ACME}.dataPlane.kind: "DataPlanes" is no kind of this plane; expected DataPlane or ClusterDataPlane'): {
        "dataPlane"
    },
    (
        f'{ACME}.workflowPlane.secretStoreRef: "default-globex" is a store of the organization "globex"; use '
        '"default-acme", or remove this'
    ): {"workflowPlane"},
    f"{ACME}.refreshInterval: 30s {SHORT}": {"refreshInterval"},
    f"{ACME}.git.refreshInterval: 5s {SHORT}": {"git"},
    f"{ACME}.external[0].refreshInterval: 6s {SHORT}": {"external"},
    f"{ACME}.pullSecret.refreshInterval: 7s {SHORT}": {"pullSecret"},
}
"""Problem -> the blocks without which it is none."""


def list_problems(**blocks: Any) -> list[str]:
    return [str(problem) for problem in check(config(**blocks), frozenset())[1]]


def config(**blocks: Any) -> Raw:
    """A configuration with problems in every block of an organization."""
    acme = {"name": "acme", **BLOCKS, **blocks}
    globex = {"name": "globex", "git": {"remoteKey": "globex-git"}}
    return strict(namespaces=[acme, globex], secretStores={"default": KUBERNETES})


def test_problems_of_all_blocks() -> None:
    assert list_problems() == list(PROBLEMS)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_mistake_in_one_block(block: str) -> None:
    mistake = f"{ACME}.{block}: must be "
    first, *others = list_problems(**{block: 7})
    assert first.startswith(mistake)
    assert others == [problem for problem, blocks in PROBLEMS.items() if block not in blocks]


def test_a_mistake_in_git_does_not_hide_tokens_of_registries() -> None:
    registry = {"registry": "ecr", "account": "123456789012", "region": "eu-central-1"}
    token = {"ecr": {"roleArn": "arn:aws:iam::123456789012:role/push-{organization}"}}
    acme = {"name": "acme", "git": {"remoteKey": 7}, "registries": [{**registry, **token}]}
    limits = {"administrators": ["pulumi"], "minimumRefreshInterval": "7h"}
    raw = strict(namespaces=[acme], admission=limits, refreshInterval="8h")
    assert [str(problem) for problem in check(raw, frozenset())[1]] == [
        f"{ACME}.git.remoteKey: must be a string, not a number",
        (
            f"admission.minimumRefreshInterval: 7h0m0s is longer than half of the lifetime of {ACME}.registries[0].ecr "
            "(12h0m0s), so the policies would deny the ExternalSecrets that renew these tokens in time; use 6h0m0s or "
            "shorter"
        ),
    ]


def test_a_plane_with_a_mistake_may_name_a_store() -> None:
    acme = {"name": "acme", "git": {"remoteKey": "acme-git"}, "workflowPlane": {"secretStoreRef": 7}}
    raw = strict(namespaces=[acme], admission={"administrators": ["pulumi"], "secretApi": True})
    (problem,) = list(map(str, check(raw, frozenset())[1]))
    assert problem.startswith(f"{ACME}.workflowPlane.secretStoreRef: must be ")
