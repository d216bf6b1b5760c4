"""External services: whole ExternalSecrets and Secrets, and everything that is refused, by its message."""

from __future__ import annotations

from typing import Any

from components.manifests import Manifest
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from components.secrets.manual_secret import ManualSecret, build_manual_secret
from tests.unit.expected import DEFAULTS, external_secret_of_acme
from tests.unit.plans import credentials
from tests.unit.samples import Raw, acme, organization
from tests.unit.templates import key

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
TLS = "kubernetes.io/tls"


def _external(**keys: Any) -> Raw:
    return acme(external=[{"name": "nexus", **keys}])


def _made(**keys: Any) -> Manifest:
    (made,) = credentials(organization(external=[{"name": "nexus", **keys}]), TARGET)
    assert isinstance(made.content, SecretTemplate)
    return build_external_secret(made.target, made.content)


def _expected(template: Raw, data: list[Raw]) -> Manifest:
    return external_secret_of_acme("nexus", "external", template, data)


def test_the_largest() -> None:
    made = _made(
        keys={"user": {"remoteKey": "acme-nexus", "property": "user", "version": "1", "decoding": "Auto"}},
        extract=[
            {"remoteKey": "acme-npm", "property": "auth", "version": "2", "decoding": "Base64", "prefix": "npm_"},
            {"remoteKey": "acme-maven", "conversion": "Unicode"},
        ],
        template={"settings.xml": "<user>{{ .user }}</user>", ".npmrc": "{{ .npm_token }}"},
        mergePolicy="Merge",
        type="acme.example/settings",
        labels={"jenkins.io/credentials-type": "secretFile", "team": ""},
        annotations={"jenkins.io/credentials-description": "settings of {{ .user }}"},
        refreshInterval="5m",
        policies={"creationPolicy": "Orphan", "deletionPolicy": "Merge", "refreshPolicy": "Periodic"},
    )
    noted = {"jenkins.io/credentials-description": "settings of {{ .user }}"}
    expected = external_secret_of_acme(
        "nexus",
        "external",
        {
            "type": "acme.example/settings",
            "data": {"user": key(".user"), "settings.xml": "<user>{{ .user }}</user>", ".npmrc": "{{ .npm_token }}"},
        },
        [
            {
                "secretKey": "user",
                "remoteRef": {
                    **DEFAULTS,
                    "key": "acme-nexus",
                    "property": "user",
                    "version": "1",
                    "decodingStrategy": "Auto",
                },
            }
        ],
        interval="5m0s",
        annotations=noted,
    )
    target = expected["spec"]["target"]
    target |= {"creationPolicy": "Orphan", "deletionPolicy": "Merge"}
    target["template"]["mergePolicy"] = "Merge"
    labels = {**target["template"]["metadata"]["labels"], "jenkins.io/credentials-type": "secretFile", "team": ""}
    target["template"]["metadata"]["labels"] = labels
    expected["spec"]["dataFrom"] = [
        {
            "extract": {
                **DEFAULTS,
                "key": "acme-npm",
                "property": "auth",
                "version": "2",
                "decodingStrategy": "Base64",
            },
            "rewrite": [{"regexp": {"source": "^", "target": "npm_"}}],
        },
        {"extract": {**DEFAULTS, "key": "acme-maven", "conversionStrategy": "Unicode"}},
    ]
    assert made == expected


def test_a_whole_object_and_nothing_else() -> None:
    expected = _expected({"type": "Opaque", "mergePolicy": "Merge"}, [])
    del expected["spec"]["data"]
    expected["spec"]["dataFrom"] = [{"extract": {**DEFAULTS, "key": "acme-nexus"}}]
    assert _made(extract=[{"remoteKey": "acme-nexus"}]) == expected


def test_keys_are_converted_before_they_get_the_prefix() -> None:
    """ESO ignores the strategy of keys that it rewrites."""
    expected = _expected({"type": "Opaque", "mergePolicy": "Merge"}, [])
    del expected["spec"]["data"]
    expected["spec"]["dataFrom"] = [
        {
            "extract": {**DEFAULTS, "key": "acme-nexus"},
            "rewrite": [
                {"regexp": {"source": "[^-._a-zA-Z0-9]", "target": "_"}},
                {"regexp": {"source": "^", "target": "nexus_"}},
            ],
        }
    ]
    extract = [{"remoteKey": "acme-nexus", "prefix": "nexus_", "conversion": "Default"}]
    assert _made(extract=extract) == expected


def test_a_manual_secret_of_a_type() -> None:
    keys = {"tls.crt": {"manual": "gitToken"}, "tls.key": {"manual": "quayPassword"}}
    dressed = {"labels": {"team": "a"}, "annotations": {"note": "b"}}
    (made,) = credentials(organization(external=[{"name": "nexus", "keys": keys, "type": TLS, **dressed}]), TARGET)
    assert isinstance(made.content, ManualSecret)
    assert build_manual_secret(made.target, made.content) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "nexus",
            "namespace": "openchoreo-ci-acme",
            "labels": {
                "app.kubernetes.io/managed-by": "openchoreo-secrets",
                "openchoreo.dev/organization": "acme",
                "openchoreo-secrets/credential": "external",
                "team": "a",
            },
            "annotations": {"note": "b"},
        },
        "type": TLS,
    }


def test_every_key_is_among_those_that_the_store_may_read() -> None:
    user = organization(
        external=[{"name": "a", "keys": {"k": {"remoteKey": "one"}}, "extract": [{"remoteKey": "two"}]}]
    )
    assert user.build_reads == {"default": ("one", "two")}
