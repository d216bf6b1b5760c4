"""Every place in the models that takes an output, and a stand-in for ``pulumi.Output``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from components import api
from components.iam.account import AwsAccount
from components.managers.registry import list_managers
from components.managers.secret_store import SecretStoreSettings
from components.registries.tokens import TOKENS
from components.schema.deferred import _ValidatedWhenKnown
from components.schema.model import Model
from components.settings.organization import Organization
from tests.golden import snapshots
from tests.unit.aws_accounts import ACCOUNT, ISSUER, OPERATOR, POD_IDENTITY
from tests.unit.hosts import line
from tests.unit.managers import ACCOUNT as READER, CA, GUID, KEY, OWN, ROLE, TENANT, aws, azure, gcp, vault
from tests.unit.registries import ACR, ACR_TOKEN, ARTIFACTS, ECR, ECR_TOKEN, GCR_FULL
from tests.unit.samples import CA_BUNDLE, GIT, Raw

REF: Final[Raw] = {"remoteKey": "acme-key", "property": "p", "version": "1"}
EMAIL: Final = "eso-{organization}@acme-prod.iam.gserviceaccount.com"
CLUSTER: Final[Raw] = {"clusterLocation": "europe-west3", "clusterName": "build", "clusterProjectID": "acme-prod"}
STORES: Final[Mapping[str, Raw]] = {
    "aws": aws(
        auth={"serviceAccount": {**OWN, "roleArn": ROLE, "audiences": ["sts"]}},
        role=ROLE,
        additionalRoles=[ROLE],
        externalID="of-{organization}",
        sessionTags=[{"key": "organization", "value": "{organization}"}],
        prefix="org/{organization}/",
    ),
    "aws-existing-account": aws(auth={"serviceAccountRef": READER}),
    "aws-keys": aws(
        auth={"secretRef": {"accessKeyIDSecretRef": KEY, "secretAccessKeySecretRef": KEY, "sessionTokenSecretRef": KEY}}
    ),
    "azure": azure(tenantId=TENANT, serviceAccount={**OWN, "clientId": GUID}),
    "azure-identity": azure("ManagedIdentity", identityId=GUID),
    "gcp": gcp(
        {"workloadIdentity": {"serviceAccount": {**OWN, "gcpServiceAccount": EMAIL}, **CLUSTER}},
        location="europe-west3",
    ),
    "kubernetes": {
        "kubernetes": {"remoteNamespace": "vault", "server": {"url": "https://api.example", "caBundle": CA_BUNDLE}}
    },
    "kubernetes-ca": {
        "kubernetes": {
            "remoteNamespace": "vault",
            "server": {"url": "https://api.example", "caProvider": CA},
            "serviceAccount": READER,
        }
    },
    "vault-kubernetes": vault(
        {"kubernetes": {"role": "{organization}", "mountPath": "cluster", "serviceAccount": OWN}},
        path="secret",
        namespace="org/{organization}",
        caBundle=CA_BUNDLE,
    ),
    "vault-jwt": vault({"jwt": {"role": "{organization}", "path": "tokens", "secretRef": KEY}}),
    "vault-app-role": vault({"appRole": {"roleId": "{organization}", "path": "app", "secretRef": KEY}}),
}
ORGANIZATIONS: Final[Mapping[str, Raw]] = {
    "git": {"git": REF},
    "git-app": {"git": {"githubApp": {"appId": "1", "installationId": "2", "privateKey": REF}}},
    "git-password": {"git": {"host": "git.example", "basicAuth": {"usernameFrom": REF, "password": REF}}},
    "git-ssh": {"git": {"host": "git.example", "ssh": {"privateKey": REF, "knownHosts": line("git.example")}}},
    "docker-config": {"registries": [{"registry": "ghcr", **REF}]},
    "registry-password": {"registries": [{"registry": "ghcr", "username": REF, "password": REF}]},
    "registry-google-key": {"registries": [{**ARTIFACTS, "serviceAccountKey": REF}]},
    "registry-tokens": {
        "registries": [
            {**ECR, "ecr": ECR_TOKEN},
            {**ACR, "acr": {**ACR_TOKEN, "scope": "repository:acme/app:pull"}},
            {**ARTIFACTS, "gcr": GCR_FULL},
        ]
    },
    "external": {"external": [{"name": "sonar", "keys": {"token": REF}, "extract": [{**REF, "prefix": "a_"}]}]},
    "pull": {"git": GIT, "pullSecret": {"componentTypes": ["service"], "dockerConfig": REF}},
    "pull-namespaces": {
        "git": GIT,
        "pullSecret": {
            "componentTypes": ["service"],
            "delivery": "namespace",
            "registries": [{"registry": "ghcr", **REF}],
        },
    },
    "workflows": {"git": REF, "componentWorkflows": {"names": ["docker"]}},
    "planes": {"git": GIT, "buildPlane": {"secretStoreRef": "build"}, "dataPlane": {"secretStoreRef": "data"}},
}
ACCOUNTS: Final[Mapping[str, Raw]] = {
    "irsa": {
        **ACCOUNT,
        "permissionsBoundary": "arn:aws:iam::123456789012:policy/eso",
        "dataPlane": {"oidcProvider": f"{ISSUER}/2"},
    },
    "pod-identity": {**POD_IDENTITY, "dataPlane": {"operatorRoleArn": f"{OPERATOR}-data"}},
}

SNAPSHOTS: Final[Mapping[str, Mapping[str, Raw]]] = {
    "store": {
        f"snapshot-{manager.settings_key}-{index}": {manager.settings_key: document["settings"]}
        for manager in list_managers()
        for index, document in enumerate(snapshots.read_documents(snapshots.get_store_file(manager)))
    },
    "organization": {
        f"snapshot-{token.settings_key}-{index}": {"registries": [document["settings"]]}
        for token in TOKENS
        for index, document in enumerate(snapshots.read_documents(snapshots.get_token_file(token)))
    },
    "account": {},
}
"""Kind -> samples in the snapshots of managers and of kinds of tokens."""

BUILDERS: Final[Mapping[str, Callable[[Raw], BaseModel]]] = {
    "store": lambda raw: SecretStoreSettings.model_validate(raw).manager,
    "organization": lambda raw: Organization.model_validate({"name": "acme", **raw}),
    "account": AwsAccount.model_validate,
}


@dataclass(frozen=True)
class Place:
    """A text of a sample that may be an output."""

    kind: str
    """``store``, ``organization`` or ``account``."""
    raw: Raw
    """The sample."""
    path: tuple[str | int, ...]
    """Keys of YAML."""
    model: str
    """Class of the field."""
    field: str
    """Name of the field."""
    text: str
    """Its value in the sample."""

    def build(self, value: object) -> Any:
        """The model of the sample with another value at this place."""
        raw = deepcopy(self.raw)
        *parents, last = self.path
        place: Any = raw
        for step in parents:
            place = place[step]
        place[last] = value
        return BUILDERS[self.kind](raw)


def takes_outputs(annotation: Any) -> bool:
    """Whether a field, or the entries of its list, may be outputs."""
    if isinstance(annotation, FieldInfo):
        marked = any(isinstance(mark, _ValidatedWhenKnown) for mark in annotation.metadata)
        return marked or takes_outputs(annotation.annotation)
    if get_origin(annotation) is Annotated and any(
        isinstance(mark, _ValidatedWhenKnown) for mark in annotation.__metadata__
    ):
        return True
    return any(takes_outputs(part) for part in get_args(annotation))


def fields() -> set[tuple[str, str]]:
    """Model and name of every field that takes outputs."""
    assert api.__all__  # imports every model
    return {
        (_owner(model, name), name)
        for model in _subclasses(Model)
        if model.__module__.startswith("components.")
        for name, field in model.model_fields.items()
        if takes_outputs(field)
    }


def _owner(model: type[BaseModel], field: str) -> str:
    """Name of the class from which a model has a field."""
    return [base.__name__ for base in model.__mro__ if field in getattr(base, "model_fields", {})][-1]


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _places(kind: str, raw: Raw, value: Any, path: tuple[str | int, ...]) -> Iterator[Place]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            inner, where = getattr(value, name), (*path, str(field.alias))
            leaves = [(where, inner)] if isinstance(inner, str) else []
            if isinstance(inner, tuple):
                leaves = [((*where, index), text) for index, text in enumerate(inner) if isinstance(text, str)]
            if leaves and takes_outputs(field):
                yield from (Place(kind, raw, leaf, _owner(type(value), name), name, text) for leaf, text in leaves)
            else:
                yield from _places(kind, raw, inner, where)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _places(kind, raw, inner, (*path, key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _places(kind, raw, inner, (*path, index))


def find_places() -> Iterator[Any]:
    """Every place of every sample, as parameters of a test."""
    for kind, samples in (("store", STORES), ("organization", ORGANIZATIONS), ("account", ACCOUNTS)):
        for name, raw in {**samples, **SNAPSHOTS[kind]}.items():
            path = (next(iter(raw)),) if kind == "store" else ()
            for place in _places(kind, raw, BUILDERS[kind](raw), path):
                yield pytest.param(place, id=f"{name}-{'.'.join(map(str, place.path))}")


@dataclass(frozen=True, eq=False)
class Later:
    """A stand-in for ``pulumi.Output``, as far as the pure packages use one."""

    value: Any = None
    """Its value; another `Later` is never nested."""
    known: bool = True
    """Whether a preview knows the value."""

    def apply(self, func: Callable[[Any], Any]) -> Later:
        """The result of a function, unless the value is unknown."""
        if not self.known:
            return self
        result = func(self.value)
        return result if isinstance(result, Later) else Later(result)

    def __bool__(self) -> bool:
        msg = "whether an output is set says nothing about its value"
        raise AssertionError(msg)

    def __str__(self) -> str:
        msg = "the text of an output is not its value"
        raise AssertionError(msg)

    __repr__ = __str__


def revealed(tree: Any) -> Any:
    """JSON data with the values of its outputs."""
    if isinstance(tree, Later):
        return revealed(tree.value) if tree.known else tree
    if isinstance(tree, Mapping):
        return {key: revealed(value) for key, value in tree.items()}
    return [revealed(value) for value in tree] if isinstance(tree, (list, tuple)) else tree
