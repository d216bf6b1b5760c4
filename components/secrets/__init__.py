"""Manifests of ExternalSecrets, generators and plain Secrets."""
