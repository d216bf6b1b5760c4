"""Secrets that ExternalSecrets of a tenant have created from the stores of its organization."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.unit.api import Api, Object
from tests.unit.offboarding_samples import remove, run

BUILDS: Final = "openchoreo-ci-acme"
PATH: Final = f"/api/v1/namespaces/{BUILDS}/secrets/mine"
OWNED: Final[dict[str, Any]] = {"ownerReferences": [{"uid": "t"}]}
STATUS: Final = f"created by ExternalSecret {BUILDS}/own of others"


def _external(
    store: str = "org-acme", namespace: str = BUILDS, kind: str = "ClusterSecretStore", **target: Any
) -> Object:
    spec = {"secretStoreRef": {"name": store, "kind": kind}, "target": target}
    return {"metadata": {"name": "own", "namespace": namespace, "uid": "t"}, "spec": spec}


def _secret(name: str = "mine", namespace: str = BUILDS, **metadata: Any) -> Object:
    return {"metadata": {"name": name, "namespace": namespace, "uid": "s", **metadata}}


def _items(capsys: pytest.CaptureFixture[str], section: str, *arguments: str) -> list[Object]:
    capsys.readouterr()
    run("--json", "--timeout", "1e-9", *arguments)
    return [item for item in json.loads(capsys.readouterr().out)[section] if item["kind"] == "Secret"]


@pytest.mark.parametrize(
    ("external", "secret", "counts"),
    [
        pytest.param(_external(), _secret(**OWNED), True, id="owned"),
        pytest.param(_external("common"), _secret(**OWNED), True, id="shared store"),
        pytest.param(_external(creationPolicy="Orphan"), _secret("own"), True, id="kept"),
        pytest.param(_external(creationPolicy="Merge", name="mine"), _secret(), True, id="merged"),
        pytest.param(_external(), _secret("own"), False, id="of something else"),
        pytest.param(_external("other"), _secret(**OWNED), False, id="store of others"),
        pytest.param(_external(kind="SecretStore"), _secret(**OWNED), False, id="store in the namespace"),
        pytest.param(_external(namespace="team"), _secret(namespace="team", **OWNED), False, id="namespace of others"),
        pytest.param(_external(), _secret(namespace="team", **OWNED), False, id="forged owner"),
    ],
)
def test_copies(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str], external: Object, secret: Object, counts: bool
) -> None:
    acme.lists["externalsecrets"].append(external)
    acme.lists["secrets"] = [secret]
    name = secret["metadata"]["name"]
    item = {"where": "kind-build", "kind": "Secret", "namespace": BUILDS, "name": name, "api": "v1", "uid": "s"}
    assert _items(capsys, "items") == ([{**item, "stays": STATUS}] if counts else [])


def test_an_external_secret_without_a_spec_creates_nothing(
    acme: Api, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    acme.lists["externalsecrets"].append({"metadata": _external()["metadata"]})
    acme.lists["secrets"] = [_secret(**OWNED)]
    assert _items(capsys, "items") == []


@pytest.mark.parametrize("listed", [True, False])
def test_copies_are_asked_for_again(acme: Api, project: Path, capsys: pytest.CaptureFixture[str], listed: bool) -> None:
    acme.lists["externalsecrets"].append(_external())
    acme.lists["secrets"] = [_secret(**OWNED)]
    assert run("--record", "acme.json") == 0
    remove(acme, project)
    acme.objects[PATH] = _secret(**OWNED)
    acme.lists["secrets"] = [_secret(**OWNED)] if listed else []

    (copy,) = _items(capsys, "stays", "--record", "acme.json")
    assert (copy["name"], copy["status"]) == ("mine", STATUS)
    assert run("--record", "acme.json") == 0
    end = (
        "Nothing of the organization is left on the clusters and in the state, except what stays by design and what "
        "others have created from its stores."
    )
    assert capsys.readouterr().out.splitlines()[-1] == end
    assert set(acme.metadata_paths) >= {PATH}

    del acme.objects[PATH]
    acme.lists["secrets"] = []
    assert _items(capsys, "stays", "--record", "acme.json") == []
    (copy,) = _items(capsys, "gone", "--record", "acme.json")
    assert copy["name"] == "mine"
