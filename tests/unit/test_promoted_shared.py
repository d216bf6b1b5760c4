"""What an update takes away from environments whose type is shared: with OpenChoreo v1.x, and types of projects."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.obstacles import PreflightError
from components.cluster.promoted import check_promoted
from components.manifests import Manifest
from components.openchoreo import V1, find_release
from components.patches.patch import apply_patch
from components.patches.record import Identity
from components.patches.rendering import render_entry
from components.patches.snapshots import CopiedType, Replacement
from components.plan.combined_patches import CombinedPatch, list_combined_patches
from components.plan.stack import Plan, plan_stack
from components.settings.parsing import parse
from tests.unit.api import Api, Object
from tests.unit.objects import component_type, pods
from tests.unit.preflight_samples import STACK, unwrap
from tests.unit.samples import GIT, KUBERNETES, SOURCE, Raw

API: Final = f"/apis/{V1.api}"
PLANES: Final[Raw] = {plane: {"context": "dev"} for plane in ("workflowPlane", "controlPlane", "dataPlane")}
COMPONENTS: Final[Raw] = {"clusterComponentTypes": ["service"]}
PROJECTS: Final[Raw] = {"delivery": "project", "clusterProjectTypes": ["service"], "clusterComponentTypes": ["other"]}
TEAM: Final[Raw] = {"delivery": "project", "projectTypes": ["service"], "clusterComponentTypes": ["other"]}
HOLDERS: Final = {"ClusterComponentType": COMPONENTS, "ClusterProjectType": PROJECTS, "ProjectType": TEAM}
ADVICE: Final = (
    "to go on, set releasePromoted: ignore, update, and deploy the {} there again: "
    "until then its Secret is not refreshed"
)
NAMES: Final = ("acme", "globex")
_LAYOUTS: Final = {
    "ClusterComponentType": ("releasebindings", "componentreleases", "releaseName", "componentType"),
    "ClusterProjectType": ("projectreleasebindings", "projectreleases", "projectRelease", "projectType"),
    "ProjectType": ("projectreleasebindings", "projectreleases", "projectRelease", "projectType"),
}


def _plan(kind: str, *names: str, keys: dict[str, str] | None = None, store: str = "org", **options: Any) -> Plan:
    """A stack whose organizations pull through one type.

    Args:
        kind: of the type.
        names: organizations.
        keys: remote keys that are not those of the default; with a property after ``#``.
        store: entry of ``secretStores`` for workloads.
        options: keys of the whole configuration.
    """
    organizations = []
    for name in names:
        key, _, part = (keys or {}).get(name, f"{name}-pull").partition("#")
        config = {"remoteKey": key, **({"property": part} if part else {})}
        pull = {**HOLDERS[kind], "secretStore": store, "dockerConfig": config}
        git = {**GIT, "remoteKey": f"{name}-git"}
        organizations.append({"name": name, "secretStore": "builds", "git": git, "pullSecret": pull})
    stores = {"secretStores": {"builds": KUBERNETES, "org": KUBERNETES, "other": KUBERNETES}}
    raw = {"release": "v1", "clusters": PLANES, "namespaces": organizations, **stores, **options}
    settings = parse(raw, source=SOURCE, manual_names=frozenset())
    return plan_stack(settings, find_release(settings.release), stack=STACK)


def _platform(before: Plan, kind: str, *bound: str, copied: str = "service") -> Api:
    """A control plane with the type that a plan has patched, and the production of these namespaces bound to it."""
    live = component_type("deployment", {"kind": "Deployment", "spec": {"template": pods({})}})
    namespace = "acme" if kind == "ProjectType" else None
    live["kind"] = kind
    live["metadata"] = {"name": "service", "uid": "5f1c", **({"namespace": namespace} if namespace else {})}
    for combined in _list_combined(before):
        if combined.place.address == (kind, namespace or "", "service"):
            identity = Identity(STACK, f"openchoreo:index:{kind}Patch::service")
            patch = combined.plan({}).patch
            live = apply_patch(live, patch, release=V1, identity=identity).object
    bindings, snapshots, pointer, holder = _LAYOUTS[kind]
    lists: dict[str, list[Object]] = {f"{API}/{V1.kinds[kind].plural}": [live]}
    for name in bound:
        metadata = {"name": "api-1", "namespace": name}
        owner = {"projectName": "shop", "componentName": "api"}
        spec = {"environment": "production", "owner": owner, pointer: "api-1"}
        lists[f"{API}/namespaces/{name}/{bindings}"] = [{"metadata": metadata, "spec": spec}]
        copy = {"kind": kind, "name": copied, "spec": {"resources": live["spec"]["resources"]}}
        lists[f"{API}/namespaces/{name}/{snapshots}"] = [{"metadata": metadata, "spec": {holder: copy}}]
    for plural in (bindings, snapshots):
        lists[f"{API}/{plural}"] = [item for name in bound for item in lists[f"{API}/namespaces/{name}/{plural}"]]
    return Api({}, "control plane", **lists)


def _list_combined(plan: Plan) -> tuple[CombinedPatch, ...]:
    return (*plan.combined_patches, *list_combined_patches(plan.organizations, namespaced=True))


def _refuse(api: Api, plan: Plan) -> list[str]:
    with pytest.raises(PreflightError) as caught:
        check_promoted(api.cluster, plan, STACK, pytest.fail)
    assert [obstacle.organization for obstacle in caught.value.obstacles] == [
        name if name in {organization.name for organization in plan.organizations} else None
        for name in (line.split('"')[1] for line in unwrap(caught.value).split("\n  - ")[1:])
    ]
    return unwrap(caught.value).split("\n  - ")[1:]


def _accept(api: Api, plan: Plan) -> list[str]:
    """The warnings."""
    warnings: list[str] = []
    check_promoted(api.cluster, plan, STACK, warnings.append)
    return warnings


def _line(before: Plan, kind: str, what: str, name: str = "acme") -> str:
    """The sentence about an environment, which renders the only entry of a plan."""
    unit, copy = ("component", "ComponentRelease") if "Component" in kind else ("project", "ProjectRelease")
    (patch,) = (combined.plan({}).patch for combined in _list_combined(before) if combined.place.kind.name == kind)
    (entry,) = patch.resources
    owner = {"component": "component shop/api", "project": "project shop"}[unit]
    where = "" if kind == "ProjectType" else f" in the namespace {name}"
    environment = f"the environment production of the {owner}{where} still renders {entry.id} ({copy} api-1)"
    advice = ADVICE.format(unit)
    return f'organization "{name}": {environment}, and this update takes away {what}; {advice}'


@pytest.mark.parametrize("kind", HOLDERS)
def test_another_key_is_refused(kind: str) -> None:
    before = _plan(kind, "acme")
    lines = _refuse(_platform(before, kind, "acme"), _plan(kind, "acme", keys={"acme": "acme-pull-2"}))
    what = "the right of the store org-acme to read acme-pull"
    assert lines == [_line(before, kind, what)]


@pytest.mark.parametrize("kind", ["ClusterComponentType", "ClusterProjectType"])
def test_an_organization_that_goes_is_refused_alone(kind: str) -> None:
    before = _plan(kind, *NAMES)
    api = _platform(before, kind, *NAMES)
    assert _refuse(api, _plan(kind, "acme")) == [_line(before, kind, f"its entry in {kind} service", "globex")]
    paths = [path for path, _ in api.queries]
    assert f"{API}/namespaces/acme/{_LAYOUTS[kind][0]}" not in paths


def test_a_store_that_goes_is_refused() -> None:
    kind = "ClusterComponentType"
    before = _plan(kind, "acme")
    after = _plan(kind, "acme", store="other")
    assert _refuse(_platform(before, kind, "acme"), after) == [_line(before, kind, "the store org-acme for workloads")]


def test_the_word_makes_it_a_warning() -> None:
    kind = "ClusterProjectType"
    before = _plan(kind, "acme")
    after = _plan(kind, "acme", keys={"acme": "acme-pull-2"}, releasePromoted="ignore")
    (warning,) = _accept(_platform(before, kind, "acme"), after)
    assert warning.endswith("; deploy the project there again after the update: until then its Secret is not refreshed")


@pytest.mark.parametrize("kind", ["ClusterComponentType", "ClusterProjectType"])
@pytest.mark.parametrize(
    ("after", "keys"),
    [
        pytest.param(NAMES, {}, id="nothing-changes"),
        pytest.param((*NAMES, "initech"), {}, id="another-organization"),
        pytest.param((*NAMES, "initech"), {"initech": "other"}, id="another-organization-with-an-unrelated-key"),
        pytest.param(NAMES, {"globex": "globex-new"}, id="the-key-of-an-organization-that-deploys-nothing"),
    ],
)
def test_what_acme_renders_stays(kind: str, after: tuple[str, ...], keys: dict[str, str]) -> None:
    api = _platform(_plan(kind, *NAMES), kind, "acme")
    assert _accept(api, _plan(kind, *after, keys=keys)) == []


def test_a_copy_of_another_type_does_not_count() -> None:
    kind = "ClusterComponentType"
    api = _platform(_plan(kind, "acme"), kind, "acme", copied="other")
    assert _accept(api, _plan(kind, "acme", keys={"acme": "acme-pull-2"})) == []


@pytest.mark.parametrize(("state", "refused"), [("Active", True), ("Undeploy", False)])
def test_an_undeployed_component_renders_nothing(state: str, refused: bool) -> None:
    kind = "ClusterComponentType"
    before = _plan(kind, "acme")
    api, after = _platform(before, kind, "acme"), _plan(kind, "acme", keys={"acme": "acme-pull-2"})
    (binding,) = api.lists[f"{API}/namespaces/acme/releasebindings"]
    binding["spec"]["state"] = state
    if refused:
        what = "the right of the store org-acme to read acme-pull"
        assert _refuse(api, after) == [_line(before, kind, what)]
    else:
        assert _accept(api, after) == []


def test_many_organizations_are_read_with_one_list() -> None:
    kind, names = "ClusterComponentType", [f"n{number:02}" for number in range(11)]
    before = _plan(kind, *names)
    api = _platform(before, kind, "n00", "n10")
    lines = _refuse(api, _plan(kind, "other"))
    assert lines == [_line(before, kind, f"its entry in {kind} service", name) for name in ("n00", "n10")]
    assert [path for path, _ in api.queries if "releasebindings" in path] == [f"{API}/releasebindings"]


def test_an_entry_of_another_form_for_the_same_object_is_no_loss() -> None:
    """A part of the shape changes, so the id is another one; the store and the key stay."""
    kind = "ClusterComponentType"
    api = _platform(_plan(kind, "acme"), kind, "acme")
    assert _accept(api, _plan(kind, "acme", keys={"acme": "acme-pull#config"})) == []


DEEP: Final = f"${{{'[' * 99_999}{']' * 99_999}[x.y]}}"


def _entry(*names: str, key: str = "pull", identifier: str = "pull-1") -> dict[str, Any]:
    condition = {"includeWhen": f"${{x.y in {[*names]}}}".replace("'", '"')} if names else {}
    return {"id": identifier, **condition, "template": {"kind": "ExternalSecret", "spec": {"key": key}}}


@pytest.mark.parametrize(
    ("key", "rendered"),
    [
        ("org-${x.y}", "org-acme"),
        ('${{"acme": "a", "globex": "b"}[x.y]}', "a"),
        ('${{"globex": "b"}[x.y]}', '${{"globex": "b"}[x.y]}'),
        ("${{x}[x.y]}", "${{x}[x.y]}"),
        ("${metadata.name}", "${metadata.name}"),
        ("${x.y", "${x.y"),
        pytest.param(DEEP, DEEP, id="deep"),
    ],
)
def test_texts_of_a_namespace(key: str, rendered: str) -> None:
    entry = _entry("acme", "globex", key=key)
    entry["template"]["list"] = [1, key]
    template = {"kind": "ExternalSecret", "spec": {"key": rendered}, "list": [1, rendered]}
    assert render_entry(entry)["acme"].template == template
    assert render_entry(_entry()) == {}


def _list_environments(replacement: Replacement, item: Manifest) -> list[str]:
    binding = {"metadata": {"namespace": "acme"}, "spec": {"environment": "dev", "owner": {}, "releaseName": "r"}}
    snapshot = {
        "metadata": {"name": "r", "namespace": "acme"},
        "spec": {"componentType": {"spec": {"resources": [item]}}},
    }
    layout, copied = V1.snapshots[0], CopiedType("ClusterComponentType", "service", None)
    return [
        str(p.entries[0]["template"]["spec"]["key"])
        for p in replacement.find_outdated([binding], [snapshot], layout, copied)
    ]


def test_an_entry_without_namespaces_that_becomes_one_for_some() -> None:
    replacement = Replacement([_entry()], [_entry("acme")], {})
    assert replacement.namespaces is None
    assert _list_environments(replacement, _entry()) == ["pull"]


@pytest.mark.parametrize(
    ("item", "keys"),
    [
        (_entry("acme", key="old"), ["old"]),
        (_entry("acme", "globex", key="older"), ["older"]),
        (_entry("globex", key="old"), []),
        (_entry("acme", "initech", key="new"), []),
    ],
)
def test_what_a_copy_renders_for_its_namespace(item: Manifest, keys: list[str]) -> None:
    replacement = Replacement([_entry("acme", "globex", key="old")], [_entry("acme", "globex", key="new")], {})
    assert replacement.namespaces == frozenset({"acme", "globex"})
    assert _list_environments(replacement, item) == keys
