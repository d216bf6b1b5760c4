"""LiveObjects with a refused organization: an update that would remove what its objects need ends at once."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.mocks.api_server import ApiServer, path_of
from tests.mocks.comparing import EXTERNAL, NAMESPACE, SECRET, STORE, inputs, refusing, run
from tests.mocks.engine import Engine

MESSAGE = """\
build plane (context "kind-build"): nothing was changed. Organizations have problems ("acme"), and the configuration \
no longer has objects that their other objects still need:
  - ClusterSecretStore org
Fix the problems first, or put these objects back into the configuration"""
NAMES = ("Namespace ns", "ExternalSecret ns/git", "Secret ns/scanner")


@pytest.mark.parametrize("preview", [True, False])
def test_it_ends(engine: Engine, server: ApiServer, state: dict[str, Any], *, preview: bool) -> None:
    server.edit(path_of(STORE), lambda live: live.update(spec={}))

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        run(engine, refusing(inputs(), *NAMES), state, preview=preview)

    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert raised.value.details() == MESSAGE
    assert server.objects[path_of(STORE)]["spec"] == {}


def test_credentials_may_leave(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    """Nothing needs an ExternalSecret or a Secret of a build."""
    outcome = run(engine, refusing(inputs(STORE), "Namespace ns"), state, preview=False)
    names = [f"{live['kind']} ns/{live['metadata']['name']}" for live in (EXTERNAL, SECRET)]
    assert outcome.changes == {f'objects["{name}"]': "DELETE" for name in names}
    assert path_of(NAMESPACE) in server.objects
