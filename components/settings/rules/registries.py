"""Rules across the registries that builds push to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import reduce
from operator import getitem
from typing import Any

from pydantic import ValidationError

from ...errors import Problem
from ...openchoreo.release import Release
from ...registries.credential import RegistryCredential
from ...registries.tokens import RegistryToken
from ...schema.messages import simplify_message
from ...schema.model import to_json_data
from ...schema.partial import Doubtful, certain
from ...schema.placeholder import fill
from ...schema.secret_types import DOCKER_CONFIG_KEY
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings


def validate_push(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Contradictions between the registries of one push Secret."""
    yield from certain(_extra_keys(organization, path))
    registries = organization.registries or ()
    seen: dict[str, int] = {}
    for index, registry in enumerate(registries):
        where, key = f"{path}.registries[{index}]", registry.auths_key
        first = seen.setdefault(key, index)
        if first != index:
            what = "server" if registry.server else "registry"
            yield Problem(
                f"{where}.{what}", f"{quote(key)} is also registries[{first}]; one Secret holds each registry once"
            )
        if "*" in key:
            yield Problem(
                f"{where}.server",
                f"{quote(key)} is a pattern, which clients ignore when they push; use the exact server",
            )
        yield from certain(_token_problems(registry, where, organization))
    if len({registry.manual is None for registry in registries}) > 1:
        name = organization.registry_secret_name or release.defaults.push_secret
        yield Problem(
            f"{path}.registries",
            f'the Secret "{name}" would be both manual and created by ESO; use one of them for all registries',
        )


def _token_problems(registry: RegistryCredential, path: str, organization: Organization) -> Iterator[Problem]:
    if registry.token is not None:
        generator, token = registry.token
        yield from _filled_problems(token, f"{path}.{generator}", organization.name)


def _filled_problems(token: RegistryToken, path: str, organization: str) -> Iterator[Problem]:
    """Problems of a token's settings after the organization's name has replaced ``{organization}``."""
    text = fill(to_json_data(token), organization)
    try:
        type(token).model_validate(text, by_alias=True, by_name=False)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = ".".join(str(step) for step in detail["loc"])
            value = quote(str(reduce(getitem, detail["loc"], text)))
            problem = f'{value} of the organization "{organization}" {simplify_message(detail)}'
            yield Problem(f"{path}.{place}", problem)


def _extra_keys(organization: Organization, path: str) -> Iterator[Problem]:
    extra = organization.registry_extra_keys or ()
    where = f"{path}.registryExtraKeys"
    if extra and not organization.registries:
        yield Problem(where, "has no effect without registries; leave it out")
    for index, key in enumerate(extra):
        if key == DOCKER_CONFIG_KEY or key in extra[:index]:
            yield Problem(f"{where}[{index}]", f"{quote(key)} is already a key of the Secret; leave it out")


def refuse_shared_identities(settings: StackSettings) -> Iterator[Problem]:
    """Identities that two organizations share, or a registry and a store: each could use the rights of the other."""
    users: dict[str, tuple[str, str]] = {}
    readers = {
        text.lower(): entry
        for entry, block in _blocks(settings)
        for name in settings.names
        for text in _texts(fill(block, name))
    }
    for path, organization in settings.located:
        # Without a name no template can be filled in.
        registries = vars(organization).get("registries") if "name" in vars(organization) else None
        for index, registry in enumerate(registries or ()):
            generator, token = registry.token or ("", None)
            if token is None or not isinstance(token.identity, str):
                continue
            where = f"{path}.registries[{index}].{generator}.{token.identity_key}"
            identity = fill(token.identity, organization.name)
            other, first = users.setdefault(identity, (organization.name, where))
            if other != organization.name:
                yield Problem(
                    where,
                    f'{quote(identity)} is also the identity of the organization "{other}" ({first}), so each '
                    "could push to the other's repositories; use one identity for each organization",
                )
            if identity.lower() in readers:
                yield Problem(
                    where,
                    f"{quote(identity)} is in secretStores.{readers[identity.lower()]} too, so builds could read "
                    "what that store reads; use an identity that can only push",
                )


def _blocks(settings: StackSettings) -> Iterator[tuple[str, Any]]:
    """Entry of ``secretStores`` and its provider block as JSON data."""
    for entry, store in settings.secret_stores.items():
        with suppress(Doubtful):
            yield entry, to_json_data(store.manager)


def _texts(tree: Any) -> Iterator[str]:
    """All strings of JSON data, except keys of mappings."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _texts(value)
