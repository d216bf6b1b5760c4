"""An organization with a store of its own and a right in a shared one, before and after its removal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from components.commands import main
from components.offboarding.record import build_digest
from tests.unit.api import Api, Object
from tests.unit.command_samples import OWNER, record
from tests.unit.writers import applied

ESO: Final = "/apis/external-secrets.io/v1"
STORE: Final = f"{ESO}/clustersecretstores/org-acme"
EXTERNAL: Final = f"{ESO}/namespaces/openchoreo-ci-acme/externalsecrets/git"
LABELS: Final = {"openchoreo.dev/organization": "acme"}
ROLE: Final[Object] = {
    "urn": "urn:pulumi:dev::openchoreo-secrets::aws:iam/role:Role::org-acme",
    "type": "aws:iam/role:Role",
    "id": "eso-org-acme",
    "parent": "urn:pulumi:dev::openchoreo-secrets::openchoreo:index:AwsSecretStore::org-acme",
    "provider": "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:aws::aws::1",
}
COMPONENT: Final[Object] = {
    "urn": ROLE["parent"],
    "type": "openchoreo:index:AwsSecretStore",
    "inputs": {"organization": "acme", "store": "org-acme"},
}
STATE: Final[Object] = {
    "deployment": {"resources": [COMPONENT, ROLE], "manifest": {"time": "2026-05-01T12:01:00.143807833+02:00"}}
}
AFTER: Final[Object] = {"deployment": {"manifest": {"time": "2026-05-01T12:01:00.143807833+02:00"}}}


def deploy(api: Api, project: Path) -> None:
    """What an update has created; a PushSecret of others uses the store."""
    store = applied({"metadata": {"name": "org-acme", "uid": "2", "labels": LABELS}}, OWNER)
    common = applied({"metadata": {"name": "common", "uid": "3"}}, OWNER)
    common["spec"] = {"conditions": [{"namespaces": ["openchoreo-ci-acme", "openchoreo-ci-acme2"]}]}
    spec = {
        "secretStoreRef": {"name": "org-acme", "kind": "ClusterSecretStore"},
        "data": [
            {"remoteRef": {"key": "acme-git"}},
            {"remoteRef": {"key": "acme-sonar"}, "sourceRef": {"storeRef": {"name": "common"}}},
        ],
    }
    external = applied(
        {"metadata": {"name": "git", "namespace": "openchoreo-ci-acme", "uid": "4", "labels": LABELS}}, OWNER
    )
    role = applied({"metadata": {"name": "eso-common", "namespace": "vault", "uid": "5"}}, OWNER)
    role["rules"] = [{"resourceNames": ["acme-sonar", "acme2-sonar"]}]
    namespace: Object = {
        "metadata": {
            "name": "openchoreo-ci-acme",
            "uid": "6",
            "labels": LABELS,
            "annotations": {"openchoreo-secrets/stack": OWNER},
        }
    }
    pushed = {
        "metadata": {"name": "push", "namespace": "team"},
        "spec": {"secretStoreRefs": [{"kind": "ClusterSecretStore", "name": "org-acme"}]},
    }
    api.objects |= {STORE: store, EXTERNAL: external}
    api.lists |= {
        "clustersecretstores": [store, common],
        "externalsecrets": [{**external, "spec": spec}],
        "roles": [role],
        "namespaces": [namespace],
        "pushsecrets": [pushed],
    }
    record(project, STATE)


def remove(api: Api, project: Path) -> None:
    """What an update does that removes the organization."""
    for path in (STORE, EXTERNAL):
        del api.objects[path]
    common = api.lists["clustersecretstores"][1]
    common["spec"] = {"conditions": [{"namespaces": ["openchoreo-ci-acme2"]}]}
    api.lists["roles"][0]["rules"] = [{"resourceNames": ["acme2-sonar"]}]
    api.lists |= {"clustersecretstores": [common], "externalsecrets": [], "pushsecrets": []}
    record(project, AFTER)


def edit_record(file: Path, **fields: Any) -> None:
    """Change fields of a record, with a digest that fits."""
    content = {**json.loads(file.read_text()), **fields}
    file.write_text(json.dumps({**content, "digest": build_digest(content)}))


def run(*arguments: str) -> int:
    return main(["offboarding", "--stack", "dev", "--organization", "acme", *arguments])
