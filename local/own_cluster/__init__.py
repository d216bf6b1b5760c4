"""The local trial on a cluster of the user: its control plane and its ESO in place of those of the local platform.

The secret values are Secrets of one namespace, because the cluster cannot reach OpenBao on loopback.
"""
