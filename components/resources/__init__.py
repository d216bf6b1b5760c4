"""The Pulumi components, and the deployment of a whole stack."""
