"""How a cluster is reached: kubeconfigs, sign-in, proxies and TLS, with the rules of client-go.

The Kubernetes provider reads the same files with client-go. So what client-go honours is honoured here, and what it, or
this package, cannot use is refused with the name of the field, before anything is changed.
"""
