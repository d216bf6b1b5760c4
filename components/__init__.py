"""Credentials for the builds of every organization of an OpenChoreo platform, as Pulumi components.

    from openchoreo_secrets import BuildPlane, BuildPlaneArgs, GitCredential, Organization

Settings are plain data that constructors validate, and components register the described objects. Secret values never
pass through, except those of ``manualSecrets``, which stay encrypted.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import *  # noqa: F403
    from .api import __all__ as __all__

    __version__: str
else:

    def __getattr__(name: str) -> Any:
        """A name of `api`, or ``__version__``, loaded on first use.

        The provider's process needs none of them, and Pulumi waits for it to start.
        """
        if name == "__version__":
            from .version import read_version  # noqa: PLC0415 - see there

            return read_version()
        if name == "__all__" or not name.startswith("__"):
            api = import_module(f"{__name__}.api")
            if name in {"__all__", *api.__all__}:
                return getattr(api, name)
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module(f"{__name__}.api").__all__})
