"""Values stay where they belong: a canary is planted and looked for everywhere."""

from __future__ import annotations

import base64
import json
import secrets

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.releases import Builds, on_each_release
from tests.unit.keys import write_pem


@on_each_release
def test_manual_secrets_arrive_and_show_nowhere(
    stack: Stack, cluster: Kubernetes, organization: str, builds: Builds
) -> None:
    token, first, second, key = (f"canary-{secrets.token_hex(16)}" for _ in range(4))
    for name, value in {"token": token, "first": first, "second": second, "key": key}.items():
        stack.set_secret(f"manualSecrets.{name}", value)
    stack.configure(
        organizations=[
            {
                "name": organization,
                "git": {"manual": "token"},
                "registries": [
                    {"server": "quay.io", "manual": {"username": "robot", "password": "first"}},
                    {"server": "ghcr.io", "manual": {"username": "builder", "password": "second"}},
                ],
                "external": [{"name": "scanner", "keys": {"api-key": {"manual": "key"}}}],
            }
        ],
    )

    stack.ok("preview", "--diff")
    stack.up()
    stack.unchanged()
    stack.output()

    namespace = builds.namespace(organization)
    assert cluster.secret(namespace, builds.git) == builds.token(token)
    assert cluster.secret(namespace, "scanner") == ("Opaque", {"api-key": key})
    push = cluster.secret(namespace, "registry-push-secret")
    assert push is not None
    assert push[0] == "kubernetes.io/dockerconfigjson"
    assert json.loads(push[1][".dockerconfigjson"]) == {
        "auths": {
            server: {
                "username": user,
                "password": password,
                "auth": base64.b64encode(f"{user}:{password}".encode()).decode(),
            }
            for server, user, password in (("quay.io", "robot", first), ("ghcr.io", "builder", second))
        }
    }
    assert_nowhere(stack, token, first, second, key)

    rotated = f"canary-{secrets.token_hex(16)}"
    stack.set_secret("manualSecrets.token", rotated)
    stack.ok("preview", "--diff")
    stack.up()
    assert cluster.secret(namespace, builds.git) == builds.token(rotated)
    assert_nowhere(stack, token, rotated)


def test_passwords_and_private_keys_show_nowhere(stack: Stack, cluster: Kubernetes, organization: str) -> None:
    password = f"canary-{secrets.token_hex(16)}"
    private_key = write_pem("OPENSSH PRIVATE KEY", secrets.token_bytes(200))
    stack.set_secret("manualSecrets.password", password)
    stack.set_secret("manualSecrets.key", private_key)
    trusted = "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9LsUxNkMhg1rtHbHG0eY6zW2w0pNxh3pP0PFS5c2gb"
    by_name = {"host": "gitlab.com", "basicAuth": {"password": {"manual": "password"}}}
    by_key = {"host": "git.example", "ssh": {"privateKey": {"manual": "key"}, "knownHosts": trusted}}
    users = {f"{organization}-a": by_name, f"{organization}-b": by_key}
    stack.configure(organizations=[{"name": name, "git": git} for name, git in users.items()])

    stack.ok("preview", "--diff")
    stack.up()
    stack.unchanged()
    stack.ok("refresh", "--yes", "--skip-preview")

    first, second = (cluster.secret(f"openchoreo-ci-{name}", "git-clone-secret") for name in users)
    user = {"username": "oauth2", "password": password, "clone-secret": password}
    assert first == ("kubernetes.io/basic-auth", user)
    key = {"ssh-privatekey": f"{private_key}\n", "known_hosts": f"{trusted}\n"}
    assert second == ("kubernetes.io/ssh-auth", key)
    assert_nowhere(stack, password, *private_key.splitlines()[1:-1])


def test_a_value_of_the_manager_never_reaches_pulumi(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str
) -> None:
    canary = f"canary-{secrets.token_hex(16)}"
    cluster.put_secret(manager, "git", {"token": canary, "docker": f"not JSON: {canary}"})
    good = {
        "name": organization,
        "secretStore": "org",
        "git": {"remoteKey": "git", "property": "token"},
    }
    stack.configure(secretStores={"org": kubernetes_store(manager)}, organizations=[good])
    stack.ok("preview", "--diff")
    stack.up()
    stack.ok("refresh", "--yes", "--skip-preview")
    stack.output()
    broken = {"server": "ghcr.io", "remoteKey": "git", "property": "docker"}
    stack.configure(organizations=[good | {"registries": [broken]}], readyTimeout="3s")
    stack.up_fails()

    assert cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret") == ("Opaque", {"clone-secret": canary})
    assert_nowhere(stack, canary)


def test_the_fake_manager_keeps_its_values_encrypted(stack: Stack, cluster: Kubernetes, organization: str) -> None:
    canary = f"canary-{secrets.token_hex(16)}"
    unread = f"canary-{secrets.token_hex(16)}"
    stack.set_secret("manualSecrets.demo", json.dumps({"token": canary}))
    stack.set_secret("manualSecrets.unread", unread)
    entries = [{"key": "acme/github-pat", "manual": "demo"}, {"key": "other/github-pat", "manual": "unread"}]
    stack.configure(
        secretStores={"dev": {"fake": {"data": entries}}},
        organizations=[
            {
                "name": organization,
                "secretStore": "dev",
                "git": {"remoteKey": "acme/github-pat", "property": "token"},
            }
        ],
    )

    stack.ok("preview", "--diff")
    stack.up()
    stack.unchanged()

    assert cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret") == ("Opaque", {"clone-secret": canary})
    store = cluster.get("external-secrets.io/v1", "ClusterSecretStore", f"dev-{organization}")
    assert store is not None
    assert [entry["key"] for entry in store["spec"]["provider"]["fake"]["data"]] == ["acme/github-pat"]
    assert_nowhere(stack, canary, unread)


def test_plain_text_where_encryption_is_required_is_refused(stack: Stack, organization: str) -> None:
    canary = f"canary-{secrets.token_hex(16)}"
    organizations = [{"name": organization, "git": {"manual": "token"}}]

    stack.configure(manualSecrets={"token": canary}, organizations=organizations)
    assert "manualSecrets: is plain text; set it with: pulumi config set --secret --path" in stack.up_fails()

    stack.configure(manualSecrets={})
    stack.set_secret("manualSecrets.good", canary)
    stack.add_plain("token", canary)
    message = stack.up_fails()
    assert "manualSecrets.token: is plain text" in message
    assert "manualSecrets.good" not in message
    assert all(canary not in output for output in stack.outputs)


def assert_nowhere(stack: Stack, *values: str) -> None:
    """No value is in the state (its backups and history too), the configuration, or anything that Pulumi printed."""
    state = stack.engine.folder / "state"
    texts = {str(path): path.read_text(errors="replace") for path in state.rglob("*") if path.is_file()}
    texts |= {f"output {index}": text for index, text in enumerate(stack.outputs)}
    texts["configuration"] = stack.file.read_text()
    assert any(stack.name in path for path in texts)
    for value in values:
        for form in (value, base64.b64encode(value.encode()).decode().rstrip("=")):
            assert [where for where, text in texts.items() if form in text] == []


def test_tokens_in_plain_settings_are_refused_and_shown_nowhere(stack: Stack, organization: str) -> None:
    canary = f"ghp_{secrets.token_hex(18)}"
    header = secrets.token_hex(8)
    webhook = {"url": "https://secrets.example/{organization}", "headers": {"X-Auth": header}}
    stack.configure(
        secretStores={
            "org": {"kubernetes": {"remoteNamespace": "manager"}},
            "hook": {"custom": {"webhook": webhook}},
            "address": {"custom": {"conjur": {"url": f"https://bot:{canary}@conjur.example/{{organization}}"}}},
        },
        organizations=[
            {"name": f"{organization}-a", "secretStore": "org", "git": {"remoteKey": canary}},
            {"name": f"{organization}-b", "secretStore": "org", "git": {"remoteKey": "git", "property": canary}},
            {"name": f"{organization}-c", "secretStore": "org", "git": {"remoteKey": "other", "host": canary}},
            {
                "name": f"{organization}-d",
                "secretStore": "org",
                "registries": [{"registry": "ghcr", "username": canary, "password": {"remoteKey": "ghcr"}}],
            },
            {"name": f"{organization}-e", "secretStore": "org", "registries": [{"server": canary, "remoteKey": "a"}]},
        ],
    )

    # An update writes the configuration into Pulumi's history, before the program can refuse it.
    output = stack.preview_fails()
    assert "7 problems; nothing was changed" in output
    assert output.count("(value not shown) looks like a GitHub token") == 5
    state = stack.engine.folder / "state"
    texts = {str(path): path.read_text(errors="replace") for path in state.rglob("*") if path.is_file()}
    texts |= {f"output {index}": text for index, text in enumerate(stack.outputs)}
    for value in (canary, header):
        assert [where for where, text in texts.items() if value in text] == []
