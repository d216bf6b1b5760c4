"""Access to clusters outside Pulumi resources: checks before an update, readiness after it, edits of shared objects."""
