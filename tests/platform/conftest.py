"""A control plane with the External Secrets Operator, and stacks of this project, all in a temporary folder."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from components.openchoreo import V0_9, Release
from local.engine import Engine
from local.grants import start_openbao
from local.openbao import OpenBao
from local.platform import Platform
from local.seed import Seeder, list_openchoreo_crds
from tests.platform.admission import Protected, start_protected
from tests.platform.aws import MotoAws, moto_server
from tests.platform.delivery import Delivery, start_delivery
from tests.platform.harness import Kubernetes, Stack, kubernetes_store, make_project
from tests.platform.openbao import Vault
from tests.platform.openchoreo import ControlPlane, crds, delete_namespaces_of
from tests.platform.operators import list_operator_crds, obtain_programs
from tests.platform.releases import Builds, list_v1_definitions
from tests.platform.samples import git_organization
from tests.platform.stack_files import copy_empty_stack, has_resources
from tests.platform.warm import Warm, start_warm
from tests.platform.warm.client import COLD
from tests.platform.watchdog import stopped_at_the_end
from tests.platform.workflows import RunWorkflow, start_workflow


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """After ``PLATFORM_DEADLINE`` (seconds of the Unix epoch) no further test starts. CI sets it, others do not."""
    deadline = os.environ.get("PLATFORM_DEADLINE")
    if deadline and time.time() > float(deadline):
        pytest.skip("the time of CI is used up; make platform runs every test")


@pytest.fixture(scope="session")
def aws() -> Iterator[MotoAws]:
    """The stand-in for AWS that the platform's operator calls."""
    with moto_server() as aws:
        yield aws


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, aws: MotoAws) -> Iterator[Platform]:
    """One platform for all tests; every test uses its own organizations."""
    with stopped_at_the_end(Platform(tmp_path_factory.mktemp("platform"), obtain_programs())) as platform:
        platform.start_control_plane()
        seeder = Seeder(platform.kubeconfig)
        definitions = [*list_operator_crds(), *crds(), *list_v1_definitions()]
        seeder.apply_definitions(definitions, platform.process("kube-apiserver"))
        platform.start_operator(aws.environment)
        yield platform


@pytest.fixture(scope="session")
def data_platform(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A second cluster, for tests with a separate data plane; it has the local platform's CRDs of OpenChoreo."""
    with stopped_at_the_end(Platform(tmp_path_factory.mktemp("data-plane"), platform.programs)) as other:
        other.start_control_plane()
        seeder = Seeder(other.kubeconfig)
        seeder.apply_definitions([*list_operator_crds(), *list_openchoreo_crds()], other.process("kube-apiserver"))
        other.start_operator()
        yield other


@pytest.fixture(scope="session")
def data_cluster(data_platform: Platform) -> Kubernetes:
    """The objects of the second cluster."""
    return Kubernetes(data_platform.kubeconfig)


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """Processes that have imported what the engines of the tests start."""
    with start_warm() as warm:
        yield warm


@pytest.fixture(scope="session")
def engine(platform: Platform, warm: Warm) -> Engine:
    """Pulumi with a file backend beside the platform."""
    project = make_project(platform.folder / "project")
    engine = Engine(platform.folder, platform.programs, project)
    engine.prepare()
    return warm.use(engine)


@pytest.fixture
def cold_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process of the engine has an interpreter of its own, as outside of tests."""
    monkeypatch.setenv(COLD, "1")


@pytest.fixture(scope="session")
def cluster(platform: Platform) -> Kubernetes:
    """The platform's objects."""
    return Kubernetes(platform.kubeconfig)


@pytest.fixture(scope="session")
def names() -> Iterator[int]:
    """Numbers, each for one test only."""
    return itertools.count(1)


@pytest.fixture
def manager(cluster: Kubernetes, names: Iterator[int]) -> str:
    """A namespace that is the secret manager of one test."""
    name = f"manager-{next(names)}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    # It stays, like its platform until the end: Kubernetes deletes a namespace kind by kind, in hundreds of calls.
    return name


@pytest.fixture(scope="session")
def openbao(platform: Platform) -> OpenBao:
    """The platform's secret manager; every test uses its own roles and paths."""
    return start_openbao(platform, Seeder(platform.kubeconfig))


@pytest.fixture
def vault(openbao: OpenBao) -> Vault:
    """OpenBao in one test, without a role for it."""
    return Vault(openbao)


@pytest.fixture
def delivery(cluster: Kubernetes, vault: Vault, manager: str) -> Iterator[Delivery]:
    """The operator with a store of its own, without a stack."""
    with start_delivery(cluster, vault, manager) as started:
        yield started


@pytest.fixture(scope="module")
def protected(platform: Platform, engine: Engine, cluster: Kubernetes, names: Iterator[int]) -> Iterator[Protected]:
    """A stack with admission policies, which end with the module because they are for the whole cluster."""
    with start_protected(platform, engine, cluster, next(names)) as stack:
        yield stack


@pytest.fixture
def release(request: pytest.FixtureRequest) -> Release:
    """The release of the test's stacks: v0.9, unless the test runs with each release."""
    chosen: Release = getattr(request, "param", V0_9)
    return chosen


@pytest.fixture
def builds(release: Release) -> Builds:
    """What builds of this release find."""
    return Builds(release)


@pytest.fixture(scope="session")
def empty_stack(engine: Engine, platform: Platform) -> Stack:
    """A stack that Pulumi created, and of which the stacks of tests are copies."""
    stack = Stack(engine, "empty", platform.kubeconfig)
    stack.init()
    return stack


@pytest.fixture
def new_stack(
    empty_stack: Stack, cluster: Kubernetes, names: Iterator[int], manager: str, release: Release
) -> Iterator[Callable[[], Stack]]:
    """Creates empty stacks; they are destroyed at the end."""
    made: list[Stack] = []

    def new() -> Stack:
        stack = replace(empty_stack, name=f"test{next(names)}", release=release, outputs=[])
        copy_empty_stack(empty_stack, stack)
        made.append(stack)
        return stack

    yield new
    for stack in made:
        if has_resources(stack):
            stack.destroy()
        # Each test has organizations of its own, so no other test waits for these names.
        delete_namespaces_of(cluster, stack.name, wait=False)


@pytest.fixture
def stack(new_stack: Callable[[], Stack]) -> Stack:
    """One empty stack."""
    return new_stack()


@pytest.fixture
def organization(names: Iterator[int]) -> str:
    """The name of an organization of this test only."""
    return f"acme-{next(names)}"


@pytest.fixture
def configured(stack: Stack, cluster: Kubernetes, manager: str, organization: str) -> Stack:
    """A stack with one organization, before its first update."""
    cluster.put_secret(manager, "git", {"token": "value"})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)}, organizations=[git_organization(organization, "git")]
    )
    return stack


@pytest.fixture
def deployed(configured: Stack) -> Stack:
    """A stack with one organization, whose Secrets are delivered."""
    configured.up()
    return configured


@pytest.fixture
def workflow(
    cluster: Kubernetes, control_plane: ControlPlane, organization: str, release: Release
) -> Iterator[RunWorkflow]:
    """A workflow with which the organization builds."""
    with start_workflow(cluster, organization, release) as workflow:
        yield workflow


@pytest.fixture
def control_plane(cluster: Kubernetes, organization: str) -> Iterator[ControlPlane]:
    """The organization's namespace on the control plane, deleted after the stacks."""
    yield ControlPlane(cluster, organization)
    cluster.delete("v1", "Namespace", organization)
