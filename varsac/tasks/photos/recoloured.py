"""Photographs with their colour channels in another order: more kinds of ground than there are photographs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sc2data.pyramid import Pyramid
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import Plane
from sc2data.pyramid.window import Box


class RecolouredPyramid(Pyramid):
    """A pyramid whose channels are in another order.

    Args:
        base: the image.
        order: for each channel, which one of the image it is.

    >>> import numpy as np
    >>> image = np.full((2, 2, 3), (10, 20, 30), np.uint8)
    >>> RecolouredPyramid(Pyramid.of(image), (2, 0, 1)).level(0)[0, 0].tolist()
    [30, 10, 20]
    """

    def __init__(self, base: Pyramid, order: Sequence[int]) -> None:
        self._made_of = base, tuple(order)
        super().__init__([_RecolouredPlane(plane, list(order)) for plane in base.planes])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._made_of


class _RecolouredPlane:
    """One level."""

    def __init__(self, plane: Plane, order: list[int]) -> None:
        self.shape = plane.shape
        self._plane, self._order = plane, order

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box within the level, and how many were decoded for them."""
        pixels, decoded = self._plane.read(box)
        return np.take(pixels, self._order, axis=2), decoded  # indexing leaves channels apart, which is slow to copy
