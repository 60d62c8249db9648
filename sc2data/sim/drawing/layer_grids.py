"""Layers of the ground: grids of the map and heights of the terrain, sampled at the centres of pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.maps.terrain import Terrain

FloatArray = npt.NDArray[np.float64]


class CellSampler:
    """Picks from grids of cells what lies under the pixels of an image.

    Convention:
        `x` (W,) and `y` (H,) are the world coordinates of the pixels' centres; grids are [y, x] with row 0 in the
        south, images [row, column] with row 0 on top. A pixel outside the map is 0.
    """

    def __init__(self, terrain: Terrain, x: FloatArray, y: FloatArray) -> None:
        columns, rows = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
        inside_x = (columns >= 0) & (columns < terrain.width)
        inside_y = (rows >= 0) & (rows < terrain.length)
        self._cells = np.ix_(np.clip(rows, 0, terrain.length - 1), np.clip(columns, 0, terrain.width - 1))
        self._outside = None if inside_x.all() and inside_y.all() else ~(inside_y[:, None] & inside_x[None, :])

    def __call__(self, grid: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """`grid` (map height, map width) as an image (H, W) of the same dtype."""
        image = grid[self._cells]
        if self._outside is not None:
            image[self._outside] = 0
        return image


class HeightPainter:
    """The height layers: terrain drawn as triangles, from 0 for the map's lowest corner to 255 for its highest.

    Each cell is two triangles that meet along the diagonal from its south-west to its north-east corner. Measured on
    recordings of Acid Plant LE: the minimap is equal in every pixel, 16 screens in 99.995 % of theirs.
    """

    def __init__(self, terrain: Terrain) -> None:
        low, high = float(terrain.height.min()), float(terrain.height.max())
        scale = 255 / (high - low) if high > low else 0.0
        self._levels = (terrain.height.astype(np.float64) - low) * scale + 0.5
        self._area = (terrain.width, terrain.length)
        self._key: bytes = b""
        self._image: npt.NDArray[np.uint8] = np.zeros((0, 0), np.uint8)

    def __call__(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.uint8]:
        """Heights (H, W) at world `x` (W,) and `y` (H,), 0 outside the map; the latest image is kept for the next."""
        key = x.tobytes() + y.tobytes()
        if key != self._key:
            self._key, self._image = key, self._paint(x, y)
        return self._image.copy()

    def _paint(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.uint8]:
        width, length = self._area
        column = np.clip(np.floor(x), 0, width - 1).astype(np.intp)
        row = np.clip(np.floor(y), 0, length - 1).astype(np.intp)
        u, v = np.clip(x - column, 0, 1)[None, :], np.clip(y - row, 0, 1)[:, None]
        south_west, north_east = self._levels[np.ix_(row, column)], self._levels[np.ix_(row + 1, column + 1)]
        south_east, north_west = self._levels[np.ix_(row, column + 1)], self._levels[np.ix_(row + 1, column)]
        below = u >= v  # the triangle south-east of the diagonal
        third = np.where(below, south_east, north_west)
        along, across = np.where(below, u, v), np.where(below, v, u)
        image = (south_west + (third - south_west) * along + (north_east - third) * across).astype(np.uint8)
        image[(y < 0) | (y >= length)] = 0
        image[:, (x < 0) | (x >= width)] = 0
        return image
