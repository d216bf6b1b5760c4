"""Certificates of CAs in every form that people paste: what ESO gets, and what is refused."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import trustme
from cryptography.x509 import load_pem_x509_certificates
from hypothesis import example, given, settings as hypothesis_settings, strategies as st

from components.errors import SettingsError
from components.managers.cluster_secret_store import render_store
from components.managers.custom import CustomStore
from components.managers.kubernetes import KubernetesServer
from components.schema.certificates import encode_certificates
from tests.unit.deferrable import Later, revealed
from tests.unit.managers import custom, vault
from tests.unit.samples import KUBERNETES, Raw, assert_rejected, planned, settings

PEM = "".join(trustme.CA().cert_pem.bytes().decode() for _ in range(2))
KEY = trustme.CA().private_key_pem.bytes().decode()
HEAD, TAIL = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"

FORM = "expected the text of ca.crt, or what base64 -w0 ca.crt prints"
NEITHER = f"is neither PEM nor base64 of PEM; {FORM}"
DAMAGED = "has a certificate that is damaged or cut off; copy the whole file"
NONE = f"has no certificate; expected PEM with the line {HEAD}"
HAS_KEY = "has a private key; use the certificates of the CA alone"


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _lines(text: str) -> str:
    """As ``base64`` prints it without ``-w0``."""
    return base64.encodebytes(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "pem": lambda pem: pem,
    "crlf": lambda pem: pem.replace("\n", "\r\n"),
    "no-line-end": str.rstrip,
    "indented": lambda pem: "\n".join(f"    {line}  " for line in pem.splitlines()),
    "folded-by-yaml": lambda pem: pem.replace("\n", " "),
    "on-one-line": lambda pem: pem.replace("\n", ""),
    "with-comments": lambda pem: f"# Größe\n{pem}subject=/CN=ca\n",
    "base64": encode,
    "base64-in-lines": _lines,
    "base64-of-crlf": lambda pem: encode(pem.replace("\n", "\r\n")),
    "base64-of-comments": lambda pem: encode(f"# Größe\n{pem}"),
    "twice": lambda pem: encode(encode(pem)),
    "twice-in-lines": lambda pem: _lines(_lines(pem)),
    "three-times": lambda pem: encode(encode(encode(pem))),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_becomes_one(form: str) -> None:
    assert encode_certificates(FORMS[form](PEM)) == encode(PEM)


REFUSED = {
    "word": ("ca", NEITHER),
    "empty": ("", NEITHER),
    "path": ("/etc/ssl/certs/ca.crt", NEITHER),
    "beyond-ascii": ("é", NEITHER),
    "base64-of-text": (encode("no certificate"), NEITHER),
    "four-times": (encode(encode(encode(encode(PEM)))), NEITHER),
    "der": (
        base64.b64encode(base64.b64decode("".join(PEM.split(TAIL)[0].splitlines()[1:]))).decode(),
        f"is a certificate in DER; {FORM}, after openssl x509 -inform der -in ca.crt -out ca.crt",
    ),
    "request": (PEM.replace("CERTIFICATE", "CERTIFICATE REQUEST"), NONE),
    "trusted": (PEM.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), NONE),
    "key": (KEY, HAS_KEY),
    "key-beside-a-certificate": (PEM + KEY, HAS_KEY),
    "base64-of-a-key": (encode(KEY), HAS_KEY),
    "cut-off": (PEM[:-40], DAMAGED),
    "base64-cut-off": (encode(PEM)[: -4 * 20], DAMAGED),
    "line-missing": ("\n".join([*PEM.splitlines()[:2], *PEM.splitlines()[3:]]), DAMAGED),
    "letter-missing": (PEM.replace("MII", "MI", 1), DAMAGED),
    "no-content": (f"{HEAD}\n{TAIL}\n", DAMAGED),
    "no-der": (f"{HEAD}\nYWJj\n{TAIL}\n", DAMAGED),
    "escaped-line-ends": (PEM.replace("\n", "\\n"), DAMAGED),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_certificate(case: str) -> None:
    text, problem = REFUSED[case]
    with pytest.raises(ValueError, match=r"^(is|has) ") as refused:
        encode_certificates(text)
    assert str(refused.value) == problem


@hypothesis_settings(deadline=None, max_examples=200)
@given(
    form=st.sampled_from(sorted(FORMS)),
    position=st.integers(0, 3000),
    length=st.integers(0, 3000),
    instead=st.text(max_size=4) | st.sampled_from([HEAD, TAIL, "\n", "=", "MII"]),
)
@example(form="base64", position=0, length=3000, instead="")
def test_nothing_else_reaches_eso(form: str, position: int, length: int, instead: str) -> None:
    """Go reads at least one certificate from each accepted text, and all of those that it names."""
    text = FORMS[form](PEM)
    text = text[:position] + instead + text[position + length :]
    with suppress(ValueError):
        _check_bundle(encode_certificates(text))


def _check_bundle(encoded: str) -> None:
    pem = base64.b64decode(encoded, validate=True).decode("ascii")
    assert pem.count(HEAD) == pem.count(TAIL) >= 1
    assert all(len(line) <= 64 for line in pem.splitlines())
    assert encode_certificates(pem) == encoded


def test_the_certificates_stay_the_same() -> None:
    pem = base64.b64decode(encode_certificates(FORMS["folded-by-yaml"](PEM)))
    assert load_pem_x509_certificates(pem) == load_pem_x509_certificates(PEM.encode())


STORES: dict[str, Callable[[Any], Raw]] = {
    "vault.caBundle": lambda bundle: vault(
        {"kubernetes": {"role": "{organization}", "mountPath": "k"}}, caBundle=bundle
    ),
    "kubernetes.server.caBundle": lambda bundle: {
        "kubernetes": {**KUBERNETES["kubernetes"], "server": {"url": "https://api", "caBundle": bundle}}
    },
    "custom.webhook.caBundle": lambda bundle: custom("webhook", {"url": "https://{organization}", "caBundle": bundle}),
    "custom.conjur.caBundle": lambda bundle: custom("conjur", {"url": "https://{organization}", "caBundle": bundle}),
}


@pytest.mark.parametrize("place", STORES)
def test_stores(place: str) -> None:
    store = settings({"secretStores.default": STORES[place](FORMS["crlf"](PEM))}).secret_stores["default"]
    rendered = render_store(planned(KUBERNETES, manager=store.manager), {}, None)
    tree: Any = rendered["spec"]["provider"]
    for step in place.removeprefix("custom.").split("."):
        tree = tree[step]
    assert tree == encode(PEM)


@pytest.mark.parametrize("place", STORES)
def test_a_store_does_not_show_the_text(place: str) -> None:
    block, _, path = place.partition(".")
    shown = f"custom: has (value not shown) at {path}, which" if block == "custom" else f"{place}: (value not shown)"
    assert_rejected({"secretStores.default": STORES[place](encode(KEY))}, f"secretStores.default.{shown} {HAS_KEY}")


def test_outputs() -> None:
    server = KubernetesServer(url="https://api", ca_bundle=Later(PEM))
    assert revealed(server.ca_bundle) == encode(PEM)
    with pytest.raises(SettingsError) as refused:
        KubernetesServer(url="https://api", ca_bundle=Later("ca"))
    assert str(refused.value) == (
        "KubernetesServer: 1 problem; resources that use the value were not changed\n"
        f"  - caBundle: (value not shown) {NEITHER}"
    )


def test_outputs_in_a_block() -> None:
    def render(bundle: Any) -> Any:
        manager = CustomStore({"conjur": {"url": "https://{organization}", "caBundle": bundle}})
        return render_store(planned(KUBERNETES, manager=manager), {}, None)["spec"]["provider"]["conjur"]["caBundle"]

    assert revealed(render(Later(PEM))) == encode(PEM)
    assert render("") == ""
    with pytest.raises(SettingsError) as refused:
        render(Later("ca"))
    assert str(refused.value) == (
        "store org-acme: 1 problem; resources that use the value were not changed\n"
        f"  - custom: has (value not shown) at conjur.caBundle, which {NEITHER}"
    )
