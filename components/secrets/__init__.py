"""ExternalSecrets, generators and plain Secrets as manifests."""
