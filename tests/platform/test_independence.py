"""Organizations are independent: the mistake of one stops neither the updates nor the removal of others."""

from __future__ import annotations

from typing import Any

import pytest

from local.platform import CONTEXT
from tests.platform.harness import Kubernetes, Stack, kubernetes_store, unwrap
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
WORD = "An error of one organization holds back removals of all;\n"


def _namespace(organization: str) -> str:
    return f"openchoreo-ci-{organization}"


def _interval(cluster: Kubernetes, organization: str) -> str | None:
    live = cluster.get(ESO, "ExternalSecret", "git-clone-secret", _namespace(organization))
    return None if live is None else str(live["spec"]["refreshInterval"])


@pytest.fixture
def three(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> tuple[str, str, str]:
    """Names of three organizations of one stack, up."""
    names = (f"{organization}-a", f"{organization}-b", f"{organization}-c")
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(name, "git") for name in names],
        readyTimeout="3s",
    )
    stack.up()
    return names


def test_a_missing_key_of_one_organization_stops_no_other(
    stack: Stack, cluster: Kubernetes, three: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c = three
    changed: dict[str, Any] = {"organizations": [git_organization(b, "git", refreshInterval="17m")]}
    changed["organizations"].insert(0, git_organization(a, "absent"))
    stack.configure(**changed)

    message = stack.up_fails()

    assert "1 of 2 credentials are not ready after 3 s" in message
    assert f'organization "{a}", Secret {_namespace(a)}/git-clone-secret' in message
    assert f'  - organization "{b}"' not in message
    assert f"Ready: {b}\n" in message
    assert WORD in message
    assert _interval(cluster, c) is not None

    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", "true")
    message = stack.up_fails()

    assert f'organization "{a}", Secret {_namespace(a)}/git-clone-secret' in message
    assert f"Ready: {b}\n" in message
    assert WORD not in message
    assert _interval(cluster, b) == "17m0s"
    assert _interval(cluster, c) is None
    assert cluster.get(ESO, "ClusterSecretStore", f"org-{c}") is None
    assert cluster.get("v1", "Secret", "git-clone-secret", _namespace(c)) is None


def test_a_secret_of_a_tenant_stops_only_its_organization(
    stack: Stack, cluster: Kubernetes, manager: str, three: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c = three
    sonar = {"name": "sonar", "keys": {"token": {"remoteKey": "git", "property": "token"}}}
    cluster.put_secret(_namespace(a), "sonar", {"token": "of the tenant"})
    stack.configure(
        organizations=[
            git_organization(a, "git", refreshInterval="17m", external=[sonar]),
            git_organization(b, "git", refreshInterval="17m", external=[sonar]),
        ],
        readyTimeout="30s",
    )
    problem = f'organization "{a}": Secret {_namespace(a)}/sonar exists and this stack did not create it'

    message = stack.up_fails()

    assert "nothing was changed" in message
    assert problem in message
    assert WORD in message
    assert [_interval(cluster, name) for name in three] == ["1h0m0s"] * 3

    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", "true")
    assert problem in unwrap(stack.ok("preview", "--suppress-progress"))
    message = stack.up_fails()

    assert f'nothing of the organization "{a}" is changed' in message
    assert f'build plane (context "{CONTEXT}"): {problem}' in message
    assert f'nothing of the organization "{b}"' not in message
    assert "credentials are not ready" not in message
    assert [_interval(cluster, name) for name in three] == ["1h0m0s", "17m0s", None]
    assert cluster.secret(_namespace(a), "sonar") == ("Opaque", {"token": "of the tenant"})
    assert cluster.secret(_namespace(a), "git-clone-secret") == ("Opaque", {"clone-secret": "value"})
    assert cluster.secret(_namespace(b), "sonar") == ("Opaque", {"token": "value"})
    assert cluster.get(ESO, "ClusterSecretStore", f"org-{c}") is None

    cluster.delete("v1", "Secret", "sonar", _namespace(a))
    stack.up()

    assert cluster.secret(_namespace(a), "sonar") == ("Opaque", {"token": "value"})
    stack.unchanged()
