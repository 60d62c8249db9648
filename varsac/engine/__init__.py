"""Training and evaluation: one loop for every model and task."""
