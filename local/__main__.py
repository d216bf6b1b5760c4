"""``python -m local up | down | status | env | programs``: what the Makefile calls."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Final

import yaml

from components.cluster.connection import Cluster
from components.errors import OpenChoreoSecretsError
from components.settings.parse import parse
from components.settings.stack import ClusterSettings, StackSettings

from .engine import Engine
from .obtain import ObtainError, operator_crds, programs
from .platform import CONTEXT, Platform
from .processes import ProcessError
from .seed import Seeder, openchoreo_crds
from .status import status

_ROOT: Final = Path(__file__).resolve().parent.parent
_FOLDER: Final = _ROOT / ".local"
_STACK: Final = "local"
_PREFIX: Final = "openchoreo-secrets:"


def say(text: str) -> None:
    """A line for the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def up() -> int:
    """Start the platform, deliver the credentials, show what arrived."""
    started = time.monotonic()
    found = programs(say)
    platform, engine = Platform(_FOLDER, found), Engine(_FOLDER, found)
    start(platform, local_settings())
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
        say("Nothing changed: every credential was in place already.")
    say(f"\n{status(_cluster())}\n\nReady in {time.monotonic() - started:.0f} s. Next:")
    say(f"  kubectl --kubeconfig {platform.kubeconfig.relative_to(_ROOT)} get externalsecrets,secrets -A")
    say('  eval "$(make -s env)"; pulumi preview --stack local')
    say("  make status    make down")
    return 0


def get() -> int:
    """Get the programs, so that nothing later has to wait for a build."""
    found = programs(say)
    say(f"{len(found)} programs are ready")
    return 0


def start(platform: Platform, settings: StackSettings) -> None:
    """Start what does not run yet and seed what is not there yet."""
    if platform.running():
        say("The platform is running already.")
    else:
        say("Starting etcd, kube-apiserver, kube-controller-manager and the External Secrets Operator")
    platform.start_control_plane()
    seeder = Seeder(platform.kubeconfig)
    seeder.definitions([*operator_crds(), openchoreo_crds()], platform.process("kube-apiserver"))
    for organization in settings.organizations:
        seeder.organization(organization.name)
    seeder.secret_manager(settings)
    platform.start_operator()


def down() -> int:
    """Stop and remove the platform, its data and the local stack's state."""
    Platform(_FOLDER, {}).remove()
    say("The local platform is stopped and removed; the programs stay in the cache.")
    return 0


def show() -> int:
    """Print the table of credentials."""
    if not Platform(_FOLDER, {}).running():
        say("The local platform is not running. Start it with: make local")
        return 1
    say(status(_cluster()))
    return 0


def env() -> int:
    """Print shell commands that point Pulumi at the local stack's backend."""
    for name, value in Engine(_FOLDER, {}).variables().items():
        say(f"export {name}={shlex.quote(value)}")
    return 0


def local_settings() -> StackSettings:
    """Settings of the stack ``local``, read without Pulumi: the platform is seeded before there is an engine."""
    file = _ROOT / "stacks" / "Pulumi.local.yaml"
    config = yaml.safe_load(file.read_text())["config"]
    raw = {key.removeprefix(_PREFIX): value for key, value in config.items() if key.startswith(_PREFIX)}
    manual = raw.pop("manualSecrets", {})
    return parse(raw, source=str(file), manual_names=frozenset(manual))


def _cluster() -> Cluster:
    return Cluster("local platform", ClusterSettings(context=CONTEXT, kubeconfig=str(_FOLDER / "kubeconfig")))


def main() -> int:
    """Run one command; a user's mistake ends as its message alone."""
    commands = {"up": up, "down": down, "status": show, "env": env, "programs": get}
    name = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004 -- the command and its one argument
    if name not in commands:
        say(f"usage: python -m local {{{','.join(commands)}}}")
        return 2
    try:
        return commands[name]()
    except (OpenChoreoSecretsError, ObtainError, ProcessError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. Run the command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
