"""Namespaces of others, which no setting may name: every form, every message, and names that look alike."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from components.openchoreo import RELEASES, V0_9, Release
from components.openchoreo.namespaces import (
    describe_build_namespace,
    describe_data_plane_namespace,
    describe_platform_namespace,
    guess_organization,
    list_control_namespaces,
)
from components.settings.warnings import list_warnings
from tests.unit.managers import custom, vault
from tests.unit.releases import in_words, on_each_release, word
from tests.unit.samples import (
    CA_BUNDLE,
    GIT,
    SOURCE,
    Edits,
    Raw,
    acme,
    assert_rejected,
    on_every_plane,
    raw,
    rejection,
    settings,
)

BUILD = "is the build namespace of an organization"
READERS = "could read, use or replace what is in it; use another namespace"
BUILDS = f"{BUILD}, whose builds {READERS}"
WORKLOADS = f"has the name of a namespace of workloads, whose developers {READERS}"
CONTROL = f"is the namespace of an organization on the control plane, whose users {READERS}"

OTHERS = [
    pytest.param("openchoreo-ci-acme", BUILDS, id="builds-of-the-organization"),
    pytest.param("openchoreo-ci-globex", BUILDS, id="builds-of-another-stack"),
    pytest.param("workflows-globex", BUILDS, id="builds-of-another-release"),
    pytest.param("dp-globex-default-development-0f3c2a91", WORKLOADS, id="workloads"),
    pytest.param("acme", CONTROL, id="control-plane"),
    pytest.param("kube-system", f"belongs to Kubernetes, whose users {READERS}", id="kube-system"),
    pytest.param("kube-public", f"belongs to Kubernetes, whose users {READERS}", id="kube-public"),
    pytest.param("kube-node-lease", f"belongs to Kubernetes, whose users {READERS}", id="kube-node-lease"),
    pytest.param("default", f"belongs to Kubernetes, whose users {READERS}", id="default"),
    pytest.param("openchoreo-control-plane", f"belongs to OpenChoreo, whose users {READERS}", id="openchoreo"),
]


@pytest.mark.parametrize(("namespace", "problem"), OTHERS)
def test_sources_in_a_namespace_of_others(namespace: str, problem: str) -> None:
    assert_rejected(
        {"secretStores.default": {"kubernetes": {"remoteNamespace": namespace}}},
        f'secretStores.default.kubernetes.remoteNamespace: "{namespace}" {problem}',
    )


@pytest.mark.parametrize(("namespace", "problem"), OTHERS)
def test_identities_in_a_namespace_of_others(namespace: str, problem: str) -> None:
    login = {"kubernetes": {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": namespace}}}
    assert_rejected(
        {"secretStores.default": vault(login)},
        f'secretStores.default.vault.auth.kubernetes.serviceAccount.identityNamespace: "{namespace}" {problem}',
    )


@pytest.mark.parametrize(
    ("block", "namespace", "problem"),
    [
        pytest.param({"remoteNamespace": "{organization}"}, "acme", CONTROL, id="by-its-placeholder"),
        pytest.param({"remoteNamespace": "dp-{organization}-x"}, "dp-acme-x", WORKLOADS, id="workloads"),
        pytest.param({}, "default", f"belongs to Kubernetes, whose users {READERS}", id="the-default-of-eso"),
    ],
)
def test_sources_of_a_custom_store(block: Raw, namespace: str, problem: str) -> None:
    assert_rejected(
        {"secretStores.default": custom("kubernetes", {**block, "server": {"url": "https://{organization}"}})},
        f'secretStores.default.custom.kubernetes.remoteNamespace: "{namespace}" {problem}',
    )


BY_HAND: Raw = {
    "componentTypes": ["service"],
    "delivery": "manual",
    "registries": [{"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}],
}
USE = "use a namespace of the organization's workloads"


@on_each_release
@pytest.mark.parametrize(
    ("namespace", "problem"),
    [
        pytest.param("openchoreo-ci-globex", BUILD, id="builds-of-another-stack"),
        pytest.param("workflows-globex", BUILD, id="builds-of-another-release"),
        pytest.param("acme", "is the namespace of an organization on the control plane", id="control-plane"),
        pytest.param("kube-system", "belongs to Kubernetes", id="kubernetes"),
        pytest.param("openchoreo-data-plane", "belongs to OpenChoreo", id="openchoreo"),
    ],
)
def test_manual_pull_secrets_in_a_namespace_of_others(namespace: str, problem: str, release: Release) -> None:
    words = in_words(raw(on_every_plane(pullSecret={**BY_HAND, "namespaces": [namespace]})), release)
    where = word(release, "organizations")
    assert rejection(words) == (
        f"{SOURCE}: 1 problem; nothing was changed\n"
        f'  - {where}[0] ("acme").pullSecret.namespaces[0]: "{namespace}" {problem}; {USE}'
    )


ONE: Raw = {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")}
TWO: Raw = {**ONE, "dataPlane": {"context": "data"}}
SOURCES: Raw = {"kubernetes": {"remoteNamespace": "sm"}}
OTHER_SERVER: Raw = {
    "kubernetes": {"remoteNamespace": "sm", "server": {"url": "https://a.example", "caBundle": CA_BUNDLE}}
}
LOGIN: Raw = {"kubernetes": {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": "sm"}}}
CUSTOM: Raw = custom("kubernetes", {"remoteNamespace": "sm-{organization}", "server": {"url": "https://a.example"}})
PULLED: Raw = {
    "name": "globex",
    "pullSecret": {"componentTypes": ["service"], "secretStore": "org", "dockerConfig": {"remoteKey": "globex-pull"}},
}
BUILT: Raw = {"name": "globex", "secretStore": "org", "git": {"remoteKey": "globex-git"}}


def _beside(clusters: Raw, store: Raw, user: Raw, namespace: str) -> Edits:
    organizations = [{"name": "acme", "pullSecret": {**BY_HAND, "namespaces": ["team-a", namespace]}}, user]
    return {"clusters": clusters, "secretStores": {"org": store}, "organizations": organizations}


@pytest.mark.parametrize("isolation", ["shared", "store", "strict"])
@pytest.mark.parametrize("clusters", [pytest.param(ONE, id="one-cluster"), pytest.param(TWO, id="two-clusters")])
def test_manual_pull_secrets_beside_the_sources_of_pull_stores(clusters: Raw, isolation: str) -> None:
    assert_rejected(
        {**_beside(clusters, SOURCES, PULLED, "sm"), "isolation": isolation},
        _beside_stores("sm", "kubernetes.remoteNamespace"),
    )


def _beside_stores(namespace: str, place: str) -> str:
    return (
        f'organizations[0] ("acme").pullSecret.namespaces[1]: "{namespace}" has sources or identities of stores '
        f"(secretStores.org.{place}), which could read the Secret for other organizations; {USE}"
    )


@pytest.mark.parametrize(
    ("store", "namespace", "place"),
    [
        pytest.param(SOURCES, "sm", "kubernetes.remoteNamespace", id="sources"),
        pytest.param(OTHER_SERVER, "sm", "kubernetes.remoteNamespace", id="another-address-of-a-server"),
        pytest.param(vault(LOGIN), "sm", "vault.auth.kubernetes.serviceAccount.identityNamespace", id="identities"),
        pytest.param(CUSTOM, "sm-globex", "custom.kubernetes.remoteNamespace", id="by-its-placeholder"),
    ],
)
def test_manual_pull_secrets_beside_what_stores_read(store: Raw, namespace: str, place: str) -> None:
    assert_rejected(_beside(ONE, store, BUILT, namespace), _beside_stores(namespace, place))
    assert settings(_beside(TWO, store, BUILT, namespace))


def test_manual_pull_secrets_beside_a_store_with_a_mistake() -> None:
    edits = _beside(ONE, {"kubernetes": {"remoteNamespace": "SM"}}, BUILT, "sm")
    edits["secretStores"]["more"] = SOURCES
    problem = _beside_stores("sm", "kubernetes.remoteNamespace").replace("secretStores.org", "secretStores.more")
    said = rejection(raw(edits))
    assert said.startswith(f"{SOURCE}: 2 problems")
    assert said.endswith(problem)


@pytest.mark.parametrize(
    ("organization", "namespace", "whose"),
    [
        pytest.param("acme", "dp-acme-default-development-0f3c2a91", None, id="own"),
        pytest.param("acme", "dp-acme", None, id="own-without-more"),
        pytest.param("acme", "dp-acme2-default-development-0f3c2a91", 'the organization "acme2"', id="acme2"),
        pytest.param("acme", "dp-acme-corp-web-0f3c2a91", 'the organization "acme-corp"', id="acme-corp-or-a-project"),
        pytest.param("acme-corp", "dp-acme-corp-web-0f3c2a91", None, id="the-longest-name-is-its-own"),
        pytest.param("acme-corp", "dp-acme-web-0f3c2a91", 'the organization "acme"', id="acme"),
        pytest.param("acme", "dp-globex-web-0f3c2a91", "another organization", id="of-another-stack"),
        pytest.param("acme", "team-a", None, id="no-name-of-openchoreo"),
    ],
)
def test_names_that_look_like_another_organization_s(organization: str, namespace: str, whose: str | None) -> None:
    """The name warns; the label on the live namespace decides."""
    edits = on_every_plane()
    edits["organizations"] = [
        {"name": name, "git": {"remoteKey": f"{name}-git"}} for name in ("acme", "acme2", "acme-corp")
    ]
    (user,) = (user for user in edits["organizations"] if user["name"] == organization)
    user["pullSecret"] = {**BY_HAND, "namespaces": [namespace]}
    index = edits["organizations"].index(user)
    warning = (
        f'organizations[{index}] ("{organization}").pullSecret.namespaces[0]: "{namespace}" has the name of a '
        f"namespace of {whose}; the update refuses it if its label does not name {organization}"
    )
    assert list(list_warnings(settings(edits))) == ([] if whose is None else [warning])


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=6, unique=True)


@given(NAMES, LABELS, st.data())
def test_a_name_fits_its_organization_or_a_longer_one(names: list[str], rest: str, data: st.DataObject) -> None:
    """No name of workloads is taken for that of an organization whose own prefix it does not have."""
    owner = data.draw(st.sampled_from(names))
    namespace = f"dp-{owner}-{rest}"
    likely = guess_organization(namespace, names, V0_9)
    assert likely is not None
    assert len(likely) >= len(owner)
    assert namespace == f"dp-{likely}" or namespace.startswith(f"dp-{likely}-")


@given(NAMES, LABELS)
def test_a_longer_name_is_not_a_shorter_one(names: list[str], more: str) -> None:
    """``acme2`` is no beginning of ``acme``, and the other way round."""
    for name in names:
        likely = guess_organization(f"dp-{name}{more}-web", [name], V0_9)
        assert likely is None or more.startswith("-")


@given(LABELS, st.sampled_from(sorted(RELEASES)))
def test_the_build_namespace_of_every_organization_is_known_on_every_release(name: str, release: str) -> None:
    for own in RELEASES.values():
        assert describe_build_namespace(RELEASES[release].build_namespace(name), own) == BUILD


@given(LABELS)
def test_no_other_namespace_is_one_of_others(name: str) -> None:
    namespace = f"x{name}"
    assert describe_build_namespace(namespace, V0_9) is None
    assert describe_data_plane_namespace(namespace, V0_9) is None
    assert describe_platform_namespace(namespace, list_control_namespaces([name], V0_9)) is None


def test_a_namespace_of_its_own_is_fine() -> None:
    assert settings({"secretStores.default": {"kubernetes": {"remoteNamespace": "openchoreo"}}, **acme(git=GIT)})
