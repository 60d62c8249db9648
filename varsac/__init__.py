"""Variational saccading: models that count and classify large images in a few glimpses."""
