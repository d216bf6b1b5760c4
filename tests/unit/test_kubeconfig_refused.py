"""Which fields of a kubeconfig are refused, before anything is sent: exact messages, which show no value."""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from components.errors import ClusterError
from tests.unit.kubeconfigs import PLUGIN, SERVER, WHERE, connect, kubeconfig, write_kubeconfig

SECRET = "s3cr3t"
CLAIMS = base64.urlsafe_b64encode(json.dumps({"exp": 1700000000}).encode()).decode().rstrip("=")
OIDC = {"idp-issuer-url": "https://issuer", "client-id": "k8s", "id-token": f"e30.{CLAIMS}.{SECRET}"}
RENEW = "run kubectl get namespaces with this context, which renews it, or use a login plugin (exec)"


def _user(**fields: Any) -> dict[str, Any]:
    return kubeconfig(user=fields)


def _server(**fields: Any) -> dict[str, Any]:
    return kubeconfig(SERVER | fields)


def _plugin(**fields: Any) -> dict[str, Any]:
    return _user(exec={key: value for key, value in (PLUGIN | fields).items() if value is not None})


def _oidc(**config: str) -> dict[str, Any]:
    return _user(**{"auth-provider": {"name": "oidc", "config": OIDC | config}})


USER = 'users["u"].user'
CLUSTER = 'clusters["c"].cluster'
FILE = "the kubeconfig {file}"
REFUSED: dict[str, tuple[object, str]] = {
    "not-yaml": (f"token: [{SECRET}", f"{FILE} is not valid YAML (line 1); correct the file"),
    "not-a-mapping": (
        f"- {SECRET}",
        f"{FILE} is no kubeconfig; expected a mapping with clusters, users and contexts",
    ),
    "another-kind": (kubeconfig(kind="Secret"), f"{FILE} is no kubeconfig; expected kind: Config"),
    "number-as-token": (_user(token=1234), f"{FILE} is not valid: {USER}.token must be a text; put it in quotes"),
    "text-as-list": (kubeconfig(users=SECRET), f"{FILE} is not valid: users must be a list"),
    "text-as-mapping": (_user(exec=SECRET), f"{FILE} is not valid: {USER}.exec must be a mapping"),
    "not-base64": (
        _user(**{"client-key-data": f"{SECRET}!"}),
        f"{FILE} is not valid: {USER}.client-key-data must be base64 on one line",
    ),
    "text-as-bool": (
        _server(**{"insecure-skip-tls-verify": "true"}),
        f"{FILE} is not valid: {CLUSTER}.insecure-skip-tls-verify must be true or false",
    ),
    "two-users-with-one-name": (
        kubeconfig(users=[{"name": "u", "user": {"token": SECRET}}, {"name": "u", "user": {}}]),
        f'{FILE} has two users named "u"; remove one of them',
    ),
    "empty": ("", "no such context in the kubeconfig ({file}); it has: none"),
    "no-user": (
        kubeconfig(users=[]),
        'contexts["prod-build"].context.user: there is no user "u"; name one of the users of the file',
    ),
    "no-cluster": (
        kubeconfig(contexts=[{"name": "prod-build", "context": {"user": "u"}}]),
        'contexts["prod-build"].context.cluster: is empty; name one of the clusters of the file',
    ),
    "deleted-current-context": (
        kubeconfig() | {"current-context": "deleted"},
        (
            '{file}: current-context: there is no context "deleted", and the Kubernetes provider refuses such a file; '
            "kubectl config unset current-context --kubeconfig {file}"
        ),
    ),
    "no-server": (kubeconfig({}), f"{CLUSTER}.server: is no address; expected https://<host>:<port>"),
    "server-without-scheme": (
        _server(server="api:6443"),
        f"{CLUSTER}.server: is no address; expected https://<host>:<port>",
    ),
    "server-with-password": (
        _server(server=f"https://u:{SECRET}@api"),
        f"{CLUSTER}.server: has a user name; set username and password of the user",
    ),
    "insecure-with-authority": (
        _server(**{"certificate-authority-data": "YQ=="}),
        (
            f"{CLUSTER}.insecure-skip-tls-verify: is set beside a certificate authority, which client-go refuses; "
            "remove one of them"
        ),
    ),
    "two-authorities": (
        _server(**{"certificate-authority-data": "YQ==", "certificate-authority": "/ca"}),
        (
            f"{CLUSTER}.certificate-authority: is set beside certificate-authority-data, which client-go refuses; "
            "remove one of them"
        ),
    ),
    "missing-authority": (
        kubeconfig({"server": "https://api", "certificate-authority": "/missing"}),
        (
            f"{CLUSTER}.certificate-authority: /missing cannot be read: No such file or directory; write the path of "
            "the file"
        ),
    ),
    "no-authority": (
        kubeconfig({"server": "https://api", "certificate-authority-data": "YQ=="}),
        f"{CLUSTER}.certificate-authority-data: has no certificate; expected PEM",
    ),
    "unknown-proxy": (
        _server(**{"proxy-url": f"ftp://u:{SECRET}@p"}),
        (
            f"{CLUSTER}.proxy-url: is not supported; expected http://<host>:<port>, https://<host>:<port> or "
            "socks5://<host>:<port>"
        ),
    ),
    "no-credentials": (
        _user(),
        f"{USER}: has no credentials, so that the request would be anonymous; sign in, or name a user with credentials",
    ),
    "token-and-password": (
        _user(token=SECRET, password=SECRET),
        f"{USER}: has a token and a user name, and client-go accepts one of them; remove the other",
    ),
    "token-with-line-break": (
        _user(token=f"{SECRET}\n"),
        f"{USER}.token: has a line break or another control character, which no header may have; write it on one line",
    ),
    "missing-token-file": (
        _user(tokenFile="/missing"),
        f"{USER}.tokenFile: /missing cannot be read: No such file or directory; write the path of the file",
    ),
    "empty-token-file": (_user(tokenFile=os.devnull), f"{USER}.tokenFile: {os.devnull} is empty; expected a token"),
    "certificate-without-key": (
        _user(**{"client-certificate-data": "YQ=="}),
        f"{USER}.client-key: is missing; the client certificate needs its key",
    ),
    "certificate-twice": (
        _user(**{"client-certificate-data": "YQ==", "client-certificate": "/c", "client-key-data": "YQ=="}),
        (
            f"{USER}.client-certificate: is set beside client-certificate-data, which client-go refuses; "
            "remove one of them"
        ),
    ),
    "no-certificate": (
        _user(**{"client-certificate-data": "YQ==", "client-key-data": "YQ=="}),
        (
            f"{USER}.client-certificate-data: cannot be used with its key; expected PEM without a password, and the "
            "key of that certificate"
        ),
    ),
    "relative-path": (
        _user(tokenFile="token"),
        (
            f"{USER}.tokenFile: is a relative path, which the Kubernetes provider does not look up beside the "
            "kubeconfig; write an absolute path, or set $KUBECONFIG instead of kubeconfig"
        ),
    ),
    "relative-plugin": (
        _plugin(command="./login"),
        (
            f"{USER}.exec.command: is a relative path, which the Kubernetes provider does not look up beside the "
            "kubeconfig; write an absolute path, or set $KUBECONFIG instead of kubeconfig"
        ),
    ),
    "groups-without-user": (
        _user(token="t", **{"as-groups": ["admins"]}),
        f"{USER}.as-groups: needs a user to act as; set as",
    ),
    "line-break-in-user": (
        _user(token="t", **{"as": "a\nb"}),
        f"{USER}.as: has a line break or another control character, which no header may have; write it on one line",
    ),
    "two-logins": (
        _plugin() | {"users": [{"name": "u", "user": {"exec": PLUGIN, "auth-provider": {"name": "oidc"}}}]},
        f"{USER}: has exec and auth-provider; remove auth-provider",
    ),
    "removed-provider": (
        _user(**{"auth-provider": {"name": "gcp"}}),
        (
            f'{USER}.auth-provider.name: "gcp" was removed from Kubernetes clients in 1.26; use a login plugin, as the '
            "command of the cloud that writes kubeconfigs does (exec)"
        ),
    ),
    "oidc-without-issuer": (
        _oidc(**{"idp-issuer-url": ""}),
        f"{USER}.auth-provider.config.idp-issuer-url: is missing; sign in again",
    ),
    "oidc-without-token": (_oidc(**{"id-token": ""}), f"{USER}.auth-provider.config.id-token: is missing; {RENEW}"),
    "oidc-no-token": (
        _oidc(**{"id-token": SECRET}),
        f"{USER}.auth-provider.config.id-token: is no ID token; sign in again",
    ),
    "oidc-expired": (
        _oidc(),
        f"{USER}.auth-provider.config.id-token: expired at 2023-11-14 22:13 UTC; {RENEW}",
    ),
    "missing-plugin": (
        _plugin(command="kubectl-of-nobody", installHint="get it\n  from example.org"),
        f"{USER}.exec.command: kubectl-of-nobody is not installed; install the login plugin: get it from example.org",
    ),
    "plugin-without-command": (
        _plugin(command=None),
        f"{USER}.exec.command: is missing; write the name of the login plugin",
    ),
    "old-plugin": (
        _plugin(apiVersion="client.authentication.k8s.io/v1alpha1"),
        (
            f'{USER}.exec.apiVersion: "client.authentication.k8s.io/v1alpha1" is not supported; write the kubeconfig '
            "again, with client.authentication.k8s.io/v1"
        ),
    ),
    "plugin-environment-without-name": (
        _plugin(env=[{"value": "a"}]),
        f"{USER}.exec.env: has an entry without a name; set name and value",
    ),
    "plugin-without-mode": (
        _plugin(interactiveMode=None),
        f"{USER}.exec.interactiveMode: is missing; use IfAvailable",
    ),
    "plugin-with-another-mode": (
        _plugin(interactiveMode="Sometimes"),
        f'{USER}.exec.interactiveMode: is "Sometimes"; expected one of: Never, IfAvailable, Always',
    ),
    "plugin-that-needs-a-terminal": (
        _plugin(interactiveMode="Always"),
        (
            f"{USER}.exec.interactiveMode: is Always, and no terminal is there to sign in; sign in beforehand, and use "
            "IfAvailable"
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, tmp_path: Path) -> None:
    content, message = REFUSED[case]
    file = write_kubeconfig(tmp_path / "config", content)
    with pytest.raises(ClusterError) as caught:
        connect(file)
    assert str(caught.value) == f"{WHERE}: {message.format(file=file)}"


def test_the_time_of_an_identity_token_counts(tmp_path: Path) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + 5}).encode()).decode().rstrip("=")
    with pytest.raises(ClusterError, match="id-token: expired at "):
        connect(write_kubeconfig(tmp_path / "config", _oidc(**{"id-token": f"e30.{claims}.c2ln"})))
