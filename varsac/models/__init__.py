"""Models: what looks at an image through a few windows, and what it is compared with."""
