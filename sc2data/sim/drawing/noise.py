"""Patterns that tile without a seam: what terrain textures are made of."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]


def fractal(size: int, seed: int, *, roughness: float = 1.6, coarsest: int = 2, finest: int | None = None) -> Plane:
    """Fractal noise (size, size) in [0, 1] that wraps around, mean about 0.5.

    Its amplitude falls with frequency to the power of `roughness`; `coarsest` and `finest` bound the periods in cycles
    a tile, so `fractal(256, 0, coarsest=16)` has no blotches larger than 16 px.
    """
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(random.standard_normal((size, size)))
    rows = np.fft.fftfreq(size, 1 / size)[:, None]
    columns = np.fft.rfftfreq(size, 1 / size)[None]
    frequency = np.hypot(rows, columns)
    band = (frequency >= coarsest) & (frequency <= (finest or size))
    weight = np.where(band, 1 / np.maximum(frequency, 1) ** roughness, 0)
    noise = np.fft.irfft2(spectrum * weight, s=(size, size))
    return np.clip(0.5 + noise / (5 * noise.std()), 0, 1).astype(np.float32)


def cells(size: int, count: int, seed: int) -> tuple[Plane, npt.NDArray[np.int32]]:
    """Cells around `count` random points of a tile that wraps around.

    Returns the distance to the next cell's border in px, float32 (size, size), and the cell's number, int32
    (size, size) in [0, count).
    """
    random = np.random.default_rng(seed)
    points = random.integers(0, size, (count, 2))
    margin = size // 2
    wide = np.full((size + 2 * margin, size + 2 * margin), 255, np.uint8)
    owner: dict[tuple[int, int], int] = {}
    for number, (row, column) in enumerate(points.tolist()):
        for y in (row - size, row, row + size):
            for x in (column - size, column, column + size):
                at = (y + margin, x + margin)
                if 0 <= at[0] < wide.shape[0] and 0 <= at[1] < wide.shape[1]:
                    wide[at] = 0
                    owner[at] = number
    _, labels = cv2.distanceTransformWithLabels(wide, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    numbers = np.zeros(int(labels.max()) + 1, np.int32)
    for at, number in owner.items():
        numbers[labels[at]] = number
    labels = numbers[labels]
    edge = (labels != np.roll(labels, 1, 0)) | (labels != np.roll(labels, 1, 1))
    distance = cv2.distanceTransform(np.where(edge, 0, 255).astype(np.uint8), cv2.DIST_L2, 5)
    inner = slice(margin, margin + size)
    return np.ascontiguousarray(distance[inner, inner]), np.ascontiguousarray(labels[inner, inner])


def relief_light(height: Plane, strength: float) -> Plane:
    """Brightness factors around 1 of a bumpy tile that wraps around, lit from the west as the terrain is."""
    east = np.roll(height, -1, 1) - np.roll(height, 1, 1)
    south = np.roll(height, -1, 0) - np.roll(height, 1, 0)
    return np.clip(1 + strength * (0.9 * east - 0.35 * south), 0.4, 1.7).astype(np.float32)


def wrap(tile: npt.NDArray[Any], left: int, top: int, width: int, height: int) -> npt.NDArray[Any]:
    """The window (height, width, ...) of the endless plane covered by copies of `tile`."""
    window = np.empty((height, width, *tile.shape[2:]), tile.dtype)
    row = 0
    while row < height:
        y = (top + row) % tile.shape[0]
        tall = min(tile.shape[0] - y, height - row)
        column = 0
        while column < width:
            x = (left + column) % tile.shape[1]
            wide = min(tile.shape[1] - x, width - column)
            window[row : row + tall, column : column + wide] = tile[y : y + tall, x : x + wide]
            column += wide
        row += tall
    return window
