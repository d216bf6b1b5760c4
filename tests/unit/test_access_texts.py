"""Texts that others chose: no credential in any report, and no control character on a terminal."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from components.access.documents import build_document
from components.access.model import Crossing, Difference, Edge, OrganizationAccess, Reacher, Report
from components.access.picture import draw_picture
from components.access.texts import clean_data, clean_lines, hide_credentials
from components.access.wording import format_report
from tests.unit.access_samples import (
    account,
    binding,
    deployed,
    external_secret,
    named,
    organization,
    plan,
    report,
    role,
    store,
)
from tests.unit.samples import CANARY

BOTH = plan(organization("acme"), organization("acme2"))
CONTROL = ["\x1b[2J\x1b[31m", "\n", "\r\n", "\a", "\t", "\b", "\x00", "\x7f", "\x9b31m", "\u202e", "\u2066", "\u2028"]
FORGED = "FORGED: no organization can reach another one"
HOSTILE = st.lists(
    st.sampled_from(
        [*CONTROL, f"\n{FORGED}\n", f"https://u:{CANARY}@vault", "ü", "a", " ", ": ", "/", "<b>", "\ud800"]
    ),
    min_size=1,
    max_size=6,
).map("".join)
"""Control characters of a terminal, line breaks, bidirectional overrides, half a character, and a password in a URL."""
WHERE = st.sampled_from(
    [f"u:{CANARY}@", f"{CANARY}@", f"u:a@{CANARY}@", f"u:a/{CANARY}@", f"u:a?{CANARY}#@", f"u:1/{CANARY}@"]
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("secret-manager: org/acme#git", "secret-manager: org/acme#git", id="a-key"),
        pytest.param("team@example.com", "team@example.com", id="an-address-of-mail"),
        pytest.param("vault https://v:8200 kv: a@b", "vault https://v:8200 kv: a@b", id="a-key-after-a-url"),
        pytest.param("https://u:p@v/x", "https://v/x", id="user-and-password"),
        pytest.param("https://token@v", "https://v", id="a-token-as-user"),
        pytest.param("https://u:p@q@v", "https://v", id="an-at-in-the-password"),
        pytest.param("https://u:p\nq@v", "https://v", id="a-line-break-in-the-password"),
        pytest.param("https://u:p/q@v", "https://(value not shown)@v", id="a-slash-in-the-password"),
        pytest.param("https://a:b@c https://d:e@f", "https://c https://f", id="two"),
        pytest.param("ghp_0123456789abcdefABCD", "(value not shown)", id="a-token"),
    ],
)
def test_credentials_are_hidden(text: str, shown: str) -> None:
    assert hide_credentials(text) == shown


def _list_texts(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if is_dataclass(tree):
        return [text for item in fields(tree) for text in _list_texts(getattr(tree, item.name))]
    return [text for item in tree for text in _list_texts(item)] if isinstance(tree, tuple) else []


def _everywhere(text: str) -> Report:
    """A report with a text in every field that has texts."""
    names = (text, text)
    return Report(
        text,
        (OrganizationAccess(text, names, names, names, names),),
        (Edge(text, text, text, text, text, text, text), Edge(text, text, text, "", "", text, text)),
        (Crossing("shared-store", "live", names, (text, "acme"), text, text, text, text, names, text, text),),
        (Reacher(text, text, text, text, text, 2),),
        (Difference(text, text, text, text),),
        (Difference(text, text, text, text),),
        names,
        text,
        {"Namespace": 1},
        (Crossing("store-conditions", "live", names, (text, "acme"), text, text, text, text, names, text, text),),
    )


@settings(deadline=None)
@given(HOSTILE)
def test_every_field_is_cleaned(text: str) -> None:
    hostile = _everywhere(text)
    assert [item for item in _list_texts(clean_lines(hostile)) if not item.isprintable() or CANARY in item] == []
    assert [item for item in _list_texts(clean_data(hostile)) if CANARY in item] == []
    assert clean_data(hostile).objects == clean_lines(hostile).objects == hostile.objects
    printed, harmless = format_report(hostile).splitlines(), format_report(_everywhere("a")).splitlines()
    assert len(printed) == len(harmless)
    assert all(map(str.isprintable, printed))
    assert not any(line.startswith(FORGED) for line in printed)
    picture = draw_picture(hostile)
    assert all(map(str.isprintable, picture.splitlines()))
    assert CANARY not in picture + format_report(hostile) + json.dumps(build_document(hostile))


@settings(deadline=None)
@given(HOSTILE, WHERE)
def test_objects_of_a_cluster(text: str, user: str) -> None:
    """A tenant chooses keys and names; a store of somebody else has a password in its address."""
    login = {"mountPath": text, "role": text, "serviceAccountRef": {"name": text, "namespace": text}}
    address = f"https://{user}vault.example"
    vault = {"server": address, "namespace": text, "path": text, "auth": {"kubernetes": login}}
    azure = {"vaultUrl": address, "serviceAccountRef": {"name": text}, "identityId": text}
    condition = {
        "namespaceRegexes": [".*"],
        "namespaceSelector": {"matchExpressions": [{"key": text, "operator": text}]},
    }
    objects = [
        store("a", provider={"vault": vault}, conditions=[condition]),
        store("b", provider={"azurekv": azure}),
        store(
            "c",
            provider={text: {"url": address, "auth": {"name": text, "key": text}}},
            conditions=[{"namespaces": [text]}],
        ),
        external_secret(text, "openchoreo-ci-acme", "org-acme2", text),
        external_secret("x", "openchoreo-ci-acme", text, text, kind=text),
        named(
            "PushSecret",
            "y",
            "openchoreo-ci-acme",
            spec={
                "secretStoreRefs": [{"kind": "ClusterSecretStore", "name": "a"}],
                "data": [{"match": {"remoteRef": {"remoteKey": text}}}],
            },
        ),
        role("ClusterRole", text, None, ("", "secrets", "get", ())),
        binding(
            "ClusterRoleBinding",
            text,
            None,
            ("ClusterRole", text),
            account("openchoreo-ci-acme", text),
            {"kind": "User", "name": text},
        ),
    ]
    result = report(BOTH, deployed(BOTH, *objects, namespaces={"other": {"l": text}}))
    assert {item.reason for item in result.crossings} >= {"shared-store", "rbac"}
    printed = format_report(result)
    assert all(map(str.isprintable, printed.split("\n")))
    assert not any(line.startswith(FORGED) for line in printed.split("\n"))
    assert CANARY not in printed + draw_picture(result) + json.dumps(build_document(result))


def test_a_store_with_user_info_signs_in_as_the_same_identity() -> None:
    """The secret manager does not see a user name in front of its host."""
    block = {
        "path": "kv",
        "auth": {"kubernetes": {"role": "eso-{organization}", "serviceAccount": {"identityNamespace": "eso"}}},
    }
    planned = plan(
        organization("acme"), organization("acme2"), stores={"org": {"vault": {"server": "https://v", **block}}}
    )
    login = {"mountPath": "kubernetes", "role": "eso-acme2", "serviceAccountRef": {"name": "x", "namespace": "eso"}}
    foreign = store(
        "s",
        provider={"vault": {"server": f"https://u:{CANARY}@v", "path": "kv", "auth": {"kubernetes": login}}},
        conditions=[{"namespaces": ["openchoreo-ci-acme"]}],
    )
    crossings = [
        item for item in report(planned, deployed(planned, foreign)).crossings if item.reason == "shared-identity"
    ]
    assert [(item.readers, item.owners, item.store) for item in crossings] == [
        (("acme",), ("acme2",), "ClusterSecretStore s")
    ]


def test_a_clean_report_stays_as_it_is() -> None:
    result = replace(report(BOTH, deployed(BOTH)), skipped="note")
    assert clean_lines(result) == clean_data(result) == result
