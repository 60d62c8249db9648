"""Rollouts: episodes of a policy in an environment, kept, measured and shown."""
