"""What is left of an update whose engine is killed."""

from __future__ import annotations

import signal
from functools import partial

import psutil
import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.operations import run_documented
from tests.platform.samples import git_organization

pytestmark = pytest.mark.usefixtures("cold_start")
PROGRAM = "pulumi-language-python-exec"
PROVIDER = "plugin"
HOST = "language_host.py"
KUBERNETES = "pulumi-resource-kubernetes"
"""Not ours, and not expected to end."""


def role(process: psutil.Process) -> str:
    """What a child of the engine is."""
    names = {part.rpartition("/")[2] for part in process.cmdline()}
    return next(each for each in (PROGRAM, HOST, KUBERNETES, PROVIDER) if each in names)


def ended(process: psutil.Process) -> bool:
    """Whether it is gone, or waits for its parent only."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("also", [None, HOST], ids=["engine alone", "engine and language host"])
def test_our_processes_end_with_a_killed_engine(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, also: str | None
) -> None:
    """In the middle of a wait of ten minutes, and without a language host that could end them."""
    secret = (f"openchoreo-ci-{organization}", "git-clone-secret")
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[git_organization(organization, "late")],
        readyTimeout="10m",
    )
    with stack.start_up() as update:
        assert update.stdout is not None
        assert any("ExternalSecretsReady build-plane creating" in line for line in update.stdout)
        children = {role(each): each for each in psutil.Process(update.pid).children(recursive=True)}
        assert set(children) == {HOST, PROGRAM, PROVIDER, KUBERNETES}
        if also is not None:
            children[also].kill()
        update.kill()
        for name in (PROVIDER, PROGRAM, HOST):
            eventually(partial(ended, children[name]), f"{name} to end")
    assert update.returncode == -signal.SIGKILL

    # Pulumi's own provider may still run, and disturbs nothing.
    try:
        assert str(children[KUBERNETES].pid) in run_documented(stack, "Processes that are left").split()
        locked = stack.up_fails()
        assert "the stack is currently locked" in locked
        assert f"(pid {update.pid})" in locked
        cluster.put_secret(manager, "late", {"token": "value"})
        run_documented(stack, "An update was killed")
        stack.unchanged()
        assert cluster.secret(*secret) == ("Opaque", {"clone-secret": "value"})

        cluster.put_secret(manager, "other", {"token": "changed"})
        stack.configure(organizations=[git_organization(organization, "other")])
        stack.up()
        assert cluster.secret(*secret) == ("Opaque", {"clone-secret": "changed"})
    finally:
        if not ended(children[KUBERNETES]):
            children[KUBERNETES].kill()
