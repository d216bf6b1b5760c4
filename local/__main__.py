"""``python -m local up | down | status | env | programs``, which the Makefile calls."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from components.cluster.connection import Cluster
from components.commands.command_line import CommandParser, run_command
from components.commands.stack import read_yaml
from components.errors import OpenChoreoSecretsError
from components.settings.clusters import ClusterSettings
from components.settings.parsing import parse
from components.settings.stack import StackSettings

from .engine import Engine
from .grants import grant_organizations, start_openbao, write_demo_values
from .obtain import ObtainError, list_operator_crds, obtain_programs
from .openbao import OpenBaoError
from .platform import CONTEXT, Platform
from .processes import ProcessError
from .seed import Seeder, get_openchoreo_crds
from .status import format_credential_tables

_ROOT: Final = Path(__file__).resolve().parent.parent
_FOLDER: Final = _ROOT / ".local"
_STACK: Final = "local"
_PREFIX: Final = "openchoreo-secrets:"


def say(text: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def up() -> int:
    """Start the platform, update the stack `local`, print the tables of credentials. Returns the exit code."""
    started = time.monotonic()
    executables = obtain_programs(say)
    platform, engine = Platform(_FOLDER, executables), Engine(_FOLDER, executables)
    start(platform, read_local_settings())
    engine.prepare()
    selected = engine.run("stack", "select", "--create", _STACK)
    if selected.returncode:
        say(selected.stdout)
        return selected.returncode
    say("pulumi up, stack local")
    changed = engine.up(_STACK, say)
    if changed is None:
        say("\nThe update failed; the platform is still running. Fix the cause and run `make local` again.")
        return 1
    if not changed:
        say("Nothing changed: every credential is in place.")
    say(f"\n{format_credential_tables(_cluster())}\n\nReady in {time.monotonic() - started:.0f} s. Next:")
    say(f"  kubectl --kubeconfig {platform.kubeconfig.relative_to(_ROOT)} get externalsecrets,secrets -A")
    say('  eval "$(make -s env)"; pulumi preview --stack local')
    say("  make status    make down")
    return 0


def prepare_programs() -> int:
    """Download or build the programs, so that no later command waits for a build. Returns the exit code."""
    say(f"{len(obtain_programs(say))} programs are ready")
    return 0


def start(platform: Platform, settings: StackSettings) -> None:
    """Start the programs that do not run, and create the objects that do not exist."""
    if platform.running():
        say("The platform is already running.")
    else:
        say("Starting etcd, kube-apiserver, kube-controller-manager, OpenBao and the External Secrets Operator.")
    platform.start_control_plane()
    seeder = Seeder(platform.kubeconfig)
    seeder.apply_definitions([*list_operator_crds(), get_openchoreo_crds()], platform.process("kube-apiserver"))
    for organization in settings.organizations:
        seeder.create_organization(organization.name)
    openbao = start_openbao(platform, seeder)
    grant_organizations(openbao, settings)
    write_demo_values(openbao, settings)
    # Vault's client, which ESO uses, calls this address instead of that of the store.
    platform.start_operator({"VAULT_AGENT_ADDR": openbao.url})


def down() -> int:
    """Stop the platform and delete its data and the state of the stack `local`. Returns the exit code."""
    Platform(_FOLDER, {}).remove()
    say("The local platform is stopped and removed. The programs stay in the cache.")
    return 0


def show() -> int:
    """Print the tables of credentials. Returns the exit code: 1 if the platform is not running."""
    if not Platform(_FOLDER, {}).running():
        say("The local platform is not running. Start it with: make local")
        return 1
    say(format_credential_tables(_cluster()))
    return 0


def env() -> int:
    """Print shell commands that set the environment of Pulumi and of `bao`. Returns the exit code."""
    variables, platform = Engine(_FOLDER, {}).variables(), Platform(_FOLDER, {})
    if platform.running():
        variables |= platform.openbao.variables()
    for name, value in variables.items():
        say(f"export {name}={shlex.quote(value)}")
    return 0


def read_local_settings() -> StackSettings:
    """Settings of the stack `local`, read without Pulumi, because the platform is seeded before the engine runs."""
    file = _ROOT / "stacks" / "Pulumi.local.yaml"
    config = read_yaml(file).get("config") or {}
    raw = {key.removeprefix(_PREFIX): value for key, value in config.items() if key.startswith(_PREFIX)}
    manual = raw.pop("manualSecrets", None) or {}
    return parse(raw, source=str(file), manual_names=frozenset(manual))


def _cluster() -> Cluster:
    return Cluster("local platform", ClusterSettings(context=CONTEXT, kubeconfig=str(_FOLDER / "kubeconfig")))


_COMMANDS: Final[dict[str, tuple[Callable[[], int], str]]] = {
    "up": (up, "start the platform and deliver every credential of the stack `local`"),
    "down": (down, "stop the platform and delete its data and the state of the stack `local`"),
    "status": (show, "show the credentials on the platform"),
    "env": (env, "print shell commands that set the environment of Pulumi for the stack `local`"),
    "programs": (prepare_programs, "download or build the programs, without starting them"),
}


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
        commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    command, _ = _COMMANDS[parser.parse_args().command]
    return run_command(lambda: _run(command), lambda text: say(f"\n{text}"))


def _run(command: Callable[[], int]) -> int:
    try:
        return command()
    except (OpenChoreoSecretsError, ObtainError, OpenBaoError, ProcessError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
