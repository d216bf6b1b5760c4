"""Registries that builds push to and workloads pull from: ``catalog`` has one value for each."""
