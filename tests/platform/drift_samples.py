"""A stack with an object of every kind, and edits of these objects as people make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from components.openchoreo import V0_9
from tests.platform.github import GitHub
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.releases import Builds

ESO: Final = "external-secrets.io/v1"
RBAC: Final = "rbac.authorization.k8s.io/v1"
GENERATORS: Final = "generators.external-secrets.io/v1alpha1"

_DEFAULT: Final = Builds(V0_9)

Object = dict[str, Any]
Edit = Callable[[Object], object]


@dataclass(frozen=True)
class Deployed:
    """A stack with one organization, and the names of its objects."""

    stack: Stack
    cluster: Kubernetes
    organization: str
    manager: str
    builds: Builds = _DEFAULT

    @property
    def namespace(self) -> str:
        """Its build namespace."""
        return self.builds.namespace(self.organization)

    @property
    def generator(self) -> str:
        """Its GithubAccessToken."""
        return f"{self.builds.git}-github-app"

    @property
    def account(self) -> str:
        """The identity of its store."""
        return f"eso-org-{self.organization}"

    @property
    def store(self) -> str:
        """Its ClusterSecretStore."""
        return f"org-{self.organization}"

    def edit(self, api: str, kind: str, name: str, change: Edit, namespace: str | None = None) -> None:
        """What a person does with ``kubectl edit``."""
        self.cluster.edit(api, kind, name, change, namespace)

    def is_absent(self, api: str, kind: str, name: str, namespace: str | None = None) -> bool:
        """Whether an object does not exist."""
        return self.cluster.get(api, kind, name, namespace) is None

    def warnings(self) -> list[str]:
        """What a preview says about objects that are not as configured."""
        return sorted(warnings_of(self.stack.ok("preview", "--suppress-progress")))


def warnings_of(output: str) -> set[str]:
    """Warnings about objects in the output of Pulumi, which shows them as they come and again at the end."""
    endings = ("the next update restores it", "restoring it")
    lines = (line.strip() for line in output.splitlines())
    return {line.removeprefix("warning: ") for line in lines if line.startswith("warning: ") and line.endswith(endings)}


def configure(stack: Stack, manager: str, organization: str, github: GitHub, **git: Any) -> None:
    """Configure an organization with every kind of object, on one cluster."""
    app = {
        "appId": int(github.app_id),
        "installationId": int(github.installation_id),
        "privateKey": {"remoteKey": "github-app", "property": "private-key"},
        "url": github.url,
    }
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"org": kubernetes_store(manager)},
        organizations=[
            {
                "name": organization,
                "secretStore": "org",
                "git": {"githubApp": app},
                "external": [
                    {"name": "sonar", "keys": {"token": {"remoteKey": "sonar", "property": "token", **git}}},
                    {"name": "scanner", "keys": {"key": {"manual": "scanner"}}},
                ],
                "pullSecret": {
                    "delivery": "namespace",
                    "componentTypes": ["service"],
                    "dockerConfig": {"remoteKey": "pull", "property": "config"},
                },
            }
        ],
    )
