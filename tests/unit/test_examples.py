"""The right form of every model, which messages about a wrong shape show."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import BaseModel

from components.managers.custom import CustomStore
from components.managers.registry import list_managers
from components.schema.model import Model
from components.schema.shapes import example_at, flow
from components.settings.stack import StackSettings


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()

    def visit(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in found:
                found.add(annotation)
                for field in annotation.model_fields.values():
                    visit(field.annotation)
            return
        for part in getattr(annotation, "__args__", ()):
            visit(part)

    visit(model)
    return found


MODELS = sorted(_models(StackSettings), key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_an_example_that_is_valid(model: type[Model]) -> None:
    assert model.example
    assert model.model_validate(deepcopy(dict(model.example)), by_alias=True, by_name=False)


def test_all_models_are_looked_at() -> None:
    assert {*list_managers(), CustomStore} < set(MODELS)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (("organizations", 3, "registries", 0, "password"), "{remoteKey: acme-ghcr, property: password}"),
        (("organizations", 3, "registries", 0, "username"), "acme-bot"),
        (("organizations", 3, "registries", 0, "username", "remoteKey"), "None"),
        (("organizations", 3, "external"), "[{name: sonar, keys: {token: {remoteKey: acme-sonar, property: token}}}]"),
        (("organizations", 3, "external", 0, "keys", "k"), "{remoteKey: acme-sonar, property: token}"),
        (("secretStores", "x", "kubernetes", "server"), "{fromKubeconfig: true}"),
        (("budget",), "{dollarsPerMonth: 50}"),
        (("organizations", 3, "registryExtraKeys"), "None"),
    ],
)
def test_example(location: tuple[str | int, ...], expected: str) -> None:
    found = example_at(location, StackSettings)
    assert ("None" if found is None else flow(found)) == expected
