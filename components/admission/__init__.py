"""Admission policies and quotas of ``isolation: strict``, as manifests."""
