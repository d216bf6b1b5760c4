"""The local platform: an OpenChoreo v0.9 control plane with the External Secrets Operator, on loopback.

Nothing in `components` imports it; it stands in for the cluster that a platform engineer already has.
"""
