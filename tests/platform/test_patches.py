"""ComponentTypes that belong to others: patched, shared, put back, drifted and repaired."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

import pytest

from tests.platform.harness import Kubernetes, Stack
from tests.platform.openchoreo import (
    SERVICE,
    ControlPlane,
    Object,
    component_type,
    configure,
    needs_samples,
    pulling,
    remove_record,
    shipped,
)

NAME = "${metadata.name}-registry-pull-secret"
ENTRY = "registry-pull-secret"


def external_secret(stack: Stack, organization: str, name: str = NAME, interval: str = "1h0m0s") -> Object:
    """The entry that the patch adds to a ComponentType."""
    mine = f"organization/openchoreo-secrets/{stack.name}"
    owner = {"openchoreo.dev/organization": organization}
    annotations = {"openchoreo-secrets/stack": mine}
    return {
        "id": ENTRY,
        "targetPlane": "dataplane",
        "template": {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {
                "name": name,
                "namespace": "${metadata.namespace}",
                "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets", **owner},
                "annotations": annotations,
            },
            "spec": {
                "refreshInterval": interval,
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": "${dataplane.secretStore}"},
                "target": {
                    "creationPolicy": "Owner",
                    "deletionPolicy": "Retain",
                    "template": {
                        "engineVersion": "v2",
                        "mergePolicy": "Replace",
                        "type": "kubernetes.io/dockerconfigjson",
                        "metadata": {"labels": {**owner, "openchoreo-secrets/credential": "registry-pull"}},
                    },
                },
                "data": [
                    {
                        "secretKey": ".dockerconfigjson",
                        "remoteRef": {
                            "key": "registry-credentials",
                            "conversionStrategy": "Default",
                            "decodingStrategy": "None",
                            "metadataPolicy": "None",
                        },
                    }
                ],
            },
        },
    }


def patched(original: Object, entry: Object, name: str = NAME) -> Object:
    """A ComponentType with a pull secret, and nothing else changed."""
    wanted = copy.deepcopy(original)
    wanted["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": name}]
    wanted["spec"]["resources"].append(entry)
    return wanted


@needs_samples
def test_the_shipped_type_gains_exactly_our_entries_and_loses_exactly_them(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    original = control_plane.create(shipped(SERVICE, organization))
    configure(stack, pulling(organization, "service"))

    said = stack.ok("preview")

    where = f"ComponentType {organization}/service"
    assert f'{where}: adds the resource "{ENTRY}" (ExternalSecret "{NAME}")' in said
    assert f'{where}: adds "{NAME}" to the imagePullSecrets of its deployment' in said
    assert control_plane.get("ComponentType", "service") == original

    stack.up()

    live = control_plane.get("ComponentType", "service")
    assert remove_record(live, stack, organization) == patched(original, external_secret(stack, organization))
    stack.unchanged(update=True)
    assert stack.output()["organizations"]["__names"][organization]["pullSecret"] == {
        "secretName": NAME,
        "componentTypes": ["service"],
    }

    control_plane.patch("ComponentType", "service", {"metadata": {"labels": {"team": "platform"}}})
    control_plane.patch("ComponentType", "service", {"spec": {"allowedWorkflows": ["docker"]}})
    stack.unchanged(update=True)
    stack.destroy()

    expected = copy.deepcopy(original)
    expected["metadata"]["labels"]["team"] = "platform"
    expected["spec"]["allowedWorkflows"] = ["docker"]
    assert control_plane.get("ComponentType", "service") == expected


def test_entries_added_by_hand_are_adopted_and_left(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    by_hand = component_type("service", organization)
    by_hand["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": ENTRY}]
    by_hand["spec"]["resources"].append(
        {
            "id": ENTRY,
            "template": {
                "apiVersion": "external-secrets.io/v1",
                "kind": "ExternalSecret",
                "metadata": {"name": ENTRY, "namespace": "${metadata.namespace}"},
                "spec": {
                    "refreshInterval": "15s",
                    "secretStoreRef": {"kind": "ClusterSecretStore", "name": "${dataplane.secretStore}"},
                    "target": {"name": ENTRY, "template": {"type": "kubernetes.io/dockerconfigjson"}},
                    "data": [{"secretKey": ".dockerconfigjson", "remoteRef": {"key": "registry-credentials"}}],
                },
            },
        }
    )
    original = control_plane.create(by_hand)
    version = control_plane.version("ComponentType", "service")
    configure(stack, pulling(organization, "service", secretName=ENTRY))

    said = stack.preview_fails()

    assert f'the resource "{ENTRY}" exists and differs in template.spec.refreshInterval' in said

    configure(stack, pulling(organization, "service", secretName=ENTRY, refreshInterval="15s"))
    stack.up()
    stack.unchanged(update=True)
    stack.destroy()

    assert control_plane.get("ComponentType", "service") == original
    assert control_plane.version("ComponentType", "service") == version


def test_a_type_that_a_chart_recreates_is_seen_and_repaired(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    original = control_plane.create(component_type("service", organization))
    configure(stack, pulling(organization, "service"))
    stack.up()

    control_plane.delete("ComponentType", "service")
    gone = stack.preview_fails()
    control_plane.create(component_type("service", organization))
    said = stack.ok("preview")

    assert f"there is no ComponentType service in the namespace {organization}; there are: none" in gone
    assert re.search(r"~ +openchoreo:index:ComponentTypePatch +\S+/service +update", said)
    assert f'ComponentType {organization}/service: adds the resource "{ENTRY}"' in said
    stack.up()
    wanted = patched(original, external_secret(stack, organization))
    assert remove_record(control_plane.get("ComponentType", "service"), stack, organization) == wanted
    stack.unchanged(update=True)


def test_a_changed_entry_is_shown_put_back_and_never_thrown_away(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    original = control_plane.create(component_type("service", organization))
    configure(stack, pulling(organization, "service"))
    stack.up()
    wanted = control_plane.get("ComponentType", "service")
    edited = copy.deepcopy(wanted)["spec"]["resources"]
    edited[1]["template"]["spec"]["refreshInterval"] = "15s"
    control_plane.patch("ComponentType", "service", {"spec": {"resources": edited}})

    refused = stack.run("destroy", "--yes", "--skip-preview", "--suppress-progress")

    assert refused.returncode != 0
    assert f'the resource "{ENTRY}" was changed after it was added' in refused.stdout
    assert control_plane.get("ComponentType", "service")["spec"]["resources"] == edited
    said = stack.up()
    assert f'restores the resource "{ENTRY}"' in said
    assert "someone else changed template.spec.refreshInterval" in said
    assert control_plane.get("ComponentType", "service") == wanted
    stack.destroy()
    assert control_plane.get("ComponentType", "service") == original


@pytest.mark.parametrize("first_out", [0, 1])
def test_two_stacks_share_a_type_and_leave_in_either_order(
    first_out: int, new_stack: Callable[[], Stack], control_plane: ControlPlane, organization: str, cluster: Kubernetes
) -> None:
    original = control_plane.create(component_type("service", organization))
    stacks = [new_stack(), new_stack()]
    for number, stack in enumerate(stacks):
        pull = {"secretName": f"pull-{number}", "resourceId": f"pull-{number}"}
        # Each stack has its own build namespace: the second adopts that of the first.
        kept = {"namespace": "own" if number == 0 else "adopt"}
        configure(stack, {**pulling(organization, "service", **pull), **kept})
        stack.up()
    assert control_plane.pull_secrets("service") == [{"name": "pull-0"}, {"name": "pull-1"}]
    assert [each["id"] for each in control_plane.entries("service")] == ["deployment", "pull-0", "pull-1"]

    stacks[first_out].destroy()
    left = f"pull-{1 - first_out}"
    assert control_plane.pull_secrets("service") == [{"name": left}]
    assert [each["id"] for each in control_plane.entries("service")] == ["deployment", left]
    stacks[1 - first_out].destroy()

    assert control_plane.get("ComponentType", "service") == original


def test_unsuitable_types_are_reported_before_anything_is_created(
    stack: Stack, control_plane: ControlPlane, organization: str, cluster: Kubernetes
) -> None:
    control_plane.create(component_type("service", organization))
    configure(stack, pulling(organization, "servcie", "worker"))
    said = stack.up_fails()
    for name in ("servcie", "worker"):
        there = f"there is no ComponentType {name} in the namespace {organization}; there are: service"
        assert f'organization "{organization}": {there}' in said
    assert "nothing was changed" in said
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is None

    proxy = component_type("proxy", organization, workloadType="proxy")
    proxy["spec"]["resources"][0]["id"] = "proxy"
    control_plane.create(proxy)
    configure(stack, pulling(organization, "proxy"))
    assert f"ComponentType {organization}/proxy: a proxy has no pods" in stack.preview_fails()

    computed = component_type("computed", organization)
    pods = computed["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]
    pods["imagePullSecrets"] = "${parameters.pullSecrets}"
    control_plane.create(computed)
    configure(stack, pulling(organization, "computed"))
    assert 'spec.template.spec.imagePullSecrets is the expression "${parameters.pullSecrets}"' in stack.preview_fails()
