"""Calls of a stack to secret managers: exact figures."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components import polling
from components.polling.model import Load
from components.polling.poll import MONTH, Poll
from tests.unit.managers import AWS_OWN, AZURE_OWN, GCP_OWN, ONEPASSWORD, VAULT_OWN, aws, azure, custom, gcp
from tests.unit.polling_samples import GHCR, GIT, PULL, acme, load, only
from tests.unit.samples import KUBERNETES, Raw

ANYBODYS = {"sharedAccess": True}
EVERYBODY = {"name": "reader", "namespace": "external-secrets"}


@pytest.mark.parametrize(
    ("interval", "calls", "dollars"),
    [
        ("15s", 172_800, "0.864"),
        ("60s", 43_200, "0.216"),
        ("5m", 8_640, "0.0432"),
        ("1h", 720, "0.0036"),
        ("0", 0, "0"),
    ],
)
def test_one_key_of_secrets_manager(interval: str, calls: int, dollars: str) -> None:
    found = only(AWS_OWN, acme(git=GIT), refreshInterval=interval)
    assert found.calls_per_month == calls
    assert found.calls_dollars == Fraction(dollars)
    assert found.keys_dollars == Fraction("0.40")


@pytest.mark.parametrize(
    ("interval", "a_second", "dollars"), [("15s", Fraction(400, 3), 1728), ("1h", Fraction(5, 9), Fraction("7.20"))]
)
def test_a_thousand_organizations_with_two_keys_each(interval: str, a_second: Fraction, dollars: Fraction) -> None:
    organizations = [
        {"name": f"org{number}", "git": {"remoteKey": f"{number}/git"}, "registries": [_registry(f"{number}/push")]}
        for number in range(1000)
    ]
    found = load(AWS_OWN, *organizations, refreshInterval=interval)
    (store,) = found.stores
    assert store.external_secrets == sum(store.keys.values()) == 2000
    assert found.calls_per_second == a_second
    assert found.calls_dollars == dollars
    assert found.keys_dollars == 800
    assert found.dollars_per_month == 800 + dollars
    assert store.quota_share == a_second / 10_000


def _registry(key: str) -> Raw:
    return {"server": "ghcr.io", "remoteKey": key, "property": "dockerconfigjson"}


@pytest.mark.parametrize(
    ("store", "manager", "calls", "call_price", "key_price", "quota"),
    [
        (AWS_OWN, "AWS Secrets Manager", 1, "0.000005", "0.40", 10_000),
        ({**aws(service="ParameterStore"), **ANYBODYS}, "AWS Parameter Store", 2, "0", "0", 40),
        (AZURE_OWN, "Azure Key Vault", 2, "0.000003", "0", 400),
        (GCP_OWN, "Google Secret Manager", 2, "0.000003", "0.06", 1500),
        (VAULT_OWN, "Vault", 2, "0", "0", None),
        (KUBERNETES, "kubernetes", 2, "0", "0", None),
        ({"fake": {"data": [{"key": "ghcr", "manual": "gitToken"}]}}, "fake", 2, "0", "0", None),
        (ONEPASSWORD, "onepassword", 2, None, None, None),
        (
            {**custom("aws", {"region": "eu-central-1"}), **ANYBODYS},
            "AWS Secrets Manager",
            1,
            "0.000005",
            "0.40",
            10_000,
        ),
        ({**custom("azurekv", {}), **ANYBODYS}, "Azure Key Vault", 2, "0.000003", "0", 400),
    ],
)
def test_two_properties_of_one_key(
    store: Raw, manager: str, calls: int, call_price: str | None, key_price: str | None, quota: int | None
) -> None:
    """ESO's provider of Secrets Manager reads a key once in a sync, all others once for each property."""
    found = only(store, acme(registries=[GHCR]), refreshInterval="1s")
    assert found.tariff.manager == manager
    assert found.calls_per_second == calls
    assert dict(found.keys) == {"acme": 1}
    assert found.calls_dollars == (None if call_price is None else Fraction(call_price) * calls * MONTH)
    assert found.keys_dollars == (None if key_price is None else Fraction(key_price))
    assert found.quota_share == (None if quota is None else Fraction(calls, quota))


def test_versions_of_one_key_are_separate_reads() -> None:
    found = only(AWS_OWN, acme(registries=[_registry("push"), {**_registry("push"), "version": "2", "server": "b.io"}]))
    assert [each.calls for each in found.polls] == [2]
    assert dict(found.keys) == {"acme": 1}


def test_the_nearest_interval_counts() -> None:
    found = only(
        AWS_OWN,
        acme(
            git={**GIT, "refreshInterval": "5m"},
            registries=[_registry("push")],
            external=[{"name": "sonar", "keys": {"token": {"remoteKey": "sonar"}}, "refreshInterval": "0s"}],
            refreshInterval="30m",
        ),
    )
    assert [(each.secret, each.interval) for each in found.polls] == [
        ("git-clone-secret", 300),
        ("registry-push-secret", 1800),
        ("sonar", None),
    ]
    assert found.slowest.secret == "sonar"
    assert found.calls_per_second == Fraction(1, 300) + Fraction(1, 1800)


@pytest.mark.parametrize(
    ("organization", "stack", "copies"),
    [({}, {}, 1), ({}, {"components": 7}, 7), ({"components": 0}, {"components": 7}, 0)],
)
def test_a_pull_secret_of_each_component(organization: Raw, stack: Raw, copies: int) -> None:
    pull = {**PULL, "secretStore": "org", "refreshInterval": "10s"}
    found = load(KUBERNETES, acme(pullSecret=pull, load=organization), load=stack)
    expected = Poll(
        organization="acme",
        secret="${metadata.name}-registry-pull-secret",
        store="org",
        copies=copies,
        brought_by="component",
        interval=10,
        keys=("pull",),
        calls=1,
        generators=(),
    )
    assert found.polls == ((expected,) if copies else ())
    assert found.calls_per_second == Fraction(copies, 10)


def test_a_component_may_read_through_a_store_of_another_program() -> None:
    (store,) = load(KUBERNETES, acme(pullSecret=PULL)).stores
    assert (store.entry, store.tariff.manager) == ("${dataplane.secretStore}", "not known")
    assert (store.calls_dollars, store.keys_dollars, store.quota_share) == (None, None, None)
    assert store.calls_per_month == 720


def test_a_pull_secret_of_each_namespace() -> None:
    pull = {**PULL, "delivery": "namespace"}
    found = only(
        KUBERNETES, acme(git=GIT, pullSecret=pull), load={"namespaces": 5, "components": 9}, refreshInterval="1s"
    )
    assert [(each.secret, each.copies, each.brought_by) for each in found.polls] == [
        ("git-clone-secret", 1, ""),
        ("registry-pull-secret", 5, "namespace"),
    ]
    assert found.external_secrets == found.calls_per_second == 6


@pytest.mark.parametrize(("names", "copies"), [("run", 10), ("fixed", 1)])
def test_credentials_of_each_run(names: str, copies: int) -> None:
    """Runs that share their Secrets share the ExternalSecrets, too."""
    organization = acme(
        git=GIT,
        registries=[_registry("push")],
        external=[{"name": "sonar", "keys": {"token": {"remoteKey": "sonar"}}}],
        componentWorkflows={"names": ["docker", "buildpack"], "secretNames": names},
        load={"runs": 10},
    )
    found = only(KUBERNETES, organization)
    assert [(each.keys, each.copies, each.brought_by) for each in found.polls] == [
        (("sonar",), 1, ""),
        (("git",), copies, "run"),
        (("push",), copies, "run"),
    ]


def test_manual_credentials_cause_no_calls() -> None:
    pull = {
        "componentTypes": ["service"],
        "delivery": "manual",
        "namespaces": ["dp"],
        "registries": [{"server": "a.io", "manual": {"username": "a", "password": "gitToken"}}],
    }
    assert load(KUBERNETES, acme(git={"manual": "gitToken"}, pullSecret=pull)) == Load((), ())


@pytest.mark.parametrize(
    ("store", "keys", "busiest"),
    [
        (AWS_OWN, {"acme": 1}, 2),
        ({**aws(prefix="org/{organization}/"), **ANYBODYS}, {"acme": 1, "globex": 1}, 2),
        (AZURE_OWN, {"acme": 1, "globex": 1}, 1),
        (
            {**azure(vaultUrl="https://everybody.vault.azure.net", serviceAccountRef=EVERYBODY), **ANYBODYS},
            {"acme": 1},
            2,
        ),
        (gcp(projectID="secrets-{organization}"), {"acme": 1, "globex": 1}, 1),
        ({**GCP_OWN, "scope": "shared"}, {"acme": 1}, 2),
    ],
)
def test_fields_that_isolate_secrets_isolate_keys_and_quotas(store: Raw, keys: dict[str, int], busiest: int) -> None:
    """Each vault of an organization has its own quota; with a prefix, one name means two secrets."""
    sharing = {} if store.get("scope") == "shared" else SHARING
    found = only({**store, **sharing}, acme(git=GIT), {"name": "globex", "git": GIT}, refreshInterval="1s")
    assert dict(found.keys) == keys
    assert found.busiest == busiest
    assert found.calls_per_second == 2


SHARING: Raw = {"sharedKeys": ["git", "ghcr", "pull"]}
INTERVALS = st.integers(0, 100_000).map(lambda seconds: f"{seconds}s")
ORGANIZATION = st.fixed_dictionaries(
    {"git": st.just(GIT), "refreshInterval": INTERVALS},
    optional={"registries": st.just([GHCR]), "load": st.just({"runs": 3}), "pullSecret": st.just(PULL)},
)
FAST = hypothesis_settings(deadline=None, max_examples=50)


@given(each=st.lists(ORGANIZATION, min_size=2, max_size=5), store=st.sampled_from([AWS_OWN, AZURE_OWN, KUBERNETES]))
@FAST
def test_the_load_of_several_organizations_is_the_sum_of_their_loads(each: list[Raw], store: Raw) -> None:
    named = [{"name": f"org{number}", **organization} for number, organization in enumerate(each)]
    together, apart = load({**store, **SHARING}, *named), [load(store, one) for one in named]
    assert together.polls == tuple(found for one in apart for found in one.polls)
    assert together.calls_per_second == sum(one.calls_per_second for one in apart) >= 0
    assert together.calls_dollars == sum(one.calls_dollars for one in apart) >= 0
    assert together.keys_dollars <= sum(one.keys_dollars for one in apart)


@given(
    organization=ORGANIZATION,
    pair=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)).map(sorted),
    store=st.sampled_from([AWS_OWN, GCP_OWN, VAULT_OWN]),
)
@FAST
def test_a_longer_interval_never_costs_more(organization: Raw, pair: list[int], store: Raw) -> None:
    shorter, longer = (
        load(store, acme(**{**organization, "refreshInterval": f"{each}s"}), refreshInterval="0") for each in pair
    )
    assert shorter.calls_per_second >= longer.calls_per_second > 0
    assert shorter.dollars_per_month >= longer.dollars_per_month
    assert polling.export_load(shorter)["callsPerMonth"] >= polling.export_load(longer)["callsPerMonth"]
