"""Registries of every source in one docker config, byte by byte, and tokens that the operator creates.

No cloud is called: ESO's ``Fake`` generator replaces the generators of the clouds, with the same outputs.
"""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest

from components.manifests import Manifest
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.settings.parsing import parse
from tests.platform.harness import Kubernetes, Stack, eventually, kubernetes_store
from tests.platform.releases import Builds, on_each_control_plane, on_each_release
from tests.platform.workflows import RunWorkflow
from tests.unit.generator_samples import GENERATORS, made_for
from tests.unit.plans import credentials, generators
from tests.unit.registries import ACR, ACR_TOKEN, ARTIFACTS, ECR, ECR_HOST, ECR_TOKEN, GCR_FULL
from tests.unit.releases import in_words
from tests.unit.samples import Raw

GENERATOR_API = "generators.external-secrets.io/v1alpha1"
DOCKER_HUB = "https://index.docker.io/v1/"
EU = "europe-west3-docker.pkg.dev"
HOSTILE = 'a"b\\c\n{{ .x }} ${y} ünï 🔑\ttab'
KEY = json.dumps({"type": "service_account", "private_key": f"-----BEGIN-----\n{HOSTILE}\n"}, indent=2) + "\n"
"""As Google writes it to a file."""


def _login(username: str, password: str) -> Raw:
    auth = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"username": username, "password": password, "auth": auth}


HUB = {"auth": base64.b64encode(b"hub:pass").decode(), "email": "x@example"}
OTHERS: list[Raw] = [
    {"registry": "ghcr", "username": "robot$a", "password": {"remoteKey": "plain", "property": "password"}},
    {"registry": "dockerhub", "remoteKey": "hub", "property": "config"},
    {**ARTIFACTS, "serviceAccountKey": {"remoteKey": "google", "property": "key.json"}},
    {
        "server": "harbor.example:8443/acme",
        "username": {"remoteKey": "harbor", "property": "username"},
        "password": {"remoteKey": "harbor", "property": "password"},
    },
]
AUTHS: Raw = {
    "ghcr.io": _login("robot$a", HOSTILE),
    DOCKER_HUB: _login("hub", "pass"),
    EU: _login("_json_key", KEY.strip()),
    "harbor.example:8443/acme": _login("rób", HOSTILE),
}
"""What the others become."""
TOKENS: list[Raw] = [
    {**ECR, "ecr": ECR_TOKEN},
    {**ECR, "region": "us-east-1", "ecr": ECR_TOKEN},
    {**ACR, "acr": ACR_TOKEN},
    {"registry": "gcr", "location": "eu", "gcr": GCR_FULL},
]
OUTPUTS: dict[str, Raw] = {
    ECR_HOST: {"username": "AWS", "password": HOSTILE, "proxy_endpoint": f"https://{ECR_HOST}", "expires_at": "1"},
    ECR_HOST.replace("eu-central-1", "us-east-1"): {"username": "AWS", "password": "second", "expires_at": "2"},
    "acmeprod.azurecr.io": {"username": "00000000-0000-0000-0000-000000000000", "password": "third"},
    "eu.gcr.io": {"username": "oauth2accesstoken", "password": "fourth", "expiry": "-62135596800"},
}
"""What the clouds' generators put out, by registry."""


@pytest.mark.parametrize("registry", [each.values[0] for each in GENERATORS])
def test_the_server_adds_nothing(cluster: Kubernetes, registry: Raw) -> None:
    account, generator = (copy.deepcopy(each) for each in made_for(registry))
    for each in (account, generator):
        each["metadata"]["namespace"] = "default"
        kept = cluster.dry_run(each)
        assert kept.get("spec") == each.get("spec")
        assert kept["metadata"].get("annotations") == each["metadata"].get("annotations")


@pytest.fixture
def seeded(cluster: Kubernetes, manager: str) -> str:
    """The secret manager with what the others read."""
    cluster.put_secret(manager, "plain", {"password": HOSTILE})
    cluster.put_secret(manager, "hub", {"config": json.dumps({"auths": {DOCKER_HUB: HUB, "other.example": {}}})})
    cluster.put_secret(manager, "google", {"key.json": KEY})
    cluster.put_secret(manager, "harbor", {"username": "rób", "password": HOSTILE})
    return manager


def _user(name: str, registries: list[Raw], **keys: Any) -> Raw:
    return {"name": name, "secretStore": "org", "registries": registries, **keys}


@on_each_release
def test_every_source_in_one_config(
    stack: Stack, cluster: Kubernetes, seeded: str, organization: str, builds: Builds
) -> None:
    stack.configure(
        secretStores={"org": kubernetes_store(seeded)},
        organizations=[_user(organization, OTHERS, registryExtraKeys=["dockerconfig", "config.json"])],
    )

    stack.up()

    found = cluster.secret(builds.namespace(organization), "registry-push-secret")
    assert found is not None
    kind, data = found
    assert kind == "kubernetes.io/dockerconfigjson"
    assert sorted(data) == [".dockerconfigjson", "config.json", "dockerconfig"]
    assert [json.loads(each) for each in data.values()] == [{"auths": AUTHS}] * 3
    stack.unchanged()


def _swapped(manifest: Manifest) -> Manifest:
    """The same ExternalSecret, which reads from a ``Fake`` generator of the same name."""
    whole = copy.deepcopy(manifest)
    for each in whole["spec"]["dataFrom"]:
        each["sourceRef"]["generatorRef"]["kind"] = "Fake"
    return whole


def _stand_ins(cluster: Kubernetes, made: list[Manifest]) -> None:
    """A ``Fake`` generator in place of every generator of a cloud."""
    outputs = {host.replace(".", "-"): data for host, data in OUTPUTS.items()}
    for each in made:
        if each["apiVersion"] == GENERATOR_API:
            fake = {"kind": "Fake", "spec": {"data": outputs[each["metadata"]["name"]]}}
            cluster.create({**each, **fake})


def _auths(cluster: Kubernetes, namespace: str, name: str) -> Any:
    def arrived() -> Any:
        found = cluster.secret(namespace, name)
        return json.loads(found[1][".dockerconfigjson"])["auths"] if found else None

    return eventually(arrived, f"{namespace}/{name} to be synced")


EVERY = {**AUTHS, **{host: _login(data["username"], data["password"]) for host, data in OUTPUTS.items()}}


def test_tokens_beside_every_other_source(stack: Stack, cluster: Kubernetes, seeded: str, organization: str) -> None:
    """Four generators have outputs with the same names, and every output is used for its own registry."""
    stores = {"org": kubernetes_store(seeded)}
    stack.configure(secretStores=stores, organizations=[_user(organization, OTHERS)])
    stack.up()
    mixed = [TOKENS[0], *OTHERS[:2], *TOKENS[1:3], *OTHERS[2:], TOKENS[3]]
    raw = {
        "clusters": {"buildPlane": stack.here},
        "secretStores": stores,
        "organizations": [_user(organization, mixed, registrySecretName="mixed")],
    }
    user = parse(raw, source="test").organizations[0]
    namespace = f"openchoreo-ci-{organization}"
    found = credentials(user, Target(organization, namespace, f"org-{organization}", "1h0m0s"))
    assert isinstance(found[0].content, SecretTemplate)
    manifest = build_external_secret(found[0].target, found[0].content)
    assert cluster.dry_run(manifest)["spec"] == manifest["spec"]
    _stand_ins(cluster, generators(found))

    cluster.create(_swapped(manifest))

    assert _auths(cluster, namespace, "mixed") == EVERY


@on_each_control_plane
def test_tokens_with_each_run(
    stack: Stack, cluster: Kubernetes, seeded: str, organization: str, workflow: RunWorkflow, builds: Builds
) -> None:
    """Generators exist before a run, whose ExternalSecret refers to them."""
    user = _user(organization, [*TOKENS, *OTHERS], **workflow.settings)
    stores = {"org": kubernetes_store(seeded)}
    stack.configure(clusters=stack.every_plane, secretStores=stores, organizations=[user])
    stack.up()
    stack.unchanged()

    namespace = builds.namespace(organization)
    raw = {"clusters": stack.every_plane, "secretStores": stores, "organizations": [user]}
    settings = parse(in_words(raw, builds.release), source="test").organizations[0]
    made = generators(credentials(settings, Target(organization, namespace, "", "1h0m0s"), builds.release))
    assert len(made) == 2 * len(TOKENS)
    for each in made:
        live = cluster.get(each["apiVersion"], each["kind"], each["metadata"]["name"], namespace)
        assert live is not None
        assert live.get("spec") == each.get("spec")
        assert live["metadata"].get("annotations", {}).items() >= each["metadata"].get("annotations", {}).items()

    assert cluster.names("external-secrets.io/v1", "ExternalSecret", namespace) == set()
    _stand_ins(cluster, made)
    cluster.create(_swapped(workflow.render("registry-push-secret")))

    assert _auths(cluster, namespace, "run-1-registry-push-secret") == EVERY


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(base64.b64encode(KEY.encode()).decode(), id="in-base64"),
        pytest.param(json.dumps({"auths": {EU: {"auth": "eDp5"}}}), id="a-docker-config"),
        pytest.param(json.dumps({"type": "authorized_user"}), id="of-a-person"),
        pytest.param('["canary"]', id="a-list"),
        pytest.param("canary", id="no-json"),
    ],
)
def test_an_invalid_key_of_google_is_no_password(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, value: str
) -> None:
    cluster.put_secret(manager, "google", {"key.json": value})
    stack.configure(
        secretStores={"org": kubernetes_store(manager)},
        organizations=[_user(organization, [OTHERS[2]])],
        readyTimeout="3s",
    )

    message = " ".join(stack.up_fails().split())

    assert "google (key.json) is not the JSON key of a Google service account" in message
    assert "canary" not in message
    assert cluster.secret(f"openchoreo-ci-{organization}", "registry-push-secret") is None


def test_a_preview_shows_what_signs_in(stack: Stack, organization: str) -> None:
    stack.configure(organizations=[{"name": organization, "registries": TOKENS}])

    preview = stack.ok("preview", "--suppress-progress")

    for kind, count in (("ECRAuthorizationToken", 2), ("ACRAccessToken", 1), ("GCRAccessToken", 1)):
        assert preview.count(f"{GENERATOR_API}:{kind} ") == count
    assert preview.count("kubernetes:core/v1:ServiceAccount ") == len(TOKENS)
