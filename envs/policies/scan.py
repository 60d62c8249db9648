"""Reads the image line by line, as a scanner does."""

from __future__ import annotations

import math

import numpy as np

from envs.policies.policy import Fixation, Info, LookingPolicy, Observation, size_of


class ScanPolicy(LookingPolicy):
    """Windows that tile the image, row by row, as many as there are glimpses; so small that they just cover it.

    What looks are left when all rows are read begin again at the first.
    """

    def begin(self, observation: Observation, info: Info) -> None:
        """See `Policy`."""
        self._next = 0
        left = int(observation["glimpses_left"][0])
        if left:  # else another frame begins
            self._tiles = tiles(left, size_of(observation, info))

    def look(self, observation: Observation, info: Info) -> Fixation:
        """See `LookingPolicy`."""
        self._next += 1
        return self._tiles[(self._next - 1) % len(self._tiles)]


def tiles(count: int, size: tuple[int, int]) -> Fixation:
    """At most `count` windows that tile an image of (height, width), (n, 3), row by row.

    >>> tiles(2, (100, 200)).tolist()
    [[-0.5, 0.0, 1.0], [0.5, 0.0, 1.0]]
    """
    height, width = size
    rows = max(1, min(count, math.floor(math.sqrt(count * height / width) + 1e-9)))
    columns = max(1, count // rows)
    scale = max(width / columns, height / rows) / min(size)
    x, y = ((2 * np.arange(number) + 1) / number - 1 for number in (columns, rows))
    return np.array([(across, down, scale) for down in y for across in x])
