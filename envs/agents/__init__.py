"""Agents that learn by reward in the environments of this package; both see the proxy as a map of places to look at."""
