"""Short-lived tokens of cloud registries, which ESO renews: one module for each kind, imported automatically.

A generator and its ServiceAccount are in the build namespace, so builds may use them as well as ESO does: the cloud's
identity must be allowed to push to the organization's repositories and to do nothing else. Without ``auth`` ESO would
sign in as itself, with the operator's rights for every organization; static keys in a Secret would be readable by
builds and would not expire. So the only method is a ServiceAccount in the build namespace with an identity of the
cloud.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from .acr import AcrToken
from .ecr import EcrManaged, EcrToken
from .gcr import GcrToken
from .registry_token import TOKENS, RegistryToken, register_token

__all__ = ["TOKENS", "AcrToken", "EcrManaged", "EcrToken", "GcrToken", "RegistryToken", "register_token"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
