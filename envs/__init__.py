"""Gymnasium environments that expose saccades as actions."""
