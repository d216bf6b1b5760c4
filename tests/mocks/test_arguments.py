"""Every public class and function with wrong arguments: one kind of error, and nothing is registered."""

# mypy: disable-error-code="arg-type, call-arg, misc"
# The arguments are wrong on purpose.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ControlPlane,
    OpenChoreoSecretsError,
    SecretStoreArgs,
)
from tests.mocks.argument_samples import (
    ACME,
    refusal,
    targets,
    wrong,
)
from tests.mocks.recorder import Recorder


def test_a_wrong_argument_is_a_settings_error(recorder: Recorder) -> None:
    """What a refused call would have registered has the name of the call."""
    refused: set[str] = set()
    count = 0

    def program() -> None:
        nonlocal count
        for target, arguments in targets().items():
            own_name = "resource_name" if "resource_name" in arguments else "name"
            for name in arguments:
                for value in wrong():
                    count += 1
                    unique = {own_name: f"r{count}"} if "opts" in arguments else {}
                    try:
                        target(**{**arguments, **unique, name: value})
                    except OpenChoreoSecretsError:
                        refused.add(f"r{count}")

    names = {each.name.partition("/")[0].partition("-")[0] for each in recorder.run(program)}
    assert count > 5_000
    assert len(refused) > 4_000
    assert sorted(names & refused) == []


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.__name__)
def test_an_unknown_argument(target: Callable[..., Any]) -> None:
    message = refusal(lambda: target(**{**targets()[target], "other": 1}))
    assert "\n  - other: unknown argument; " in message


def test_arguments_that_are_missing_or_too_many() -> None:
    assert refusal(lambda: SecretStoreArgs(nam="a")) == (
        "SecretStoreArgs: 3 problems\n"
        '  - nam: unknown argument; did you mean "name"? expected one of: name, manager, organizations, namespaces, '
        "keys, manual, endpoint, managed, plan, release, options\n"
        "  - name: is missing; expected a string\n"
        "  - manager: is missing; expected a Manager"
    )
    assert refusal(lambda: BuildPlane("acme", BuildPlaneArgs(ACME), None, 5, name="acme")) == (
        'BuildPlane "acme": 2 problems\n'
        "  - BuildPlane: takes at most 3 arguments without a keyword, not 4; expected: name, args, opts\n"
        "  - name: is passed twice; pass it once"
    )
    assert refusal(lambda: ControlPlane("acme")) == (
        'ControlPlane "acme": 1 problem\n  - args: is missing; expected a ControlPlaneArgs'
    )
