"""Stand for the hosts that the credentials of a stack are for: a git server and a registry on loopback.

The servers accept the credentials in OpenBao and in ``manualSecrets``. Two proxies lead the names of all hosts to them,
so clients use the credentials and addresses that they would use on the Internet.
"""
