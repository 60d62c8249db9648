"""Photographs with less contrast, down to a plain colour: easy ground to begin learning on."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.pyramid import Pyramid
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import Plane
from sc2data.pyramid.window import Box


class FadedPyramid(Pyramid):
    """A pyramid whose pixels are drawn towards the image's mean colour when they are read.

    Args:
        base: the image.
        share: of the contrast that is left, 0 (one colour) to 1.

    >>> image = np.repeat(np.array([[0, 200]], np.uint8), 4, axis=0)
    >>> FadedPyramid(Pyramid.of(image), 0.5).level(0)[0, :, 0].tolist()
    [50, 150]
    """

    def __init__(self, base: Pyramid, share: float) -> None:
        mean = base.level(base.levels - 1).mean(axis=(0, 1))  # (C,), as each level has the mean of the one before
        values = np.rint(mean + share * (np.arange(256)[:, None] - mean)).astype(np.uint8)  # (256, C)
        super().__init__([_FadedPlane(plane, values) for plane in base.planes])
        self._made_of = base, share

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._made_of


class _FadedPlane:
    """One level, its values looked up in a table (256, C)."""

    def __init__(self, plane: Plane, values: npt.NDArray[np.uint8]) -> None:
        self.shape = plane.shape
        self._plane, self._values = plane, values

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box within the level, and how many were decoded for them."""
        if (self._values == self._values[0]).all():
            return np.broadcast_to(self._values[0], (*box.shape, self.shape[2])), 0
        pixels, decoded = self._plane.read(box)
        if pixels.size:
            pixels = cv2.LUT(pixels, self._values[None]).reshape(pixels.shape)
        return pixels, decoded
