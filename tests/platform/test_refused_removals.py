"""An organization with a problem that loses what its objects need in the same update, while the engine continues."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.releases import Builds, on_v1
from tests.platform.samples import git_organization

ESO = "external-secrets.io/v1"
HEAD = (
    'build plane (context "openchoreo-local"): nothing was changed. Organizations have problems ("{}"), and the '
    "configuration no longer has objects that their other objects still need:"
)
LAST = "Fix the problems first, or put these objects back into the configuration"


@on_v1
def test_what_its_objects_need_stays(
    stack: Stack,
    cluster: Kubernetes,
    manager: str,
    organization: str,
    builds: Builds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the check and the aliases, Pulumi deletes it, and cannot read its state any more."""
    own, adopted = f"{organization}-own", f"{organization}-adopted"
    spaces = {name: builds.namespace(name) for name in (own, adopted)}
    cluster.put_secret(manager, "git", {"token": "value"})
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": spaces[adopted]}})
    kept = git_organization(organization, "git")
    of_own, of_adopted = git_organization(own, "git"), git_organization(adopted, "git", namespace="adopt")
    store = kubernetes_store(manager)
    stack.configure(
        secretStores={"org": store, "spare": store}, offboarding="delete", organizations=[kept, of_own, of_adopted]
    )
    stack.up()
    before, recorded = _live(cluster, organization), _recorded(stack)
    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", "true")

    for modes in (("adopt", "adopt"), ("own", "own")):
        users = [{**user, "namespace": mode} for user, mode in zip((of_own, of_adopted), modes, strict=True)]
        stack.configure(organizations=[kept, *users])
        assert " to delete" not in stack.ok("preview", "--suppress-progress")
        output = stack.up_fails()
        assert "nothing of the organization" in output
        assert not re.search(r"\d+ deleted|\bdeleted \(", output)
        assert _live(cluster, organization) == before
        assert _recorded(stack) == recorded

    external = (spaces[own], builds.git)
    _annotate(cluster, external, "organization/openchoreo-secrets/other")
    stack.configure(organizations=[kept, {**of_own, "secretStore": "spare"}, of_adopted])
    _refuses(stack, own, *(f"{kind} {name}" for kind, name in _identity(own, manager)))
    _annotate(cluster, external, f"organization/openchoreo-secrets/{stack.name}")

    assert _live(cluster, organization) == before
    assert _recorded(stack) == recorded
    stack.configure(organizations=[kept, of_own, of_adopted])
    stack.unchanged()
    stack.destroy()
    assert cluster.get("v1", "Namespace", spaces[own]) is None
    cluster.delete("v1", "Namespace", spaces[adopted])


def _refuses(stack: Stack, organization: str, *needed: str) -> None:
    """A preview and an update end before they change anything."""
    lines = [HEAD.format(organization), *(f"  - {name}" for name in needed), LAST]
    for output in (stack.preview_fails(), stack.up_fails()):
        listed = [line.strip().removeprefix("error: ") for line in output.splitlines()]
        start = listed.index(lines[0])
        assert listed[start : start + len(lines)] == [line.strip() for line in lines]


def _identity(organization: str, manager: str) -> list[tuple[str, str]]:
    account = f"{manager}/eso-org-{organization}"
    kinds = ("Role", "RoleBinding", "ServiceAccount")
    return [("ClusterSecretStore", f"org-{organization}"), *((kind, account) for kind in kinds)]


def _annotate(cluster: Kubernetes, external: tuple[str, str], owner: str) -> None:
    body, (namespace, name) = {"metadata": {"annotations": {"pulumi.com/patchFieldManager": owner}}}, external
    cluster.patch(ESO, "ExternalSecret", name, body, namespace)


def _live(cluster: Kubernetes, organization: str) -> dict[str, Any]:
    """Kind and name -> UID and labels of each namespace, store and ExternalSecret of the organizations."""
    kinds = (("v1", "Namespace"), (ESO, "ClusterSecretStore"), (ESO, "ExternalSecret"))
    return {
        f"{kind} {metadata.get('namespace')}/{metadata['name']}": (metadata["uid"], metadata["labels"])
        for api, kind in kinds
        for item in cluster.list(api, kind)
        if organization in f"{(metadata := item['metadata']).get('namespace')}/{metadata['name']}"
    }


def _recorded(stack: Stack) -> dict[str, Any]:
    resources = json.loads(stack.ok("stack", "export"))["deployment"]["resources"]
    return {resource["urn"]: resource.get("inputs") for resource in resources}
