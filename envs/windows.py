"""Glimpses of many images at once: which level and pixels each is made of, then the samples.

The formulas are those of `sc2data.pyramid.window` in arrays, and the bytes are the same (a test compares them).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from envs.scenes import Scene
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.window import MARGIN, Box

DIRECT = int(cv2.__version__.split(".")[0]) >= 5
"""Whether OpenCV places samples exactly, so that it may write glimpses where they belong without a copy."""
FLAGS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def cut(scenes: Sequence[Scene], fixations: npt.NDArray[np.float32], into: Sequence[Pixels]) -> Ints:
    """Look at n images, each through one window.

    Args:
        scenes: n images.
        fixations: (n, 3), (x, y, scale).
        into: n arrays of uint8 (S, S, C), each contiguous, where the glimpses are written.

    Returns:
        (n,), how many pixels each glimpse was made from: at most (2 S + 2)^2, whatever the image's size.
    """
    size = len(into[0])
    points = fixations.astype(np.float64)
    extent = np.array([(scene.width, scene.height) for scene in scenes], np.int64)  # (n, 2)
    shorter = extent.min(axis=1)
    side = points[:, 2] * shorter
    last = np.array([(int(short) - 1).bit_length() for short in shorter.tolist()])
    level = (np.frexp(side / size)[1] - 1).astype(np.int64).clip(0, last)
    pitch = np.exp2(level)
    step = side / size / pitch
    first = ((points[:, :2] + 1) / 2 * extent + ((1 / size - 1) / 2 * side)[:, None]) / pitch[:, None] - 0.5
    start, stop = _spans(first, step[:, None], size, -((-extent) >> level[:, None]))
    matrices = np.zeros((len(scenes), 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = step
    matrices[:, :, 2] = first - start
    levels, corners, ends = level.tolist(), start.tolist(), stop.tolist()
    square, sample, edge = (size, size), cv2.warpAffine, cv2.BORDER_CONSTANT
    for row, (scene, target) in enumerate(zip(scenes, into, strict=True)):
        (left, top), (right, bottom), level_of_row = corners[row], ends[row], levels[row]
        pixels = scene.level(level_of_row) if DIRECT else None
        if pixels is None or left == right or top == bottom:
            scene.cut(level_of_row, Box(top, bottom, left, right), points[row], target)
        else:
            sample(pixels[top:bottom, left:right], matrices[row], square, target, FLAGS, edge, 0)
    return np.asarray((stop - start).prod(axis=1), np.int64)


def _spans(first: Floats, step: Floats, size: int, length: Ints) -> tuple[Ints, Ints]:
    """The pixels [start, stop) along both axes that samples from `first` on need, within a level of `length` pixels."""
    start = (np.floor(first).astype(np.int64) - MARGIN).clip(0, length)
    stop = (np.floor(first + (size - 1) * step).astype(np.int64) + 2 + MARGIN).clip(start, length)
    return start, stop
