"""Whatever the configuration: it becomes settings, or one `SettingsError`, and nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from components.errors import Problem, SettingsError
from components.managers.cluster_secret_store import render_store
from components.managers.fake import FakeStore
from components.managers.manager import Endpoint
from components.openchoreo import find_release
from components.plan.stack import plan_stack
from components.plan.stores import plan_stores
from components.polling.estimate import estimate_polling
from components.polling.report import describe_load
from components.settings.parsing import parse
from components.settings.stack import StackSettings
from tests.unit.credential_samples import GIT_KINDS, SERVICES
from tests.unit.full_configuration import FULL
from tests.unit.managers import AWS_OWN, AZURE_OWN, GCP_OWN, ONEPASSWORD, VAULT_OWN
from tests.unit.samples import GIT, MANUAL, SOURCE

FAST = hypothesis_settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

WORDS = [
    "organizations", "secretStores", "clusters", "buildPlane", "context", "name", "git", "remoteKey", "manual", "keys",
    "registries", "server", "username", "password", "external", "kubernetes", "fake", "data", "key", "url", "caBundle",
    "refreshInterval", "fromKubeconfig", "[key]", "gitToken", "acme", "1h", "shared", "", "a/b", "ünï", "\x00",
    "basicAuth", "ssh", "githubApp", "knownHosts", "provider", "generic", "policies", "creationPolicy", "extract",
    "template", "type", "labels", "kubernetes.io/tls",
    "\ud800", "{organization}", "aws", "auth", "role", "onepassword", "serviceAccount", "namespace",
]  # fmt: skip
CLOUD = {"aws": AWS_OWN, "vault": VAULT_OWN, "azure": AZURE_OWN, "gcp": GCP_OWN, "custom": ONEPASSWORD}
TEXT = st.sampled_from(WORDS) | st.text(max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
CONFIGURATIONS = st.dictionaries(TEXT, TREES, max_size=6)

NOT_ENGLISH = ("pydantic", "input should", "string should", "should match", "[a-z", "[0-9", "(?:", "\\s", "\\w")
"""What the validation library writes, and what regular expressions have."""

ENDPOINT = Endpoint("https://127.0.0.1:6443", "Q0E=")
Place = tuple[Any, Any]


def _places(tree: Any) -> list[Place]:
    """Every (container, key) of a tree."""
    if isinstance(tree, dict):
        pairs: list[Any] = list(tree.items())
    elif isinstance(tree, list):
        pairs = list(enumerate(tree))
    else:
        return []
    return [(tree, key) for key, _ in pairs] + [place for _, value in pairs for place in _places(value)]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A right configuration with up to three subtrees replaced, taken out, put in or moved."""
    config = deepcopy(FULL)
    config["secretStores"] |= deepcopy(CLOUD)
    config["organizations"][0]["git"] = deepcopy(draw(st.sampled_from([GIT, *GIT_KINDS.values()])))
    config["organizations"][0]["external"] += deepcopy(
        draw(st.lists(st.sampled_from([*SERVICES.values()]), max_size=1))
    )
    config["organizations"][0]["secretStore"] = draw(st.sampled_from(sorted(config["secretStores"])))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(config)
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        other, from_key = draw(st.sampled_from(places))
        tree = draw(TREES | st.just(deepcopy(other[from_key])))
        match draw(st.sampled_from(["replace", "delete", "insert"])):
            case "replace":
                container[key] = tree
            case "delete":
                del container[key]
            case _ if isinstance(container, list):
                container.insert(key, tree)
            case _:
                container[draw(TEXT)] = tree
    return config


def _settings_or_problems(config: dict[str, Any]) -> StackSettings | None:
    """The one thing that holds for all input; what is found is checked for what a message promises."""
    before = repr(config)
    found: StackSettings | None = None
    problems: tuple[Problem, ...] = ()
    try:
        found = parse(config, source=SOURCE, manual_names=MANUAL)
    except SettingsError as error:
        problems = error.problems
    assert repr(config) == before
    assert bool(problems) == (found is None)
    assert all(problem.path and problem.message and str(problem).isprintable() for problem in problems)
    assert not [problem for problem in problems for words in NOT_ENGLISH if words in problem.message.lower()]
    return found


@given(config=CONFIGURATIONS)
@FAST
def test_arbitrary_configuration(config: dict[str, Any]) -> None:
    _settings_or_problems(config)


@given(config=mutated())
@FAST
def test_mutated_configuration(config: dict[str, Any]) -> None:
    found = _settings_or_problems(config)
    if found is None:
        return
    release = find_release(found.release)
    assert all(len(release.build_namespace(each.name)) <= 63 for each in found.organizations)
    allowed = {release.build_namespace(each.name) for each in found.organizations}
    planned = plan_stores(found, release)
    assert all(set(store.namespaces) <= allowed and store.keys for store in planned)
    for store in planned:
        made = [*store.identity, render_store(store, dict.fromkeys(MANUAL), ENDPOINT)]
        assert isinstance(store.manager, FakeStore) or "{organization}" not in repr(made)
    load = estimate_polling(plan_stack(found, release))
    assert describe_load(load).isascii()
    assert all(each.calls_per_second >= 0 for each in load.polls)


SEGMENT = st.from_regex(r"[ab]", fullmatch=True)
NAME = st.lists(SEGMENT, min_size=1, max_size=3).map("-".join)
STORE = st.sampled_from(["organization", "shared"])


@given(
    stores=st.dictionaries(NAME, STORE, min_size=1, max_size=4),
    names=st.sets(NAME, min_size=1, max_size=4),
    data=st.data(),
)
@FAST
def test_a_store_serves_only_the_organizations_that_name_it(
    stores: dict[str, str], names: set[str], data: st.DataObject
) -> None:
    """Whatever the names: an organization's keys are planned for its own namespace, or for a store that is shared."""
    uses = {name: data.draw(st.sampled_from(sorted(stores)), label=name) for name in sorted(names)}
    config = {
        "clusters": {"buildPlane": {"context": "dev"}},
        "secretStores": {
            name: {"scope": scope, "kubernetes": {"remoteNamespace": "secret-manager"}}
            for name, scope in stores.items()
        },
        "organizations": [
            {"name": name, "secretStore": store, "git": {"remoteKey": f"key-{name}"}} for name, store in uses.items()
        ],
    }
    found = _settings_or_problems(config)
    if found is None:
        return
    for planned in plan_stores(found, find_release(found.release)):
        assert len({uses[name] for name in planned.organizations}) == 1
        assert found.secret_stores[uses[planned.organizations[0]]].scope == "shared" or len(planned.organizations) == 1
