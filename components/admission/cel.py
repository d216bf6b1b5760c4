"""Parts of CEL expressions of ValidatingAdmissionPolicies.

Source: Kubernetes, "Common Expression Language in Kubernetes". Optional fields (``.?``) exist since 1.29.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

USER: Final = "request.userInfo.username"


def quote(text: str) -> str:
    """A text as a literal. JSON's escapes are a part of CEL's."""
    return json.dumps(text, ensure_ascii=False)


def format_list(texts: Iterable[str]) -> str:
    """A list of texts as a literal."""
    return f"[{', '.join(quote(text) for text in texts)}]"


def format_map(lists: Mapping[str, Iterable[str]]) -> str:
    """A map from a text to a list of texts as a literal."""
    return f"{{{', '.join(f'{quote(key)}: {format_list(texts)}' for key, texts in lists.items())}}}"


def is_user(users: Iterable[str]) -> str:
    """Whether one of some users sent the request."""
    return f"{USER} in {format_list(users)}"
