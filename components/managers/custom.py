"""Any other secret manager of the External Secrets Operator, its provider block as ESO documents it.

The block is not typed, so this module holds what must be true of every block: ESO knows the provider, no secret value
is in it, and every reference names its namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final, Self

from pydantic import ConfigDict, RootModel, model_validator

from ..schema.placeholder import fill
from ..schema.text import clipped
from .manager import filled
from .planned import PlannedStore

PROVIDERS: Final = frozenset(
    {
        "akeyless", "alibaba", "aws", "azurekv", "barbican", "beyondtrust", "beyondtrustworkloadcredentials",
        "bitwardensecretsmanager", "chef", "cloudrusm", "conjur", "delinea", "device42", "doppler", "dvls", "fake",
        "fortanix", "gcpsm", "github", "gitlab", "ibm", "infisical", "keepersecurity", "kubernetes",
        "nebiusmysterybox", "ngrok", "onboardbase", "onepassword", "onepasswordSDK", "oracle", "ovh", "passbolt",
        "passworddepot", "previder", "pulumi", "scaleway", "secretserver", "senhasegura", "vault", "volcengine",
        "webhook", "yandexcertificatemanager", "yandexlockbox",
    }
)  # fmt: skip
"""Keys of ``SecretStoreProvider`` in ``external-secrets.io/v1``, of ESO 0.16 to 2.x."""

_SECRET_VALUES: Final = frozenset({"apiKey", "certificateKey", "clientSecret", "password", "secretKey"})
"""Fields in which ESO takes either ``secretRef`` or a plain ``value``, and whose value is secret."""
_SECRET_HEADERS: Final = frozenset({"authorization", "x-api-key", "x-vault-token"})


class CustomStore(RootModel[dict[str, Any]]):
    """One provider block, verbatim: ``{onepassword: {...}}``. ``{organization}`` may stand in every string."""

    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if len(self.root) != 1:
            what = f"has {len(self.root)} keys ({', '.join(map(clipped, self.root))})" if self.root else "is empty"
            msg = f"{what}; expected exactly one provider of ESO with its block"
            raise ValueError(msg)
        (name, block), *_ = self.root.items()
        if name not in PROVIDERS:
            msg = f"has the unknown provider {clipped(name)}; known: {', '.join(sorted(PROVIDERS))}"
            raise ValueError(msg)
        if name == "fake":
            msg = "would have the values of fake in plain text; use the typed block fake, with manualSecrets"
            raise ValueError(msg)
        if not isinstance(block, Mapping):
            msg = f"has no block for {name}; expected a mapping"
            raise ValueError(msg)  # noqa: TRY004 -- pydantic reports a ValueError as a problem
        for problem in _problems(self.root, ""):
            raise ValueError(problem)
        return self

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """Which field matters is not known here; any that has the placeholder is believed."""
        return ()

    def references(self) -> Iterator[tuple[str, str]]:
        """Path below the block, and namespace, of every reference to an object in the cluster."""
        for path, reference in _references(self.root, ""):
            yield f"{path}.namespace", str(reference["namespace"])

    def merges_for(self, organization: str) -> bool:
        """Whether two keys of one mapping become the same when the organization's name is filled in."""
        return _size(fill(self.root, organization)) < _size(self.root)


def _problems(tree: Any, path: str) -> Iterator[str]:
    for where, text in _odd_values(tree, path):
        yield f"has {text} at {where[1:]}; expected texts, numbers, true and false, lists and mappings of texts"
    for where, text in _plain_values(tree, path):
        yield f"has {text} in plain text at {where[1:]}; use a reference to a Kubernetes Secret"
    for where, reference in _references(tree, path):
        if not isinstance(reference.get("namespace"), str):
            yield (
                f"has no namespace at {where[1:]}; a ClusterSecretStore must name it, or every ExternalSecret would "
                "bring its own"
            )


def _odd_values(tree: Any, path: str) -> Iterator[tuple[str, str]]:
    """What the API server cannot keep: it drops a null, so that every update would show it as new."""
    for key, value, where in _children(tree, path):
        if not isinstance(key, str):
            yield where, "a key that is no text"
        elif value is None:
            yield where, "nothing"
        elif not isinstance(value, (str, int, list, Mapping)) and not (isinstance(value, float) and isfinite(value)):
            yield where, "a value that JSON does not have"
        else:
            yield from _odd_values(value, where)


def _plain_values(tree: Any, path: str) -> Iterator[tuple[str, str]]:
    for key, value, where in _children(tree, path):
        if key in _SECRET_VALUES and isinstance(value, Mapping) and "value" in value:
            yield f"{where}.value", "a secret"
        if key == "headers" and isinstance(value, Mapping):
            for name, text in value.items():
                # The webhook provider fills templates into its headers, from the Secrets that it names.
                if name.lower() in _SECRET_HEADERS and "{{" not in str(text):
                    yield f"{where}.{clipped(name)}", "a login"
        yield from _plain_values(value, where)


def _references(tree: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every selector of a Secret, ConfigMap or ServiceAccount: all of ESO's have a name, and a key or such a field."""
    for key, value, where in _children(tree, path):
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            selects = "key" in value or key.endswith("Ref") or key in {"serviceAccount", "caProvider"}
            if selects:
                yield where, value
                continue
        yield from _references(value, where)


def _children(tree: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield key, value, f"{path}.{clipped(str(key))}"
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield "", value, f"{path}[{index}]"


def _size(tree: Any) -> int:
    return 1 + sum(_size(value) for _, value, _ in _children(tree, ""))


def provider(planned: PlannedStore, store: CustomStore) -> dict[str, Any]:
    """The provider with its block, the organization's name filled in."""
    block: dict[str, Any] = filled(planned, store.model_dump(mode="json"))
    return block
