"""Discs in pixels: how feature layers draw anything that has a place and a radius.

Convention:
    Pixels as in `sc2data.geometry`: continuous, x right, y down, edges count. Images are [row, column], row 0 on top.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

_SUBPIXELS = 4

IntArray = npt.NDArray[np.intp]


def diameters(radii: npt.NDArray[np.floating]) -> IntArray:
    """Whole diameters of discs with `radii` in pixels: 2 r rounded, halves up, at least 1."""
    return np.maximum(np.floor(2 * np.asarray(radii, np.float64) + 0.5), 1).astype(np.intp)


def corners(centres: npt.NDArray[np.floating], diameter: IntArray) -> IntArray:
    """Index of the first pixel that a disc's box of `diameter` pixels takes along one axis.

    A disc of an odd diameter is centred on the pixel that its centre lies in, one of an even diameter on the nearest
    edge between two pixels; both conversions to whole numbers drop the fraction, towards zero, so that discs whose
    centre is left of or above the image sit up to one pixel nearer to it.

    >>> corners(np.array([48.04, 40.98, 5.33, -3.35]), np.array([29, 19, 12, 12])).tolist()
    [34, 31, -1, -8]
    """
    nudge = np.where(diameter % 2 == 0, 0.5, 0.0)
    return np.trunc(np.asarray(centres, np.float64) + nudge).astype(np.intp) - diameter // 2


@functools.lru_cache(maxsize=512)
def _stamp(diameter: int) -> tuple[IntArray, IntArray]:
    """(rows, columns) of the pixels whose centre is in the circle inscribed in a box of `diameter` pixels."""
    offset = np.arange(diameter) + 0.5 - diameter / 2
    rows, columns = np.nonzero(offset[:, None] ** 2 + offset[None, :] ** 2 <= (diameter / 2) ** 2)
    return rows, columns


def stamp(diameter: int) -> npt.NDArray[np.bool_]:
    """The disc of `diameter` pixels in its box, (diameter, diameter).

    >>> stamp(4).astype(int).tolist()
    [[0, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [0, 1, 1, 0]]
    """
    image = np.zeros((diameter, diameter), bool)
    image[_stamp(diameter)] = True
    return image


def covered(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating], diameter: IntArray, width: int, height: int
) -> tuple[IntArray, IntArray]:
    """Pixels of N discs in an image: (flat indices (P,), number of the disc (P,)), disc after disc.

    `x`, `y` are the centres in pixels; what lies outside the image is left out.
    """
    left, top = corners(x, diameter), corners(y, diameter)
    near = np.flatnonzero((left < width) & (top < height) & (left + diameter > 0) & (top + diameter > 0))
    if not len(near):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    stamps = [_stamp(d) for d in diameter[near].tolist()]
    disc = np.repeat(near, [len(rows) for rows, _ in stamps])
    row = np.concatenate([rows for rows, _ in stamps]) + top[disc]
    column = np.concatenate([columns for _, columns in stamps]) + left[disc]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return (row * width + column)[inside], disc[inside]


def coverage(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating], radius: npt.NDArray[np.floating], width: int, height: int
) -> npt.NDArray[np.int32]:
    """Sixteenths of each pixel (height, width) that N true circles cover, added up: 4 x 4 samples a pixel.

    `x`, `y`, `radius` in pixels; neither centres nor radii are rounded.
    """
    x, y, radius = (np.asarray(values, np.float64) * _SUBPIXELS for values in (x, y, radius))
    columns, rows = width * _SUBPIXELS, height * _SUBPIXELS
    first = np.maximum(np.ceil(y - radius - 0.5), 0).astype(np.intp)
    count = np.maximum(np.minimum(np.floor(y + radius - 0.5) + 1, rows).astype(np.intp) - first, 0)
    disc = np.repeat(np.arange(len(x)), count)
    row = np.arange(len(disc)) - np.repeat(np.cumsum(count) - count, count) + first[disc]
    half = np.sqrt(np.maximum(radius[disc] ** 2 - (row + 0.5 - y[disc]) ** 2, 0))
    begin = np.clip(np.ceil(x[disc] - half - 0.5), 0, columns).astype(np.intp)
    end = np.clip(np.floor(x[disc] + half - 0.5) + 1, 0, columns).astype(np.intp)
    end = np.maximum(begin, end)
    # Each span adds one from `begin` to `end`: mark where it starts and ends, then sum along the pixel's row.
    line = row // _SUBPIXELS * (columns + 1)
    size = height * (columns + 1)
    change = np.bincount(line + begin, minlength=size) - np.bincount(line + end, minlength=size)
    samples = np.cumsum(change.reshape(height, columns + 1)[:, :columns], axis=1, dtype=np.int32)
    return np.asarray(samples.reshape(height, width, _SUBPIXELS).sum(axis=2, dtype=np.int32))
