"""What was found at several looks, each object once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


class FoundPlaces:
    """Places of the world at which something was found, and how surely.

    Screens of different looks may show the same ground. What a look finds nearer than `apart` to a find of an earlier
    look is taken for the same object, and counts as the surer of the two; finds of one look are different objects.

    Args:
        apart: world units.

    >>> places = FoundPlaces(1.0)
    >>> places.add(np.array([[10.0, 10.0, 0.5], [10.5, 10.0, 0.5]]))
    >>> places.add(np.array([[10.0, 10.2, 0.9], [20.0, 10.0, 1.0]]))
    >>> round(places.count, 2)
    2.4
    """

    def __init__(self, apart: float) -> None:
        self._apart = apart
        self.places = np.zeros((0, 3))  # x, y and how much of an object is there

    @property
    def count(self) -> float:
        """How many objects were found."""
        return float(self.places[:, 2].sum())

    def add(self, found: npt.NDArray[np.floating]) -> None:
        """Add the finds of a look, (n, 3): x and y in the world, and how much of an object is there."""
        known = len(self.places)
        free = np.ones(known, np.bool_)
        fresh = []
        for x, y, amount in found.tolist():
            distance = np.hypot(*(self.places[:known, :2] - (x, y)).T)
            near = np.flatnonzero(free & (distance < self._apart))
            if not len(near):
                fresh.append((x, y, amount))
                continue
            same = near[distance[near].argmin()]
            free[same] = False
            self.places[same, 2] = max(self.places[same, 2], amount)
        self.places = np.vstack([self.places, np.array(fresh).reshape(-1, 3)])
