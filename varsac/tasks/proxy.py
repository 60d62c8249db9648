"""The proxy of an image: the whole of it at low resolution, read from the level of its pyramid that is just larger."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.pyramid import Pyramid
from varsac.tasks.task import TaskError

FINER = 2
"""A level serves when its sides are at least so many times the proxy's: its own pixels are means already."""


def proxy_size(height: int, width: int, shorter: int) -> tuple[int, int]:
    """(height, width) of a proxy with an image's aspect.

    Raises:
        TaskError: a shorter side below 8 px, or above the image's.

    >>> proxy_size(1000, 1500, shorter=64)
    (64, 96)
    """
    if not 8 <= shorter <= min(height, width):
        raise TaskError(
            f"a proxy of {shorter} px for images of {width} x {height} px: its shorter side must be at least 8 px and "
            "at most the image's"
        )
    scale = shorter / min(height, width)
    return round(height * scale), round(width * scale)


def proxy_of(pyramid: Pyramid, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The whole image as area means, squeezed to `size` whatever its aspect.

    Cost: decodes one level of less than 16 times the proxy's pixels, however large the image, but for very long ones.

    Args:
        pyramid: the image.
        size: (height, width) of the proxy.

    Returns:
        uint8 (height, width, C).

    >>> proxy_of(Pyramid.of(np.full((100, 300), 9, np.uint8)), (8, 24)).shape
    (8, 24, 1)
    """
    height, width = size
    spare = min(pyramid.height / height, pyramid.width / width)
    level = max(int(np.floor(np.log2(max(spare / FINER, 1)))), 0)
    pixels = pyramid.level(min(level, pyramid.levels - 1))
    shrunk = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8).reshape(height, width, pyramid.channels)


def blurred(proxy: npt.NDArray[np.uint8], divisor: int) -> npt.NDArray[np.uint8]:
    """A proxy with less detail at the same size: shrunk by `divisor` and enlarged again, both bilinearly."""
    if divisor <= 1:
        return proxy
    height, width, channels = proxy.shape
    small = cv2.resize(proxy, (max(width // divisor, 1), max(height // divisor, 1)), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(small, (width, height)), np.uint8).reshape(height, width, channels)
