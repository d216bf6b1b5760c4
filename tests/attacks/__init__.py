"""Attacks on a real platform: what an organization can reach of another, and which layer stops it."""
