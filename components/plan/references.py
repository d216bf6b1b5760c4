"""Objects on the control plane by which developers select the credential of a build."""

from __future__ import annotations

from dataclasses import dataclass

from ..git.credential import GitCredential
from ..git.reference import get_reference_type, list_reference_values
from ..manifests import Manifest, build_manifest
from ..openchoreo.kinds import Kind
from ..openchoreo.labels import build_organization_labels
from ..schema.deferred import InputStr
from ..secrets.external_secret import Names


@dataclass(frozen=True)
class PlannedReference:
    """One SecretReference."""

    kind: Kind
    namespace: str
    """On the control plane."""
    organization: str
    name: str
    git: GitCredential
    """The credential whose values it names."""
    store: InputStr
    """ClusterSecretStore of these values."""
    interval: str
    """Canonical Go duration between two polls; the workflows that OpenChoreo ships have their own."""

    @property
    def manifest(self) -> Manifest:
        """The object."""
        return self.render({})

    def render(self, names: Names) -> Manifest:
        """The object with the names of the secrets in the manager of its store.

        Args:
            names: names in the managers of the stores.
        """
        # An output is no key of a mapping.
        renamed = names.get(self.store, {}) if isinstance(self.store, str) else {}
        data = []
        for key, ref in list_reference_values(self.git).items():
            name = renamed.get(ref.remote_key, ref.remote_key) if isinstance(ref.remote_key, str) else ref.remote_key
            remote: dict[str, object] = {"key": name}
            if ref.property is not None:
                remote["property"] = ref.property
            data.append({"secretKey": key, "remoteRef": remote})
        template = {"type": get_reference_type(self.git)}
        return build_manifest(
            self.kind.api,
            self.kind.name,
            self.name,
            namespace=self.namespace,
            labels=build_organization_labels(self.organization),
            spec={"template": template, "data": data, "refreshInterval": self.interval},
        )
