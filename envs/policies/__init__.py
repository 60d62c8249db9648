"""Policies: what decides where to look, from what an environment shows."""
