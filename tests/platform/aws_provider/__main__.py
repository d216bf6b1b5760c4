"""Serves the test-only providers ``aws`` and ``random`` to the Pulumi engine."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from pulumi.provider.experimental.server import main

from tests.platform.aws_provider.provider import AwsOverBoto

main(sys.argv[1:], "7.51.1", AwsOverBoto())
