"""The levels of a pyramid: their sizes, how one is made from the one before, which one a glimpse is read from.

Convention:
    Level 0 is the image itself. A pixel of level l is a square of 2^l x 2^l pixels of the image, and pixel (row i,
    column j) of it begins at row i * 2^l and column j * 2^l: the pitch is 2^l exactly, at every size. Where the image
    does not fill the last row or column of a level, the image is continued by repeating its last row or column.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

BAND = 1 << 18
"""Pixels that are halved at a time: what is made on the way then stays in the processor's cache."""


def level_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """(height, width) of every level, from the image down to the first whose shorter side is one pixel.

    >>> level_sizes(5, 12)
    [(5, 12), (3, 6), (2, 3), (1, 2)]
    """
    sizes = [(height, width)]
    while min(sizes[-1]) > 1:
        height, width = sizes[-1]
        sizes.append(((height + 1) // 2, (width + 1) // 2))
    return sizes


def level_for(scale: float, shorter: int, size: int) -> int:
    """The level that a glimpse is read from: the coarsest whose pixels are no larger than the glimpse's.

    Args:
        scale: window side over the shorter image side, > 0.
        shorter: the shorter side of the image, px.
        size: side of the glimpse S, px.

    Returns:
        The largest l with 2^l <= scale * shorter / size; 0 where there is none, the last level where there is no more.

    >>> [level_for(0.25, 1024, 64), level_for(0.26, 1024, 64), level_for(0.249, 1024, 64), level_for(0.01, 1024, 64)]
    [2, 2, 1, 0]
    """
    exponent = math.frexp(scale * shorter / size)[1] - 1  # floor of the binary logarithm, without rounding
    return min(max(exponent, 0), (shorter - 1).bit_length())


def halve(image: Pixels) -> Pixels:
    """The next level: the mean of every 2 x 2 pixels, rounded to nearest, halves to even.

    Rounding halves upwards would brighten a pyramid by an eighth of a grey level at each level; to even, it does not.

    Args:
        image: uint8 (H, W) or (H, W, C); an odd last row or column is repeated.

    Returns:
        uint8 (ceil(H / 2), ceil(W / 2)[, C]).

    >>> halve(np.array([[1, 2, 8], [3, 4, 9]], np.uint8)).tolist()
    [[2, 8]]
    """
    rows, columns = ((length + 1) // 2 for length in image.shape[:2])
    halved = np.empty((rows, columns, *image.shape[2:]), np.uint8)
    step = max(BAND // (4 * columns), 1)
    for top in range(0, rows, step):
        halved[top : top + step] = _halved(image[2 * top : 2 * (top + step)])
    return halved


def _halved(image: Pixels) -> Pixels:
    """The next level of a band that begins at an even row."""
    odd = [(0, length % 2) for length in image.shape[:2]]
    if any(after for _, after in odd):
        image = np.pad(image, odd + [(0, 0)] * (image.ndim - 2), mode="edge")
    rows, columns = image.shape[0] // 2, image.shape[1] // 2
    fourfold = np.multiply(image, 4, dtype=np.uint16)
    # The mean of four times the values is their sum, with nothing to round; a quarter of that is rounded half to even.
    total = cv2.resize(fourfold, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.convertScaleAbs(total, alpha=0.25), np.uint8).reshape(rows, columns, *image.shape[2:])


def build_levels(image: Pixels) -> list[Pixels]:
    """All levels of an image (H, W, C), the image itself first."""
    levels = [image]
    while min(levels[-1].shape[:2]) > 1:
        levels.append(halve(levels[-1]))
    return levels
