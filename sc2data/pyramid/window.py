"""What a fixation sees: where its samples lie, the patch of pixels that they need, the glimpse made of it.

Convention:
    A fixation is (x, y, scale): x and y in [-1, 1] over the image, (-1, -1) its upper left corner, (1, 1) its lower
    right one (pixel *edges*, as `align_corners=False`); scale is the window's side over the shorter image side, so that
    windows are square in pixels. A glimpse has S x S samples at the centres of the window's S x S equal squares,
    interpolated bilinearly between pixel centres; outside of the image everything is 0. With pixel edges at integers,
    sample i of a row lies, in pixels of level l of an image of width W and shorter side M, at

        ((x + 1) / 2 * W + ((2 i + 1) / S - 1) / 2 * scale * M) / 2^l
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError

MARGIN = 1
"""Pixels that a patch has to spare on each side: single precision may put a sample on the other side of a pixel."""


_OPENCV_IS_EXACT = int(cv2.__version__.split(".")[0]) >= 5


class FixationError(UserError, ValueError):
    """A fixation that shows nothing: not three finite numbers, or a scale that is not positive."""


@dataclasses.dataclass(frozen=True)
class Box:
    """Pixels [top, bottom) x [left, right) of a level; may be empty."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.bottom - self.top, self.right - self.left


@dataclasses.dataclass(frozen=True, eq=False)
class Patch:
    """The part of one level that a glimpse is made of.

    `pixels` is uint8 (h, w, C), its upper left corner at row `top` and column `left` of level `level`; h or w is 0 for
    a window outside of the image. `height` and `width` are the whole image's, at level 0. `decoded` is how many pixels
    were decompressed to get it: those of every tile touched.
    """

    pixels: npt.NDArray[np.uint8]
    top: int
    left: int
    level: int
    height: int
    width: int
    decoded: int


def check_fixation(fixation: npt.ArrayLike) -> tuple[float, float, float]:
    """(x, y, scale) as floats.

    Raises:
        FixationError: not three finite numbers, or scale <= 0.
    """
    values = np.asarray(fixation, np.float64)
    if values.shape != (3,) or not np.isfinite(values).all() or values[2] <= 0:
        raise FixationError(
            f"fixation {np.array2string(values, threshold=8)}: give three finite numbers (x, y, scale), x and y in "
            "[-1, 1], scale (window side over the shorter image side) above 0"
        )
    x, y, scale = values.tolist()
    return x, y, scale


def samples(
    height: int, width: int, fixation: tuple[float, float, float], size: int, level: int
) -> tuple[float, float, float]:
    """Where a glimpse's samples lie on a level, in pixels of it with pixel *centres* at integers.

    Returns:
        (column of the first sample, row of the first sample, step between samples).

    >>> samples(100, 200, (0.0, 0.0, 0.5), size=25, level=1)
    (37.5, 12.5, 1.0)
    """
    x, y, scale = fixation
    side = scale * min(height, width)
    first = (1 / size - 1) / 2 * side
    pitch = 2.0**level
    return (
        ((x + 1) / 2 * width + first) / pitch - 0.5,
        ((y + 1) / 2 * height + first) / pitch - 0.5,
        side / size / pitch,
    )


def box_of(height: int, width: int, fixation: tuple[float, float, float], size: int, level: int) -> Box:
    """The pixels of a level, clipped to it, that a glimpse needs, and a margin of one pixel around them."""
    column, row, step = samples(height, width, fixation, size, level)
    rows, columns = -(-height >> level), -(-width >> level)
    top, bottom = _span(row, step, size, rows)
    left, right = _span(column, step, size, columns)
    return Box(top, bottom, left, right)


def _span(first: float, step: float, size: int, length: int) -> tuple[int, int]:
    start = min(max(math.floor(first) - MARGIN, 0), length)
    stop = min(max(math.floor(first + (size - 1) * step) + 2 + MARGIN, start), length)
    return start, stop


def glimpse_of(patch: Patch, fixation: npt.ArrayLike, size: int) -> npt.NDArray[np.uint8]:
    """The glimpse of a fixation from the patch that was read for it.

    Returns:
        uint8 (S, S, C), rounded to nearest.
    """
    column, row, step = samples(patch.height, patch.width, check_fixation(fixation), size, patch.level)
    return _sample(patch.pixels, column - patch.left, row - patch.top, step, size)


def window(image: npt.NDArray[Any], fixation: npt.ArrayLike, size: int) -> npt.NDArray[Any]:
    """A glimpse straight from the pixels of an image, without levels: only as fine or finer than the image is exact.

    A window of more than S pixels a side skips pixels and so aliases; `Pyramid.of(image).window` does not.

    Args:
        image: uint8 or float32 (H, W) or (H, W, C), C 1 or 3.
        fixation: (x, y, scale).
        size: side of the glimpse S, px.

    Returns:
        (S, S) or (S, S, C) of the image's dtype, uint8 rounded to nearest.

    Raises:
        FixationError: see `check_fixation`.

    >>> ramp = np.tile(np.arange(0, 80, 10, dtype=np.uint8), (8, 1))
    >>> window(ramp, (0.0, 0.0, 0.5), 4)[0].tolist()
    [20, 30, 40, 50]
    >>> window(ramp, (1.0, 0.0, 0.5), 4)[1].tolist()
    [60, 70, 0, 0]
    """
    checked = check_fixation(fixation)
    height, width = image.shape[:2]
    box = box_of(height, width, checked, size, level=0)
    column, row, step = samples(height, width, checked, size, level=0)
    part = image[box.top : box.bottom, box.left : box.right]
    return _sample(part, column - box.left, row - box.top, step, size)


def _sample(pixels: npt.NDArray[Any], column: float, row: float, step: float, size: int) -> npt.NDArray[Any]:
    if pixels.size == 0:
        return np.zeros((size, size, *pixels.shape[2:]), pixels.dtype)
    interpolate = by_opencv if _OPENCV_IS_EXACT else by_numpy
    return interpolate(pixels, column, row, step, size)


def by_opencv(pixels: npt.NDArray[Any], column: float, row: float, step: float, size: int) -> npt.NDArray[Any]:
    """Bilinear samples at columns `column + i * step` and rows `row + j * step` of `pixels`, 0 outside.

    Pixel centres are at integers. Exact with OpenCV 5 and later; earlier versions place samples to 1/32 px only.
    """
    glimpse = cv2.warpAffine(
        np.ascontiguousarray(pixels),
        np.array([[step, 0.0, column], [0.0, step, row]]),
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return np.asarray(glimpse).reshape(size, size, *pixels.shape[2:])


def by_numpy(pixels: npt.NDArray[Any], column: float, row: float, step: float, size: int) -> npt.NDArray[Any]:
    """The same without OpenCV, six times slower."""
    (upper, lower), (above, below) = _taps(row, step, size, pixels.shape[0], pixels.ndim)
    rows = pixels[upper] * above + pixels[lower] * below
    (left, right), (before, after) = _taps(column, step, size, pixels.shape[1], pixels.ndim)
    glimpse = rows[:, left] * before[None, :, 0] + rows[:, right] * after[None, :, 0]
    return (np.rint(glimpse) if pixels.dtype == np.uint8 else glimpse).astype(pixels.dtype)


def _taps(first: float, step: float, size: int, length: int, dimensions: int) -> tuple[Any, Any]:
    """Two indices and two weights for each of the samples along an axis; what is outside has weight 0.

    Weights are float32 (S, 1, ...) with as many dimensions as the pixels.
    """
    places = first + step * np.arange(size)
    lower = np.floor(places)
    indices = lower + np.array([[0], [1]])
    weights = np.stack([1 - (places - lower), places - lower])
    weights[(indices < 0) | (indices >= length)] = 0
    shape = (2, size, *(1 for _ in range(dimensions - 1)))
    return indices.clip(0, length - 1).astype(np.intp), weights.astype(np.float32).reshape(shape)
