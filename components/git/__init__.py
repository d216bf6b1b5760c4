"""The credential with which builds clone."""
