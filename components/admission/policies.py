"""Every policy of a stack on one cluster."""

from __future__ import annotations

from collections.abc import Iterator

from ..manifests import Manifest
from .agents import build_agent_policy
from .external_secrets import build_external_secret_policy, build_push_secret_policy
from .identities import build_identity_policy
from .model import AdmissionRules
from .namespaces import build_namespace_policy
from .quotas import build_quota_policy
from .stores import build_generator_policy, build_store_policy


def list_policies(rules: AdmissionRules) -> Iterator[Manifest]:
    """Policies, each followed by its binding."""
    policies = (
        build_external_secret_policy(rules),
        build_push_secret_policy(rules),
        build_store_policy(rules),
        build_generator_policy(rules),
        build_identity_policy(rules),
        build_namespace_policy(rules),
        build_quota_policy(rules),
        build_agent_policy(rules),
    )
    for policy in policies:
        if policy is not None:
            yield from policy.render(rules)
