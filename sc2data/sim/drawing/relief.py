"""The surface that is drawn: a map's heights, with rugged rock where nobody can stand."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.drawing import noise
from sc2data.sim.maps.terrain import Terrain

SAMPLES = 4
"""Height samples per world unit."""

SUN = (-0.62, -0.16, 0.77)
"""Unit vector towards the sun: low enough for shadows, from the west so that cliffs show."""


class Relief:
    """Heights of the drawn surface on a grid of `SAMPLES` per world unit.

    Convention:
        `z` is [row, column] with row 0 in the south, float32 (H * SAMPLES + 1, W * SAMPLES + 1), world units; the
        sample (0, 0) is the map's south-west corner. Over cells on which a unit can stand it equals the terrain's
        bilinear height; only cliff faces are steeper and rougher than the map's.
    """

    def __init__(self, terrain: Terrain) -> None:
        self.width, self.length = terrain.width, terrain.length
        self.z = _rugged(_bilinear(terrain.height), terrain)
        self.lowest, self.highest = float(self.z.min()), float(self.z.max())

    def height_at(self, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Heights (N,) over world points x (N,), y (N,); outside of the map those of its border."""
        column = np.clip(np.asarray(x, np.float32).reshape(-1) * SAMPLES, 0, self.z.shape[1] - 1)
        row = np.clip(np.asarray(y, np.float32).reshape(-1) * SAMPLES, 0, self.z.shape[0] - 1)
        left = np.minimum(column.astype(np.intp), self.z.shape[1] - 2)
        below = np.minimum(row.astype(np.intp), self.z.shape[0] - 2)
        u, v = column - left, row - below
        south = self.z[below, left] * (1 - u) + self.z[below, left + 1] * u
        north = self.z[below + 1, left] * (1 - u) + self.z[below + 1, left + 1] * u
        return south * (1 - v) + north * v

    def steepness(self) -> npt.NDArray[np.float32]:
        """Where the surface is a rock face, shape of `z`: 0 on what can be walked on, 1 on walls."""
        east = cv2.Sobel(self.z, cv2.CV_32F, 1, 0, ksize=3) * (SAMPLES / 8)
        north = cv2.Sobel(self.z, cv2.CV_32F, 0, 1, ksize=3) * (SAMPLES / 8)
        return np.clip((np.hypot(east, north) - 0.8) * 0.9, 0, 1).astype(np.float32)

    def light(self) -> npt.NDArray[np.float32]:
        """Brightness factors of the surface, shape of `z`: slopes, cast shadows and dark corners; 1 on open plains."""
        east = cv2.Sobel(self.z, cv2.CV_32F, 1, 0, ksize=3) * (SAMPLES / 8)
        north = cv2.Sobel(self.z, cv2.CV_32F, 0, 1, ksize=3) * (SAMPLES / 8)
        facing = (SUN[2] - SUN[0] * east - SUN[1] * north) / np.sqrt(1 + east**2 + north**2)
        sunlight = np.maximum(facing, 0) / SUN[2] * (1 - 0.75 * self._shadow())
        hollow = cv2.GaussianBlur(self.z, (0, 0), 2.5 * SAMPLES / 4) - self.z
        corners = 1 - 0.35 * np.clip(hollow, 0, 1) + 0.12 * np.clip(-hollow, 0, 1)
        return ((0.42 + 0.58 * np.clip(sunlight, 0, 1.5)) * corners).astype(np.float32)

    def _shadow(self) -> npt.NDArray[np.float32]:
        """Shares of the sun that higher ground takes away, shape of `z`."""
        across = np.hypot(SUN[0], SUN[1])
        shadow = np.zeros_like(self.z)
        reach = (self.highest - self.lowest) / SUN[2] * across
        for step in np.arange(0.5, min(reach, 12.0), 0.5):
            east, north = (float(v) / across * step * SAMPLES for v in SUN[:2])
            shift = np.array([[1, 0, -east], [0, 1, -north]])
            size = (self.z.shape[1], self.z.shape[0])
            hill = cv2.warpAffine(self.z, shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            shadow = np.maximum(shadow, np.clip((hill - self.z - step * SUN[2] / across) * 3, 0, 1))
        return cv2.GaussianBlur(shadow, (0, 0), 0.3 * SAMPLES)


def _bilinear(height: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Heights of cell corners on the finer grid."""
    rows = np.arange((height.shape[0] - 1) * SAMPLES + 1) / SAMPLES
    columns = np.arange((height.shape[1] - 1) * SAMPLES + 1) / SAMPLES
    below = np.minimum(rows.astype(int), height.shape[0] - 2)
    left = np.minimum(columns.astype(int), height.shape[1] - 2)
    v, u = (rows - below)[:, None], (columns - left)[None]
    strips = height[:, left] * (1 - u) + height[:, left + 1] * u
    return (strips[below] * (1 - v) + strips[below + 1] * v).astype(np.float32)


def _rugged(z: npt.NDArray[np.float32], terrain: Terrain) -> npt.NDArray[np.float32]:
    """Make cliffs steep and uneven where the cells around a sample are unpathable."""
    kernel = np.ones((2 * SAMPLES + 1, 2 * SAMPLES + 1), np.uint8)
    low, high = cv2.erode(z, kernel), cv2.dilate(z, kernel)
    rise = high - low
    if rise.max() < 0.8:
        return z
    blocked = np.repeat(np.repeat(~terrain.pathable, SAMPLES, 0), SAMPLES, 1).astype(np.uint8)
    blocked = np.pad(blocked, ((0, 1), (0, 1)), mode="edge")
    inside = np.minimum(cv2.distanceTransform(blocked, cv2.DIST_L2, 5) / SAMPLES * 1.6 - 0.4, 1).clip(0, 1)
    weight = inside * np.clip(rise - 0.8, 0, 1)
    size = 256
    bumps = noise.fractal(size, terrain.seed + 11, roughness=1.1, coarsest=8)
    bumps = np.tile(bumps, (z.shape[0] // size + 1, z.shape[1] // size + 1))[: z.shape[0], : z.shape[1]]
    share = (z - low) / np.maximum(rise, 1e-3)
    steep = np.clip((share - 0.5 + 0.5 * (bumps - 0.5)) * 2.4 + 0.5, 0, 1)
    steep = steep * steep * (3 - 2 * steep)
    craggy = low + rise * steep + (bumps - 0.5) * 0.5
    return (z + weight * (craggy - z)).astype(np.float32)
