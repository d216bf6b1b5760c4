"""Kills, lost states, edits and changes in any order: the stack ends as configured, and nothing of others is touched.

Ownership check, comparison and orphans are the real ones. The model is Pulumi: it applies with force what is
new or changed since its state, deletes what the configuration no longer has, and records each step unless it is killed.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from hypothesis import HealthCheck, settings as hypothesis_settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from components.cluster.connection import Cluster
from components.cluster.drift import Drift, Inspector
from components.cluster.orphans import Deletion, delete_orphans, list_owned
from components.cluster.ownership import list_foreign_objects
from components.drift.planned import PlannedManifest
from components.manifests import FIELD_MANAGER_ANNOTATION, Manifest, build_field_manager, build_manifest, sign
from components.object_names import name_object
from components.openchoreo.v0_9 import V0_9
from components.plan.objects import PlannedObject
from components.plan.orphans import ObjectKey, find_orphans
from components.settings.clusters import ClusterSettings
from tests.mocks.api_server import ApiServer, path_of

STACK: Final = "organization/openchoreo-secrets/dev"
OURS: Final = build_field_manager(STACK)
ESO: Final = "external-secrets.io/v1"
ORGANIZATIONS: Final = ("acme", "globex")
INTERVALS: Final = ("5m0s", "1h0m0s")
USER: Final = "a test"

Key = tuple[str, str, str | None, str]
"""API, kind, namespace, name."""


def key_of(manifest: Manifest) -> Key:
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"]


def configured(organization: str, interval: str) -> list[Manifest]:
    """The objects of one organization, in the order of creation."""
    space, store = f"openchoreo-ci-{organization}", f"org-{organization}"
    objects = [
        build_manifest("v1", "Namespace", space),
        build_manifest("v1", "ServiceAccount", f"eso-{organization}", namespace="vault"),
        build_manifest(ESO, "ClusterSecretStore", store, spec={"conditions": [{"namespaces": [space]}]}),
        build_manifest(
            ESO,
            "ExternalSecret",
            "git",
            namespace=space,
            spec={"refreshInterval": interval, "secretStoreRef": {"name": store}},
        ),
    ]
    return [sign(each, STACK, **{FIELD_MANAGER_ANNOTATION: OURS}) for each in objects]


EVERY: Final = [each for name in ORGANIZATIONS for each in configured(name, INTERVALS[0])]
PLACES: Final = st.sampled_from(EVERY)


class Lives(RuleBasedStateMachine):
    """One stack, its state, and a cluster that others use too."""

    def __init__(self) -> None:
        super().__init__()
        self.server = ApiServer()
        self.cluster: Cluster = self.server("build plane", ClusterSettings(context="dev"))
        self.organizations: tuple[str, ...] = ORGANIZATIONS
        self.interval = INTERVALS[0]
        self.state: dict[Key, Manifest] = {}
        """What Pulumi has recorded, in the order of creation."""
        self.digests: dict[str, str] = {}
        """What LiveObjects has recorded."""
        self.foreign: dict[str, dict[str, Any]] = {}
        """Path -> object of others, whole."""

    @property
    def wanted(self) -> list[Manifest]:
        return [each for name in self.organizations for each in configured(name, self.interval)]

    def drifts(self) -> list[Drift]:
        """The objects that are not as configured."""
        planned = [PlannedManifest(USER, each) for each in self.wanted]
        return list(Inspector(self.cluster, STACK).find(planned, lambda _: False))

    def conflicts(self) -> list[str]:
        """Messages of the preflight check."""
        planned = [
            PlannedObject("build", api, kind, name, space, USER, "")
            for api, kind, space, name in map(key_of, self.wanted)
        ]
        return [str(problem) for problem in list_foreign_objects(self.cluster, planned, STACK)]

    def update(self, limit: int | None = None, recorded: int | None = None) -> None:
        """An update.

        Args:
            limit: number of writes before a kill. None: all.
            recorded: number of these writes that the state has. None: all.
        """
        taken = {path_of(each) for each in self.wanted} & self.foreign.keys()
        assert len(self.conflicts()) == len(taken)
        if taken:
            return
        steps = limit if limit is not None else 1000
        kept = recorded if recorded is not None else 1000
        objects = [PlannedManifest(USER, each) for each in self.wanted]
        inspector = Inspector(self.cluster, STACK)
        old = [each for each in objects if each.name in self.digests]
        for drift in list(inspector.find(old, lambda each: self.digests[each.name] != each.digest)):
            if steps == 0:
                return
            inspector.repair(drift, lambda _: False)
            steps -= 1
        if kept:
            planned = {each.name: each.digest for each in objects}
            live = {name_object(each) for each in self.server.objects.values()}
            leaving = {name: "-" for name in self.digests.keys() & live if name not in planned}
            self.digests = {**leaving, **planned}
        for manifest in self.wanted:
            if self.state.get(key_of(manifest)) == manifest:
                continue
            if steps == 0:
                return
            self.cluster.apply(path_of(manifest), manifest, field_manager=OURS)
            steps -= 1
            if kept:
                self.state[key_of(manifest)] = manifest
                kept -= 1
        left = {key_of(each) for each in self.wanted}
        self.remove([each for key, each in self.state.items() if key not in left], steps, kept)

    def remove(self, manifests: list[Manifest], steps: int, kept: int) -> None:
        """Delete in reverse order; a namespace stays on the cluster."""
        for manifest in reversed(manifests):
            if steps == 0:
                return
            path = path_of(manifest)
            if manifest["kind"] != "Namespace" and path in self.server.objects:
                self.cluster.delete(path, uid=self.server.objects[path]["metadata"]["uid"])
            steps -= 1
            if kept:
                del self.state[key_of(manifest)]
                kept -= 1

    @rule()
    def up(self) -> None:
        # A lost record knows nothing of an object that is still in the state: docs/drift.md.
        recorded = {*self.digests, *(name_object(each) for each in self.wanted if key_of(each) not in self.state)}
        self.update()
        if self.conflicts():
            return
        # A field that others add stays for one update if the configuration or the state changes too: docs/drift.md.
        assert {item.kind for drift in self.drifts() for item in drift.differences} <= {"extra"}
        assert not any(drift.is_missing for drift in self.drifts() if drift.planned.name in recorded)
        self.update()
        assert self.drifts() == []
        assert set(self.state) == {key_of(each) for each in self.wanted}

    @rule(limit=st.integers(0, 9), recorded=st.integers(0, 9))
    def killed_up(self, limit: int, recorded: int) -> None:
        self.update(limit, recorded)

    @rule()
    def lose_state(self) -> None:
        self.state, self.digests = {}, {}

    @rule(interval=st.sampled_from(INTERVALS))
    def change(self, interval: str) -> None:
        self.interval = interval

    @rule(organizations=st.sampled_from([(), ORGANIZATIONS[:1], ORGANIZATIONS[1:], ORGANIZATIONS]))
    def choose_organizations(self, organizations: tuple[str, ...]) -> None:
        self.organizations = organizations

    @rule(
        manifest=PLACES.filter(lambda each: each["kind"] != "Namespace"), how=st.sampled_from(["same", "other", "copy"])
    )
    def others_create(self, manifest: Manifest, how: str) -> None:
        """An object of others: with the name of one of ours, beside it, or a copy with all annotations."""
        live = copy.deepcopy(manifest)
        live["metadata"]["name"] += "" if how == "same" else f"-{how}"
        if how != "copy":
            live["metadata"]["annotations"] = {"team": "theirs"}
        path = path_of(live)
        if path not in self.server.objects and key_of(manifest) not in self.state:
            self.server.put(live, "kubectl")
            self.foreign[path] = copy.deepcopy(self.server.objects[path])

    @precondition(lambda self: self.foreign)
    @rule(data=st.data())
    def others_delete_theirs(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.foreign)))
        del self.server.objects[path], self.foreign[path]

    @rule(manifest=PLACES, field=st.sampled_from(["refreshInterval", "added"]))
    def others_edit_ours(self, manifest: Manifest, field: str) -> None:
        path = path_of(manifest)
        if path in self.server.objects and path not in self.foreign and "spec" in manifest:
            self.server.edit(path, lambda live: live["spec"].update({field: "edited"}))

    @rule(manifest=PLACES)
    def others_delete_ours(self, manifest: Manifest) -> None:
        path = path_of(manifest)
        if path not in self.foreign:
            self.server.objects.pop(path, None)

    @rule(limit=st.integers(0, 9), recorded=st.integers(0, 9))
    def killed_destroy(self, limit: int, recorded: int) -> None:
        self.remove(list(self.state.values()), limit, recorded)

    @rule()
    def destroy(self) -> None:
        """What the state has goes, except namespaces; the command deletes the rest."""
        self.remove(list(self.state.values()), 1000, 1000)
        self.digests = {}
        assert self.state == {}
        self.check_orphans()
        orphans = find_orphans(list_owned(self.cluster, STACK), frozenset())
        how = Deletion(V0_9, STACK, namespaces=True, stores=True, seconds=0, sleep=lambda _: None)
        assert all(left.item.copied for left in delete_orphans(self.cluster, orphans, how))
        assert self.server.objects == self.foreign

    @invariant()
    def foreign_objects_are_untouched(self) -> None:
        assert {path: self.server.objects[path] for path in self.foreign} == self.foreign

    @invariant()
    def check_orphans(self) -> None:
        """The command lists exactly the objects of the stack that the state lacks."""
        recorded = frozenset(ObjectKey(api, kind, space or "", name) for api, kind, space, name in self.state)
        orphans = find_orphans(list_owned(self.cluster, STACK), recorded)
        ours = {path for path in self.server.objects if path not in self.foreign}
        copies = {path for path in self.foreign if path.endswith("-copy")}
        assert {item.key.path for item in orphans if item.copied} == copies
        orphaned = {item.key.path for item in orphans if not item.copied}
        assert orphaned == ours - {path_of(each) for each in self.state.values()}


TestLives = Lives.TestCase
TestLives.settings = hypothesis_settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
