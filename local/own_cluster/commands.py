"""``make local | status | down | env`` with ``CONTEXT``: the trial on a cluster of the user."""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.cluster.connection import Cluster
from components.openchoreo import find_release
from components.settings.stack import StackSettings

from ..engine import PREVIEW_WARNINGS, Engine
from ..footprint import format_footprint
from ..hosts.launch import start_hosts
from ..hosts.repositories import find_git
from ..hosts.sources import SecretSource
from ..obtain import obtain_programs
from ..platform import Platform
from ..programs import get_program
from ..proof.components import SYNC_SECONDS, deploy_components, is_synced
from ..proof.platform import LocalProof
from ..stacks import STACKS, read_settings
from ..status import format_credential_tables
from .configuration import NAMESPACE, derive_stack
from .objects import TrialObjects, wait_for
from .requirements import check_cluster
from .trial import HOSTS, Record, Trial, read_identity
from .values import SecretValueReader

Say = Callable[[str], None]

PROGRAMS: Final = ("pulumi", "pulumi-resource-kubernetes", "registry", "crane")
"""Programs that a trial needs."""

_PROOF: Final = "Used on this machine, as builds and workloads use them, with a git server, a registry and the cluster:"
_NOT_PROVEN: Final = (
    "Some credentials do not work as they should. After a rotation, ESO delivers the new value at its next refresh; "
    "the requests are in git-server.log and registry.log of"
)


@dataclass(frozen=True)
class Connected:
    """A trial, its cluster and its settings."""

    trial: Trial
    cluster: Cluster
    settings: StackSettings
    say: Say

    def platform(self) -> Platform:
        """The programs on this machine."""
        return Platform(self.trial.folder, {}, HOSTS)

    def show_tables(self) -> None:
        """Print the tables of credentials."""
        self.say(f"{format_credential_tables(self.cluster, find_release(self.settings.release))}\n")

    def show_proof(self) -> bool:
        """Use every delivered credential, print the outcomes, and return whether all are as expected."""
        reader = SecretValueReader(self.cluster, self.settings)
        proof = LocalProof(self.platform(), self.cluster, self.settings, reader.read)
        proven = proof.show(_PROOF, self.say)
        if not proven:
            self.say(f"{_NOT_PROVEN} {self.trial.folder}.")
        return proven

    def deploy(self) -> None:
        """Create the ExternalSecrets of a component of each organization, and wait until ESO has synced them."""
        paths = deploy_components(self.cluster, self.settings)
        problem = f"{self.cluster}: ESO has not synced the ExternalSecrets of the components after {SYNC_SECONDS:g} s"
        advice = "look at their status: kubectl get externalsecrets -A"
        wait_for(lambda: all(is_synced(self.cluster, path) for path in paths), f"{problem}; {advice}", SYNC_SECONDS)


def up(root: Path, context: str, say: Say, *, release: str | None = None) -> int:
    """Create the objects of the trial, update its stack, print the tables of credentials. Returns the exit code."""
    started, trial = time.monotonic(), Trial(root, context)
    cluster = _connect(trial, say)
    record = trial.read()
    find_git()
    if record is not None:
        record = trial.start(cluster, release)
    shipped = _find_shipped_stack(trial, record.release if record else release or next(iter(STACKS)))
    check_cluster(cluster, trial, read_settings(shipped), record)
    programs = obtain_programs(say, [get_program(name) for name in PROGRAMS])
    record = trial.start(cluster, release)
    connected = Connected(trial, cluster, _write_stack(trial, record), say)
    TrialObjects(cluster, trial, record, connected.settings).create()
    platform, engine = Platform(trial.folder, programs, HOSTS), Engine(trial.folder, programs, root)
    platform.reserve_ports()
    engine.prepare()
    selected = engine.run("stack", "select", "--create", trial.stack)
    if selected.returncode:
        say(selected.stdout)
        return selected.returncode
    source = SecretSource(context, NAMESPACE)
    start_hosts(platform, source, connected.settings, trial.stack_file, lambda: engine.read_manual_values(trial.stack))
    say(f"pulumi up, stack {trial.stack}")
    changed = engine.up(trial.stack, say)
    if changed is None:
        say(f"\nThe update failed. Fix the cause and run `make local CONTEXT={context}` again, or: {trial.down}")
        return 1
    if not changed:
        say("Nothing changed: every credential is in place.")
    connected.deploy()
    say("")
    connected.show_tables()
    proven = connected.show_proof()
    say(f"\nReady in {time.monotonic() - started:.0f} s. Next:")
    say(f"  kubectl --context {shlex.quote(context)} get externalsecrets,secrets -A")
    say(f'  eval "$(make -s env CONTEXT={context})"; pulumi preview --stack {trial.stack}')
    say(PREVIEW_WARNINGS)
    say(f"  make status CONTEXT={context}    {trial.down}")
    return 0 if proven else 1


def show(root: Path, context: str, say: Say) -> int:
    """Print the tables of credentials, use each credential, print what the programs take. Returns the exit code."""
    trial = Trial(root, context)
    cluster = _connect(trial, say)
    if trial.read() is None:
        say(f"There is no trial of this checkout on {context}. Start it with: make local CONTEXT={context}")
        return 1
    connected = Connected(trial, cluster, _write_stack(trial, trial.start(cluster, None)), say)
    if not connected.platform().running():
        say(f"The git server and the registry do not run. Start them with: make local CONTEXT={context}")
        return 1
    connected.show_tables()
    proven = connected.show_proof()
    say(f"\n{format_footprint(connected.platform(), context)}")
    return 0 if proven else 1


def down(root: Path, context: str, say: Say) -> int:
    """Destroy the stack, delete what the trial has created, and stop its programs. Returns the exit code."""
    trial = Trial(root, context)
    cluster, record = _connect(trial, say), trial.read()
    if record is None:
        say(f"There is no trial of this checkout on {context}: nothing to remove.")
        return 0
    if read_identity(cluster) != record.cluster:
        say("It is not the cluster that the trial was started on, so only the files on this machine are removed.")
    else:
        objects = TrialObjects(cluster, trial, record, _write_stack(trial, record))
        destroyed = _destroy(trial, say)
        if destroyed:
            return destroyed
        for name in objects.remove():
            say(f"The CRD {name} stays, because it has objects that the trial has not created.")
    Platform(trial.folder, {}, HOSTS).stop()
    shutil.rmtree(trial.folder)
    trial.stack_file.unlink(missing_ok=True)
    say("The trial is removed. The programs stay in the cache.")
    return 0


def env(root: Path, context: str, say: Say) -> int:
    """Print shell commands that set the environment of Pulumi. Returns the exit code."""
    trial = Trial(root, context)
    for name, value in Engine(trial.folder, {}, root).variables().items():
        say(f"export {name}={shlex.quote(value)}")
    return 0


def _connect(trial: Trial, say: Say) -> Cluster:
    cluster = trial.connect()
    say(f"Context {trial.context}: {cluster.address}")
    return cluster


def _find_shipped_stack(trial: Trial, release: str) -> Path:
    return trial.root / "stacks" / f"Pulumi.{STACKS[release].name}.yaml"


def _write_stack(trial: Trial, record: Record) -> StackSettings:
    """Write the stack file and return its settings."""
    shipped = _find_shipped_stack(trial, record.release).read_text()
    trial.stack_file.write_text(derive_stack(shipped, trial.context))
    return read_settings(trial.stack_file)


def _destroy(trial: Trial, say: Say) -> int:
    """Destroy the stack, if it has a state. Returns the exit code."""
    engine = Engine(trial.folder, {}, trial.root)
    if not trial.state.exists():
        return 0
    done = engine.run("destroy", "--yes", "--skip-preview", "--suppress-progress", stack=trial.stack)
    if done.returncode:
        say(done.stdout)
        say(f"The stack was not destroyed, so nothing else was removed. Fix the cause and run again: {trial.down}")
    return done.returncode
