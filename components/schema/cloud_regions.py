"""Regions and locations of clouds that exist: a misspelt one is an address that no registry and no manager has.

Sources: botocore 1.44.8, ``partitions.json`` (regions of every partition of AWS); Google Cloud, "Artifact Registry
locations" and "Container Registry deprecation" (hosts of ``gcr.io``). Add a new region to the list.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Final

from pydantic import AfterValidator

from .suggestions import find_nearest

AWS_REGIONS: Final = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1",
        "eu-central-1", "eu-central-2", "eu-isoe-west-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
        "eu-west-2", "eu-west-3", "eusc-de-east-1", "il-central-1", "me-central-1", "me-south-1", "me-west-1",
        "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1",
        "us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "us-isof-east-1", "us-isof-south-1",
        "us-west-1", "us-west-2",
    }
)  # fmt: skip
GOOGLE_REGIONS: Final = frozenset(
    {
        "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3",
        "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2", "asia-southeast3",
        "australia-southeast1", "australia-southeast2", "europe-central2", "europe-north1", "europe-north2",
        "europe-southwest1", "europe-west1", "europe-west10", "europe-west12", "europe-west2", "europe-west3",
        "europe-west4", "europe-west6", "europe-west8", "europe-west9", "me-central1", "me-central2", "me-west1",
        "northamerica-northeast1", "northamerica-northeast2", "northamerica-south1", "southamerica-east1",
        "southamerica-west1", "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2",
        "us-west3", "us-west4",
    }
)  # fmt: skip
ARTIFACT_LOCATIONS: Final = GOOGLE_REGIONS | {"asia", "europe", "us"}
CONTAINER_LOCATIONS: Final = frozenset({"asia", "eu", "us"})
_ZONES: Final = "abcdef"


def _must_be_one_of(names: Collection[str], what: str) -> AfterValidator:
    """A validator that accepts these names.

    Args:
        names: that exist.
        what: the end of "is not ...", with what is expected.
    """

    def check(value: str) -> str:
        if value not in names:
            nearest = find_nearest(value, sorted(names))
            msg = f"is not {what}" + (f"; did you mean {nearest}?" if nearest else "")
            raise ValueError(msg)
        return value

    return AfterValidator(check)


AwsRegion = Annotated[
    str, _must_be_one_of(AWS_REGIONS, "the name of an AWS region; expected a name such as eu-central-1")
]
GoogleRegion = Annotated[
    str, _must_be_one_of(GOOGLE_REGIONS, "a region of Google Cloud; expected a name such as europe-west3")
]
GoogleLocation = Annotated[
    str,
    _must_be_one_of(
        GOOGLE_REGIONS | {f"{region}-{zone}" for region in GOOGLE_REGIONS for zone in _ZONES},
        "a region or zone of Google Cloud; expected a name such as europe-west3 or europe-west3-a",
    ),
]
ArtifactLocation = Annotated[
    str,
    _must_be_one_of(
        ARTIFACT_LOCATIONS,
        "a location of Artifact Registry; expected a region such as europe-west3, or asia, europe or us",
    ),
]
ContainerLocation = Annotated[
    str, _must_be_one_of(CONTAINER_LOCATIONS, "a location of Container Registry; expected asia, eu or us")
]
