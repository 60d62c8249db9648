"""Benchmarks: commands that print JSON and name the machine."""
