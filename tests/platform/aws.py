"""Stand-in for AWS on loopback: moto, in this process, with any number of accounts.

It issues credentials to every caller and does not evaluate IAM policies, but it separates accounts: credentials of a
role, or of a user's access key, reach only the account of that role or user. So a delivered value proves which identity
has read it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import boto3
from moto.server import ThreadedMotoServer

REGION: Final = "eu-central-1"
ACCOUNT: Final = "123456789012"
"""The account of whoever has no credentials from moto."""


@dataclass(frozen=True)
class MotoAws:
    """A running moto server."""

    endpoint: str
    """Address of every service."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables with which the External Secrets Operator calls this server only."""
        services = ("SECRETSMANAGER", "STS", "SSM")
        return {
            **{f"AWS_{service}_ENDPOINT": self.endpoint for service in services},
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, account: str = ACCOUNT) -> Any:
        """A boto3 client of a service, in the role of an administrator of an account."""
        if account == ACCOUNT:
            return self._client(service, "testing", "testing")
        role = f"arn:aws:iam::{account}:role/administrator"
        made = self.client("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
        return self._client(service, made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def put_secret(self, name: str, value: str, account: str = ACCOUNT) -> str:
        """Write a value into Secrets Manager, as the current version; the id of that version."""
        manager = self.client("secretsmanager", account)
        try:
            made = manager.create_secret(Name=name, SecretString=value)
        except manager.exceptions.ResourceExistsException:
            made = manager.put_secret_value(SecretId=name, SecretString=value)
        return str(made["VersionId"])

    def put_parameter(self, name: str, value: str, account: str = ACCOUNT) -> int:
        """Write an encrypted value into Parameter Store; its version."""
        made = self.client("ssm", account).put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        return int(made["Version"])

    def access_key(self, user: str, account: str = ACCOUNT) -> dict[str, str]:
        """A new IAM user's access key: ``id`` and ``secret``."""
        iam = self.client("iam", account)
        iam.create_user(UserName=user)
        made = iam.create_access_key(UserName=user)["AccessKey"]
        return {"id": made["AccessKeyId"], "secret": made["SecretAccessKey"]}

    def _client(self, service: str, key: str, secret: str, token: str | None = None) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
        )


@contextlib.contextmanager
def moto_server() -> Iterator[MotoAws]:
    """A moto server on a free loopback port, while the context lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield MotoAws(f"http://{host}:{port}")
    finally:
        server.stop()
