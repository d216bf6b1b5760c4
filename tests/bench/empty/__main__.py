"""A program without a resource: what starting Pulumi and Python costs, with nothing to do."""

import pulumi

pulumi.export("empty", value=True)
