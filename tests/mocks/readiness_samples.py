"""Inputs of ExternalSecretsReady, and ExternalSecrets that are ready or not."""

from __future__ import annotations

from tests.mocks.stubs import synced

URN = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:ExternalSecretsReady::build-plane"
GIT = {"acme": {"openchoreo-ci-acme": ["git-clone-secret"]}}
INPUTS = {
    "externalSecrets": {"acme": {"openchoreo-ci-acme": ["git-clone-secret", "registry-push-secret"]}},
    "timeoutSeconds": 600.0,
}
BOTH = [synced("openchoreo-ci-acme", "git-clone-secret"), synced("openchoreo-ci-acme", "registry-push-secret")]
NO_PUSH = [BOTH[0], synced("openchoreo-ci-acme", "registry-push-secret", status="False")]
WAITING = 'organization "acme", Secret openchoreo-ci-acme/registry-push-secret'
NOT_READY = (
    '1 of 2 credentials are not ready {when} on build plane (context "kind-build"):\n'
    f"  - {WAITING}:\n"
    "      could not get secret data\n"
    "Fix the cause (most often a missing key in the secret manager) and run the update again"
)
