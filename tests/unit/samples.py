"""A valid configuration, edits that break it, and the expected error."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final

import pytest

from components.errors import SettingsError
from components.git.hosts import GIT_SOFTWARE
from components.managers.manager import PlannedStore
from components.managers.registry import list_managers
from components.managers.secret_store import SecretStoreSettings
from components.openchoreo import RELEASES
from components.openchoreo.v0_9 import V0_9
from components.registries.catalog import REGISTRIES
from components.registries.credential import RegistryCredential
from components.registries.tokens import TOKENS
from components.settings.organization import Organization
from components.settings.parsing import parse
from components.settings.stack import StackSettings

Raw = dict[str, Any]
Edits = dict[str, Any]

SOURCE: Final = "stacks/Pulumi.dev.yaml"
MANUAL: Final = frozenset({"gitToken", "quayPassword"})
FAKE_VALUES: Final = dict.fromkeys(sorted(MANUAL), "value")
GONE: Final = object()
"""As the value of an edit: the key is taken out."""
CANARY: Final = "ghp_Canary0123456789"

CA_BUNDLE: Final = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1BTUNBUUU9Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"
"""Base64 of the smallest text that has the form of a certificate."""

AT_ACME: Final = 'organizations[0] ("acme")'
"""How messages name the organization of these configurations."""
GIT: Final[Raw] = {"remoteKey": "acme-git"}
APP: Final[Raw] = {"appId": "123", "installationId": "456", "privateKey": GIT}
KUBERNETES: Final[Raw] = {"kubernetes": {"remoteNamespace": "secret-manager"}}

TOP_KEYS: Final = (
    "release, clusters, aws, isolation, admission, secretStores, organizations, refreshInterval, readyTimeout, "
    "offboarding, releasePromoted, load, budget, notSecrets, manualSecrets"
)
ORGANIZATION_KEYS: Final = (
    "name, namespace, secretStore, git, registries, registrySecretName, registryExtraKeys, external, refreshInterval, "
    "policies, componentWorkflows, pullSecret, buildPlane, dataPlane, load"
)
REGISTRY_KEYS: Final = ", ".join(str(field.alias) for field in RegistryCredential.model_fields.values())
PULL_SECRET_KEYS: Final = (
    "componentTypes, clusterComponentTypes, delivery, projectTypes, clusterProjectTypes, registries, dockerConfig, "
    "secretName, resourceId, secretStore, namespaces, pods, refreshInterval"
)
MANAGER_KEYS: Final = ", ".join(manager.settings_key for manager in list_managers())
TOKEN_KEYS: Final = ", ".join(TOKENS.names())
RELEASE_NAMES: Final = ", ".join(RELEASES)
REGISTRY_NAMES: Final = ", ".join(REGISTRIES.names())
GIT_PROVIDERS: Final = ", ".join(GIT_SOFTWARE.names())
STORE_KEYS: Final = f"scope, sharedAccess, sharedKeys, {MANAGER_KEYS}, retrySettings, refreshInterval, controller"
REMOTE_KEYS: Final = "remoteKey, property, version, decoding"
GIT_KEYS: Final = (
    f"{REMOTE_KEYS}, manual, basicAuth, ssh, githubApp, host, provider, secretName, secretKey, secretStore, "
    "secretReference, refreshInterval, policies"
)
ONE_GIT_KIND: Final = "expected exactly one of remoteKey, manual, basicAuth, ssh, githubApp"
NOT_A_LABEL: Final = (
    'is not a DNS label: lower-case letters, digits and "-", at most 63 characters, first and last a letter or a digit'
)
NOT_AN_OBJECT_NAME: Final = (
    'is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at most 253 characters, '
    "first and last a letter or a digit"
)
NOT_A_DATA_KEY: Final = 'is not a key of a Secret: letters, digits, "-", "_" and ".", at most 253 characters'
DURATION: Final = 'expected a Go duration such as "30m", "1h" or "1h30m"'
EMPTY: Final = "is empty; expected at least one entry"


def raw(edits: Edits | None = None) -> Raw:
    """The smallest useful configuration with edits at dotted paths, ``organizations.0.name`` -> value."""
    config: Raw = {
        "clusters": {"buildPlane": {"context": "dev"}},
        "secretStores": {"default": deepcopy(KUBERNETES)},
        "organizations": [{"name": "acme", "git": dict(GIT)}],
    }
    for path, value in (edits or {}).items():
        *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = config
        for step in parents:
            place = place[step]
        if value is GONE:
            del place[last]
        else:
            place[last] = deepcopy(value)
    return config


def acme(**keys: Any) -> Edits:
    """One organization with exactly these credentials."""
    return {"organizations": [{"name": "acme", **keys}]}


def on_every_plane(**keys: Any) -> Edits:
    """The same, with the control plane and the data plane configured."""
    planes = {"controlPlane": {"context": "control"}, "dataPlane": {"context": "data"}}
    return {"clusters": {"buildPlane": {"context": "dev"}, **planes}, **acme(**keys)}


def settings(edits: Edits | None = None, manual_names: Iterable[str] = MANUAL) -> StackSettings:
    return parse(raw(edits), source=SOURCE, manual_names=frozenset(manual_names))


def organization(**keys: Any) -> Organization:
    """An organization out of a configuration in which all is well."""
    return settings(acme(**keys)).organizations[0]


def planned(store: Raw, **differing: Any) -> PlannedStore:
    """What is planned for one organization that reads two keys."""
    parts: Raw = {
        "name": "org-acme",
        "manager": SecretStoreSettings.model_validate(store).manager,
        "organizations": ("acme",),
        "namespaces": (V0_9.build_namespace("acme"),),
        "keys": ("acme-git", "acme-quay"),
    }
    return PlannedStore(**{**parts, **differing})


def rejection(config: Raw, manual_names: frozenset[str] = MANUAL) -> str:
    """The message of the error that a configuration must cause."""
    with pytest.raises(SettingsError) as caught:
        parse(config, source=SOURCE, manual_names=manual_names)
    return str(caught.value)


def message(*problems: str) -> str:
    """The whole message for these problems."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{SOURCE}: {count}; nothing was changed", *(f"  - {problem}" for problem in problems)])


def assert_rejected(edits: Edits, *problems: str) -> None:
    """The edited configuration causes exactly these problems."""
    assert rejection(raw(edits)) == message(*problems)
