"""ESO's policies, encodings, objects and templates, on the operator itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store

GIT = "git-clone-secret"


def _git(**more: Any) -> dict[str, Any]:
    return {"remoteKey": "git", "property": "token", **more}


def _organization(name: str, **credentials: Any) -> dict[str, Any]:
    return {"name": name, "secretStore": "org", **credentials}


@pytest.fixture
def existing(cluster: Kubernetes, organization: str) -> Iterator[str]:
    """The organization's build namespace, as OpenChoreo creates it at the first build."""
    name = f"openchoreo-ci-{organization}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


def _value(cluster: Kubernetes, namespace: str, name: str = GIT, key: str = "clone-secret") -> str | None:
    found = cluster.secret(namespace, name)
    return None if found is None else found[1].get(key)


@pytest.mark.parametrize("policy", ["CreatedOnce", "OnChange"])
def test_a_changed_value_is_asked_for_as_the_policy_says(
    policy: str, stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    """A second Secret of the same value is refreshed all the time; once it has changed, the first had the chance."""
    cluster.put_secret(manager, "git", {"token": "before", "other": "another"})
    watch = {"name": "watch", "keys": {"token": _git()}, "refreshInterval": "1s"}
    policies = {"policies": {"refreshPolicy": policy}}
    user = _organization(organization, git=_git(**policies), external=[watch])
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[user])
    stack.up()
    namespace = f"openchoreo-ci-{organization}"
    cluster.put_secret(manager, "git", {"token": "after", "other": "another"})
    eventually(lambda: _value(cluster, namespace, "watch", "token") == "after", "the value that is watched")
    assert _value(cluster, namespace) == "before"

    changed = _organization(organization, git=_git(property="other", **policies), external=[watch])
    stack.configure(organizations=[changed])
    stack.up()

    assert _value(cluster, namespace) == {"CreatedOnce": "before", "OnChange": "another"}[policy]
    stack.unchanged()

    cluster.delete("v1", "Secret", GIT, namespace)
    eventually(lambda: _value(cluster, namespace) == "another", "the Secret that was deleted")


def test_an_interval_of_zero_is_ready_after_a_change(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "one", "other": "two"})
    user = _organization(organization, git=_git(refreshInterval="0s"))
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[user])
    stack.up()
    stack.configure(organizations=[_organization(organization, git=_git(refreshInterval="0s", property="other"))])
    stack.up()
    assert _value(cluster, f"openchoreo-ci-{organization}") == "one"


def test_an_orphan_outlives_the_stack(
    new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str, existing: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    user = _organization(
        organization,
        namespace="adopt",
        git=_git(policies={"creationPolicy": "Orphan"}),
        external=[{"name": "owned", "keys": {"token": _git()}}],
    )
    stack = new_stack()
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[user])
    stack.up()
    stack.unchanged()

    stack.destroy()

    eventually(lambda: cluster.secret(existing, "owned") is None, "the Secret that is owned to go")
    assert cluster.secret(existing, GIT) == ("Opaque", {"clone-secret": "value"})
    cluster.put_secret(manager, "git", {"token": "later"})
    stack.up()
    assert cluster.secret(existing, GIT) == ("Opaque", {"clone-secret": "later"})


def test_keys_are_merged_into_an_existing_secret(
    new_stack: Callable[[], Stack], cluster: Kubernetes, manager: str, organization: str, existing: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    merge = _git(secretKey="password", policies={"creationPolicy": "Merge"})
    stack = new_stack()
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[_organization(organization, namespace="adopt", git=merge)],
        readyTimeout="3s",
    )
    reason = "SecretMissing: secret will not be created due to CreationPolicy=Merge"
    assert reason in " ".join(stack.up_fails().split())

    theirs = {"username": base64.b64encode(b"bot").decode()}
    metadata = {"name": GIT, "namespace": existing}
    basic = "kubernetes.io/basic-auth"
    cluster.create({"apiVersion": "v1", "kind": "Secret", "type": basic, "metadata": metadata, "data": theirs})
    stack.configure(readyTimeout="30s")
    stack.up()

    both = (basic, {"username": "bot", "password": "value"})
    assert cluster.secret(existing, GIT) == both
    stack.unchanged()
    stack.destroy()
    assert cluster.secret(existing, GIT) == both


def test_a_secret_goes_with_its_values(stack: Stack, cluster: Kubernetes, organization: str) -> None:
    """On ESO's fake manager, since its `kubernetes` one calls a missing key an error under every policy."""
    stack.configure(
        secretStores={"org": {"fake": {"data": [{"key": "git", "manual": "value"}]}}},
        organizations=[
            _organization(organization, git=_git(refreshInterval="1s"), policies={"deletionPolicy": "Delete"})
        ],
        readyTimeout="5s",
    )
    stack.set_secret("manualSecrets.value", '{"token": "value"}')
    stack.up()
    namespace = f"openchoreo-ci-{organization}"
    assert _value(cluster, namespace) == "value"

    stack.set_secret("manualSecrets.value", "{}")
    stack.run("up", "--yes", "--skip-preview", "--suppress-progress")

    eventually(lambda: cluster.secret(namespace, GIT) is None, "the Secret to go")
    assert "SecretDeleted: secret deleted due to DeletionPolicy=Delete" in " ".join(stack.up_fails().split())


def test_encoded_values_whole_objects_and_templates(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    binary = bytes(range(256))
    cluster.put_secret(
        manager,
        "nexus",
        {
            "user": "bot",
            "password": "pä<ss>",
            "file": base64.b64encode(binary).decode(),
            "url": base64.urlsafe_b64encode(binary).decode(),
        },
    )
    nexus = {"remoteKey": "nexus"}
    services = [
        {
            "name": "binary",
            "keys": {
                "file": {**nexus, "property": "file", "decoding": "Base64"},
                "url": {**nexus, "property": "url", "decoding": "Base64URL"},
                "auto": {**nexus, "property": "file", "decoding": "Auto"},
                "none": {**nexus, "property": "file"},
            },
        },
        {
            "name": "object",
            "extract": [{**nexus, "prefix": "nexus_"}, nexus],
            "keys": {"user": {**nexus, "property": "url"}},
        },
        {
            "name": "settings",
            "extract": [{**nexus, "prefix": "n_"}],
            "template": {"settings.xml": "<p>{{ .n_password | html }}</p>", "password": "{{ .n_password }}"},
            "type": "kubernetes.io/basic-auth",
            "labels": {"team": "a"},
            "annotations": {"acme.example/user": "{{ .n_user }}"},
        },
        {
            "name": "beside",
            "keys": {"user": {**nexus, "property": "user"}},
            "template": {"greeting": "hello {{ .user }}"},
            "mergePolicy": "Merge",
        },
    ]
    user = _organization(organization, external=services)
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[user])

    stack.up()

    namespace = f"openchoreo-ci-{organization}"
    live = cluster.get("v1", "Secret", "binary", namespace)
    assert live is not None
    assert {key: base64.b64decode(value) for key, value in live["data"].items()} == {
        "file": binary,
        "url": binary,
        "auto": binary,
        "none": base64.b64encode(binary),
    }
    encoded = {"file": base64.b64encode(binary).decode(), "url": base64.urlsafe_b64encode(binary).decode()}
    whole = {"user": "bot", "password": "pä<ss>", **encoded}
    assert cluster.secret(namespace, "object") == (
        "Opaque",
        {**{f"nexus_{key}": value for key, value in whole.items()}, **whole, "user": encoded["url"]},
    )
    assert cluster.secret(namespace, "settings") == (
        "kubernetes.io/basic-auth",
        {"settings.xml": "<p>pä&lt;ss&gt;</p>", "password": "pä<ss>"},
    )
    settings = cluster.get("v1", "Secret", "settings", namespace)
    assert settings is not None
    assert settings["metadata"]["labels"]["team"] == "a"
    assert settings["metadata"]["annotations"]["acme.example/user"] == "bot"
    assert cluster.secret(namespace, "beside") == ("Opaque", {"user": "bot", "greeting": "hello bot"})
    stack.unchanged()


@pytest.mark.parametrize(
    ("template", "said"),
    [
        pytest.param("{{ .a", "unable to parse template at key b", id="not-a-template"),
        pytest.param("{{ .nosuch }}", "could not execute template", id="no-such-key"),
    ],
)
def test_a_broken_template_fails_the_update(
    template: str, said: str, stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    cluster.put_secret(manager, "git", {"token": "value"})
    service = {"name": "broken", "keys": {"a": _git()}, "template": {"b": template}}
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[_organization(organization, external=[service])],
        readyTimeout="3s",
    )
    output = " ".join(stack.up_fails().split())
    assert f'organization "{organization}", Secret openchoreo-ci-{organization}/broken' in output
    assert said in output
    assert "value" not in output.split("credentials are not ready")[1]
