"""Credentials of external services that builds call."""
