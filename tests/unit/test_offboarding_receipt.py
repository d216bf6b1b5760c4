"""The last line of a receipt: what is left of the organization, and what is not."""

from __future__ import annotations

import pytest

from components.offboarding.holdings import Holding, Holdings
from components.offboarding.receipt import Receipt
from components.offboarding.record import Record

RECORD = Record("organization/openchoreo-secrets/dev", "acme", "2026-05-01T10:00:00Z", {}, Holdings(), {})
NAMESPACE = (Holding("kind-build", "Namespace", "", "openchoreo-ci-acme"), "offboarding is keep")
COPY = (Holding("kind-build", "Secret", "openchoreo-ci-acme", "mine"), "created by ExternalSecret x/y of others")
NOTHING = "Nothing of the organization is left on the clusters and in the state"


@pytest.mark.parametrize(
    ("left", "stays", "end"),
    [
        pytest.param((), (), f"{NOTHING}.", id="nothing"),
        pytest.param((), (NAMESPACE,), f"{NOTHING}, except what stays by design.", id="by-design"),
        pytest.param((), (COPY,), f"{NOTHING}, except what others have created from its stores.", id="copies"),
        pytest.param(
            (),
            (NAMESPACE, COPY),
            f"{NOTHING}, except what stays by design and what others have created from its stores.",
            id="both",
        ),
        pytest.param((NAMESPACE,), (COPY,), "1 item of the organization is left.", id="left"),
        pytest.param((NAMESPACE, COPY), (), "2 items of the organization are left.", id="several"),
    ],
)
def test_the_last_line(left: tuple[tuple[Holding, str], ...], stays: tuple[tuple[Holding, str], ...], end: str) -> None:
    receipt = Receipt(RECORD, "", "2026-05-01T10:01:00Z", (), left, stays, ())
    assert receipt.format().rpartition("\n\n")[2] == end
