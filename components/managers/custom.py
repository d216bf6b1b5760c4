"""Any other secret manager of the External Secrets Operator, with its provider block as ESO documents it.

The block is not typed. This module checks what must be true of every block: ESO has the provider, the block contains no
secret value, and every reference names its namespace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, ClassVar, Final, Self

from pydantic import ConfigDict, RootModel, ValidationError, model_validator

from ..errors import SettingsError
from ..schema.deferred import Deferred
from ..schema.immutable import Immutable
from ..schema.model import Example, to_json_data
from ..schema.placeholder import fill
from ..schema.problems import list_problems
from ..schema.text import clip
from .block_keys import describe_block_key, locate_in_block, reads_own_cluster
from .manager import Manager, PlannedStore, StoreInputs
from .plain_values import check_block_when_known, list_plain_values
from .references import SecretKeyRef
from .registry import find_manager, register
from .remote_keys import RemotePlace
from .rendering import fill_organization
from .tariff import Place, Tariff

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


@register
class CustomStore(Manager, Immutable, RootModel[dict[str, Any]]):
    """Any other manager, with its block as ESO documents it.

    One provider block, verbatim: ``{onepassword: {...}}``. Every string may contain ``{organization}``.
    """

    settings_key: ClassVar[str] = "custom"
    provider_key: ClassVar[str] = ""
    docs_page: ClassVar[str] = "stores/custom.md"
    example: ClassVar[Example] = {"doppler": {"auth": {"secretRef": {"dopplerToken": SecretKeyRef.example}}}}
    tariff: ClassVar[Tariff] = Tariff("custom", None, None)

    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    def __init__(self, /, root: Any = None, **providers: Any) -> None:
        """Validate the block: ``CustomStore({"doppler": {...}})`` or ``CustomStore(doppler={...})``.

        Raises:
            SettingsError: with every problem, in the words that YAML would get.
        """
        block = providers if root is None else root
        try:
            RootModel.__init__(self, block)
        except ValidationError as error:
            model = type(self)
            problems = list_problems(error, block, model)
            raise SettingsError(model.__name__, problems) from None

    # Inside another model it is validated with it, so that an error has the whole path.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @model_validator(mode="after")
    def _block_is_safe(self) -> Self:
        if len(self.root) != 1:
            what = f"has {len(self.root)} keys ({', '.join(map(clip, self.root))})" if self.root else "is empty"
            msg = f"{what}; expected exactly one ESO provider with its block"
            raise ValueError(msg)
        (name, block), *_ = self.root.items()
        if name not in PROVIDERS:
            msg = f"has the unknown provider {clip(name)}; expected one of: {', '.join(sorted(PROVIDERS))}"
            raise ValueError(msg)
        if name == "fake":
            msg = "contains the values of fake in plain text; use the block fake with manualSecrets instead"
            raise ValueError(msg)
        if not isinstance(block, Mapping):
            msg = f"has no block for {name}; expected a mapping"
            raise ValueError(msg)  # noqa: TRY004 -- pydantic reports a ValueError as a problem
        for problem in _problems(self.root, ""):
            raise ValueError(problem)
        return self

    def references(self) -> Iterator[tuple[str, str]]:
        """Every reference to an object in the cluster; the namespace may contain ``{organization}``.

        The namespace of the Secrets that ESO's provider ``kubernetes`` reads as well; its default is ``default``.
        """
        block = self.root.get("kubernetes")
        if isinstance(block, Mapping) and isinstance(remote := block.get("remoteNamespace", "default"), str):
            yield ".kubernetes.remoteNamespace", remote
        for path, reference in _references(self.root, ""):
            yield f"{path}.namespace", str(reference["namespace"])

    def problems_for(self, organization: str) -> Iterator[tuple[str, str]]:
        """Two keys of one mapping that become equal would lose one of their values."""
        if _size(fill(self.root, organization)) < _size(self.root):
            yield "", f'has two keys of one mapping that are equal for the organization "{organization}"'

    def key_problem(self, key: str, organization: str) -> str | None:
        """A path with ``.`` or ``..``, which a client may resolve; for Vault also an empty part."""
        return describe_block_key(next(iter(self.root)), key)

    def locate(self, key: str, organization: str) -> RemotePlace | None:
        """The place that the typed manager with the same provider would have, if there is one."""
        ((name, block),) = fill(to_json_data(self), organization).items()
        return locate_in_block(name, block, key)

    @property
    def reads_own_cluster(self) -> bool:
        """With ESO's provider ``kubernetes``, unless its block names another API server."""
        ((name, block),) = self.root.items()
        return reads_own_cluster(name, block)

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The provider with its block, verbatim."""
        checked = check_block_when_known(to_json_data(self), f"store {planned.name}")
        block: dict[str, Any] = fill_organization(planned, checked)
        return block

    def place(self, planned: PlannedStore) -> Place:
        """That of the typed manager with the same provider, if there is one."""
        ((name, block),) = self.provider(planned, StoreInputs()).items()
        manager = find_manager(name)
        return Place(Tariff(name, None, None)) if manager is None else manager.place_of(block)


def _problems(tree: Any, path: str) -> Iterator[str]:
    for where, text in _odd_values(tree, path):
        yield f"has {text} at {where[1:]}; expected strings, numbers, booleans, lists, and mappings with string keys"
    yield from list_plain_values(tree)
    for where, reference in _references(tree, path):
        if not isinstance(reference.get("namespace"), str):
            yield (
                f"has no namespace at {where[1:]}; set it, or a ClusterSecretStore would use the namespace of each "
                "ExternalSecret"
            )


def _odd_values(tree: Any, path: str) -> Iterator[tuple[str, str]]:
    """Values that the API server does not store: it drops a null, so every update would show a difference."""
    for key, value, where in _children(tree, path):
        if not isinstance(key, str):
            yield where, "a key that is not a string"
        elif value is None:
            yield where, "no value"
        elif not isinstance(value, (str, int, list, Mapping, Deferred)) and not (
            isinstance(value, float) and isfinite(value)
        ):
            yield where, "a value that JSON cannot represent"
        else:
            yield from _odd_values(value, where)


def _references(tree: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every selector of a Secret, ConfigMap or ServiceAccount: all of ESO's have a name, and a key or such a field."""
    for key, value, where in _children(tree, path):
        if isinstance(value, Mapping) and isinstance(value.get("name"), (str, Deferred)):
            selects = "key" in value or key.endswith("Ref") or key in {"serviceAccount", "caProvider"}
            if selects:
                yield where, value
                continue
        yield from _references(value, where)


def _children(tree: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield key, value, f"{path}.{clip(str(key))}"
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield "", value, f"{path}[{index}]"


def _size(tree: Any) -> int:
    return 1 + sum(_size(value) for _, value, _ in _children(tree, ""))
