"""Which entries are equal, however they are written."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests import STACK_ANNOTATION, Manifest
from components.openchoreo import DEFAULT_RELEASE
from components.patches import equality
from components.patches.equality import read_stack
from components.secrets.generator import API as GENERATORS
from tests.unit.objects import STACK, entry, template

OUR_LABELS = {
    "app.kubernetes.io/managed-by": "openchoreo-secrets",
    "openchoreo.dev/organization": "acme",
    "openchoreo-secrets/credential": "registry-pull",
}
WRITTEN_OUT: Manifest = {
    "id": "registry-pull-secret",
    "targetPlane": "dataplane",
    "template": {
        **template(),
        "metadata": {
            **template()["metadata"],
            "labels": OUR_LABELS,
            "annotations": {STACK_ANNOTATION: STACK},
        },
        "spec": {
            "refreshPolicy": "Periodic",
            "refreshInterval": "1h0m0s",
            "secretStoreRef": template()["spec"]["secretStoreRef"],
            "target": {
                "name": template()["metadata"]["name"],
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": {
                    "engineVersion": "v2",
                    "mergePolicy": "Replace",
                    "type": "Opaque",
                    "metadata": {"labels": OUR_LABELS, "annotations": {STACK_ANNOTATION: STACK}},
                },
            },
            "data": [
                {
                    "secretKey": ".dockerconfigjson",
                    "remoteRef": {
                        "key": "registry-credentials",
                        "conversionStrategy": "Default",
                        "decodingStrategy": "None",
                        "metadataPolicy": "None",
                    },
                }
            ],
        },
    },
}


DEFAULTS = DEFAULT_RELEASE.component_type.entry_defaults


def differences(live: Manifest, desired: Manifest) -> tuple[str, ...]:
    return equality.find_differences(live, desired, DEFAULTS)


def same(one: Manifest, other: Manifest) -> bool:
    return equality.are_equal(one, other, DEFAULTS)


def _other(inner: Any, **spec: Any) -> Manifest:
    """The short entry with a template beside its spec."""
    return {"id": "a", "template": {"kind": inner, "metadata": {"name": "a"}, "spec": spec}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(entry(), WRITTEN_OUT, id="every-default"),
        pytest.param(entry(refreshInterval="60m"), entry(refreshInterval="1h"), id="durations"),
        pytest.param(entry(refreshInterval="3600s"), entry(), id="the-default-duration-in-seconds"),
        pytest.param(entry(refreshInterval="${parameters.x}"), entry(refreshInterval="${parameters.x}"), id="one-text"),
        pytest.param(entry(data=[], target={}), entry(data=[]), id="empty-containers"),
        pytest.param(entry(dataFrom=None), entry(), id="nothing"),
        pytest.param(
            entry(dataFrom=[{"sourceRef": {"generatorRef": {"kind": "A", "name": "a"}}}, {"extract": {"key": "a"}}]),
            entry(
                dataFrom=[
                    {"sourceRef": {"generatorRef": {"apiVersion": GENERATORS, "kind": "A", "name": "a"}}},
                    {
                        "extract": {
                            "key": "a",
                            "conversionStrategy": "Default",
                            "decodingStrategy": "None",
                            "metadataPolicy": "None",
                        }
                    },
                ]
            ),
            id="generator-and-extract",
        ),
        pytest.param({**entry(), "targetPlane": "dataplane"}, entry(), id="plane"),
    ],
)
def test_deliver_the_same(one: Manifest, other: Manifest) -> None:
    assert differences(one, other) == differences(other, one) == ()


THEIRS = {"labels": {**OUR_LABELS, "team": "a"}}


@pytest.mark.parametrize(
    ("one", "other", "paths"),
    [
        pytest.param({**entry(), "targetPlane": "observabilityplane"}, entry(), ("targetPlane",), id="plane"),
        pytest.param({**entry(), "includeWhen": "${x}"}, entry(), ("includeWhen",), id="condition"),
        pytest.param(
            entry(refreshInterval="15s", refreshPolicy="OnChange"),
            entry(),
            ("template.spec.refreshInterval", "template.spec.refreshPolicy"),
            id="sorted",
        ),
        pytest.param(
            entry(refreshInterval="${x}"), entry(), ("template.spec.refreshInterval",), id="duration-by-expression"
        ),
        pytest.param(entry(refreshInterval=5), entry(), ("template.spec.refreshInterval",), id="duration-as-a-number"),
        pytest.param(entry(refreshInterval=None), entry(), ("template.spec.refreshInterval",), id="duration-null"),
        pytest.param(entry(target={"name": "b"}), entry(), ("template.spec.target.name",), id="name-of-the-secret"),
        pytest.param(entry(target="${x}"), entry(), ("template.spec.target",), id="target-by-expression"),
        pytest.param(
            entry(target={"template": "${x}"}), entry(), ("template.spec.target.template",), id="template-by-expression"
        ),
        pytest.param(
            entry(target={"template": {"type": "kubernetes.io/dockerconfigjson"}}),
            entry(),
            ("template.spec.target.template.type",),
            id="type",
        ),
        pytest.param(
            entry(target={"template": {"metadata": THEIRS}}),
            entry(),
            ("template.spec.target.template.metadata",),
            id="a-label-of-somebody",
        ),
        pytest.param(entry(data="${x}"), entry(), ("template.spec.data",), id="data-by-expression"),
        pytest.param(entry(data=["${x}"]), entry(), ("template.spec.data",), id="item-by-expression"),
        pytest.param(
            entry(data=[{"secretKey": ".dockerconfigjson", "remoteRef": "${x}"}]),
            entry(),
            ("template.spec.data",),
            id="reference-by-expression",
        ),
        pytest.param({"id": "registry-pull-secret"}, entry(), ("template",), id="no-template"),
        pytest.param({**entry(), "template": "${x}"}, entry(), ("template",), id="template-is-text"),
        pytest.param(
            {"id": "registry-pull-secret", "template": {**template(), "spec": "${x}"}},
            entry(),
            ("template.spec",),
            id="spec-is-text",
        ),
        pytest.param(
            {"id": "registry-pull-secret", "template": {**template(), "metadata": "${x}"}},
            entry(target={"name": None}),
            ("template.metadata",),
            id="metadata-is-text",
        ),
        pytest.param(
            _other("ConfigMap"),
            _other("ConfigMap", target={}),
            ("template.spec.target",),
            id="defaults-of-no-other-kind",
        ),
        pytest.param(
            _other("ConfigMap", refreshInterval="60m"),
            _other("ConfigMap", refreshInterval="1h"),
            ("template.spec.refreshInterval",),
            id="durations-of-no-other-kind",
        ),
    ],
)
def test_differ(one: Manifest, other: Manifest, paths: tuple[str, ...]) -> None:
    assert differences(one, other) == differences(other, one) == paths


def test_signatures_of_other_kinds_do_not_count_either() -> None:
    signed = _other("ConfigMap")
    signed["template"]["metadata"] = {"labels": OUR_LABELS, "annotations": {STACK_ANNOTATION: STACK}}
    bare = _other("ConfigMap")
    del bare["template"]["metadata"]
    assert differences(signed, bare) == ()
    assert signed["template"]["metadata"]["labels"] == OUR_LABELS, "inputs stay as they are"


def test_the_same_is_stricter() -> None:
    assert same({**entry(), "targetPlane": "dataplane"}, entry())
    assert not same(entry(refreshInterval="60m"), entry(refreshInterval="1h"))
    assert not same(entry(stack=STACK), entry())


@pytest.mark.parametrize(
    ("signed", "stack"),
    [
        (entry(stack=STACK), STACK),
        (entry(), None),
        ({"id": "a"}, None),
        ({"id": "a", "template": "${x}"}, None),
        ({"id": "a", "template": {"metadata": "${x}"}}, None),
        ({"id": "a", "template": {"metadata": {"annotations": "${x}"}}}, None),
    ],
    ids=["signed", "no-annotation", "no-template", "text", "metadata-is-text", "annotations-are-text"],
)
def test_stack_mark(signed: Manifest, stack: str | None) -> None:
    assert read_stack(signed) == stack
