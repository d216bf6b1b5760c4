"""The Kubernetes provider by itself, without an engine: how it signs in with a kubeconfig."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

_NAMESPACE: Final = "urn:pulumi:test::test::kubernetes:core/v1:Namespace::default"
_CONFIG: Final = "kubernetes:config:"


def read_with_provider(program: Path, folder: Path, configuration: Mapping[str, str]) -> str:
    """``read`` if the provider can read a namespace, else its error.

    Args:
        program: the provider.
        folder: its working directory, as the engine sets it: that of the project.
        configuration: ``context``, and ``kubeconfig`` unless it reads $KUBECONFIG.
    """
    variables = {f"{_CONFIG}{key}": value for key, value in configuration.items()}
    process = subprocess.Popen(
        # No engine listens at that address: the provider only logs to it.
        [program, "127.0.0.1:9"],
        cwd=folder,
        env=os.environ | {"PULUMI_HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            port = int(re.findall(r"\d+", process.stdout.readline())[0])
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                provider = provider_pb2_grpc.ResourceProviderStub(channel)
                provider.Configure(provider_pb2.ConfigureRequest(variables=variables, acceptSecrets=True), timeout=60)
                answer = provider.Read(provider_pb2.ReadRequest(id="default", urn=_NAMESPACE), timeout=60)
                return "read" if answer.id else "not found"
        except grpc.RpcError as error:
            return str(error.details())
        finally:
            process.kill()
