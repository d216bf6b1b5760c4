"""Differences between the objects of a stack and the live ones: what others edited or deleted, and how to undo it."""
