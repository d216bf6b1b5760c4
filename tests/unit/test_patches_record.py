"""The record of a patch on the object: what it says, when it counts, and what two patches share."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.patches.model import Added, Change, Patch, Resource
from components.patches.patch import NOTHING, apply_patch, remove_patch
from components.patches.record import Identity, read, rename
from tests.unit.objects import component_type, name_change, plane, pods, pulling, resource_change, template

DEV = Identity("organization/openchoreo-secrets/dev", "acme")
PROD = Identity("organization/openchoreo-secrets/prod", "acme")
GLOBEX = replace(DEV, name="globex")
KEY = "openchoreo-secrets/added.91968d6123"
VAULT = Patch(secret_store_ref="vault")
STACK = DEV.stack
OURS = pulling("git", "git", stack=STACK)
UNMARKED = Patch((Resource("git", template("git")),))
PODS = ("spec", "template", "spec")


def live(target: Manifest, uid: str = "5f1c") -> Manifest:
    """The object as the API server has it."""
    return {**target, "metadata": {**target["metadata"], "uid": uid}}


TYPE = live(component_type("deployment", pods({"containers": []})))
PLANE = live(plane())


def annotated(target: Manifest, text: Any, identity: Identity = DEV) -> Manifest:
    """The object with another value of a record."""
    annotations = {**target["metadata"].get("annotations", {}), identity.annotation: text}
    return {**target, "metadata": {**target["metadata"], "annotations": annotations}}


def without_record(target: Manifest) -> Manifest:
    metadata = {key: value for key, value in target["metadata"].items() if key != "annotations"}
    return {**target, "metadata": metadata}


def test_stacks_and_organizations_have_different_annotations() -> None:
    keys = {identity.annotation for identity in (DEV, PROD, GLOBEX, Identity("a", "b"), Identity("a/b", ""))}
    assert len(keys) == 5
    assert all(len(key.partition("/")[2]) <= 63 for key in keys), "a limit of Kubernetes"
    assert DEV.annotation == KEY


def test_the_record_is_part_of_the_object() -> None:
    done = apply_patch(PLANE, VAULT, identity=DEV)

    text = (
        '{"added":{"kept":{"annotations":["metadata"],"secretStoreRef":["spec"]},"secretStoreRef":"vault"},'
        '"digest":"DIGEST","name":"acme","object":"DataPlane acme/default",'
        '"stack":"organization/openchoreo-secrets/dev","uid":"5f1c"}'
    )
    digest = json.loads(done.object["metadata"]["annotations"][KEY])["digest"]
    expected = live(plane(secretStoreRef={"name": "vault"}))
    expected["metadata"]["annotations"] = {KEY: text.replace("DIGEST", digest)}
    kept = {"secretStoreRef": ("spec",), "annotations": ("metadata",)}
    assert (done.object, done.added) == (expected, Added(secret_store_ref="vault", kept=kept))
    assert done.changes == (Change("secretStoreRef.name", "add", 'sets secretStoreRef.name to "vault"'),)
    again = apply_patch(done.object, VAULT, done.added, identity=DEV)
    assert (again.object, again.added, again.changes) == (done.object, done.added, ())
    assert remove_patch(done.object, done.added, identity=DEV) == PLANE


@pytest.mark.parametrize(
    ("original", "desired"),
    [
        pytest.param(PLANE, VAULT, id="store"),
        pytest.param(TYPE, Patch(image_pull_secrets=("pull",)), id="name"),
        pytest.param(TYPE, OURS, id="entry"),
        pytest.param(TYPE, Patch((Resource("git", template()),)), id="entry without the name of the stack"),
        pytest.param(live(plane(secretStoreRef=None)), VAULT, id="null"),
        pytest.param(live(plane(secretStoreRef={"name": ""})), VAULT, id="empty"),
        pytest.param(live(plane(secretStoreRef={"name": None, "kind": "x"})), VAULT, id="null beside a field"),
        pytest.param(annotated(PLANE, "theirs", PROD), VAULT, id="an annotation of others"),
        pytest.param({**PLANE, "metadata": {**PLANE["metadata"], "annotations": {}}}, VAULT, id="no annotations"),
        pytest.param({**PLANE, "metadata": {**PLANE["metadata"], "annotations": None}}, VAULT, id="null annotations"),
    ],
)
def test_the_state_is_not_needed(original: Manifest, desired: Patch) -> None:
    done = apply_patch(original, desired, identity=DEV)
    again = apply_patch(done.object, desired, identity=DEV)
    assert (again.object, again.added, again.changes) == (done.object, done.added, ())
    assert remove_patch(done.object, NOTHING, identity=DEV) == original
    assert Added.from_plain(json.loads(json.dumps(done.added.plain()))) == done.added


def test_the_order_of_keys_does_not_matter() -> None:
    resource = UNMARKED.resources[0]
    reversed_keys = Patch((Resource(resource.id, dict(reversed(resource.template.items()))),))
    assert apply_patch(TYPE, UNMARKED, identity=DEV).object == apply_patch(TYPE, reversed_keys, identity=DEV).object


def test_the_record_precedes_an_older_state() -> None:
    one = apply_patch(TYPE, Patch(image_pull_secrets=("one",)), identity=DEV)
    two = apply_patch(one.object, Patch(image_pull_secrets=("two",)), one.added, identity=DEV)
    by_hand = copy.deepcopy(two.object)
    by_hand["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"].append({"name": "one"})

    left = remove_patch(by_hand, one.added, identity=DEV)

    assert left == live(component_type("deployment", pods({"containers": [], "imagePullSecrets": [{"name": "one"}]})))


def test_what_others_removed_is_not_of_the_patch() -> None:
    done = apply_patch(PLANE, VAULT, identity=DEV)
    other = {**done.object, "spec": {**done.object["spec"], "secretStoreRef": {"name": "theirs"}}}
    assert remove_patch(other, done.added, identity=DEV) == live(plane(secretStoreRef={"name": "theirs"}))


def test_without_a_record_the_state_counts() -> None:
    done = apply_patch(PLANE, VAULT, identity=DEV)
    pruned = without_record(done.object)
    again = apply_patch(pruned, VAULT, done.added, identity=DEV)
    change = Change("identity", "update", f"writes what it added to the annotation {KEY}")
    assert (again.object, again.added, again.changes) == (done.object, done.added, (change,))
    assert remove_patch(pruned, done.added, identity=DEV) == PLANE
    assert remove_patch(pruned, NOTHING, identity=DEV) == pruned


def _edited(text: str) -> str:
    content = json.loads(text)
    content["added"]["secretStoreRef"] = "theirs"
    return json.dumps(content, separators=(",", ":"), sort_keys=True)


RECORD = apply_patch(PLANE, VAULT, identity=DEV).object["metadata"]["annotations"][KEY]
OTHER_RECORD = apply_patch(PLANE, VAULT, identity=PROD).object["metadata"]["annotations"][PROD.annotation]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="list"),
        pytest.param("{}", id="no fields"),
        pytest.param(1, id="number"),
        pytest.param("[" * 99_999, id="deep"),
        pytest.param(RECORD.replace('"kept":{', f'"kept":{{"a":{"[" * 900}{"]" * 900},'), id="a deep part"),
        pytest.param(RECORD.replace('"secretStoreRef":"vault"', '"secretStoreRef":7'), id="another type"),
        pytest.param(RECORD.replace('"kept":{', '"kept":[{').replace('},"secret', '}],"secret'), id="another shape"),
        pytest.param(RECORD.replace(",", ", "), id="other spaces"),
        pytest.param(_edited(RECORD), id="a name of others"),
        pytest.param(OTHER_RECORD, id="record of another stack"),
    ],
)
def test_garbage_is_ignored(text: str) -> None:
    done = apply_patch(PLANE, VAULT, identity=DEV)
    damaged = annotated(done.object, text)
    ignores = f"ignores the annotation {KEY}, which somebody has changed; "

    known = apply_patch(damaged, VAULT, done.added, identity=DEV)
    warning = Change("identity", "restore", f"{ignores}the state of the stack is used instead")
    assert (known.object, known.added, known.changes) == (done.object, done.added, (warning,))
    assert remove_patch(damaged, done.added, identity=DEV) == PLANE

    lost = apply_patch(damaged, VAULT, identity=DEV)
    kept = 'keeps the existing secretStoreRef.name "vault"; destroy keeps it'
    assert lost.changes == (
        Change("identity", "restore", f"{ignores}what it lists is kept"),
        Change("secretStoreRef.name", "keep", kept),
    )
    assert remove_patch(lost.object, lost.added, identity=DEV) == without_record(done.object)


def test_a_copy_is_of_whoever_copied_it() -> None:
    """An entry in it has the name of the stack, and is not of the patch either, whatever the next update finds."""
    done = apply_patch(TYPE, OURS, identity=DEV)
    copied = copy.deepcopy(live(done.object, "c0b1"))
    copied["metadata"]["name"] = "copy"

    first = apply_patch(copied, OURS, identity=DEV)
    second = apply_patch(first.object, OURS, identity=DEV)

    copied_from = f"ignores the annotation {KEY}, which was copied from ComponentType acme/service with another uid; "
    found = (
        resource_change("keep", 'keeps the existing resource "git" (ExternalSecret "git"); destroy keeps it', "git"),
        name_change(
            "keep", 'keeps the existing "git" in the imagePullSecrets of its deployment; destroy keeps it', "git"
        ),
    )
    assert first.changes == (Change("identity", "restore", f"{copied_from}what it lists is kept"), *found)
    assert (second.object, second.changes) == (first.object, found)
    assert remove_patch(second.object, second.added, identity=DEV) == without_record(copied)
    assert remove_patch(copied, NOTHING, identity=DEV) == without_record(copied)


def test_an_object_that_was_restored_from_a_backup_is_known_by_the_state() -> None:
    done = apply_patch(PLANE, VAULT, identity=DEV)
    restored = live(done.object, "c0b1")
    assert remove_patch(restored, done.added, identity=DEV) == live(PLANE, "c0b1")
    copied = f"ignores the annotation {KEY}, which was copied from DataPlane acme/default with another uid"
    assert read(restored, DEV, done.added).warnings == (f"{copied}; the state of the stack is used instead",)


def test_what_exists_is_adopted_without_a_record() -> None:
    existing = live(plane(secretStoreRef={"name": "vault"}))
    done = apply_patch(existing, VAULT, identity=DEV)
    assert done.object == existing
    assert [change.kind for change in done.changes] == ["keep"]


def test_annotations_must_be_a_mapping() -> None:
    broken = {**PLANE, "metadata": {**PLANE["metadata"], "annotations": "x"}}
    with pytest.raises(PatchError) as caught:
        apply_patch(broken, VAULT, identity=DEV)
    where = 'metadata.annotations is the text "x"'
    assert str(caught.value) == f"DataPlane acme/default: {where}; it must be a mapping to be patched"


@pytest.mark.parametrize("former", [PROD, GLOBEX], ids=["stack", "resource"])
def test_a_renamed_patch_keeps_its_record(former: Identity) -> None:
    done = apply_patch(PLANE, VAULT, identity=former)
    renamed = rename(done.object, former, DEV)
    assert renamed == apply_patch(PLANE, VAULT, identity=DEV).object
    assert apply_patch(renamed, VAULT, identity=DEV).changes == ()
    both = annotated(done.object, RECORD)
    assert rename(both, former, DEV) == renamed, "the record that exists is kept"


def test_garbage_of_a_renamed_patch_stays_garbage() -> None:
    assert rename(annotated(PLANE, "x", PROD), PROD, DEV) == annotated(PLANE, "x")


@pytest.mark.parametrize(
    ("target", "former", "identity"),
    [
        pytest.param(annotated(PLANE, RECORD), None, DEV, id="new"),
        pytest.param(annotated(PLANE, RECORD), DEV, None, id="without an identity"),
        pytest.param(annotated(PLANE, RECORD), DEV, DEV, id="the same"),
        pytest.param(annotated(PLANE, RECORD), PROD, DEV, id="no record"),
        pytest.param(PLANE, PROD, DEV, id="no annotations"),
    ],
)
def test_nothing_to_rename(target: Manifest, former: Identity | None, identity: Identity | None) -> None:
    assert rename(target, former, identity) == target
