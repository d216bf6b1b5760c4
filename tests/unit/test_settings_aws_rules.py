"""Managed stores of several organizations: exclusive paths, roles and secrets; every message in full."""

from __future__ import annotations

from components.openchoreo import V1
from tests.unit.aws_accounts import (
    ACCOUNT,
    OTHER_ISSUER,
    PATH,
    managed,
    with_account,
)
from tests.unit.releases import in_words
from tests.unit.samples import (
    AT_ACME,
    GIT,
    Edits,
    Raw,
    acme,
    assert_rejected,
    message,
    on_every_plane,
    raw,
    rejection,
    settings,
)


def two(first: Raw, second: Raw, one: str = "acme", other: str = "globex") -> Edits:
    """Two stores, each with an organization of its own."""
    stores = {"first": first, "second": second}
    organizations = [
        {"name": one, "secretStore": "first", "git": dict(GIT)},
        {"name": other, "secretStore": "second", "git": dict(GIT)},
    ]
    return {"aws": ACCOUNT, "secretStores": stores, "organizations": organizations}


def test_a_path_that_holds_another_organizations() -> None:
    """Each path is valid on its own; only with the names of the organizations does one contain the other."""
    edits = two(managed(path="{organization}/"), managed(path=PATH), "org", "acme")
    assert_rejected(
        edits,
        'secretStores.first.aws.managed.path: "org/" of the organization "org" contains "org/acme/" of the '
        'organization "acme" in the store "second", whose secrets it could read; use separate paths',
    )
    assert settings(two(managed(path="{organization}/"), managed(path=PATH), "orga", "acme"))


def test_the_same_path_in_two_services_is_two_paths() -> None:
    assert settings(two(managed("ParameterStore"), managed(), "acme", "globex"))


def test_two_stores_with_one_role() -> None:
    assert_rejected(
        two(
            managed(roleName="R-{organization}"),
            managed(path="two/{organization}/", roleName="r-a{organization}"),
            "ab",
            "b",
        ),
        'secretStores.second.aws.managed.roleName: "r-ab" of the organization "b" is also the role of the organization '
        '"ab" in the store "first", because IAM ignores case; use another name',
    )


def test_a_default_role_name_that_is_none() -> None:
    """The store's and the organization's names are right, and together too long, or have a dot."""
    store = "s" * 40
    organization = {"name": "o" * 30, "secretStore": store, "git": dict(GIT)}
    role = f"eso-{store}-{organization['name']}"
    assert_rejected(
        {"aws": ACCOUNT, "secretStores": {store: managed()}, "organizations": [organization]},
        f'secretStores.{store}.aws.managed.roleName: "{role[:60]}"… (75 characters) of the organization '
        f'"{organization["name"]}" is not a name of a role: letters, digits, _ and -, at most 64 characters; '
        "set roleName",
    )
    dotted = {"name": "acme", "secretStore": "eu.builds", "git": dict(GIT)}
    stores = {"eu.builds": managed()}
    assert_rejected(
        {"aws": ACCOUNT, "secretStores": stores, "organizations": [dotted]},
        'secretStores.eu.builds.aws.managed.roleName: "eso-eu.builds-acme" of the organization "acme" is not a name of '
        "a role: letters, digits, _ and -, at most 64 characters; set roleName",
    )


def test_a_secret_that_two_stores_would_make() -> None:
    pull = {"componentTypes": ["service"], "secretStore": "second", "dockerConfig": dict(GIT)}
    stores = {"first": managed(), "second": managed()}
    edits = {**on_every_plane(git=dict(GIT), secretStore="first", pullSecret=pull), "secretStores": stores}
    account = {**ACCOUNT, "dataPlane": {"oidcProvider": OTHER_ISSUER}}
    assert_rejected(
        {**edits, "aws": account},
        'secretStores.second.aws.managed.path: "org/acme/acme-git" of the organization "acme" is also created by '
        'the store "first"; use another path, or containers: false in one of them',
    )
    by_hand = {"first": managed(), "second": managed(containers=False)}
    assert settings({**edits, "aws": account, "secretStores": by_hand})


def test_a_key_that_is_too_long_with_its_path() -> None:
    edits = with_account(**acme(git={"remoteKey": "k" * 510}))
    assert_rejected(
        edits,
        f'{AT_ACME}: remoteKey "{"k" * 60}"… (510 characters) with the prefix "org/acme/" is not a name of AWS '
        "Secrets Manager: letters, digits and /_+=.@!-, at most 512 characters, or an ARN without prefix "
        '(store "default")',
    )


PULL = {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "acme-pull"}}


def test_another_cluster_signs_in_as_another() -> None:
    edits = {**on_every_plane(pullSecret={**PULL, "secretStore": "default"}), **with_account()}
    edits["organizations"].append({"name": "globex", "git": dict(GIT)})
    assert_rejected(
        edits,
        f'{AT_ACME}.pullSecret: reads through the managed store "default" on the data plane, whose cluster has '
        "its own sign-in to AWS; set aws.dataPlane",
    )
    assert settings({**edits, "aws": {**ACCOUNT, "dataPlane": {"oidcProvider": OTHER_ISSUER}}})
    one = {"context": "dev"}
    assert settings({**edits, "clusters": {"buildPlane": one, "controlPlane": one, "dataPlane": one}})


def test_names_that_openchoreo_would_have_to_know() -> None:
    unique = with_account(managed(uniqueNames=True))
    one = {"context": "dev"}
    clusters = {"clusters": {"buildPlane": one, "controlPlane": one, "dataPlane": one}}
    workflows = {"componentWorkflows": {"names": ["docker"]}, "git": dict(GIT)}
    said = "has uniqueNames, and OpenChoreo needs the names before they are chosen; use"
    assert_rejected(
        {**unique, **clusters, **acme(**workflows, pullSecret={**PULL, "secretStore": "default"})},
        f'{AT_ACME}.componentWorkflows: the store "default" {said} uniqueNames: false, or no componentWorkflows',
        f'{AT_ACME}.pullSecret: the store "default" {said} uniqueNames: false, or delivery namespace',
    )
    assert settings({**unique, **clusters, **acme(pullSecret={**PULL, "delivery": "namespace"})})
    project = {**PULL, "delivery": "project", "clusterProjectTypes": ["default"]}
    newer = in_words(raw({**unique, **clusters, **acme(pullSecret=project)}), V1)
    assert rejection(newer) == message(
        f'namespaces[0] ("acme").pullSecret: the store "default" {said} uniqueNames: false, or delivery namespace'
    )
