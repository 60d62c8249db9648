"""What was found at several looks, each object once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


class FoundPlaces:
    """Places of the world at which something was found, and how surely.

    Screens of different looks may show the same ground. What a look finds nearer than `apart` to a find of an earlier
    look is taken for the same object, the nearest pairs first, and counts as the surer of the two; finds of one look
    are different objects.

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
        distance = np.linalg.norm(found[:, None, :2] - self.places[None, :, :2], axis=2)  # (n, known)
        fresh = np.ones(len(found), np.bool_)
        while distance.size and distance.min() < self._apart:
            mine, known = np.unravel_index(distance.argmin(), distance.shape)
            self.places[known, 2] = max(self.places[known, 2], found[mine, 2])
            fresh[mine] = False
            distance[mine], distance[:, known] = np.inf, np.inf
        self.places = np.vstack([self.places, found[fresh]])
