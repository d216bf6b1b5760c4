"""Settings of admission policies and quotas, and what the configuration itself must obey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from components.settings.admission import Admission
from components.settings.parsing import parse
from tests.unit.admission_samples import PULL, problems, strict

ACCOUNT: Final = "system:serviceaccount:"
AGENT: Final = f"{ACCOUNT}openchoreo-data-plane:cluster-agent-dataplane"
SHOWN: Final = f'"{AGENT[:60]}"… (67 characters)'
ADMINISTRATORS: Final[dict[str, Any]] = {"administrators": ["pulumi"]}


class Later:
    """Stands for an output."""

    def apply(self, _: Callable[[Any], Any], /) -> Any:
        return self


def test_names_of_stores_must_be_plain_text() -> None:
    planes = {"workflowPlane": {"secretStoreRef": Later()}, "dataPlane": {"secretStoreRef": "org-acme"}}
    expected = (
        'namespaces[0] ("acme").workflowPlane.secretStoreRef: is an output, and the policies of isolation: strict '
        "contain the name of the store; use plain text"
    )
    assert problems(namespaces=acme(**planes)) == [expected]


def acme(**keys: Any) -> list[dict[str, Any]]:
    return [{"name": "acme", "git": {"remoteKey": "git"}, "pullSecret": PULL, **keys}]


def test_defaults() -> None:
    settings = parse(strict(admission={}), source="test", manual_names=frozenset())
    assert settings.strict_admission == Admission(
        administrators=(),
        operators=("system:serviceaccount:external-secrets:external-secrets",),
        agents=None,
        minimum_refresh_interval="1m0s",
        maximum_external_secrets=500,
        secret_api=False,
    )
    other = parse(strict(isolation="store", admission=None), source="test", manual_names=frozenset())
    assert other.strict_admission is None


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({}, "", id="valid"),
        pytest.param(
            {"isolation": "store"},
            "admission: has no effect with isolation: store; remove it, or use isolation: strict",
            id="without-strict",
        ),
        pytest.param(
            {"refreshInterval": "30s"},
            "refreshInterval: 30s is shorter than admission.minimumRefreshInterval (1m0s); use 1m0s or longer",
            id="interval-of-the-stack",
        ),
        pytest.param({"refreshInterval": "0s"}, "", id="never"),
        pytest.param(
            {"namespaces": acme(refreshInterval="59s")},
            'namespaces[0] ("acme").refreshInterval: 59s is shorter than admission.minimumRefreshInterval (1m0s); '
            "use 1m0s or longer",
            id="interval-of-an-organization",
        ),
        pytest.param(
            {
                "namespaces": acme(git={"remoteKey": "a", "refreshInterval": "5m"}),
                "admission": dict(ADMINISTRATORS, minimumRefreshInterval="10m"),
            },
            'namespaces[0] ("acme").git.refreshInterval: 5m0s is shorter than admission.minimumRefreshInterval '
            "(10m0s); use 10m0s or longer",
            id="interval-of-a-credential",
        ),
        pytest.param(
            {
                "namespaces": acme(
                    external=[{"name": name, "keys": {"a": {"remoteKey": "b"}}} for name in ("one", "two")]
                ),
                "admission": dict(ADMINISTRATORS, maximumExternalSecrets=2),
            },
            "admission.maximumExternalSecrets: 2 is less than the 3 credentials of "
            'namespaces[0] ("acme"); use at least 3',
            id="too-few",
        ),
        pytest.param(
            {"admission": dict(ADMINISTRATORS, maximumExternalSecrets=0)},
            "admission.maximumExternalSecrets: 0 must be 1 or more",
            id="none",
        ),
        pytest.param(
            {"admission": {"administrators": ["system:anonymous"]}},
            'admission.administrators[0]: "system:anonymous" contains everyone who has not signed in; use the names of '
            "users",
            id="anonymous",
        ),
        pytest.param(
            {"admission": {"administrators": ["system:masters"], "agents": ["system:serviceaccounts:agents"]}},
            'admission.administrators[0]: "system:masters" is a group of Kubernetes; use the names of users\n'
            'admission.agents[0]: "system:serviceaccounts:agents" is a group of Kubernetes; use the names of users',
            id="groups",
        ),
        pytest.param(
            {"admission": {"administrators": ["system:serviceaccount:workflows-acme:runner", f"{ACCOUNT}dp-a-b:c"]}},
            'admission.administrators[0]: "system:serviceaccount:workflows-acme:runner" is a ServiceAccount of '
            '"workflows-acme", which is the build namespace of an organization; use one of another namespace\n'
            'admission.administrators[1]: "system:serviceaccount:dp-a-b:c" is a ServiceAccount of "dp-a-b", which has '
            "the name of a namespace of workloads; use one of another namespace",
            id="accounts-of-builds-and-workloads",
        ),
        pytest.param(
            {"admission": {"administrators": ["pulumi", f"{ACCOUNT}argocd"], "operators": [f"{ACCOUNT}acme:eso"]}},
            'admission.administrators[1]: "system:serviceaccount:argocd" is no ServiceAccount; expected '
            "system:serviceaccount:<namespace>:<name>\n"
            'admission.operators[0]: "system:serviceaccount:acme:eso" is a ServiceAccount of "acme", which is the '
            "namespace of an organization on the control plane; use one of another namespace",
            id="accounts-of-organizations",
        ),
        pytest.param(
            {"admission": {"administrators": [AGENT], "operators": [f"{ACCOUNT}eso:eso", AGENT]}},
            f"admission.administrators[0]: {SHOWN} is an agent of OpenChoreo, which creates what organizations ask "
            "for; use another user\n"
            f"admission.operators[1]: {SHOWN} is an agent of OpenChoreo, which creates what organizations ask for; use "
            "another user",
            id="agents-of-the-charts",
        ),
        pytest.param(
            {"admission": {"administrators": ["robot", f"{ACCOUNT}argocd:argocd"], "agents": ["robot"]}},
            'admission.administrators[0]: "robot" is an agent of OpenChoreo, which creates what organizations ask for; '
            "use another user",
            id="an-agent",
        ),
        pytest.param(
            {"admission": {"administrators": [""]}},
            "admission.administrators[0]: is empty; expected at least one character",
            id="empty",
        ),
        pytest.param(
            {"admission": dict(ADMINISTRATORS, operators=[], agents=[])},
            "admission.operators: is empty; expected at least one entry\n"
            "admission.agents: is empty; expected at least one entry",
            id="without-users",
        ),
        pytest.param(
            {"admission": {"administrators": [" pulumi", "  ", "pul\numi"]}},
            "\n".join(
                f"admission.administrators[{index}]: {shown} has spaces around it, or characters that cannot be "
                "printed; use the name as kubectl auth whoami shows it"
                for index, shown in enumerate(['" pulumi"', '"  "', '"pul\\numi"'])
            ),
            id="white-space",
        ),
        pytest.param(
            {
                "admission": {
                    "administrators": ["a", "b", "a"],
                    "operators": [f"{ACCOUNT}eso:eso", f"{ACCOUNT}eso:eso"],
                    "agents": ["robot", "robot"],
                }
            },
            'admission.administrators[2]: "a" is listed twice\n'
            f'admission.operators[1]: "{ACCOUNT}eso:eso" is listed twice\n'
            'admission.agents[1]: "robot" is listed twice',
            id="twice",
        ),
        pytest.param(
            {"admission": dict(ADMINISTRATORS, agents=[f"{ACCOUNT}agents", f"{ACCOUNT}a:b:c", f"{ACCOUNT}A:b"])},
            "\n".join(
                f'admission.agents[{index}]: "{ACCOUNT}{name}" is no ServiceAccount; expected '
                "system:serviceaccount:<namespace>:<name>"
                for index, name in enumerate(["agents", "a:b:c", "A:b"])
            ),
            id="accounts-of-agents",
        ),
        pytest.param(
            {"admission": dict(ADMINISTRATORS, minimumRefreshInterval="0s", maximumExternalSecrets=1_000_001)},
            'admission.minimumRefreshInterval: "0s" must be greater than zero\n'
            "admission.maximumExternalSecrets: 1000001 must be 1000000 or less",
            id="no-limits",
        ),
        pytest.param(
            {"admission": dict(ADMINISTRATORS, minimumRefreshInterval="-1m", maximumExternalSecrets=-1)},
            'admission.minimumRefreshInterval: "-1m" is negative; expected a Go duration such as "30m", "1h" or '
            '"1h30m", not below zero\nadmission.maximumExternalSecrets: -1 must be 1 or more',
            id="negative",
        ),
    ],
)
def test_problems(keys: dict[str, Any], expected: str) -> None:
    assert "\n".join(problems(**keys)) == expected


def test_only_external_secrets_of_builds_are_counted() -> None:
    """A manual credential has no ExternalSecret, and that of a pull secret is in namespaces of workloads."""
    manual = {"server": "quay.io", "manual": {"username": "robot", "password": "token"}}
    organizations = acme(registries=[manual])
    limits = dict(ADMINISTRATORS, maximumExternalSecrets=1)
    raw = strict(namespaces=organizations, admission=limits)
    assert parse(raw, source="test", manual_names=frozenset({"token"})).names == ("acme",)
