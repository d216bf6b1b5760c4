"""deploy with a user who lacks rights: an update changes nothing, and a preview warns if it can do without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components import Configuration, ForbiddenError, deploy, find_release, parse
from components.resources import deployment
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import NAMESPACES, Object, StubCluster, stub

RAW: dict[str, Any] = {
    "clusters": {"buildPlane": {"context": "kind-build"}},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}}},
    "organizations": [{"name": "acme", "secretStore": "org", "git": {"remoteKey": "a"}}],
}
TABLE = """\
  plane        verbs  resource                             where
  -----------  -----  -----------------------------------  -----------------------------------
  build plane  {verb}  externalsecrets.external-secrets.io  {where}
Apply the roles of docs/permissions.md to the user of: build plane (context "kind-build"); then run the command again"""


def _without(verb: str) -> type[StubCluster]:
    """A cluster whose user lacks one verb on ExternalSecrets."""

    def create(_self: StubCluster, _path: str, manifest: Mapping[str, Any]) -> Object:
        attributes = manifest["spec"]["resourceAttributes"]
        denied = attributes["verb"] == "*" or (attributes["resource"], attributes["verb"]) == ("externalsecrets", verb)
        return {"status": {"allowed": not denied}}

    return type("Limited", (stub(collections={NAMESPACES: []}),), {"create": create})


def _deploy(recorder: Recorder, *, preview: bool) -> list[Registered]:
    recorder.preview = preview
    settings = parse(RAW, source="stacks/Pulumi.test.yaml")
    return recorder.run(lambda: deploy(Configuration(settings, find_release(settings.release), {})))


@pytest.mark.parametrize(
    ("verb", "where", "preview"),
    [("patch", "openchoreo-ci-acme/git-clone-secret", False), ("list ", "the whole cluster", True)],
    ids=["update", "preview-that-cannot-read"],
)
def test_a_missing_right_ends_it(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, verb: str, where: str, preview: bool
) -> None:
    monkeypatch.setattr(deployment, "Cluster", _without(verb.strip()))
    with pytest.raises(ForbiddenError) as caught:
        _deploy(recorder, preview=preview)
    first, *lines = str(caught.value).splitlines()
    assert first == "rights are missing on the clusters; nothing was changed:"
    assert [line.split() for line in lines if not line.startswith("  --")] == [
        line.split() for line in TABLE.format(verb=verb, where=where).splitlines() if not line.startswith("  --")
    ]


def test_a_preview_warns_about_rights_to_write(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deployment, "Cluster", _without("patch"))
    registered = _deploy(recorder, preview=True)
    assert "kubernetes:external-secrets.io/v1:ExternalSecret acme/git-clone-secret" in map(str, registered)
    table = TABLE.format(verb="patch", where="openchoreo-ci-acme/git-clone-secret")
    assert [record.getMessage() for record in caplog.records] == [
        f"an update would be refused, because rights are missing on the clusters:\n{table}"
    ]
