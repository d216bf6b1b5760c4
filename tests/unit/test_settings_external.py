"""External services: what fits together, every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.samples import AT_ACME, GIT, NOT_A_DATA_KEY, REMOTE_KEYS, Raw, acme, assert_rejected, organization

TLS = "kubernetes.io/tls"
NOT_A_LABEL_KEY = 'is not a label key; expected [domain/]name, the name up to 63 letters, digits, "-", "_" and "."'


def _external(**keys: Any) -> Raw:
    return acme(external=[{"name": "nexus", **keys}])


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param({}, "names no value; expected at least one of keys, extract", id="nothing"),
        pytest.param({"keys": {}}, "names no value; expected at least one of keys, extract", id="no-keys"),
        pytest.param(
            {"template": {"a": "b"}},
            "names no value; expected at least one of keys, extract",
            id="template-of-nothing",
        ),
        pytest.param(
            {"keys": {"a": {"manual": "gitToken"}}, "extract": [GIT]},
            "mixes extract and manual in one Secret; use one of them",
            id="extract-and-manual",
        ),
        pytest.param(
            {"keys": {"a": {"manual": "gitToken"}}, "template": {"a": "b"}},
            "template has no effect on a manual secret; leave it out",
            id="template-and-manual",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "mergePolicy": "Merge"},
            "mergePolicy has no effect without template; leave it out",
            id="merge-without-template",
        ),
        pytest.param(
            {"keys": {"a": GIT, "b": GIT, "c": GIT}, "template": {"c": "x", "b": "y"}, "mergePolicy": "Merge"},
            'the key "b" comes from keys and template; with mergePolicy Merge use only one of them',
            id="two-sources-of-one-key",
        ),
        pytest.param(
            {"extract": [GIT, {"remoteKey": "b"}, GIT]},
            "extract[2] has the same keys as extract[0]; remove one of them",
            id="an-object-twice",
        ),
        pytest.param(
            {"keys": {"tls.crt": GIT}, "type": TLS},
            "type kubernetes.io/tls requires the key tls.key",
            id="tls-without-key",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "type": TLS},
            "type kubernetes.io/tls requires the keys tls.crt and tls.key",
            id="tls-without-both",
        ),
        pytest.param(
            {"keys": {"tls.crt": GIT, "tls.key": GIT}, "template": {"a": "b"}, "type": TLS},
            "type kubernetes.io/tls requires the keys tls.crt and tls.key",
            id="keys-that-the-template-leaves-out",
        ),
        pytest.param(
            {"extract": [GIT], "template": {"a": "b"}, "type": TLS},
            "type kubernetes.io/tls requires the keys tls.crt and tls.key",
            id="objects-that-the-template-leaves-out",
        ),
        pytest.param(
            {"keys": {"user": GIT}, "type": "kubernetes.io/basic-auth"},
            "type kubernetes.io/basic-auth requires at least one of the keys username, password",
            id="basic-auth",
        ),
        pytest.param(
            {"keys": {"id_rsa": GIT}, "type": "kubernetes.io/ssh-auth"},
            "type kubernetes.io/ssh-auth requires the key ssh-privatekey",
            id="ssh-auth",
        ),
        pytest.param(
            {"keys": {"config.json": GIT}, "type": "kubernetes.io/dockerconfigjson"},
            "type kubernetes.io/dockerconfigjson requires the key .dockerconfigjson",
            id="docker-config",
        ),
        pytest.param(
            {"keys": {"config.json": GIT}, "type": "kubernetes.io/dockercfg"},
            "type kubernetes.io/dockercfg requires the key .dockercfg",
            id="docker-config-of-old",
        ),
        pytest.param(
            {"keys": {"tls.crt": {"manual": "gitToken"}}, "type": TLS},
            "type kubernetes.io/tls requires the key tls.key",
            id="manual",
        ),
        pytest.param(
            {"keys": {"password": GIT}, "type": "kubernetes.io/basic-auth", "policies": {"creationPolicy": "Merge"}},
            "type has no effect with creationPolicy Merge, which keeps the existing type; leave it out",
            id="type-of-somebody-elses-secret",
        ),
    ],
)
def test_service(keys: Raw, problem: str) -> None:
    assert_rejected(_external(**keys), f"{AT_ACME}.external[0]: {problem}")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param(
            {"keys": {"a": GIT}, "template": {"a": ""}},
            "template.a: is empty; expected at least one character",
            id="empty-template",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "template": {}}, "template: is empty; expected at least one entry", id="no-template"
        ),
        pytest.param(
            {"keys": {"a": GIT}, "template": {"a/b": "c"}},
            f'template.a/b: "a/b" {NOT_A_DATA_KEY}',
            id="key-of-a-template",
        ),
        pytest.param({"extract": [{**GIT, "prefix": "a/"}]}, f'extract[0].prefix: "a/" {NOT_A_DATA_KEY}', id="prefix"),
        pytest.param(
            {"extract": [{**GIT, "prefix": "a", "conversion": "Unicode"}]},
            "extract[0]: conversion Unicode does not work with prefix, because ESO cannot convert the keys then; use "
            "Default",
            id="conversion-with-a-prefix",
        ),
        pytest.param(
            {"extract": [{"manual": "gitToken", **GIT}]},
            f"extract[0].manual: unknown key; expected one of: {REMOTE_KEYS}, prefix, conversion",
            id="manual-object",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "type": "kubernetes.io/service-account-token"},
            'type: "kubernetes.io/service-account-token" holds a token of a ServiceAccount, which '
            "Kubernetes fills in itself; use another type",
            id="token-of-a-service-account",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "type": "a b"},
            'type: "a b" is not a type of Secret; '
            "expected a name such as Opaque or kubernetes.io/tls, 253 characters at most",
            id="type-with-a-blank",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "labels": {"a b": ""}}, f'labels.a b: "a b" {NOT_A_LABEL_KEY}', id="key-of-a-label"
        ),
        pytest.param(
            {"keys": {"a": GIT}, "labels": {"a": "b c"}},
            'labels.a: "b c" is not a label value; expected letters, digits, "-", "_" and ".", at most 63 characters, '
            "or an empty text",
            id="value-of-a-label",
        ),
        *(
            pytest.param(
                {"keys": {"a": GIT}, "labels": {f"{domain}/a": "b"}},
                f'labels.{domain}/a: "{domain}/a" belongs to {domain}; use a prefix of another domain, or none',
                id=f"label-of-{domain}",
            )
            for domain in ("openchoreo-secrets", "openchoreo.dev", "kubernetes.io", "k8s.io")
        ),
        pytest.param(
            {"keys": {"a": GIT}, "labels": {"reconcile.external-secrets.io/managed": "false"}},
            'labels.reconcile.external-secrets.io/managed: "reconcile.external-secrets.io/managed" belongs to '
            "external-secrets.io; use a prefix of another domain, or none",
            id="label-of-the-operator",
        ),
        pytest.param(
            {"keys": {"a": GIT}, "annotations": {"kubernetes.io/service-account.name": "default"}},
            'annotations.kubernetes.io/service-account.name: "kubernetes.io/service-account.name" belongs to '
            "kubernetes.io; use a prefix of another domain, or none",
            id="annotation-of-kubernetes",
        ),
    ],
)
def test_part(keys: Raw, problem: str) -> None:
    assert_rejected(_external(**keys), f"{AT_ACME}.external[0].{problem}")


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"extract": [GIT], "type": TLS}, id="the-object-may-have-the-keys"),
        pytest.param(
            {"extract": [GIT], "template": {"a": "b"}, "mergePolicy": "Merge", "type": TLS}, id="beside-a-template"
        ),
        pytest.param(
            {"keys": {"a": GIT}, "template": {"tls.crt": "x", "tls.key": "y"}, "type": TLS}, id="made-by-the-template"
        ),
        pytest.param(
            {"keys": {"tls.key": GIT, "c": GIT}, "template": {"tls.crt": "x"}, "mergePolicy": "Merge", "type": TLS},
            id="one-beside-the-template",
        ),
        pytest.param({"keys": {"password": GIT}, "type": "kubernetes.io/basic-auth"}, id="password-alone"),
        pytest.param({"keys": {"username": GIT}, "type": "kubernetes.io/basic-auth"}, id="username-alone"),
        pytest.param({"keys": {"token": GIT}, "template": {"token": "{{ .token }}"}}, id="a-key-made-of-itself"),
        pytest.param({"extract": [GIT, {**GIT, "prefix": "b_"}]}, id="an-object-under-two-prefixes"),
        pytest.param({"keys": {"a": GIT}, "labels": {"acme.example/team": "A_b.c"}}, id="label-of-ones-own"),
    ],
)
def test_valid_or_unknown_values(keys: Raw) -> None:
    assert organization(external=[{"name": "nexus", **keys}]).external is not None
