"""What two patches add to one object stays until the last of them leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.patches.model import Patch, Resource
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity
from tests.unit.objects import component_type, plane, pods, template

DEV = Identity("organization/openchoreo-secrets/dev", "acme")
PROD = Identity("organization/openchoreo-secrets/prod", "acme")
GLOBEX = replace(DEV, name="globex")
VAULT = Patch(secret_store_ref="vault")


def live(target: Manifest) -> Manifest:
    """The object as the API server has it."""
    return {**target, "metadata": {**target["metadata"], "uid": "5f1c"}}


TYPE = live(component_type("deployment", pods({"containers": []})))
PLANE = live(plane())
UNMARKED = Patch((Resource("git", template("git")),))
SHARED = "shares the existing {} with another patch; the last destroy removes it"


@pytest.mark.parametrize("other", [PROD, GLOBEX], ids=["stack", "organization"])
@pytest.mark.parametrize("first_out", [0, 1])
@pytest.mark.parametrize(
    ("original", "desired", "text"),
    [
        pytest.param(PLANE, VAULT, 'secretStoreRef.name "vault"', id="store"),
        pytest.param(
            TYPE, Patch(image_pull_secrets=("git",)), '"git" in the imagePullSecrets of its deployment', id="name"
        ),
        pytest.param(TYPE, UNMARKED, 'resource "git" (ExternalSecret "git")', id="entry"),
        pytest.param(
            live({"kind": "ComponentWorkflow", "metadata": {"name": "docker"}, "spec": {"resources": []}}),
            UNMARKED,
            'resource "git" (ExternalSecret "git")',
            id="entry of an empty list",
        ),
    ],
)
def test_what_two_patches_want_stays_until_both_are_gone(
    original: Manifest, desired: Patch, text: str, first_out: int, other: Identity
) -> None:
    one = apply_patch(original, desired, identity=DEV)
    two = apply_patch(one.object, desired, identity=other)
    texts = [SHARED.format(text), f"writes what it added to the annotation {other.annotation}"]
    assert (two.object["spec"], [change.text for change in two.changes]) == (one.object["spec"], texts)
    again = apply_patch(two.object, desired, two.added, identity=other)
    assert (again.object, again.changes) == (two.object, ())

    leaving = [(DEV, one.added), (other, two.added)]
    (first, first_added), (last, last_added) = leaving if first_out == 0 else leaving[::-1]
    dropped = apply_patch(two.object, Patch(), first_added, identity=first)
    assert (dropped.object["spec"], dropped.added.is_empty) == (one.object["spec"], True)
    half = remove_patch(two.object, first_added, identity=first)
    assert half["spec"] == one.object["spec"]
    assert remove_patch(half, last_added, identity=last) == original


def test_a_shared_entry_can_be_replaced_and_is_then_of_one_patch() -> None:
    one = apply_patch(TYPE, UNMARKED, identity=DEV)
    both = apply_patch(one.object, UNMARKED, identity=PROD)
    changed = Patch((Resource("git", template("git", refreshInterval="5m0s")),))
    done = apply_patch(both.object, changed, one.added, identity=DEV)
    assert [change.kind for change in done.changes] == ["update"]

    with pytest.raises(PatchError) as caught:
        apply_patch(done.object, UNMARKED, both.added, identity=PROD)
    assert str(caught.value) == (
        'ComponentType acme/service: the resource "git" exists and differs in template.spec.refreshInterval. '
        "Make both equal to adopt it, remove it, or use another id"
    )
    left = remove_patch(done.object, both.added, identity=PROD)
    assert remove_patch(left, done.added, identity=DEV) == TYPE
