"""The forms of answers of an API server, as far as this package reads them.

Sources: ``meta/v1`` (ObjectMeta, ListMeta, Status, APIGroup, APIResourceList), ``apidiscovery.k8s.io``,
``authorization.k8s.io/v1`` and the CRDs of ESO. The API server writes an empty list or mapping as null in places.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Required

from pydantic import AfterValidator, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic reads no other one before Python 3.12


class Shape:
    """The form of one kind of answer."""

    def __init__(self, form: Any) -> None:
        self._form = form

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        """Built on first use, because most commands need few of them."""
        return TypeAdapter(self._form)

    def accepts(self, content: object) -> bool:
        """Whether content has the form; fields that it does not name are not checked."""
        try:
            self._adapter.validate_python(content, strict=True)
        except ValidationError:
            return False
        return True


def _check_time(text: str) -> str:
    """The text, which must be a time with a time zone, later than the first year.

    Raises:
        ValueError: it is not.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None or time.year == 1:
        raise ValueError(text)
    return text


_Time = Annotated[str, AfterValidator(_check_time)]


class _Owner(TypedDict, total=False):
    kind: Required[str]
    name: Required[str]
    uid: Required[str]


class _Manager(TypedDict, total=False):
    manager: str | None
    operation: str | None
    time: _Time | None
    fieldsV1: dict[str, Any] | None


class _Metadata(TypedDict, total=False):
    name: Required[str]
    namespace: str | None
    uid: Required[str]
    resourceVersion: Required[str]
    generation: int | None
    creationTimestamp: _Time | None
    deletionTimestamp: str | None
    labels: dict[str, str] | None
    annotations: dict[str, str] | None
    finalizers: list[str] | None
    ownerReferences: list[_Owner] | None
    managedFields: list[_Manager] | None


class _StoreRef(TypedDict, total=False):
    name: str | None
    kind: str | None


class _SourceRef(TypedDict, total=False):
    storeRef: _StoreRef | None


class _Entry(TypedDict, total=False):
    sourceRef: _SourceRef | None


class _Selector(TypedDict, total=False):
    matchLabels: dict[str, str] | None


class _Spec(TypedDict, total=False):
    secretStoreRef: _StoreRef | None
    secretStoreRefs: list[_StoreRef] | None
    data: list[_Entry] | None
    dataFrom: list[_Entry] | None
    refreshPolicy: str | None
    # A number of seconds in a store.
    refreshInterval: str | int | None
    namespaceSelectors: list[_Selector] | None
    externalSecretName: str | None
    externalSecretSpec: _Spec | None
    pushSecretSpec: _Spec | None


class _Condition(TypedDict, total=False):
    type: Required[str]
    status: Required[str]
    reason: str | None
    message: str | None


class _State(TypedDict, total=False):
    conditions: list[_Condition] | None
    syncedResourceVersion: str | None
    phase: str | None


class _Item(TypedDict, total=False):
    metadata: Required[_Metadata]
    spec: _Spec | None
    status: _State | None
    message: str | None


class _Object(_Item, total=False):
    apiVersion: Required[str]
    kind: Required[str]


# A class cannot have it, because it is a keyword of Python.
_Pages = TypedDict("_Pages", {"continue": "str | None"}, total=False)


class _Collection(TypedDict, total=False):
    apiVersion: Required[str]
    kind: Required[str]
    metadata: Required[_Pages]
    items: Required[list[_Item] | None]


class _Status(TypedDict, total=False):
    apiVersion: Required[Literal["v1"]]
    kind: Required[Literal["Status"]]
    message: str | None


class _Version(TypedDict, total=False):
    version: Required[str]


class _Group(TypedDict, total=False):
    kind: Required[Literal["APIGroup"]]
    versions: Required[list[_Version]]


class _Resource(TypedDict, total=False):
    name: Required[str]


class _Resources(TypedDict, total=False):
    kind: Required[Literal["APIResourceList"]]
    resources: Required[list[_Resource] | None]


class _ResponseKind(TypedDict, total=False):
    kind: str | None


class _DiscoveredResource(TypedDict, total=False):
    resource: Required[str]
    responseKind: _ResponseKind | None
    scope: str | None
    verbs: list[str] | None


class _DiscoveredVersion(TypedDict, total=False):
    version: Required[str]
    freshness: str | None
    resources: list[_DiscoveredResource] | None


class _GroupMetadata(TypedDict, total=False):
    name: str | None


class _DiscoveredGroup(TypedDict, total=False):
    metadata: _GroupMetadata | None
    versions: Required[list[_DiscoveredVersion]]


class _Discovery(TypedDict, total=False):
    kind: Required[Literal["APIGroupDiscoveryList"]]
    items: Required[list[_DiscoveredGroup] | None]


class _Decision(TypedDict, total=False):
    allowed: Required[bool]


class _Review(TypedDict, total=False):
    kind: Required[Literal["SelfSubjectAccessReview"]]
    status: Required[_Decision]


class _UserInfo(TypedDict, total=False):
    username: Required[str]


class _Identity(TypedDict, total=False):
    userInfo: Required[_UserInfo]


class _SelfReview(TypedDict, total=False):
    kind: Required[Literal["SelfSubjectReview"]]
    status: Required[_Identity]


STATUS: Final = Shape(_Status)
"""An error, or the end of a deletion."""
OBJECT: Final = Shape(_Object)
"""One object."""
COLLECTION: Final = Shape(_Collection)
"""Objects of a kind."""
GROUP: Final = Shape(_Group)
"""Versions of a group."""
RESOURCES: Final = Shape(_Resources)
"""Kinds of a version."""
DISCOVERY: Final = Shape(_Discovery)
"""Kinds of all groups."""
REVIEW: Final = Shape(_Review)
"""Whether the user may do something."""
IDENTITY: Final = Shape(_SelfReview)
"""Who the user is."""
