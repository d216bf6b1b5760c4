"""Fields of a ClusterSecretStore that do not depend on its secret manager: retries, check interval, controller."""

from __future__ import annotations

from typing import Any

import pytest

from components.managers.cluster_secret_store import render_store
from components.managers.options import RetrySettings, StoreOptions
from components.openchoreo.v0_9 import V0_9
from components.plan.stack import plan_stack
from local.obtain import list_operator_crds
from tests.unit.crd_schema import Definitions
from tests.unit.managers import azure, custom, gcp, vault
from tests.unit.samples import (
    AT_ACME,
    DURATION,
    KUBERNETES,
    STORE_KEYS,
    Raw,
    acme,
    assert_rejected,
    raw,
    rejection,
    settings,
)

AWS: Raw = {
    "aws": {
        "service": "ParameterStore",
        "region": "eu-central-1",
        "role": "arn:aws:iam::123456789012:role/eso-{organization}",
    }
}
RETRIES: Raw = {"retrySettings": {"maxRetries": 5, "retryInterval": "10s"}}
PLACE = "secretStores.default"
IDLE = "for which ESO does not read it; leave it out"


def _spec(**keys: Any) -> Raw:
    (store,) = plan_stack(settings({"secretStores.default": {**AWS, **keys}}), V0_9).stores
    rendered = render_store(store, {}, None)
    assert list(Definitions.read(list_operator_crds()).problems(rendered)) == []
    spec: Raw = rendered["spec"]
    return spec


def test_every_field_reaches_the_store() -> None:
    plain = _spec()
    assert plain.keys() == {"provider", "conditions"}
    assert _spec(**RETRIES, refreshInterval="5m", controller="default") == {
        **plain,
        **RETRIES,
        "refreshInterval": 300,
        "controller": "default",
    }


@pytest.mark.parametrize(
    ("keys", "spec"),
    [
        ({"retrySettings": {"maxRetries": 0}}, {"retrySettings": {"maxRetries": 0}}),
        ({"retrySettings": {"retryInterval": "1.5s"}}, {"retrySettings": {"retryInterval": "1.5s"}}),
        ({"refreshInterval": 3600}, {"refreshInterval": 3600}),
        ({"refreshInterval": "1h"}, {"refreshInterval": 3600}),
    ],
)
def test_what_is_not_set_is_left_out(keys: Raw, spec: Raw) -> None:
    assert StoreOptions.model_validate(keys, by_alias=True, by_name=False).spec() == spec


def test_programs_use_snake_case() -> None:
    options = StoreOptions(retry_settings=RetrySettings(max_retries=5), refresh_interval="1m")
    assert options.spec() == {"retrySettings": {"maxRetries": 5}, "refreshInterval": 60}


@pytest.mark.parametrize(
    ("keys", "problems"),
    [
        (
            {"conditions": [{"namespaceRegexes": [".*"]}]},
            [
                (
                    ".conditions: would let other namespaces use the store: ESO combines conditions with OR, and the "
                    "stack sets those of the organizations that use it; leave it out"
                )
            ],
        ),
        (
            {"retrySettings": {}},
            [".retrySettings: is empty; expected at least one of maxRetries, retryInterval"],
        ),
        ({"retrySettings": 5}, ['.retrySettings: must be a mapping, such as {maxRetries: 5, retryInterval: "10s"}']),
        (
            {"retrySettings": {"maxRetries": -1, "retryInterval": "often"}},
            [
                ".retrySettings.maxRetries: -1 must be 0 or more",
                f'.retrySettings.retryInterval: "often" is not a duration; {DURATION}',
            ],
        ),
        ({"retrySettings": {"maxRetries": "5"}}, [".retrySettings.maxRetries: must be a whole number, not a string"]),
        ({"refreshInterval": 0}, [".refreshInterval: 0 must be greater than zero"]),
        ({"refreshInterval": True}, [".refreshInterval: must be a string, not true or false"]),
        (
            {"refreshInterval": "1ms"},
            [f'.refreshInterval: "1ms" is not a whole number of seconds; {DURATION}'],
        ),
        (
            {"controller": "my class"},
            [
                (
                    '.controller: "my class" is not a controller class of ESO; expected letters, digits, "-", "_" and '
                    '".", such as default'
                )
            ],
        ),
        (
            {"retrySetings": {}},
            [f'.retrySetings: unknown key; did you mean "retrySettings"? expected one of: {STORE_KEYS}'],
        ),
    ],
)
def test_messages(keys: Raw, problems: list[str]) -> None:
    assert_rejected({"secretStores.default": {**AWS, **keys}}, *(f"{PLACE}{problem}" for problem in problems))


@pytest.mark.parametrize(
    ("store", "manager"),
    [
        (KUBERNETES, "kubernetes"),
        (azure(serviceAccountRef={"name": "a-{organization}", "namespace": "eso"}), "azure"),
        (gcp(projectID="acme-{organization}"), "gcp"),
        ({"fake": {"data": [{"key": "acme-git", "manual": "gitToken"}]}}, "fake"),
    ],
)
def test_managers_for_which_nothing_is_repeated(store: Raw, manager: str) -> None:
    text = rejection(raw({"secretStores.default": {**store, **RETRIES}}))
    assert f"  - {PLACE}: retrySettings has no effect with {manager}, {IDLE}" in text.splitlines()


@pytest.mark.parametrize(
    "store",
    [
        vault({"kubernetes": {"role": "a-{organization}", "serviceAccountRef": {"name": "eso", "namespace": "eso"}}}),
        custom("oracle", {"vault": "{organization}", "region": "eu-frankfurt-1"}),
    ],
)
def test_managers_that_repeat_calls(store: Raw) -> None:
    entry = settings({"secretStores.default": {**store, **RETRIES}}).secret_stores["default"]
    assert entry.options.spec() == RETRIES


def test_a_list_of_everything_is_refused_with_the_reason() -> None:
    """ESO's `find` lists the secrets of the manager, so the store needs rights over those of others."""
    assert_rejected(
        acme(external=[{"name": "sonar", "find": {"name": {"regexp": "^acme"}}, "dataFrom": []}]),
        f"{AT_ACME}.external[0].find: reads every secret of the manager that matches, those of other organizations "
        "included, and ESO needs permission to list them; name each secret in keys or extract",
        f"{AT_ACME}.external[0].dataFrom: is a list of ESO; write extract: [{{remoteKey: acme-sonar}}] for a whole "
        "JSON object",
    )
