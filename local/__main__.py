"""``python -m local up | down | status | env | programs``, which the Makefile calls."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

from components.cluster.connection import Cluster
from components.commands.command_line import CommandParser, run_command
from components.errors import OpenChoreoSecretsError
from components.openchoreo import find_release
from components.settings.clusters import ClusterSettings
from components.settings.stack import StackSettings

from .engine import PREVIEW_WARNINGS, Engine, EngineError
from .exclusive import MachineError, check_disk, only_command
from .footprint import clean_cache, format_footprint
from .grants import grant_organizations, start_openbao, write_demo_values
from .hosts.launch import start_hosts
from .hosts.repositories import GitError, find_git
from .hosts.sources import OpenBaoSource
from .obtain import get_cache_folder, list_operator_crds, obtain_programs
from .openbao import OpenBaoError
from .own_cluster import commands as own_cluster
from .own_cluster.trial import TrialError
from .platform import CONTEXT, Platform
from .processes import ProcessError
from .programs import OLDEST_OPERATOR, OPERATOR, list_programs
from .proof.components import wait_for_components
from .proof.platform import LocalProof
from .proof.values import ValueReader
from .seed import Seeder, list_openchoreo_crds
from .sources import ObtainError
from .stacks import STACKS, ReleaseError, read_settings, record_stack, select_stack
from .status import format_credential_tables

_ROOT: Final = Path(__file__).resolve().parent.parent
_FOLDER: Final = _ROOT / ".local"
_LOCKED: Final = _ROOT / "local"
"""Folder of this package, which commands lock, because the one of a platform is deleted with it."""
_ABSENT: Final = "The local platform is not running. Start it with: make local"
_REMOVED: Final = "The local platform is stopped and removed. The programs stay in the cache."
_NOTHING: Final = "There is no local platform in this folder: nothing to remove."
_OWN_CLUSTER: Final = "own_cluster"
"""Its subfolder that commands with a context lock."""
_PROOF: Final = "Used on this machine, as builds and workloads use them, with a git server, a registry and OpenBao:"
_NOT_PROVEN: Final = (
    "Some credentials do not work as they should. For an organization that is new in the stack file, run make local; "
    "after a rotation, ESO delivers the new value at its next refresh. The requests are in .local/git-server.log and "
    ".local/registry.log."
)


def say(text: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def up(release: str | None = None) -> int:
    """Start the platform, update its stack, print the tables of credentials.

    Args:
        release: OpenChoreo release; None for that of the platform that exists, else v0.9.

    Returns:
        The exit code.
    """
    started = time.monotonic()
    stack = select_stack(_FOLDER, release)
    find_git()
    executables = obtain_programs(say)
    platform, engine = Platform(_FOLDER, executables), Engine(_FOLDER, executables)
    record_stack(_FOLDER, stack)
    settings = read_local_settings()
    start(platform, settings)
    engine.prepare()
    selected = engine.run("stack", "select", "--create", stack.name)
    if selected.returncode:
        say(selected.stdout)
        return selected.returncode
    source = OpenBaoSource(platform.openbao)
    start_hosts(platform, source, settings, get_stack_file(), lambda: engine.read_manual_values(stack.name))
    say(f"pulumi up, stack {stack.name}")
    changed = engine.up(stack.name, say)
    if changed is None:
        say("\nThe update failed; the platform is still running. Fix the cause and run `make local` again.")
        return 1
    if not changed:
        say("Nothing changed: every credential is in place.")
    cluster = _cluster()
    wait_for_components(cluster, settings, platform.process("external-secrets"))
    say(f"\n{format_credential_tables(cluster, find_release(settings.release))}\n")
    proven = show_proof(platform, settings)
    say(f"\nReady in {time.monotonic() - started:.0f} s. Next:")
    say(f"  kubectl --kubeconfig {platform.kubeconfig.relative_to(_ROOT)} get externalsecrets,secrets -A")
    say(f'  eval "$(make -s env)"; pulumi preview --stack {stack.name}')
    say(PREVIEW_WARNINGS)
    say("  make status    make down")
    return 0 if proven else 1


def show_proof(platform: Platform, settings: StackSettings) -> bool:
    """Use every delivered credential, print the table of outcomes, and return whether all are as expected."""
    reader = ValueReader(platform.openbao, Seeder(platform.kubeconfig), settings)
    proven = LocalProof(platform, _cluster(), settings, reader.read).show(_PROOF, say)
    if not proven:
        say(_NOT_PROVEN)
    return proven


def prepare_programs(*, oldest_operator: bool = False) -> int:
    """Download or build the programs, so that no later command waits for a build. Returns the exit code."""
    operator = OLDEST_OPERATOR if oldest_operator else OPERATOR
    say(f"{len(obtain_programs(say, list_programs(operator)))} programs are ready")
    return 0


def start(platform: Platform, settings: StackSettings) -> None:
    """Start the programs that do not run, and create the objects that do not exist."""
    if platform.running():
        say(f"The platform of OpenChoreo {settings.release} is already running.")
    else:
        check_disk(_FOLDER if _FOLDER.exists() else _ROOT)
        servers = "the External Secrets Operator, OpenBao, a registry and a git server"
        say(f"Starting a control plane of OpenChoreo {settings.release}, {servers}.")
    platform.start_control_plane()
    seeder = Seeder(platform.kubeconfig)
    release = find_release(settings.release)
    definitions = [*list_operator_crds(), *list_openchoreo_crds(release)]
    seeder.apply_definitions(definitions, platform.process("kube-apiserver"))
    for organization in settings.organizations:
        seeder.create_organization(organization.name, release)
    openbao = start_openbao(platform, seeder)
    grant_organizations(openbao, settings)
    write_demo_values(openbao, settings)
    # Vault's client, which ESO uses, calls this address instead of that of the store.
    platform.start_operator({"VAULT_AGENT_ADDR": openbao.url})


def down() -> int:
    """Stop the platform and delete its data and the state of its stack. Returns the exit code."""
    existed = _FOLDER.exists()
    Platform(_FOLDER, {}).remove()
    say(_REMOVED if existed else _NOTHING)
    return 0


def show() -> int:
    """Print the tables of credentials, use each credential, print what the platform takes.

    Returns:
        The exit code: 1 if the platform is not running, or if a credential does not work.
    """
    if not Platform(_FOLDER, {}).running():
        say(_ABSENT)
        return 1
    platform, settings = Platform(_FOLDER, {}), read_local_settings()
    say(f"{format_credential_tables(_cluster(), find_release(settings.release))}\n")
    proven = show_proof(platform, settings)
    say(f"\n{format_footprint(platform)}")
    return 0 if proven else 1


def delete_cache() -> int:
    """Delete the built and downloaded programs. Returns the exit code."""
    size = clean_cache()
    say(f"Freed {size / (1 << 30):.1f} GB: the programs in {get_cache_folder()}")
    say("The next `make local` downloads or builds them again; programs that run continue until `make down`.")
    say("Go has caches of its own, which it shares with your other work: go clean -modcache -cache")
    return 0


def env() -> int:
    """Print shell commands that set the environment of Pulumi and of `bao`. Returns the exit code."""
    variables, platform = Engine(_FOLDER, {}).variables(), Platform(_FOLDER, {})
    if platform.running():
        variables |= platform.openbao.variables()
    else:
        # Only commands go to standard output, which a shell evaluates.
        sys.stderr.write(f"{_ABSENT}\n")
    for name, value in variables.items():
        say(f"export {name}={shlex.quote(value)}")
    return 0


def read_local_settings() -> StackSettings:
    """Settings of the platform's stack."""
    return read_settings(get_stack_file())


def get_stack_file() -> Path:
    """File of the platform's stack."""
    return _ROOT / "stacks" / f"Pulumi.{select_stack(_FOLDER).name}.yaml"


def _cluster() -> Cluster:
    return Cluster("local platform", ClusterSettings(context=CONTEXT, kubeconfig=str(_FOLDER / "kubeconfig")))


_ERRORS: Final = (
    *(OpenChoreoSecretsError, EngineError, GitError, MachineError, ObtainError, OpenBaoError, ProcessError),
    *(ReleaseError, TrialError),
)
_COMMANDS: Final[dict[str, tuple[Callable[..., int], str]]] = {
    "up": (up, "start the platform and deliver every credential of its stack"),
    "down": (down, "stop the platform and delete its data and the state of its stack"),
    "status": (show, "show the credentials on the platform, whether they work, and what the platform takes"),
    "env": (env, "print shell commands that set the environment of Pulumi for the stack of the platform"),
    "clean-cache": (delete_cache, "delete the built and downloaded programs"),
    "programs": (prepare_programs, "download or build the programs, without starting them"),
}

_ON_CONTEXT: Final[dict[str, Callable[..., int]]] = {
    "up": own_cluster.up,
    "down": own_cluster.down,
    "status": own_cluster.show,
    "env": own_cluster.env,
}
"""Commands that have a context -> what they do then."""
_ALONE: Final = frozenset({"up", "down"})
"""Commands of which one at a time may run."""


def _read_release(text: str) -> str:
    """A release of the local platform.

    Raises:
        argparse.ArgumentTypeError: it has no such release.
    """
    if text in STACKS:
        return text
    msg = f"{text!r} is not a release of the local platform; use {' or '.join(STACKS)}, which is the newest v1.x"
    raise argparse.ArgumentTypeError(msg)


def main() -> int:
    """Run one command and return its exit code; an expected error ends as its message, without a stack trace.

    Raises:
        SystemExit: 0 after ``--help``, 2 without a valid command.
    """
    parser = CommandParser(
        prog="python -m local",
        description="A local OpenChoreo control plane with the External Secrets Operator, on free loopback ports.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in _COMMANDS.items():
        parsed = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in _ON_CONTEXT:
            parsed.add_argument(
                "--context", metavar="NAME", help="a cluster of yours, by its context in the kubeconfig"
            )
        if name == "up":
            parsed.add_argument(
                "--release",
                type=_read_release,
                metavar=f"{{{','.join(STACKS)}}}",
                help="OpenChoreo release of a new platform (default: v0.9)",
            )
        if name == "programs":
            parsed.add_argument(
                "--oldest-operator", action="store_true", help="ESO in the oldest supported version, for tests"
            )
    options = vars(parser.parse_args())
    name, context = options.pop("command"), options.pop("context", None)
    command, _ = _COMMANDS[name]
    if context is not None:
        command = partial(_ON_CONTEXT[name], _ROOT, context, say)
    folder = _LOCKED if context is None else _LOCKED / _OWN_CLUSTER
    alone = only_command(folder, say) if name in _ALONE else nullcontext()
    names = Platform(_FOLDER, {}).names if context is None else ()
    return run_command(lambda: _run(partial(command, **options), alone, names), lambda text: say(f"\n{text}"))


def _run(command: Callable[[], int], alone: AbstractContextManager[None], names: Iterable[str]) -> int:
    try:
        with alone:
            return command()
    except KeyboardInterrupt:
        platform = Platform(_FOLDER, {})
        if any(platform.process(name).pid() is not None for name in names):
            say("\nPrograms of the local platform run on; `make down` stops and removes them.")
        raise
    except _ERRORS as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
