"""Pulumi without an engine: a monitor that keeps every registration exactly as the engine would receive it.

The mocks of the SDK show a resource's inputs only; what decides about order, secrecy and deletion (parents,
dependencies, providers, the marker of a secret, ``deletedWith``) is visible in the raw request alone.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pulumi
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import Stack, run_pulumi_func

_STACK: Final = "pulumi:pulumi:Stack"
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@dataclass(frozen=True)
class Secret:
    """A value that crosses the wire marked as secret, so that the engine encrypts it in the state."""

    value: Any


class Unknown:
    """A value that is not known before the update."""


@dataclass(frozen=True)
class Registered:
    """One resource as the engine receives it; other resources are named ``<type> <name>``."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str = ""
    depends_on: frozenset[str] = frozenset()
    provider: str = ""
    deleted_with: str = ""
    retained: bool = field(default=False, compare=False)
    """Whether the engine leaves the live object when the resource is removed."""
    deletion: str = field(default="", compare=False)
    """Longest time of a deletion. Empty: the provider's."""
    urn: str = field(default="", compare=False)
    position: int = field(default=0, compare=False)
    """Number of resources that the engine received before this one."""
    aliases: frozenset[str] = field(default=frozenset(), compare=False)
    """URNs under which a state may have it, those that it inherits from an alias of its parent too."""

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


class _Nothing(mocks.Mocks):
    """The monitor below answers by itself; the SDK wants these all the same."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        msg = f"{args.token}: a program of this project invokes nothing"
        raise AssertionError(msg)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError(args.name)


class Monitor(mocks.MockMonitor):
    """Responds like providers with these computed outputs, and records every request.

    It never decodes a request: for that, the SDK would create an event loop in each of its threads and leave it open.
    """

    def __init__(self, *, preview: bool, computed: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(_Nothing())
        self._preview = preview
        self._computed = computed
        self.registered: list[Registered] = []
        self.urns: list[str] = []
        self._aliases: dict[str, frozenset[str]] = {}
        self.outputs: dict[str, dict[str, Any]] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine does: the types of all parents are in it, and none of their names."""
        *_, qualified, _ = parent.split("::") if parent else ("", _STACK, "")
        kinds = type_ if qualified == _STACK else f"{qualified}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kinds}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        urn = self.make_urn(request.parent, request.type, request.name)
        position = len(self.urns)
        self.urns.append(urn)
        if request.type != _STACK:
            self._aliases[urn] = frozenset(self._aliases_of(request)) - {urn}
            self.registered.append(
                replace(_registered(request), urn=urn, position=position, aliases=self._aliases[urn])
            )
        # In a preview a new resource has no id yet.
        number = "" if self._preview or not request.custom else f"{request.name}-id"
        if not self._preview:
            request.object.update(self._computed.get(request.type, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=number, object=request.object)

    def _aliases_of(self, request: Any) -> Iterator[str]:
        """As the engine resolves them: what an alias leaves out is as now, under each name that the parent has had."""
        yield from request.aliasURNs
        specs = [alias.spec for alias in request.aliases if alias.HasField("spec")]
        yield from (alias.urn for alias in request.aliases if alias.urn)
        for spec in specs:
            own = "" if spec.noParent else spec.parentUrn or request.parent
            for parent in (own, *self._aliases.get(own, ())):
                yield self.make_urn(parent, spec.type or request.type, spec.name or request.name)
        # A name that begins with its parent's is taken to change with it.
        before = request.parent.rpartition("::")[2]
        for parent in self._aliases.get(request.parent, ()):
            yield self.make_urn(parent, request.type, request.name)
            if request.name.startswith(before):
                changed = parent.rpartition("::")[2] + request.name.removeprefix(before)
                yield self.make_urn(parent, request.type, changed)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        self.outputs[_short(request.urn) or _STACK] = _plain(MessageToDict(request.outputs))
        return empty_pb2.Empty()


@dataclass
class Recorder:
    """A stack without an engine. `run` creates its monitor, so an import of this module has no side effects."""

    project: str = "openchoreo-secrets"
    stack: str = "test"
    organization: str = "acme-corp"
    preview: bool = False
    computed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Type -> outputs that are known after the update only."""
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What components registered as their outputs, by ``<type> <name>``."""
    exported: dict[str, Any] = field(default_factory=dict)
    """Outputs of the stack, as the program gave them."""

    def run(self, program: Callable[[], object]) -> list[Registered]:
        """Run a program, a coroutine too, to its end; every resource that it registered, sorted by type and name."""
        monitor = Monitor(preview=self.preview, computed=self.computed)

        async def body() -> None:
            done = program()
            if inspect.isawaitable(done):
                await done
            root = pulumi.runtime.get_root_resource()
            self.exported = dict(root.outputs) if isinstance(root, Stack) else {}

        async def stack() -> None:
            # In a task of its own, so that nothing stays behind in the SDK's context variables.
            mocks.set_mocks(
                _Nothing(), self.project, self.stack, self.preview, monitor=monitor, organization=self.organization
            )
            try:
                await run_pulumi_func(body)
            except BaseException:
                await _settle()
                raise

        asyncio.run(stack())
        # The engine refuses the second of them, in the middle of an update.
        twice = {urn for urn in monitor.urns if monitor.urns.count(urn) > 1}
        assert not twice, f"resources with one URN: {sorted(twice)}"
        self.outputs = {name: outputs for name, outputs in monitor.outputs.items() if name != _STACK}
        return sorted(monitor.registered, key=str)


async def _settle() -> None:
    """Await what a failed program leaves behind, which the SDK would await in the next one, in another event loop."""
    # Every output that depends on the failed one has the same error, which asyncio would print as never retrieved.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    with SETTINGS.lock:
        left = {*SETTINGS.outputs, *asyncio.all_tasks()} - {asyncio.current_task()}
        SETTINGS.outputs.clear()
    await asyncio.gather(*left, return_exceptions=True)


async def resolve(output: pulumi.Output[Any]) -> Any:
    """The value of an output; one that is secret comes wrapped in `Secret`."""
    value = await output.future()
    return Secret(value) if await output.is_secret() else value


def _registered(request: Any) -> Registered:
    return Registered(
        type=request.type,
        name=request.name,
        inputs=_plain(MessageToDict(request.object)),
        parent=_short(request.parent),
        depends_on=frozenset(_short(urn) for urn in request.dependencies),
        # A reference is a URN and, behind two colons, the id of that provider.
        provider=_short(request.provider.rpartition("::")[0]),
        deleted_with=_short(request.deletedWith),
        retained=request.retainOnDelete,
        deletion=request.customTimeouts.delete,
    )


def _short(urn: str) -> str:
    if not urn:
        return ""
    *_, qualified, name = urn.split("::")
    kind = qualified.rpartition("$")[2]
    return "" if kind == _STACK else f"{kind} {name}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return Secret(_plain(value["value"]))
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return Unknown if value == _UNKNOWN else value
