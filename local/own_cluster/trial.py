"""A trial on a cluster of the user: its names, its files, and the record of which cluster it is on."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from components.cluster.connection import Cluster
from components.manifests import PREFIX
from components.settings.clusters import ClusterSettings

from ..stacks import STACKS

LABEL: Final = f"{PREFIX}trial"
"""Label of every object that a trial creates itself; its value is the id of the trial."""
HOSTS: Final = ("registry", "git-server")
"""The programs that run on this machine."""

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40


class TrialError(Exception):
    """The trial cannot run on the cluster; the message contains the next step."""


@dataclass(frozen=True)
class Record:
    """What a trial is; written before it creates anything."""

    release: str
    """OpenChoreo release."""
    cluster: str
    """UID of the cluster's namespace ``kube-system``: a new cluster may have the name of an old one."""
    trial: str
    """Value of `LABEL`."""


@dataclass(frozen=True)
class Trial:
    """A trial of this checkout on the cluster of a context."""

    root: Path
    """Folder with ``Pulumi.yaml``."""
    context: str
    """Context in ``$KUBECONFIG``, else in ``~/.kube/config``."""

    @property
    def name(self) -> str:
        """The context in lower case letters, digits and hyphens; another context has another name."""
        plain = _OTHER.sub("-", self.context.lower()).strip("-")
        if plain == self.context and len(plain) <= _LONGEST:
            return plain
        digest = hashlib.sha256(self.context.encode()).hexdigest()[:8]
        return f"{plain[:_LONGEST]}-{digest}"

    @property
    def stack(self) -> str:
        """Name of its stack in Pulumi."""
        return f"context-{self.name}"

    @property
    def folder(self) -> Path:
        """Its record, its Pulumi state, and the files of the git server and the registry."""
        return self.root / ".local-contexts" / self.name

    @property
    def stack_file(self) -> Path:
        """Its generated stack file."""
        return self.root / "stacks" / f"Pulumi.{self.stack}.yaml"

    def connect(self) -> Cluster:
        """The cluster; nothing is sent yet.

        Raises:
            TrialError: no context is named.
            ClusterError: the kubeconfig has no such context, or cannot be used.
        """
        if not self.context:
            msg = "CONTEXT: is empty; use the name of a context: kubectl config get-contexts"
            raise TrialError(msg)
        return Cluster("cluster", ClusterSettings(context=self.context))

    def start(self, cluster: Cluster, release: str | None) -> Record:
        """The record of the trial, which is written if there is none.

        Args:
            cluster: the cluster.
            release: one of `STACKS`; None for that of the record, else v0.9.

        Raises:
            TrialError: the record is of another release or of another cluster.
        """
        record = self.read()
        if record is None:
            record = Record(release or next(iter(STACKS)), read_identity(cluster), secrets.token_hex(8))
            self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            self._file.write_text(json.dumps(asdict(record), indent=2))
            return record
        if record.cluster != read_identity(cluster):
            msg = f"{cluster}: is not the cluster that the trial was started on; remove the trial first: {self.down}"
            raise TrialError(msg)
        if release not in {None, record.release}:
            msg = f"RELEASE={release}: the trial is for OpenChoreo {record.release}; remove it first: {self.down}"
            raise TrialError(msg)
        return record

    def read(self) -> Record | None:
        """Its record. None: there is no trial.

        Raises:
            TrialError: the record is damaged.
        """
        try:
            record = Record(**json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            record = None
        if record is None or record.release not in STACKS:
            advice = f"delete what has the label {LABEL} in the cluster, then this folder"
            msg = f"{self._file}: is not the record of a trial; {advice}"
            raise TrialError(msg)
        return record

    @property
    def state(self) -> Path:
        """The state of its stack."""
        return self.folder / "state" / ".pulumi" / "stacks" / "openchoreo-secrets" / f"{self.stack}.json"

    @property
    def down(self) -> str:
        """The command that removes it."""
        return f"make down CONTEXT={self.context}"

    @property
    def _file(self) -> Path:
        return self.folder / "trial.json"


def read_identity(cluster: Cluster) -> str:
    """UID of the cluster's namespace ``kube-system``.

    Raises:
        TrialError: the server has no such namespace.
    """
    namespace = cluster.get("/api/v1/namespaces/kube-system")
    if namespace is None:
        msg = f"{cluster}: has no namespace kube-system; use the context of a Kubernetes cluster"
        raise TrialError(msg)
    return str(namespace["metadata"]["uid"])
