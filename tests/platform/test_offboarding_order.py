"""The order of a removal: nobody's credentials fail during it, and no store is narrowed before its users are gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.history import Event, History, first, is_deletion
from tests.platform.samples import git_organization

INTERVAL = "1s"


@pytest.fixture
def names_of_two(organization: str, cluster: Kubernetes) -> Iterator[tuple[str, str]]:
    """Names of two organizations, the second beginning with the first."""
    names = (organization, f"{organization}2")
    yield names
    for name in names:
        cluster.delete("v1", "Namespace", f"openchoreo-ci-{name}")


@pytest.mark.parametrize("offboarding", ["keep", "delete"])
@pytest.mark.parametrize("scope", ["shared", "organization"])
def test_no_credential_fails_during_a_removal(
    stack: Stack, cluster: Kubernetes, manager: str, names_of_two: tuple[str, str], scope: str, offboarding: str
) -> None:
    first_name, second_name = names_of_two
    for name in names_of_two:
        cluster.put_secret(manager, f"{name}-git", {"token": name})
    organizations = [git_organization(name, f"{name}-git", refreshInterval=INTERVAL) for name in names_of_two]
    stack.configure(
        secretStores={"org": kubernetes_store(manager, scope)}, organizations=organizations, offboarding=offboarding
    )
    stack.up()
    history = History(cluster)
    stack.configure(organizations=organizations[1:])

    stack.up()

    events = history.read()
    external = first(events, "ExternalSecret", f"openchoreo-ci-{first_name}/git-clone-secret", is_deletion)
    store = f"org-{first_name}" if scope == "organization" else "org"
    role = f"{manager}/eso-{store}"

    def is_narrowed(event: Event) -> bool:
        names = {name for rule in event.object.get("rules") or () for name in rule["resourceNames"]}
        return is_deletion(event) or f"{first_name}-git" not in names

    def is_closed(event: Event) -> bool:
        conditions = event.object["spec"]["conditions"]
        spaces = {name for condition in conditions for name in condition["namespaces"]}
        return is_deletion(event) or f"openchoreo-ci-{first_name}" not in spaces

    closed = first(events, "ClusterSecretStore", store, is_closed)
    assert external < closed
    assert external < first(events, "Role", role, is_narrowed)
    if scope == "organization":
        assert closed < first(events, "RoleBinding", role, is_deletion)
        assert closed < first(events, "ServiceAccount", role, is_deletion)
    failed = {event.name for event in events if event.kind == "ExternalSecret" and not event.is_ready}
    assert failed == set()
    space = f"openchoreo-ci-{first_name}"
    assert (cluster.get("v1", "Namespace", space) is None) == (offboarding == "delete")
    assert cluster.secret(f"openchoreo-ci-{second_name}", "git-clone-secret") == (
        "Opaque",
        {"clone-secret": second_name},
    )
