"""The local platform: an OpenChoreo control plane with the External Secrets Operator (ESO) on free loopback ports.

It is a stand-in for the cluster of a platform engineer. Nothing in `components` imports it.
"""
