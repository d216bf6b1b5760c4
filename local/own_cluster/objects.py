"""Creates what a trial needs in the cluster, each object with the label of the trial, and removes exactly that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from components.cluster.connection import Cluster
from components.errors import ConflictError
from components.openchoreo import find_release
from components.settings.stack import StackSettings

from ..documents import read_documents
from ..seed import build_organization, generate_demo_values, list_openchoreo_crds
from .configuration import NAMESPACE
from .requirements import DEFINITIONS, is_of_stack, is_own, list_build_namespaces, list_own_namespaces
from .trial import LABEL, Record, Trial, TrialError

NAMESPACES: Final = "/api/v1/namespaces"
_POLL: Final = 0.2
_SECONDS: Final = 120.0


@dataclass(frozen=True)
class TrialObjects:
    """The objects of a trial."""

    cluster: Cluster
    trial: Trial
    record: Record
    settings: StackSettings

    def create(self) -> None:
        """Create what does not exist; what exists stays as it is.

        Raises:
            TrialError: the cluster does not serve the CRDs in time.
        """
        definitions = self._definitions()
        for definition in definitions:
            self._create(DEFINITIONS, definition)
        release = find_release(self.settings.release)
        self._create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        names = {item["spec"]["names"]["kind"]: item for item in definitions}
        for organization in self.settings.organizations:
            for manifest in build_organization(organization.name, release):
                path = _collection(manifest, names.get(manifest["kind"]))
                # The API server answers 404 until it serves a new kind.
                self._wait(partial(self._create, path, manifest), f"{path} is not served")
        for name, values in generate_demo_values(self.settings).items():
            secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE}}
            self._create(f"{NAMESPACES}/{NAMESPACE}/secrets", {**secret, "stringData": values})

    def remove(self) -> list[str]:
        """Delete what the trial and its stack have created, and wait until it is gone.

        Returns:
            Names of CRDs that stay, because there are objects of others.

        Raises:
            TrialError: an object is not gone in time.
        """
        self._delete(self._namespaces())
        definitions = [item for item in self.cluster.items(DEFINITIONS, metadata_only=True) if self._is_own(item)]
        paths = {item["metadata"]["name"]: self._path_of(item["metadata"]["name"]) for item in definitions}
        selector = f"{LABEL}={self.record.trial}"
        for path in paths.values():
            own = self.cluster.items(path, metadata_only=True, labelSelector=selector)
            self._delete((f"{path}/{item['metadata']['name']}", item) for item in list(own))
        used = {name for name, path in paths.items() if next(self.cluster.items(path, metadata_only=True), None)}
        self._delete(
            (f"{DEFINITIONS}/{item['metadata']['name']}", item)
            for item in definitions
            if item["metadata"]["name"] not in used
        )
        return sorted(used)

    def _definitions(self) -> list[dict[str, Any]]:
        return list(read_documents(list_openchoreo_crds(find_release(self.settings.release))))

    def _path_of(self, definition: str) -> str:
        """Path of all objects of a CRD of OpenChoreo, whose only version is v1alpha1."""
        plural, _, group = definition.partition(".")
        return f"/apis/{group}/v1alpha1/{plural}"

    def _namespaces(self) -> Iterator[tuple[str, dict[str, Any]]]:
        builds = list_build_namespaces(self.settings)
        for name in (*list_own_namespaces(self.settings), *builds):
            path = f"{NAMESPACES}/{name}"
            live = self.cluster.get(path)
            if live is not None and (self._is_own(live) or (name in builds and is_of_stack(live, self.trial))):
                yield path, live

    def _is_own(self, live: dict[str, Any]) -> bool:
        return is_own(live, self.record)

    def _create(self, collection: str, manifest: Mapping[str, Any]) -> bool:
        """Whether an object exists now. False: the cluster does not serve its kind."""
        metadata = manifest["metadata"]
        labels = {**metadata.get("labels", {}), LABEL: self.record.trial}
        try:
            stored = self.cluster.add(collection, {**manifest, "metadata": {**metadata, "labels": labels}})
        except ConflictError:
            return True
        return stored is not None

    def _delete(self, objects: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Delete live objects, given with their paths, and wait until they are gone."""
        paths = []
        for path, live in objects:
            self.cluster.delete(path, uid=live["metadata"]["uid"])
            paths.append(path)
        for path in paths:
            self._wait(partial(self._is_gone, path), f"{path} is not gone")

    def _is_gone(self, path: str) -> bool:
        return self.cluster.get(path) is None

    def _wait(self, probe: Callable[[], bool], problem: str) -> None:
        wait_for(probe, f"{self.cluster}: {problem} after {_SECONDS:g} s; run the command again", _SECONDS)


def wait_for(probe: Callable[[], bool], problem: str, seconds: float) -> None:
    """Poll until the probe succeeds.

    Raises:
        TrialError: it does not within `seconds`; the message is `problem`.
    """
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > deadline:
            raise TrialError(problem)
        time.sleep(_POLL)


def _collection(manifest: Mapping[str, Any], definition: Mapping[str, Any] | None) -> str:
    """Path at which an object is created. Without a definition, it is a namespace."""
    if definition is None:
        return NAMESPACES
    namespace = manifest["metadata"].get("namespace")
    place = f"namespaces/{namespace}/" if namespace is not None else ""
    return f"/apis/{manifest['apiVersion']}/{place}{definition['spec']['names']['plural']}"
