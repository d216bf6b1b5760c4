"""The load that previews show, and whether the operator asks as often as it says."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from components import parse
from components.managers.cluster_secret_store import render_store
from components.openchoreo.v0_9 import V0_9
from components.plan.stack import plan_stack
from components.plan.stores import plan_stores
from components.polling.estimate import estimate_polling
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.settings.organization import Organization
from components.settings.stack import StackSettings
from local.platform import Platform
from local.seed import Seeder
from tests.platform.harness import Kubernetes, Stack, eventually
from tests.platform.operators import list_operator_crds
from tests.platform.reads import Reads, serving
from tests.unit.plans import credentials

TABLE: Final = """\
Expected calls to secret managers in 30 days, at list prices:
STORE  MANAGER              SECRETS  KEYS  CALLS/S  CALLS/MONTH  FOR CALLS  FOR KEYS  QUOTA  LAG
-----  -------------------  -------  ----  -------  -----------  ---------  --------  -----  ---
org    AWS Secrets Manager  1        1     0.0667   172,800      $0.86      $0.40     <0.1%  15s
"""
OVER: Final = """\
budget.dollarsPerMonth: $1.26 a month (calls $0.86, keys $0.40) is $0.26 over $1.00
  by organization: {organization} $1.26
  refreshInterval of {organization} from 15s to 1h saves $0.86 a month
"""


def test_a_preview_shows_the_load_and_what_is_over_the_budget(
    stack: Stack, cluster: Kubernetes, organization: str
) -> None:
    role = "arn:aws:iam::123456789012:role/eso-{organization}"
    aws = {"service": "SecretsManager", "region": "eu-central-1", "role": role}
    stack.configure(
        secretStores={"org": {"aws": aws}},
        organizations=[{"name": organization, "secretStore": "org", "git": {"remoteKey": "org/git"}}],
        refreshInterval="15s",
        budget={"dollarsPerMonth": 1},
    )

    shown = stack.ok("preview", "--color", "never", "--suppress-progress")

    lines = [line.removeprefix("    ") for line in shown.partition("Diagnostics:\n")[2].splitlines()]
    told = lines.index(TABLE.splitlines()[0])
    assert lines[told : told + 4] == TABLE.splitlines()
    warned = lines.index(f"warning: {OVER.splitlines()[0]}")
    assert lines[warned + 1 : warned + 3] == OVER.format(organization=organization).splitlines()[1:]
    assert cluster.get("v1", "Namespace", f"openchoreo-ci-{organization}") is None


KEYS: Final = "stand-ins"
"""Namespace of what the operator signs in with."""
POLLED: Final = "polled"


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def addresses(reads: Reads, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Addresses of the stand-ins, and the certificate of the one with TLS."""
    authority = tmp_path / "ca.crt"
    with serving(reads) as plain, serving(reads, authority) as encrypted:
        yield {"plain": plain, "tls": encrypted, "ca": base64.b64encode(authority.read_bytes()).decode()}


@pytest.fixture
def counted(platform: Platform, addresses: dict[str, str], tmp_path: Path) -> Iterator[Kubernetes]:
    """A cluster whose operator calls the stand-ins for AWS."""
    own = Platform(tmp_path / "counted", platform.programs)
    try:
        own.start_control_plane()
        Seeder(own.kubeconfig).apply_definitions(list_operator_crds(), own.process("kube-apiserver"))
        services = ("SECRETSMANAGER", "SSM", "STS")
        own.start_operator({f"AWS_{service}_ENDPOINT": addresses["plain"] for service in services})
        yield Kubernetes(own.kubeconfig)
    finally:
        own.stop()


def _settings(addresses: dict[str, str]) -> StackSettings:
    """For every manager an organization that is synced once, and one that is polled every second."""
    token = {"name": "token", "namespace": KEYS, "key": "token"}
    keys = {"accessKeyIDSecretRef": token, "secretAccessKeySecretRef": token}
    aws = {"region": "eu-central-1", "auth": {"secretRef": keys}}
    stores: dict[str, dict[str, Any]] = {
        "kubernetes": {
            "kubernetes": {
                "remoteNamespace": KEYS,
                "server": {"url": addresses["tls"], "caBundle": addresses["ca"]},
                "serviceAccount": {"name": "default", "namespace": KEYS},
            }
        },
        "vault": {
            "vault": {
                "server": addresses["plain"],
                "insecure": True,
                "path": "kv",
                "auth": {"tokenSecretRef": token},
            }
        },
        "secretsmanager": {"aws": {**aws, "service": "SecretsManager", "prefix": "org/"}},
        "parameterstore": {"aws": {**aws, "service": "ParameterStore"}},
    }
    organizations = [_organization(name, name, "0s") for name in stores] + [_organization(POLLED, "vault", "1s")]
    config = {
        "clusters": {"buildPlane": {"context": "counted"}},
        "secretStores": {name: {**store, "scope": "shared"} for name, store in stores.items()},
        "organizations": organizations,
    }
    return parse(config, source="test")


def _organization(name: str, store: str, interval: str) -> dict[str, Any]:
    """One Secret of three keys: one that is read once in a sync, two properties of a second, and a third as a whole."""
    keys = {
        "mark": {"remoteKey": f"{name}-mark", "property": "token"},
        "username": {"remoteKey": f"{name}-login", "property": "username"},
        "password": {"remoteKey": f"{name}-login", "property": "password"},
        "whole": {"remoteKey": f"{name}-whole"},
    }
    external = [{"name": "service", "keys": keys}]
    return {"name": name, "secretStore": store, "refreshInterval": interval, "external": external}


def _deliver(cluster: Kubernetes, settings: StackSettings) -> list[tuple[str, str]]:
    """Create stores and ExternalSecrets, and wait until every Secret exists."""
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": KEYS}})
    cluster.put_secret(KEYS, "token", {"token": "anything"})
    for planned in plan_stores(settings, V0_9):
        cluster.create(render_store(planned, {}, None))
    made = [each for organization in settings.organizations for each in _external_secrets(settings, organization)]
    for namespace in dict.fromkeys(each["metadata"]["namespace"] for each in made):
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    for each in made:
        cluster.create(each)
    return [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in made]


def _external_secrets(settings: StackSettings, organization: Organization) -> list[dict[str, Any]]:
    store, namespace = (
        settings.cluster_store_name(organization, organization.secret_store),
        V0_9.build_namespace(organization.name),
    )
    target = Target(organization.name, namespace, store, settings.refresh_interval)
    found = credentials(organization, target)
    return [
        build_external_secret(each.target, each.content) for each in found if isinstance(each.content, SecretTemplate)
    ]


def test_the_operator_reads_as_often_as_is_estimated(
    counted: Kubernetes, reads: Reads, addresses: dict[str, str]
) -> None:
    settings = _settings(addresses)
    load = estimate_polling(plan_stack(settings, V0_9))
    made = _deliver(counted, settings)
    eventually(lambda: all(counted.secret(*each) is not None for each in made), "every Secret to be there")
    # The operator now and then syncs a new ExternalSecret twice.
    mark = f"{POLLED}-mark"
    eventually(lambda: len(reads.times(mark)) >= 3, f"three syncs of {POLLED}")
    before = reads.all()
    eventually(lambda: len(reads.times(mark)) >= 8, f"eight syncs of {POLLED}")

    after = reads.all()
    assert reads.unknown == []
    assert reads.managers == {"kubernetes", "vault", "SecretsManager", "ParameterStore"}
    for each in load.polls:
        prefix = "org/" if each.store == "secretsmanager" else ""
        found = {key: after[f"{prefix}{key}"] for key in each.keys}
        syncs = found[f"{each.organization}-mark"]
        assert syncs * each.calls - sum(found.values()) in ({0} if each.organization != POLLED else range(each.calls))
        assert each.calls == (3 if each.store == "secretsmanager" else 4)
        if each.organization != POLLED:
            assert each.interval is None
            assert found == {key: before[f"{prefix}{key}"] for key in each.keys}, "a Secret that is synced once"
    # The operator keeps its times in whole seconds, so a sync may come almost one second early.
    times = reads.times(mark)[2:8]
    (polled,) = (each for each in load.polls if each.organization == POLLED)
    assert polled.syncs_per_second == 1
    assert times[-1] - times[0] > len(times) - 2
