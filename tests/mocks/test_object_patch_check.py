"""Inputs of a patch: every mistake is reported with its path and reason before anything is written."""

from __future__ import annotations

import pytest

from components.provider import connection
from tests.mocks.engine import UNKNOWN, Engine, Patches, Values, secret
from tests.mocks.samples import entry, inputs
from tests.mocks.stubs import Memory

STORE = {"namespace": "acme", "name": "default", "secretStoreRef": "vault"}
BUILD = {"namespace": "acme", "name": "docker"}
WORKFLOW_VARIABLES = "metadata, parameters, systemParameters"
RUN_VARIABLES = "componentName, orgName, projectName, workflowRunName"
COMPONENT_VARIABLES = "configurations, dataplane, envOverrides, metadata, parameters, workload"
ADVICE = "is a secret, which everyone who can read the ComponentType would see; use a remote key instead"
NOTHING_TO_PATCH = "nothing to patch; expected at least one of resources, imagePullSecrets, secretStoreRef, overrides"


def of_run(identity: str, data: str) -> Values:
    """A resource of a ComponentWorkflow; no workload has its id, whatever that is."""
    name = {"name": "${metadata.workflowRunName}", "namespace": "openchoreo-ci-${metadata.orgName}"}
    return {"id": identity, "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": data}}


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inputs are validated without a cluster."""
    memory = Memory()
    memory.refused = dict.fromkeys(("get", "list", "patch"), "nothing is asked")
    monkeypatch.setattr(connection, "Cluster", memory)


def check(engine: Engine, kind: str, given: Values) -> list[tuple[str, str]]:
    return Patches(engine, kind).check(given)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        pytest.param("ComponentType", inputs(), id="a resource and its name in the pods"),
        pytest.param("ComponentType", inputs(pull=("shared",)), id="a name alone"),
        pytest.param("ComponentType", inputs({**entry(), "includeWhen": "${parameters.private}"}), id="conditional"),
        pytest.param(
            "ComponentWorkflow", {**BUILD, "resources": [of_run("job", "${systemParameters.repository.url}")]}, id="run"
        ),
        pytest.param("DataPlane", STORE, id="a store of a data plane"),
        pytest.param("BuildPlane", STORE, id="a store of a build plane"),
        pytest.param("ClusterComponentType", {"name": "service", "resources": [entry()]}, id="cluster-scoped type"),
        pytest.param(
            "ClusterWorkflow",
            {"name": "docker", "resources": [entry(data="${anything.at.all}")]},
            id="variables of a later release are not known, so nothing is said of them",
        ),
        pytest.param("ComponentType", inputs(name=UNKNOWN, namespace=UNKNOWN), id="it is not known yet which"),
        pytest.param("ComponentType", inputs(resources=UNKNOWN), id="it is not known yet what"),
        pytest.param("ComponentType", inputs(identity={"stack": "a/b/c", "name": "acme"}), id="identity"),
        pytest.param("ComponentType", inputs(identity=UNKNOWN), id="an identity that is not known yet"),
        pytest.param("ComponentType", inputs(identity={"stack": UNKNOWN, "name": "a"}), id="an identity known in part"),
        pytest.param("ComponentType", inputs(UNKNOWN, entry(data=UNKNOWN), pull=(UNKNOWN,)), id="nor its parts"),
    ],
)
def test_nothing_is_wrong(engine: Engine, kind: str, given: Values) -> None:
    """What is unknown comes back as unknown, or the engine would take it for a text."""
    assert check(engine, kind, given) == []


@pytest.mark.parametrize(
    ("kind", "given", "failures"),
    [
        pytest.param(
            "ComponentType",
            {"name": "service", "imagePullSecrets": ["shared"]},
            [("namespace", "is missing")],
            id="no namespace",
        ),
        *(
            pytest.param(
                "ComponentType",
                inputs(identity=identity),
                [("identity", "must be a mapping with the texts stack and name")],
                id=f"identity-{number}",
            )
            for number, identity in enumerate(("acme", {}, {"stack": "a/b/c"}, {"stack": "a/b/c", "name": 1}))
        ),
        pytest.param(
            "DataPlane", {**STORE, "namespace": ""}, [("namespace", "is missing")], id="a namespace that is empty"
        ),
        pytest.param(
            "ClusterWorkflow",
            {"namespace": "acme", "name": "docker", "resources": [entry()]},
            [("namespace", "is set, but a ClusterWorkflow has no namespace; leave it out")],
            id="a namespace of a cluster-scoped object",
        ),
        pytest.param("DataPlane", {"namespace": "acme", "secretStoreRef": "a"}, [("name", "is missing")], id="no name"),
        pytest.param(
            "ComponentType",
            {"namespace": "acme", "name": "service"},
            [("resources", NOTHING_TO_PATCH)],
            id="nothing to patch",
        ),
        pytest.param(
            "ComponentType",
            {"name": "service", "resources": [], "imagePullSecrets": []},
            [("namespace", "is missing"), ("resources", NOTHING_TO_PATCH)],
            id="everything that is wrong at once",
        ),
        pytest.param(
            "ComponentType",
            inputs(entry(), {"id": "other"}, {"template": {}}, "text", [entry()]),
            [(f"resources[{index}]", "must be a mapping with id and template") for index in (1, 2, 3, 4)],
            id="no resource at all",
        ),
        pytest.param(
            "ComponentType",
            inputs(pull=("a",), pods=["service", {"resource": "service"}, {"resource": 1, "path": "spec"}]),
            [(f"pods[{index}]", "must be a mapping with the texts resource and path") for index in range(3)],
            id="pods that are no places",
        ),
        pytest.param(
            "ComponentType",
            inputs(entry(), pods=[{"resource": "service", "path": "spec"}]),
            [("pods", "has no effect without imagePullSecrets; leave it out")],
            id="pods without a name to add",
        ),
        pytest.param(
            "ComponentType",
            inputs({"id": "pull", "template": "text"}),
            [("resources[0]", "must be a mapping with id and template")],
            id="a template that is a text",
        ),
        pytest.param(
            "ComponentType",
            inputs({"id": "pull", "template": {"apiVersion": "${metadata.name}", "metadata": []}}),
            [
                ("resources[0].template.apiVersion", '"${metadata.name}" is an expression; it must be literal text'),
                ("resources[0].template.kind", "is missing"),
                ("resources[0].template.metadata.name", "is missing"),
            ],
            id="no Kubernetes object",
        ),
        pytest.param(
            "ComponentType",
            inputs(entry(data=["${a ${b}}"])),
            [("resources[0].template.spec.data[0]", '"${a ${b}}" has an expression inside an expression')],
            id="a nested expression",
        ),
        pytest.param(
            "ComponentType",
            inputs(entry(data={"key": "${metadata.name"})),
            [("resources[0].template.spec.data.key", '"${metadata.name" has a ${ without a closing }')],
            id="an expression without an end",
        ),
        pytest.param(
            "ComponentType",
            inputs({**entry(), "includeWhen": "parameters.private"}),
            [("resources[0].includeWhen", '"parameters.private" must be exactly one ${...} expression')],
            id="a condition that is no expression",
        ),
        pytest.param(
            "ComponentType",
            inputs({**entry(), "includeWhen": True}),
            [("resources[0].includeWhen", "must be a string with one ${...} expression")],
            id="a condition that is no text",
        ),
        pytest.param(
            "ComponentType",
            inputs(entry(data="${metadata.name}"), pull=("${context.name}",)),
            [
                (
                    "imagePullSecrets[0]",
                    f'"context" is not a variable of a ComponentType; expected {COMPONENT_VARIABLES}',
                )
            ],
            id="an unknown variable",
        ),
        pytest.param(
            "ComponentWorkflow",
            {**BUILD, "resources": [of_run("git", "${metadata.labels}"), of_run("own", "${workflow.name}")]},
            [
                ("resources[0].template.data", f'"metadata.labels" does not exist; expected {RUN_VARIABLES}'),
                (
                    "resources[1].template.data",
                    f'"workflow" is not a variable of a ComponentWorkflow; expected {WORKFLOW_VARIABLES}',
                ),
            ],
            id="a variable without that field",
        ),
        pytest.param(
            "ClusterComponentType",
            {"name": "service", "resources": [entry("cronjob"), entry("cronjob")]},
            [
                ("resources[0].id", '"cronjob" is a workload type; use another id'),
                ("resources[1].id", '"cronjob" is used twice'),
                ("resources[1].id", '"cronjob" is a workload type; use another id'),
            ],
            id="the id of a workload",
        ),
        pytest.param(
            "ComponentType",
            inputs(UNKNOWN, entry("job"), pull=(UNKNOWN, "${a ${b}}")),
            [
                ("resources[1].id", '"job" is a workload type; use another id'),
                ("imagePullSecrets[1]", '"${a ${b}}" has an expression inside an expression'),
            ],
            id="places count from the first entry, known or not",
        ),
        pytest.param(
            "ComponentType",
            inputs(pull=("shared",), imagePullSecrets=["shared", 7.0]),
            [("imagePullSecrets[1]", "must be a string")],
            id="a name that is no text",
        ),
    ],
)
def test_mistakes(engine: Engine, kind: str, given: Values, failures: list[tuple[str, str]]) -> None:
    assert check(engine, kind, given) == failures


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        pytest.param(
            inputs(entry(data={"token": secret("hush")})), ["resources[0].template.spec.data.token"], id="deep"
        ),
        pytest.param(inputs(secret(entry(data="hush"))), ["resources[0]"], id="a whole resource"),
        pytest.param(inputs(resources=secret([entry(data="hush")])), ["resources"], id="all of them"),
        pytest.param(
            inputs(pull=("shared",), imagePullSecrets=[secret("hush"), secret(UNKNOWN)], name=secret("hush")),
            ["imagePullSecrets[0]", "imagePullSecrets[1]", "name"],
            id="several, one of which is not known yet",
        ),
        pytest.param(
            inputs(entry(data=secret("hush ${metadata.name"))),
            ["resources[0].template.spec.data"],
            id="one in which something else is wrong, which would be told with the text",
        ),
        pytest.param(
            inputs({"id": "pull", "template": entry()["template"], "includeWhen": secret("hush")}),
            ["resources[0].includeWhen"],
            id="one that is no condition",
        ),
    ],
)
def test_a_secret_is_refused_and_not_repeated(engine: Engine, given: Values, paths: list[str]) -> None:
    failures = check(engine, "ComponentType", given)

    assert "hush" not in str(failures)
    assert failures == [(path, ADVICE) for path in paths]
