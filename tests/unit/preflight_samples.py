"""The build plane as the preflight checks expect it: paths, labels and names."""

from __future__ import annotations

import re

from tests.unit.api import Object

STACK = "organization/openchoreo-secrets/dev"
PLANE = 'build plane (context "dev")'
GROUP: Object = {"versions": [{"version": "v1"}, {"version": "v1beta1"}]}
V1: Object = {
    "resources": [{"name": "externalsecrets"}, {"name": "externalsecrets/status"}, {"name": "clustersecretstores"}]
}
OPERATOR = {"/apis/external-secrets.io": GROUP, "/apis/external-secrets.io/v1": V1}


def unwrap(message: object) -> str:
    """The message with each problem on one line."""
    return re.sub(r"\n {4}(?=\S)", " ", str(message))
