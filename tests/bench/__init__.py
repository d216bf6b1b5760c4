"""Benchmarks: a ratio against something that runs beside, never a bound on seconds."""
