"""Registries that builds push to and workloads pull from."""
