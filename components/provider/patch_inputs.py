"""The inputs of a patch, and its state: what is wrong with their shape, and the patch that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi.provider.experimental.property_value import PropertyValue

from ..errors import Problem
from ..patches.model import OVERRIDES, PODS, RECORD, Added, Patch, PodPath, Resource
from ..patches.override import Override
from ..patches.patch import NOTHING
from ..patches.record import Identity
from .values import UNKNOWN, is_known, to_plain

ADDRESS: Final = ("namespace", "name")
"""Inputs that say which object is patched."""
PARTS: Final = ("resources", "imagePullSecrets", "secretStoreRef", OVERRIDES)
"""Inputs that say what is added; at least one is needed."""
_OVERRIDE_SHAPE: Final = (
    "must be a mapping such as {path: [spec, key], variable: metadata.namespaceName, namespaces: [acme], value: 'true'}"
)


def find_shape_problems(inputs: Mapping[str, Any]) -> list[Problem]:
    """Problems of types and missing keys, which must be fixed before anything else can be checked."""
    failures = [Problem("name", "is missing")] if not inputs.get("name") else []
    for index, resource in enumerate(_items(inputs, "resources")):
        fields = resource if isinstance(resource, dict) else {}
        template, condition = fields.get("template"), fields.get("includeWhen")
        complete = template == UNKNOWN or (isinstance(template, dict) and template)
        if resource != UNKNOWN and not (fields.get("id") and complete):
            failures.append(Problem(f"resources[{index}]", "must be a mapping with id and template"))
        if condition is not None and not isinstance(condition, str):
            failures.append(Problem(f"resources[{index}].includeWhen", "must be a string with one ${...} expression"))
    failures += [
        Problem(f"imagePullSecrets[{index}]", "must be a string")
        for index, name in enumerate(_items(inputs, "imagePullSecrets"))
        if not isinstance(name, str)
    ]
    failures += [
        Problem(f"{PODS}[{index}]", "must be a mapping with the texts resource and path")
        for index, place in enumerate(_items(inputs, PODS))
        if place != UNKNOWN and not _has_texts(place, "resource", "path")
    ]
    failures += [
        Problem(f"{OVERRIDES}[{index}]", _OVERRIDE_SHAPE)
        for index, override in enumerate(_items(inputs, OVERRIDES))
        if is_known(override) and not _is_override(override)
    ]
    if _items(inputs, PODS) and not inputs.get("imagePullSecrets"):
        failures.append(Problem(PODS, "has no effect without imagePullSecrets; leave it out"))
    if not _is_identity(inputs.get(RECORD)):
        failures.append(Problem(RECORD, "must be a mapping with the texts stack and name"))
    return failures


def _is_override(override: Any) -> bool:
    if not _has_texts(override, "variable", "value"):
        return False
    path, namespaces = override.get("path"), override.get("namespaces")
    if not isinstance(path, list) or not isinstance(namespaces, list):
        return False
    steps = [text for step in path for text in (step.values() if isinstance(step, dict) and len(step) == 1 else [step])]
    optional = [override.get(field) or "" for field in ("otherwise", "unless")]
    return all(isinstance(text, str) for text in (*steps, *namespaces, *optional))


def _is_identity(whose: Any) -> bool:
    if whose is None or whose == UNKNOWN:
        return True
    return _has_texts(whose, "stack", "name")


def _has_texts(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in keys)


def has_known_address(inputs: Mapping[str, Any]) -> bool:
    """Whether namespace and name of the object are known."""
    return is_known([inputs.get(key) for key in ADDRESS])


def find_input_path(path: str, inputs: Mapping[str, Any]) -> str:
    """The path in the inputs of an entry whose path counts known entries only."""
    part, bracket, rest = path.partition("[")
    if not bracket:
        return path
    index, _, rest = rest.partition("]")
    places = [place for place, item in enumerate(_items(inputs, part)) if is_known(item)]
    return f"{part}[{places[int(index)]}]{rest}"


def read_patch(inputs: Mapping[str, Any]) -> tuple[Patch, list[str]]:
    """The known part of the patch, and a message for each unknown part."""
    unknown = [
        f"{part} {'is' if part == 'secretStoreRef' else 'are'} known after the update"
        for part in (*PARTS, PODS)
        if inputs.get(part) == UNKNOWN
    ]
    resources, names = _items(inputs, "resources"), _items(inputs, "imagePullSecrets")
    for resource in resources:
        if not is_known(resource):
            name = resource.get("id", UNKNOWN) if isinstance(resource, dict) else UNKNOWN
            which = "a resource" if name == UNKNOWN else f'the resource "{name}"'
            unknown.append(f"adds {which}, known after the update")
    unknown += ["adds a name to imagePullSecrets, known after the update" for name in names if name == UNKNOWN]
    places = _items(inputs, PODS)
    unknown += ["adds the names to pods, known after the update" for place in places if not is_known(place)]
    overrides = _items(inputs, OVERRIDES)
    unknown += ["adds an override, known after the update" for override in overrides if not is_known(override)]
    store = inputs.get("secretStoreRef")
    desired = Patch(
        resources=tuple(Resource(r["id"], r["template"], r.get("includeWhen")) for r in resources if is_known(r)),
        image_pull_secrets=tuple(name for name in names if name != UNKNOWN),
        secret_store_ref=None if store == UNKNOWN else store,
        pods=tuple(PodPath(place["resource"], place["path"]) for place in places if is_known(place)),
        overrides=tuple(Override.from_plain(override) for override in overrides if is_known(override)),
    )
    return desired, unknown


def _items(inputs: Mapping[str, Any], part: str) -> list[Any]:
    entries = inputs.get(part)
    return entries if isinstance(entries, list) else []


def drop_unknown(before: Added, desired: Patch) -> Added:
    """The record without entries that an unknown input may still contain, so that a preview does not remove them."""
    ids = {resource.id for resource in desired.resources}
    paths = {override.path for override in desired.overrides}
    return replace(
        before,
        resources=tuple(entry for entry in before.resources if entry["id"] in ids),
        image_pull_secrets=tuple(name for name in before.image_pull_secrets if name in desired.image_pull_secrets),
        secret_store_ref=before.secret_store_ref if desired.secret_store_ref else None,
        pods=tuple(pods for pods in before.pods if pods.place in desired.pods),
        overrides=tuple(entry for entry in before.overrides if entry.override.path in paths),
    )


@dataclass(frozen=True)
class Before:
    """What the state says about a patch."""

    identity: Identity | None = None
    added: Added = NOTHING


def read_before(state: Mapping[str, PropertyValue]) -> Before:
    """What the state says about a patch; nothing if there is no state."""
    properties = to_plain(state)
    recorded = properties.get("added")
    return Before(read_identity(properties), Added.from_plain(recorded) if recorded else NOTHING)


def read_identity(inputs: Mapping[str, Any]) -> Identity | None:
    """Whose patch it is. None: the program does not say it, or it is unknown yet."""
    whose = inputs.get(RECORD)
    return Identity(whose["stack"], whose["name"]) if isinstance(whose, dict) and is_known(whose) else None
