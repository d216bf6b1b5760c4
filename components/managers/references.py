"""References to Kubernetes objects in the settings of secret managers.

Source: ``SecretKeySelector``, ``ServiceAccountSelector`` and ``CAProvider`` of the External Secrets Operator. Without a
namespace ESO would use that of each ExternalSecret, so every reference of a ClusterSecretStore names its namespace.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from ..schema.certificates import encode_certificates
from ..schema.deferred import Deferrable
from ..schema.model import DataKey, Example, Label, Model, ObjectName, Several
from ..schema.placeholder import ObjectNameTemplate

CaBundle = Annotated[str, AfterValidator(encode_certificates)]
"""Certificates in PEM or in base64 of PEM; ESO gets base64 on one line."""
Audiences = Annotated[Several[Deferrable[Annotated[str, Field(min_length=1)]]], Field(min_length=1)]


class Reference(Model):
    """Base of settings that name a Kubernetes object which grants access to a manager.

    The object must not be in a build namespace: anyone who starts builds there could use or replace it.
    """

    namespace_field: ClassVar[str] = "namespace"
    """Name of the field with the object's namespace."""


class ServiceAccountRef(Reference):
    """An existing ServiceAccount."""

    example: ClassVar[Example] = {"name": "eso-{organization}", "namespace": "external-secrets"}

    name: Deferrable[ObjectNameTemplate]
    """Its name; may contain ``{organization}``, and may be an output."""
    namespace: Label
    """Its namespace."""
    audiences: Audiences | None = None
    """Audiences of the token, in addition to the manager's own. None: only the manager's own."""


class StoreServiceAccount(Reference):
    """A ServiceAccount ``eso-<store>`` that the stack creates for each ClusterSecretStore."""

    example: ClassVar[Example] = {"identityNamespace": "external-secrets"}
    namespace_field: ClassVar[str] = "identity_namespace"

    identity_namespace: Label
    """Namespace of the ServiceAccount. It must exist and must not be a build namespace."""
    audiences: Audiences | None = None
    """Audiences of the token, in addition to the manager's own. None: only the manager's own."""


class SecretKeyRef(Reference):
    """One key of an existing Kubernetes Secret: a name, never a value."""

    example: ClassVar[Example] = {"name": "login-{organization}", "namespace": "external-secrets", "key": "token"}

    name: Deferrable[ObjectNameTemplate]
    """Name of the Secret; may contain ``{organization}``, and may be an output."""
    namespace: Label
    """Namespace of the Secret."""
    key: DataKey
    """Key in the Secret."""


class CaProvider(Reference):
    """The object that holds the CA certificates of a server."""

    example: ClassVar[Example] = {"type": "ConfigMap", "name": "ca", "key": "ca.crt", "namespace": "external-secrets"}

    type: Literal["ConfigMap", "Secret"]
    """Kind of the object."""
    name: Deferrable[ObjectName]
    """Name of the object; may be an output."""
    key: DataKey
    """Key in the object."""
    namespace: Label
    """Namespace of the object."""
