"""Secrets that the operator creates from values in Vault, without a stack."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from components.managers.cluster_secret_store import render_store
from components.secrets.external_secret import SecretTemplate, Target, build_external_secret
from tests.platform.harness import Kubernetes, eventually
from tests.platform.openbao import Vault
from tests.platform.samples import vault_store
from tests.unit.samples import planned

Delivered = tuple[str, dict[str, bytes]]
"""Type and data of a Secret."""


class Delivery:
    """The operator with one store, which reads every key below ``batch-``."""

    def __init__(self, cluster: Kubernetes, vault: Vault, manager: str) -> None:
        self._cluster, self._vault, self._manager = cluster, vault, manager
        self._batches = itertools.count(1)

    def deliver(
        self, stored: Mapping[str, Mapping[str, str]], build: Callable[[Mapping[str, str], str], SecretTemplate]
    ) -> Delivered:
        """The Secret that the operator creates.

        Args:
            stored: name -> fields of a secret in Vault.
            build: from name -> remote key, and the name of the Secret, to the Secret.

        Raises:
            ValueError: the operator's words, because it does not create the Secret.
        """
        batch = next(self._batches)
        keys = {name: f"batch-{batch}/{name}" for name in stored}
        for name, key in keys.items():
            self._vault.put(key, stored[name])
        template = build(keys, f"batch-{batch}")
        self._cluster.create(build_external_secret(Target("acme", self._manager, self._manager, "0s"), template))
        return self._arrived(template.name)

    def refusal(
        self, stored: Mapping[str, Mapping[str, str]], build: Callable[[Mapping[str, str], str], SecretTemplate]
    ) -> str:
        """The words of the template that ends the update, or of the operator, without the number of the batch."""
        try:
            self.deliver(stored, build)
        except ValueError as error:
            return str(error).rpartition("error calling fail: ")[2].replace(f"batch-{next(self._batches) - 1}/", "")
        msg = "the Secret was created"
        raise AssertionError(msg)

    def _arrived(self, name: str) -> Delivered:
        def find() -> Delivered | None:
            failed = [
                event["message"]
                for event in self._cluster.list("v1", "Event", self._manager)
                if event["involvedObject"].get("name") == name and event["type"] == "Warning"
            ]
            if failed:
                raise ValueError(failed[0])
            secret = self._cluster.get("v1", "Secret", name, self._manager)
            if secret is None:
                return None
            return secret["type"], {key: base64.b64decode(value) for key, value in secret["data"].items()}

        return eventually(find, f"{name} to arrive")


@contextmanager
def start_delivery(cluster: Kubernetes, vault: Vault, manager: str) -> Iterator[Delivery]:
    """The operator with a store of its own, in the namespace ``manager``."""
    store = planned(vault_store(vault, manager), name=manager, organizations=("acme",), namespaces=(manager,))
    vault.allow((manager, f"eso-{manager}"), "eso-acme", "batch-")
    for manifest in (*store.identity, render_store(store, {}, None)):
        cluster.create(manifest)

    def is_ready() -> bool:
        found = cluster.get("external-secrets.io/v1", "ClusterSecretStore", manager) or {}
        return any(condition["status"] == "True" for condition in found.get("status", {}).get("conditions", ()))

    eventually(is_ready, f"the store {manager}")
    yield Delivery(cluster, vault, manager)
    cluster.delete("external-secrets.io/v1", "ClusterSecretStore", manager)
    # The operator would try the refused ExternalSecrets again.
    cluster.delete("v1", "Namespace", manager)
