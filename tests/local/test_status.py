"""The tables of credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest

from components.cluster.connection import Cluster
from components.openchoreo import V0_9, V1, Release
from components.schema.sources import RemoteRef
from components.secrets.external_secret import DataFrom, SecretTemplate, Target, build_external_secret
from components.secrets.generator import Generator
from components.table import format_table
from local import status as module
from local.status import format_credential_tables

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
OURS = "app.kubernetes.io/managed-by=openchoreo-secrets,openchoreo.dev/organization"


class Clock(datetime):
    """A clock with a fixed time."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        assert tz is UTC
        return cls.fromisoformat(NOW.isoformat())


class StubCluster(Cluster):
    """Returns objects for the expected requests only."""

    def __init__(
        self,
        external: list[dict[str, Any]],
        manual: list[dict[str, Any]],
        types: tuple[dict[str, Any], ...] = (),
        shared: tuple[dict[str, Any], ...] = (),
    ) -> None:
        self._answers = {
            ("/apis/external-secrets.io/v1/externalsecrets", False, OURS): external,
            # Metadata only: the values stay on the server.
            ("/api/v1/secrets", True, f"{OURS},openchoreo-secrets/credential"): manual,
            ("/apis/openchoreo.dev/v1alpha1/componenttypes", False, None): [*types],
            ("/apis/openchoreo.dev/v1alpha1/clustercomponenttypes", False, None): [*shared],
        }

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[dict[str, Any]]:
        yield from self._answers[path, metadata_only, query.get("labelSelector")]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "datetime", Clock)


def metadata(organization: str, credential: str, name: str, created: str) -> dict[str, Any]:
    labels = {"openchoreo.dev/organization": organization, "openchoreo-secrets/credential": credential}
    return {
        "namespace": f"openchoreo-ci-{organization}",
        "name": name,
        "labels": labels,
        "creationTimestamp": created,
    }


def external(organization: str, name: str, created: str, *conditions: dict[str, str]) -> dict[str, Any]:
    """An ExternalSecret exactly as the package renders it, with its status."""
    status_ = {"status": {"conditions": list(conditions)}} if conditions else {}
    target = Target(organization, f"openchoreo-ci-{organization}", f"org-{organization}", "1h0m0s")
    manifest = build_external_secret(target, SecretTemplate(name, "git", {"token": RemoteRef(remote_key="key")}))
    return {**manifest, "metadata": {**manifest["metadata"], "creationTimestamp": created}, **status_}


def test_credentials_of_every_organization() -> None:
    cluster = StubCluster(
        [
            external("globex", "late", "2026-03-02T11:59:58Z"),
            external(
                "acme", "works", "2026-02-27T12:00:00Z", {"type": "Deleted", "status": "False"}, ready("True", "Synced")
            ),
            external("acme", "broken", "2026-03-02T09:00:00Z", ready("False", "SecretSyncedError")),
        ],
        [{"metadata": metadata("initech", "registry-push", "registry-push-secret", "2026-03-02T11:58:30Z")}],
    )

    columns = [re.split(r" {2,}", line) for line in format_credential_tables(cluster).splitlines()]
    assert columns[2:] == [
        ["acme", "openchoreo-ci-acme", "git", "broken", "org-acme", "False: SecretSyncedError", "3h"],
        ["acme", "openchoreo-ci-acme", "git", "works", "org-acme", "True", "3d"],
        ["globex", "openchoreo-ci-globex", "git", "late", "org-globex", "not yet", "2s"],
        ["initech", "openchoreo-ci-initech", "registry-push", "registry-push-secret", "(manual)", "True", "1m"],
    ]
    assert columns[0] == ["ORGANIZATION", "NAMESPACE", "CREDENTIAL", "SECRET", "STORE", "READY", "AGE"]


def test_an_external_secret_of_tokens_alone_has_no_store() -> None:
    target = Target("acme", "openchoreo-ci-acme", "", "1h0m0s")
    token = Generator("ECRAuthorizationToken", "ecr", {"region": "eu-central-1"}, "12h0m0s")
    content = SecretTemplate("push", "registry-push", {}, data_from=(DataFrom(token),))
    live = build_external_secret(target, content)
    live["metadata"]["creationTimestamp"] = "2026-03-02T12:00:00Z"

    columns = [re.split(r" {2,}", line) for line in format_credential_tables(StubCluster([live], [])).splitlines()]
    assert columns[2:] == [["acme", "openchoreo-ci-acme", "registry-push", "push", "(generator)", "not yet", "0s"]]


def test_an_external_secret_of_a_tenant_with_the_labels_of_the_package() -> None:
    labels = {"openchoreo.dev/organization": "acme"}
    metadata_ = {"namespace": "ns", "name": "own", "labels": labels, "creationTimestamp": "2026-03-02T12:00:00Z"}
    live = {"metadata": metadata_, "spec": {"secretStoreRef": {"name": "org-acme"}}}

    columns = [re.split(r" {2,}", line) for line in format_credential_tables(StubCluster([live], [])).splitlines()]
    assert columns[2:] == [["acme", "ns", "unknown", "own", "org-acme", "not yet", "0s"]]


def component_type(name: str, kind: str, pods: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """A ComponentType of the organization acme."""
    resources = [{"id": kind, "template": pods}, *others]
    return {"metadata": {"namespace": "acme", "name": name}, "spec": {"workloadType": kind, "resources": resources}}


def pods(*names: str) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"imagePullSecrets": [{"name": name} for name in names]}}}}


GIT = external("acme", "git", "2026-03-02T12:00:00Z")
EXTERNAL_SECRET = {"id": "mine", "template": {"kind": "ExternalSecret"}}
ROUTE = {"id": "route", "template": {"kind": "HTTPRoute"}}
HEADINGS = ["ORGANIZATION", "COMPONENTTYPE", "IMAGE PULL SECRETS", "RESOURCE"]


def types(cluster: StubCluster, release: Release = V0_9) -> list[list[str]]:
    """The table of ComponentTypes, without its headings."""
    columns = [re.split(r" {2,}", line) for line in format_credential_tables(cluster, release).splitlines()]
    start = columns.index(HEADINGS)
    assert start == 0 or columns[start - 1] == [""]
    return columns[start + 2 :]


def test_component_types_with_pull_secrets() -> None:
    rows = types(
        StubCluster(
            [GIT],
            [],
            (
                component_type("web", "deployment", pods("fixed", "other"), ROUTE),
                component_type("api", "statefulset", pods("${metadata.name}-pull"), ROUTE, EXTERNAL_SECRET),
                component_type("open", "deployment", pods()),
                component_type("plain", "deployment", {"kind": "Deployment"}),
                component_type(
                    "choice", "deployment", {"spec": {"template": {"spec": {"imagePullSecrets": "${a.b}"}}}}
                ),
            ),
        )
    )

    assert rows == [
        ["acme", "api", "${metadata.name}-pull", "mine"],
        ["acme", "web", "fixed, other", "-"],
    ]


def test_types_that_all_organizations_share() -> None:
    own = component_type("own", "deployment", pods("fixed"))
    shared = component_type("service", "deployment", pods("${metadata.name}-pull", "fixed"), EXTERNAL_SECRET)
    del shared["metadata"]["namespace"]
    cluster = StubCluster([GIT], [], (own,), (shared,))

    rows = [["acme", "own", "fixed", "-"]]
    assert types(cluster) == rows
    assert types(cluster, V1) == [["(all)", "service", "${metadata.name}-pull, fixed", "mine"], *rows]


def test_component_type_of_a_cron_job() -> None:
    cron = component_type("nightly", "cronjob", {"spec": {"jobTemplate": pods("fixed")}})

    assert types(StubCluster([GIT], [], (cron,))) == [["acme", "nightly", "fixed", "-"]]


def test_component_type_whose_pods_are_an_expression() -> None:
    choice = component_type("choice", "deployment", {"spec": {"template": "${parameters.pods}"}})

    assert "choice" not in format_credential_tables(StubCluster([GIT], [], (choice,)))


def test_component_types_without_credentials() -> None:
    """With the delivery ``component``, Secrets exist only after the first deployment."""
    web = component_type("web", "deployment", pods("${metadata.name}-pull"), EXTERNAL_SECRET)

    assert types(StubCluster([], [], (web,))) == [["acme", "web", "${metadata.name}-pull", "mine"]]


def ready(state: str, reason: str) -> dict[str, str]:
    return {"type": "Ready", "status": state, "reason": reason}


def test_empty_platform() -> None:
    assert format_credential_tables(StubCluster([], [])) == "No credentials yet."


@pytest.mark.parametrize(
    ("created", "age"),
    [
        pytest.param("2026-03-02T12:00:00Z", "0s", id="this moment"),
        pytest.param("2026-03-02T12:00:05Z", "0s", id="a cluster whose clock is ahead"),
        pytest.param("2026-03-02T11:59:01Z", "59s", id="seconds"),
        pytest.param("2026-03-02T11:59:00Z", "1m", id="a minute"),
        pytest.param("2026-03-02T11:00:01Z", "59m", id="minutes"),
        pytest.param("2026-03-02T11:00:00Z", "1h", id="an hour"),
        pytest.param("2026-03-01T12:00:01Z", "23h", id="hours"),
        pytest.param("2026-03-01T12:00:00Z", "1d", id="a day"),
    ],
)
def test_age(created: str, age: str) -> None:
    assert (
        format_credential_tables(StubCluster([external("acme", "git", created)], []))
        .splitlines()[-1]
        .endswith(f"  {age}")
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], "A  LONG\n-  ----", id="no rows"),
        pytest.param([("first", "1"), ("b", "")], "A      LONG\n-----  ----\nfirst  1\nb", id="no space at line ends"),
    ],
)
def test_table(rows: list[tuple[str, str]], expected: str) -> None:
    assert format_table(("A", "LONG"), rows) == expected
