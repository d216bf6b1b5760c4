"""The credential with which workloads pull images."""
