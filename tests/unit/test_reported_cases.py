"""Each case that users have reported, with what must come of it; `test_reported_values` delivers the values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
import trustme
import yaml

from components.cluster.connection import Cluster
from components.errors import ClusterError
from components.manifests import Manifest
from components.openchoreo.v0_9 import V0_9
from components.patches.patch import apply_patch
from components.plan.stack import plan_stack
from components.settings.clusters import ClusterSettings
from components.settings.parsing import parse
from components.settings.warnings import list_warnings
from tests.proxies import Proxy
from tests.unit.built import manifests
from tests.unit.https_server import RecordingServer, serve
from tests.unit.kubeconfigs import PATH, WHERE
from tests.unit.reported import FOLDER, read_case
from tests.unit.samples import AT_ACME, SOURCE, message, on_every_plane, rejection, settings

Read = Callable[[], None]


def _built(case: str) -> dict[str, Manifest]:
    """``<kind> <name>`` -> each object of a configuration."""
    built = manifests(parse(read_case(case), source=SOURCE))
    return {f"{manifest['kind']} {manifest['metadata']['name']}": manifest for manifest in built}


def _references(manifest: Manifest) -> dict[str, dict[str, str]]:
    return {entry["secretKey"]: entry["remoteRef"] for entry in manifest["spec"]["data"]}


def _acr_token_life() -> None:
    """Half of the shortest lifetime that was seen."""
    assert _built("acr-token-life")["ExternalSecret registry-push-secret"]["spec"]["refreshInterval"] == "30m0s"


def _docker_config_base64() -> None:
    (ref,) = _references(_built("docker-config-base64")["ExternalSecret registry-push-secret"]).values()
    assert (ref["key"], ref["decodingStrategy"]) == ("acme-docker", "Base64")


def _docker_config_without_auth() -> None:
    template = _built("docker-config-without-auth")["ExternalSecret registry-push-secret"]["spec"]["target"]["template"]
    assert '"auth" (printf "%s:%s" $user $password | b64enc)' in template["data"][".dockerconfigjson"]


def _extract_quotes() -> None:
    (warning,) = list_warnings(parse(read_case("extract-quotes"), source=SOURCE))
    assert warning == (
        f"{AT_ACME}.external[0].extract[0].property: the values arrive with quotation marks around them, because ESO "
        "reads an object in a field of a Kubernetes Secret in that way; name each value in keys, or leave property out "
        "and give each value a field of its own"
    )


def _ghcr_by_github_app() -> None:
    assert rejection(read_case("ghcr-by-github-app")) == message(
        f"{AT_ACME}.registries[0].githubApp: is for git only: the registry of GitHub accepts the login of an app and "
        "then refuses to push and pull; use username and password, with a personal access token (classic) in the "
        "secret manager"
    )


def _git_host_as_url() -> None:
    case = read_case("git-host-as-url")
    git = case["organizations"][0]["git"]
    for host, right in (
        (git["host"], "gitlab.example.com"),
        ("example.com/gitlab", "example.com"),
        ("GitLab.example.com", "gitlab.example.com"),
    ):
        git["host"] = host
        assert rejection(case) == message(f'{AT_ACME}.git.host: "{host}" is not a host alone; use {right}')


def _store_retry_settings() -> None:
    spec = _built("store-retry-settings")["ClusterSecretStore s-acme"]["spec"]
    assert spec["retrySettings"] == {"maxRetries": 5, "retryInterval": "10s"}


def _two_git_hosts() -> None:
    built = _built("two-git-hosts")
    hosts = {
        name: built[f"ExternalSecret {name}"]["spec"]["target"]["template"]["metadata"]["annotations"]
        for name in ("git-clone-secret", "git-gitlab")
    }
    assert hosts == {
        "git-clone-secret": {"openchoreo-secrets/git-host": "github.com"},
        "git-gitlab": {"openchoreo-secrets/git-host": "gitlab.com"},
    }


def _two_managers_one_organization() -> None:
    built = _built("two-managers-one-organization")
    stores = {name: built[f"ExternalSecret {name}"]["spec"]["secretStoreRef"]["name"] for name in _SECRETS}
    assert stores == _SECRETS
    assert {
        store: built[f"ClusterSecretStore {store}"]["spec"]["provider"]["aws"]["service"] for store in stores.values()
    } == {"secrets-acme": "SecretsManager", "params-acme": "ParameterStore"}


_SECRETS: Final = {"git-clone-secret": "secrets-acme", "sonar": "params-acme"}


def _value_with_newline() -> None:
    built = _built("value-with-newline")
    texts = [
        text
        for name in ("git-clone-secret", "registry-push-secret")
        for key, text in built[f"ExternalSecret {name}"]["spec"]["target"]["template"]["data"].items()
        if key != "username"
    ]
    assert [text.count("trim .") for text in texts] == [1, 1, 2]


def _componenttype_proxy_with_pods() -> None:
    live = read_case("componenttype-proxy-with-pods")
    pull = {
        "componentTypes": ["ai-agent"],
        "dockerConfig": {"remoteKey": "c"},
        "pods": [{"componentType": "ai-agent", "resource": "sandbox-template", "path": "spec.podTemplate.spec"}],
    }
    plan = plan_stack(settings(on_every_plane(pullSecret=pull)), V0_9)
    (patch,) = plan.organizations[0].patches
    patched = apply_patch(live, patch.patch, release=V0_9).object
    sandbox, secret = patched["spec"]["resources"]
    pods = sandbox["template"]["spec"]["podTemplate"]["spec"]
    assert pods["imagePullSecrets"] == [{"name": secret["template"]["metadata"]["name"]}]
    assert pods["containers"] == live["spec"]["resources"][0]["template"]["spec"]["podTemplate"]["spec"]["containers"]


CONFIGURATIONS: Final[Mapping[str, Read]] = {
    "acr-token-life": _acr_token_life,
    "componenttype-proxy-with-pods": _componenttype_proxy_with_pods,
    "docker-config-base64": _docker_config_base64,
    "docker-config-without-auth": _docker_config_without_auth,
    "extract-quotes": _extract_quotes,
    "ghcr-by-github-app": _ghcr_by_github_app,
    "git-host-as-url": _git_host_as_url,
    "store-retry-settings": _store_retry_settings,
    "two-git-hosts": _two_git_hosts,
    "two-managers-one-organization": _two_managers_one_organization,
    "value-with-newline": _value_with_newline,
}
TOKEN: Final = ("Authorization", "Bearer t")
KUBECONFIGS: Final[Mapping[str, list[tuple[str, str]] | str]] = {
    "kubeconfig-impersonation": [
        ("Impersonate-User", "platform-admin"),
        ("Impersonate-Group", "platform-admins"),
        TOKEN,
    ],
    "kubeconfig-login-plugin-fails": (
        'users["u"].user.exec: /bin/sh failed with exit code 255: the SSO session has expired; sign in again'
    ),
    "kubeconfig-socks-proxy": [TOKEN],
    "kubeconfig-without-current-context": [TOKEN],
}
"""Name -> headers of the sign-in, or the error."""


def test_every_case_is_tested() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the reported cases are not beside this checkout")
    assert sorted([*CONFIGURATIONS, *KUBECONFIGS]) == sorted(file.stem for file in FOLDER.iterdir())


@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_configuration(case: str) -> None:
    CONFIGURATIONS[case]()


class Machine:
    """A kubeconfig of a case, whose server is one of this machine."""

    def __init__(self, case: str, server: RecordingServer, proxy: Proxy, folder: Path) -> None:
        self.content = read_case(case)
        cluster = self.content["clusters"][0]["cluster"]
        cluster["server"] = server.cluster()["server"]
        if "proxy-url" in cluster:
            cluster["proxy-url"] = f"socks5://localhost:{proxy.port}"
        self.file = folder / "config"

    def get(self, kubeconfig: str | None) -> str:
        """Read a namespace; the error, or an empty text."""
        self.file.write_text(yaml.safe_dump(self.content))
        try:
            Cluster("build plane", ClusterSettings(context="prod-build", kubeconfig=kubeconfig)).get(PATH)
        except ClusterError as error:
            return str(error)
        return ""


@pytest.mark.parametrize("case", KUBECONFIGS)
def test_kubeconfig(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = KUBECONFIGS[case]
    with serve(trustme.CA(), "127.0.0.1") as server:
        proxy = Proxy(server.port)
        machine = Machine(case, server, proxy, tmp_path)
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join([str(tmp_path / "config"), str(tmp_path / "last")]))
        (tmp_path / "last").write_text('current-context: ""\n')
        errors = [machine.get(str(machine.file)), machine.get(None)]
        if "current-context" not in machine.content:
            machine.content["current-context"] = ""
            errors += [machine.get(str(machine.file)), machine.get(None)]
        proxied = len(proxy.requests)
        proxy.close()
    refused = isinstance(wanted, str)
    assert errors == [f"{WHERE}: {wanted}" if refused else ""] * len(errors)
    assert [request.headers for request in server.requests] == ([] if refused else [wanted] * len(errors))
    assert bool(proxied) == ("proxy-url" in machine.content["clusters"][0]["cluster"])
