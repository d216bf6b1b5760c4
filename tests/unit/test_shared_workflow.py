"""Builds of some namespaces use the Secrets of this package; those of all others run as before."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests import Manifest
from components.openchoreo import DEFAULT_RELEASE
from components.openchoreo.kinds import Step
from components.openchoreo.release import RunSecret
from components.patches.model import Patch
from components.patches.override import Override
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity
from components.patches.shared_workflow import use_secrets
from components.patches.validity import validate_patch
from tests.unit.crd_schema import OFFICIAL, Definitions
from tests.unit.objects import shipped_v1
from tests.unit.runs import render_run

VARIABLE = "metadata.namespaceName"
ARGUMENTS: tuple[Step, ...] = ("spec", "runTemplate", "spec", "arguments", "parameters")
OWN_CHOICE = 'has(parameters.repository.secretRef) && parameters.repository.secretRef != ""'
GIT = RunSecret("git-secret", (*ARGUMENTS, ("name", "git-secret"), "value"), "unused", OWN_CHOICE)
PUSH = RunSecret("registry-push-secret", (*ARGUMENTS, ("name", "registry-push-secret"), "value"), "unused")
DEV = Identity("corp/secrets/dev", "builds")
PROD = Identity("corp/secrets/prod", "builds")
NEWEST = OFFICIAL.with_name("openchoreo-v1.2.3")


def include(identifier: str) -> tuple[Step, ...]:
    return ("spec", "resources", ("id", identifier), "includeWhen")


def template(name: str, namespace: str, key: str) -> Manifest:
    """An ExternalSecret that each run of a namespace creates."""
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": f"${{metadata.workflowRunName}}-{name}", "namespace": "${metadata.namespace}"},
        "spec": {
            "refreshInterval": "1h0m0s",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": f"org-{namespace}"},
            "data": [{"secretKey": "password", "remoteRef": {"key": key}}],
        },
    }


PREPARED = use_secrets(
    {GIT: {"acme": "git-secret", "globex": "git-secret"}, PUSH: {"acme": "registry-push-secret"}}, {}, VARIABLE
)
GIT_TEMPLATES = {name: template("git-secret", name, f"{name}/git") for name in ("acme", "globex")}
PUSH_TEMPLATES = {"acme": template("registry-push-secret", "acme", "push")}
PER_RUN = use_secrets({}, {GIT: GIT_TEMPLATES, PUSH: PUSH_TEMPLATES}, VARIABLE, stack=DEV.stack)


def test_secrets_that_exist_before_the_build() -> None:
    both = ("acme", "globex")
    assert (
        Patch(
            overrides=(
                Override(GIT.argument, VARIABLE, both, '"git-secret"', unless=OWN_CHOICE),
                Override(include("git-secret"), VARIABLE, both, "false", "true", OWN_CHOICE),
                Override(PUSH.argument, VARIABLE, ("acme",), '"registry-push-secret"'),
                Override(include("registry-push-secret"), VARIABLE, ("acme",), "false", "true"),
            )
        )
        == PREPARED
    )


def test_names_that_differ() -> None:
    value = '{"acme": "a", "globex": "b"}[metadata.namespaceName]'
    patch = use_secrets({PUSH: {"globex": "b", "acme": "a"}}, {}, VARIABLE)
    assert patch.overrides[0] == Override(PUSH.argument, VARIABLE, ("acme", "globex"), value)


def test_secrets_of_each_run() -> None:
    git, push = PER_RUN.resources
    assert PER_RUN.overrides == (
        Override(include("git-secret"), VARIABLE, ("acme", "globex"), "false", "true", OWN_CHOICE),
        Override(include("registry-push-secret"), VARIABLE, ("acme",), "false", "true"),
    )
    assert git.include_when == (f'${{metadata.namespaceName in ["acme", "globex"] && !({OWN_CHOICE})}}')
    variable = "${metadata.namespaceName}"
    assert git.template == template("git-secret", variable, f"{variable}/git")
    assert (push.template, push.include_when) == (PUSH_TEMPLATES["acme"], '${metadata.namespaceName in ["acme"]}')


def test_no_namespace_has_the_credential() -> None:
    assert use_secrets({GIT: {}}, {GIT: {}}, VARIABLE) == Patch()


def test_both_deliveries() -> None:
    template_of_globex = template("registry-push-secret", "globex", "push")
    patch = use_secrets({PUSH: {"acme": "own"}}, {PUSH: {"globex": template_of_globex}}, VARIABLE, stack=DEV.stack)
    assert patch.overrides == (
        Override(PUSH.argument, VARIABLE, ("acme",), '"own"'),
        Override(include("registry-push-secret"), VARIABLE, ("acme", "globex"), "false", "true"),
    )
    assert [(entry.template, entry.include_when) for entry in patch.resources] == [
        (template_of_globex, '${metadata.namespaceName in ["globex"]}')
    ]


@pytest.mark.parametrize("patch", [PREPARED, PER_RUN], ids=["ahead", "per run"])
def test_openchoreo_can_render_it(patch: Patch) -> None:
    assert list(validate_patch(DEFAULT_RELEASE.kinds["ClusterWorkflow"], patch, DEFAULT_RELEASE)) == []


def _secrets(workflow: Manifest, namespace: str, secret_ref: str | None) -> tuple[str, str, dict[str, str]]:
    """The Secrets that a build names, and those that its run creates, each once -> their store."""
    run = render_run(workflow, namespace, secret_ref)
    created = dict(run.created)
    assert len(created) == len(run.created)
    return run.git, run.push, created


RUN_GIT, RUN_PUSH = "run-1-git-secret", "run-1-registry-push-secret"


@pytest.mark.parametrize(
    ("patch", "namespace", "secret_ref", "expected"),
    [
        pytest.param(PREPARED, "acme", "", ("git-secret", "registry-push-secret", {}), id="ahead"),
        pytest.param(
            PREPARED,
            "acme",
            "mine",
            (RUN_GIT, "registry-push-secret", {RUN_GIT: "default"}),
            id="ahead, but the developer chose a SecretReference",
        ),
        pytest.param(
            PREPARED, "globex", "", ("git-secret", RUN_PUSH, {RUN_PUSH: "default"}), id="ahead, without a registry"
        ),
        pytest.param(PREPARED, "foreign", "", (RUN_GIT, RUN_PUSH, {RUN_PUSH: "default"}), id="ahead, foreign"),
        pytest.param(
            PREPARED,
            "foreign",
            "mine",
            (RUN_GIT, RUN_PUSH, {RUN_GIT: "default", RUN_PUSH: "default"}),
            id="ahead, foreign with a SecretReference",
        ),
        pytest.param(
            PER_RUN, "acme", "", (RUN_GIT, RUN_PUSH, {RUN_GIT: "org-acme", RUN_PUSH: "org-acme"}), id="per run"
        ),
        pytest.param(
            PER_RUN,
            "acme",
            "mine",
            (RUN_GIT, RUN_PUSH, {RUN_GIT: "default", RUN_PUSH: "org-acme"}),
            id="per run, but the developer chose a SecretReference",
        ),
        pytest.param(
            PER_RUN,
            "globex",
            "",
            (RUN_GIT, RUN_PUSH, {RUN_GIT: "org-globex", RUN_PUSH: "default"}),
            id="per run, without a registry",
        ),
        pytest.param(PER_RUN, "foreign", "", (RUN_GIT, RUN_PUSH, {RUN_PUSH: "default"}), id="per run, foreign"),
    ],
)
def test_the_shipped_workflow(
    patch: Patch, namespace: str, secret_ref: str, expected: tuple[str, str, dict[str, str]]
) -> None:
    shipped = shipped_v1("clusterworkflow-dockerfile-builder")
    done = apply_patch(shipped, patch, identity=DEV)
    assert _secrets(done.object, namespace, secret_ref) == expected
    again = apply_patch(done.object, patch, done.added, identity=DEV)
    assert (again.object, again.changes) == (done.object, ())
    assert remove_patch(done.object, done.added, identity=DEV) == shipped


def _reading(name: str) -> Manifest:
    """The workflow of a company, whose entry for cloning has no condition, and what it reads."""
    own = shipped_v1("clusterworkflow-dockerfile-builder")
    del own["spec"]["resources"][0]["includeWhen"]
    own["spec"]["externalRefs"][0]["name"] = name
    return own


CHOICE = "${parameters.repository.secretRef}"


@pytest.mark.parametrize(
    ("patch", "namespace", "name", "secret_ref", "expected"),
    [
        pytest.param(PREPARED, "acme", CHOICE, "", ("git-secret", "registry-push-secret", {}), id="ahead"),
        pytest.param(
            PREPARED, "acme", "company", None, ("git-secret", "registry-push-secret", {}), id="ahead, no choice"
        ),
        pytest.param(
            PREPARED,
            "acme",
            CHOICE,
            "mine",
            (RUN_GIT, "registry-push-secret", {RUN_GIT: "default"}),
            id="ahead, chosen",
        ),
        pytest.param(
            PER_RUN, "acme", CHOICE, "", (RUN_GIT, RUN_PUSH, {RUN_GIT: "org-acme", RUN_PUSH: "org-acme"}), id="per run"
        ),
        pytest.param(
            PER_RUN,
            "acme",
            "company",
            None,
            (RUN_GIT, RUN_PUSH, {RUN_GIT: "org-acme", RUN_PUSH: "org-acme"}),
            id="per run, no choice",
        ),
        pytest.param(
            PER_RUN,
            "acme",
            CHOICE,
            "mine",
            (RUN_GIT, RUN_PUSH, {RUN_GIT: "default", RUN_PUSH: "org-acme"}),
            id="per run, chosen",
        ),
        pytest.param(
            PER_RUN,
            "foreign",
            "company",
            None,
            (RUN_GIT, RUN_PUSH, {RUN_GIT: "default", RUN_PUSH: "default"}),
            id="foreign",
        ),
    ],
)
def test_an_entry_without_a_condition(
    patch: Patch, namespace: str, name: str, secret_ref: str | None, expected: tuple[str, str, dict[str, str]]
) -> None:
    own = _reading(name)
    done = apply_patch(own, patch, identity=DEV)
    assert _secrets(done.object, namespace, secret_ref) == expected
    assert done.object["spec"]["externalRefs"] == own["spec"]["externalRefs"]
    assert remove_patch(done.object, done.added, identity=DEV) == own


@pytest.mark.parametrize("first", ["dev", "prod"])
def test_two_stacks_on_the_shipped_workflow(first: str) -> None:
    """One delivers ahead of the build, the other with each run; either can be destroyed first."""
    shipped = shipped_v1("clusterworkflow-dockerfile-builder")
    templates = {"initech": template("git-secret", "initech", "initech/git")}
    other = use_secrets({}, {GIT: templates}, VARIABLE, stack=PROD.stack)
    one = apply_patch(shipped, PREPARED, identity=DEV)
    both = apply_patch(one.object, other, identity=PROD)
    assert _secrets(both.object, "acme", "") == ("git-secret", "registry-push-secret", {})
    ours = {RUN_PUSH: "default", RUN_GIT: "org-initech"}
    assert _secrets(both.object, "initech", "") == (RUN_GIT, RUN_PUSH, ours)
    assert apply_patch(both.object, PREPARED, one.added, identity=DEV).changes == ()
    stacks = [(DEV, one.added), (PROD, both.added)]
    left = both.object
    for identity, added in stacks if first == "dev" else reversed(stacks):
        left = remove_patch(left, added, identity=identity)
    assert left == shipped


@pytest.mark.skipif(not NEWEST.is_dir(), reason="OpenChoreo's own definitions are not beside this checkout")
@pytest.mark.parametrize("patch", [PREPARED, PER_RUN], ids=["ahead", "per run"])
def test_the_crds_accept_it(patch: Patch) -> None:
    done = apply_patch(shipped_v1("clusterworkflow-dockerfile-builder"), patch, identity=DEV)
    assert list(Definitions.read(sorted(NEWEST.glob("*.yaml"))).problems(done.object)) == []


def test_what_is_unrelated_stays() -> None:
    """Only the two arguments and the two conditions change, and entries come after the shipped ones."""
    shipped = shipped_v1("clusterworkflow-dockerfile-builder")
    for patch in (PREPARED, PER_RUN):
        done = apply_patch(shipped, patch).object
        for override in patch.overrides:
            _copy_value(shipped, done, override.path)
        del done["spec"]["resources"][2:]
        assert done == shipped


def _copy_value(source: Manifest, target: Manifest, path: tuple[Step, ...]) -> None:
    for step in path[:-1]:
        source, target = _enter(source, step), _enter(target, step)
    if path[-1] in source:
        target[str(path[-1])] = source[str(path[-1])]
    else:
        del target[str(path[-1])]


def _enter(value: Any, step: Step) -> Any:
    if isinstance(step, str):
        return value[step]
    return next(entry for entry in value if entry[step[0]] == step[1])
