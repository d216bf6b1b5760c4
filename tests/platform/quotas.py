"""The controller of quotas, which counts the kinds of new CRDs half a minute after their creation."""

from __future__ import annotations

import itertools
from typing import Final

from tests.platform.harness import Kubernetes, eventually

_COUNTED: Final = "count/externalsecrets.external-secrets.io"


def wait_until_counting(cluster: Kubernetes, namespace: str) -> None:
    """Wait until new quotas for ExternalSecrets are in force, with a quota of its own.

    The controller looks at a quota again when its limit changes.
    """
    limits = itertools.count(1)
    place = {"name": "probe", "namespace": namespace}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": place, "spec": {"hard": {_COUNTED: "0"}}}
    cluster.create(quota)

    def is_counted() -> bool:
        cluster.patch("v1", "ResourceQuota", "probe", {"spec": {"hard": {_COUNTED: str(next(limits))}}}, namespace)
        live = cluster.get("v1", "ResourceQuota", "probe", namespace) or {}
        return bool((live.get("status") or {}).get("used"))

    eventually(is_counted, "quotas to be counted")
    cluster.delete("v1", "ResourceQuota", "probe", namespace)
