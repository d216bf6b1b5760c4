"""Credentials that build runs create and delete: the stack takes over none, and creates what is missing."""

from __future__ import annotations

from functools import partial
from typing import Any

from components.openchoreo import RunLabels
from tests.platform.drift_samples import warnings_of
from tests.platform.harness import Kubernetes, Stack, eventually
from tests.platform.releases import Builds, on_each_release

ESO = "external-secrets.io/v1"


def _created_by_run(live: dict[str, Any], run: str, organization: str, labels: RunLabels) -> dict[str, Any]:
    """The ExternalSecret as a run of a workflow with the names of OpenChoreo's documentation creates it."""
    written = {
        labels.name: run,
        labels.namespace: organization,
        "openchoreo.dev/managed-by": f"{labels.kind}-controller",
    }
    metadata = {"name": live["metadata"]["name"], "namespace": live["metadata"]["namespace"], "labels": written}
    return {"apiVersion": ESO, "kind": "ExternalSecret", "metadata": metadata, "spec": live["spec"]}


@on_each_release
def test_what_a_run_owns_is_not_taken_over_and_what_it_deletes_is_created_again(
    configured: Stack, cluster: Kubernetes, organization: str, builds: Builds
) -> None:
    namespace, name, labels = builds.namespace(organization), builds.git, builds.release.run_labels
    read = partial(cluster.get, ESO, "ExternalSecret", name, namespace)
    configured.up()
    own = read()
    assert own is not None
    cluster.delete(ESO, "ExternalSecret", name, namespace)
    eventually(lambda: cluster.secret(namespace, name) is None, "the Secret to go")
    cluster.create(_created_by_run(own, "f3", organization, labels))
    eventually(lambda: cluster.secret(namespace, name), "the Secret of the run")
    before = _identity(read())

    command = f"kubectl delete -n {organization} {labels.kind} f3"
    owner = "belongs to the build run f3, which deletes it with itself"
    ways = f"delete the run: {command}, or use another name (git.secretName)"
    for output in (configured.preview_fails(), configured.up_fails()):
        assert f'organization "{organization}": ExternalSecret {namespace}/{name} {owner}; {ways}' in output
    assert _identity(read()) == before

    cluster.delete(ESO, "ExternalSecret", name, namespace)
    eventually(lambda: cluster.secret(namespace, name) is None, "the Secret of the run to go")
    warnings = warnings_of(configured.ok("preview"))
    assert [line for line in warnings if name in line and "does not exist; the next update restores it" in line] != []
    configured.up()
    configured.unchanged()
    assert cluster.secret(namespace, name) == builds.token("value")
    assert labels.name not in _identity(read())[1]


def _identity(live: dict[str, Any] | None) -> tuple[str, dict[str, str]]:
    assert live is not None
    return live["metadata"]["uid"], live["metadata"]["labels"]
