"""Credentials that build runs create and delete: the stack takes over none, and creates what is missing."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.platform.drift_samples import warnings_of
from tests.platform.harness import Kubernetes, Stack, eventually

ESO = "external-secrets.io/v1"
NAME = "git-clone-secret"


def _created_by_run(live: dict[str, Any], run: str, organization: str) -> dict[str, Any]:
    """The ExternalSecret as a run of a ComponentWorkflow with the names of OpenChoreo's documentation creates it."""
    labels = {
        "openchoreo.dev/componentworkflowrun": run,
        "openchoreo.dev/componentworkflowrun-namespace": organization,
        "openchoreo.dev/managed-by": "componentworkflowrun-controller",
    }
    metadata = {"name": NAME, "namespace": live["metadata"]["namespace"], "labels": labels}
    return {"apiVersion": ESO, "kind": "ExternalSecret", "metadata": metadata, "spec": live["spec"]}


def test_what_a_run_owns_is_not_taken_over_and_what_it_deletes_is_created_again(
    configured: Stack, cluster: Kubernetes, organization: str
) -> None:
    namespace = f"openchoreo-ci-{organization}"
    read = partial(cluster.get, ESO, "ExternalSecret", NAME, namespace)
    configured.up()
    own = read()
    assert own is not None
    cluster.delete(ESO, "ExternalSecret", NAME, namespace)
    eventually(lambda: cluster.secret(namespace, NAME) is None, "the Secret to go")
    cluster.create(_created_by_run(own, "f3", organization))
    eventually(lambda: cluster.secret(namespace, NAME), "the Secret of the run")
    before = _identity(read())

    command = f"kubectl delete -n {organization} componentworkflowrun f3"
    owner = "belongs to the build run f3, which deletes it with itself"
    ways = f"delete the run: {command}, or use another name (git.secretName)"
    for output in (configured.preview_fails(), configured.up_fails()):
        assert f'organization "{organization}": ExternalSecret {namespace}/{NAME} {owner}; {ways}' in output
    assert _identity(read()) == before

    cluster.delete(ESO, "ExternalSecret", NAME, namespace)
    eventually(lambda: cluster.secret(namespace, NAME) is None, "the Secret of the run to go")
    warnings = warnings_of(configured.ok("preview"))
    assert [line for line in warnings if NAME in line and "does not exist; the next update restores it" in line] != []
    configured.up()
    configured.unchanged()
    assert cluster.secret(namespace, NAME) == ("Opaque", {"clone-secret": "value"})
    labels = _identity(read())[1]
    assert "openchoreo.dev/componentworkflowrun" not in labels


def _identity(live: dict[str, Any] | None) -> tuple[str, dict[str, str]]:
    assert live is not None
    return live["metadata"]["uid"], live["metadata"]["labels"]
