"""Rules about secret managers that no single model can see: who is told apart from whom, and what names become.

With ``scope: organization`` an entry of ``secretStores`` is a template. It is filled in for every organization that
uses it and checked again, so that a name that only becomes too long with a long organization is found before anything
is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from ...errors import Problem
from ...managers.aws import AwsStore
from ...managers.aws_managed import AwsManaged
from ...managers.custom import CustomStore
from ...managers.fake import FakeStore
from ...managers.manager import CaProvider, Manager, SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from ...managers.secret_store import SecretStore
from ...openchoreo.release import Release
from ...schema.placeholder import ORGANIZATION, fill, places
from ...schema.text import quoted
from ..organization import Organization
from ..stack import StackSettings

Reads = Callable[[Organization], list[tuple[str, tuple[str, ...]]]]
"""Entries of ``secretStores`` that an organization reads through, and the keys that it reads there."""

_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z]+:[a-z0-9-]*:[0-9]*:\S+", re.ASCII)
_KEYS: Final = {
    "SecretsManager": (
        re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}"),
        "a name of AWS Secrets Manager: letters, digits and /_+=.@!-, at most 512 characters, or an ARN without prefix",
    ),
    "ParameterStore": (
        re.compile(r"[A-Za-z0-9_./-]{1,1011}(:[A-Za-z0-9_.-]{1,100})?"),
        "a name of AWS Parameter Store: letters, digits and _./-, at most 1011 characters, or an ARN without prefix",
    ),
    "azure": (
        re.compile(r"((secret|key|cert)/)?[0-9A-Za-z-]{1,127}"),
        "a name of Azure Key Vault: letters, digits and hyphens, at most 127, after secret/, key/, cert/ or nothing",
    ),
    "gcp": (
        re.compile(r"[A-Za-z0-9_-]{1,255}"),
        "a name of Google Secret Manager: letters, digits, - and _, at most 255 characters",
    ),
}
"""What a key is: of the service for AWS, else of the manager. Vault's keys are paths of any text."""


def problems(settings: StackSettings, release: Release, reads: Reads) -> Iterator[Problem]:
    """Everything that is wrong with the stores and only shows beside their scope or their organizations."""
    builds = {each.name: release.build_namespace(each.name) for each in settings.organizations}
    for name, store in settings.secret_stores.items():
        manager, block = store.manager
        path = f"secretStores.{name}"
        yield from _access(store, path)
        yield from _namespaces(block, f"{path}.{manager}", builds)
    for index, organization in enumerate(settings.organizations):
        keys: dict[str, set[str]] = {}
        for entry, read in reads(organization):
            keys.setdefault(entry, set()).update(read)
        for entry in sorted(keys.keys() & settings.secret_stores.keys()):
            used = settings.secret_stores[entry]
            yield from _filled(used, f"secretStores.{entry}.{used.manager[0]}", organization.name)
            for problem in _remote_keys(used, organization, sorted(keys[entry])):
                yield Problem(f"organizations[{index}]", f'{problem} (store "{entry}")')


def _access(store: SecretStore, path: str) -> Iterator[Problem]:
    """Whether each organization gets an access of its own, or somebody has said that it need not."""
    manager, block = store.manager
    found = list(places(_template(block)))
    if store.scope == "shared":
        for place in found:
            yield Problem(
                f"{path}.{manager}{place}",
                f'has {ORGANIZATION}, and the store is shared by several; use scope "organization"',
            )
        if store.shared_access:
            yield Problem(f"{path}.sharedAccess", 'says nothing with scope "shared"; leave it out')
        return
    fields = block.told_apart_by
    apart = fields is None or any(_matters(place, fields) for place in found)
    if apart and store.shared_access:
        yield Problem(
            f"{path}.sharedAccess", "contradicts the store, in which each organization has its own access; leave it out"
        )
    if not apart and not store.shared_access:
        where = " or ".join(fields or ("any field",))
        yield Problem(
            f"{path}.{manager}",
            "gives all organizations one access, so that each could read every other's secrets; expected "
            f'{ORGANIZATION} in {where}, or scope "shared", or sharedAccess: true where the manager tells them apart',
        )


def _template(block: Manager | CustomStore) -> Any:
    """The block as JSON data, as far as ``{organization}`` means something in it."""
    return {} if isinstance(block, FakeStore) else block.model_dump(by_alias=True, exclude_none=True)


def _matters(place: str, fields: tuple[str, ...]) -> bool:
    return not fields or any(re.match(rf"\.{re.escape(field)}(?![A-Za-z0-9])", place) for field in fields)


def _namespaces(block: Manager | CustomStore, path: str, builds: Mapping[str, str]) -> Iterator[Problem]:
    """Whoever may start builds may use every ServiceAccount and every Secret beside them."""
    found = block.references() if isinstance(block, CustomStore) else _references(block, "")
    for place, namespace in found:
        # A namespace of a custom block may have the placeholder, and then be the build namespace of each.
        hit = next((name for name in (fill(namespace, each) for each in builds) if name in builds.values()), None)
        if hit is not None:
            yield Problem(
                f"{path}{place}",
                f"{quoted(hit)} is the build namespace of an organization; its builds could use or replace "
                "what gives access to the manager",
            )


def _references(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    for name, field in type(model).model_fields.items():
        value, where = getattr(model, name), f"{path}.{field.alias}"
        if isinstance(value, StoreServiceAccount):
            yield f"{where}.identityNamespace", value.identity_namespace
        elif isinstance(value, (CaProvider, SecretKeyRef, ServiceAccountRef)):
            yield f"{where}.namespace", value.namespace
        elif isinstance(value, AwsManaged):
            yield f"{where}.identityNamespace", value.identity_namespace or ""
        elif isinstance(value, BaseModel):
            yield from _references(value, where)


def _filled(store: SecretStore, path: str, organization: str) -> Iterator[Problem]:
    """What is wrong with the block once the organization's name stands in it."""
    _, block = store.manager
    raw = _template(block)
    if store.scope == "shared" or not any(places(raw)):
        return
    if isinstance(block, CustomStore):
        if block.merges_for(organization):
            yield Problem(path, f'has two keys of one mapping that are the same for the organization "{organization}"')
        return
    text = fill(raw, organization)
    try:
        type(block).model_validate(text, by_alias=True, by_name=False)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in detail["loc"])
            value = reduce(getitem, detail["loc"], text)
            said = detail["msg"].removeprefix("Value error, ")
            yield Problem(f"{path}{place}", f'{quoted(str(value))} of the organization "{organization}" {said}')


def _remote_keys(store: SecretStore, organization: Organization, keys: list[str]) -> Iterator[str]:
    """Keys that the manager cannot have, found here instead of at the first poll."""
    manager, block = store.manager
    prefix = ""
    if isinstance(block, AwsStore):
        manager = block.service
        prefix = fill(block.managed.path if block.managed else block.prefix or "", organization.name)
    if manager not in _KEYS:
        return
    pattern, what = _KEYS[manager]
    for key in keys:
        is_arn = isinstance(block, AwsStore) and not prefix and _ARN.fullmatch(key)
        if not is_arn and not pattern.fullmatch(prefix + key):
            with_prefix = f" with the prefix {quoted(prefix)}" if prefix else ""
            yield f"remoteKey {quoted(key)}{with_prefix} is not {what}"
