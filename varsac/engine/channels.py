"""Pyramids in colour for models of grey images, and the other way round."""

from __future__ import annotations

import cv2
import numpy as np

from sc2data.pyramid import Pyramid
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import Plane
from sc2data.pyramid.window import Box


class ChannelPlane:
    """A level of another number of channels: grey repeated three times, or the luma of RGB (ITU-R BT.601).

    Args:
        plane: the level as it is.
        channels: 1 or 3.
    """

    def __init__(self, plane: Plane, channels: int) -> None:
        self.shape = (*plane.shape[:2], channels)
        self._plane = plane

    def read(self, box: Box) -> tuple[Pixels, int]:
        """See `sc2data.pyramid.pyramid.Plane`."""
        pixels, decoded = self._plane.read(box)
        if self.shape[2] == 3:
            return np.repeat(pixels, 3, axis=2), decoded
        if pixels.size == 0:  # OpenCV takes no empty images
            return pixels[:, :, :1], decoded
        return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)[:, :, None], decoded


def with_channels(image: Pyramid, channels: int) -> Pyramid:
    """The image with this number of channels; itself where it has them.

    >>> grey = with_channels(Pyramid.of(np.full((4, 4, 3), (255, 0, 0), np.uint8)), 1)
    >>> grey.channels, int(grey.level(0)[0, 0, 0])  # 0.299 * 255
    (1, 76)
    """
    if image.channels == channels:
        return image
    return Pyramid([ChannelPlane(plane, channels) for plane in image.planes])
