"""Making up land: tiers, ramps and relief are put down cell by cell, and become a `Terrain`."""

from __future__ import annotations

import dataclasses
import zlib

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.maps.terrain import TIER, MapObject, Terrain, buildable_cells, walkable_cells

LOWEST = 8.0
"""z of the first tier, as in the mini-games and on ladder maps."""

TIER_HEIGHT = 2.0
"""Rise from tier to tier."""

RAMP_LENGTH = 6.0
"""World units in which a ramp climbs one tier."""

_HEIGHT_STEP = 1 / 2048  # of map files
_RAMP_STEP = 8  # of cliff levels on ramps

Plane = npt.NDArray[np.float32]
Cells = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Ramp:
    """A slope one tier down: from (x, y) at the top along the unit vector (dx, dy) for `RAMP_LENGTH`."""

    x: float
    y: float
    dx: float
    dy: float
    width: float
    low: int  # the lower tier

    def frame(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Points in the ramp's own axes: how far down it, and how far to the side of its middle line."""
        east, north = np.asarray(x) - self.x, np.asarray(y) - self.y
        return east * self.dx + north * self.dy, east * -self.dy + north * self.dx


class Landscape:
    """Land being made. Arrays are [y, x], row 0 in the south, as in `Terrain`.

    `tiers` int (H, W) from 1; `relief` float32 (H+1, W+1) is added to the corners' heights; `closed` (H, W) is ground
    that nobody walks though it is level; `ground` (H, W) is the ground texture 0 to 7.
    """

    def __init__(
        self, name: str, seed: int, size: tuple[int, int], playable: tuple[int, int, int, int], tileset: str
    ) -> None:
        self.name, self.seed, self.playable, self.tileset = name, seed, playable, tileset
        self.random = np.random.default_rng([zlib.crc32(name.encode()), seed])
        shape = (size[1], size[0])
        self.tiers = np.ones(shape, np.int32)
        self.relief = np.zeros((shape[0] + 1, shape[1] + 1), np.float32)
        self.closed = np.zeros(shape, bool)
        self.ground = np.zeros(shape, np.uint8)
        self.ramps: list[Ramp] = []
        self.units: list[MapObject] = []
        self.doodads: list[MapObject] = []
        self.start_locations: list[tuple[float, float]] = []
        self.y, self.x = (np.mgrid[: shape[0], : shape[1]] + 0.5).astype(np.float32)

    @property
    def inside(self) -> Cells:
        """The cells of the playable area, (H, W)."""
        left, bottom, right, top = self.playable
        return (self.x > left) & (self.x < right) & (self.y > bottom) & (self.y < top)

    def noise(self, period: float, octaves: int = 3, corners: bool = False) -> Plane:
        """Smooth noise over the cells (or their corners), mean 0, standard deviation 1; `period` in world units."""
        rows, columns = (n + corners for n in self.tiers.shape)
        total = np.zeros((rows, columns), np.float32)
        for octave in range(octaves):
            step = max(period / 2**octave, 1.0)
            coarse = self.random.standard_normal((int(rows / step) + 4, int(columns / step) + 4)).astype(np.float32)
            wide = cv2.resize(coarse, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
            top, left = (int(v) for v in self.random.integers(0, max(int(step), 1), 2) + int(step))
            total += wide[top : top + rows, left : left + columns] / 2**octave
        return np.asarray((total - total.mean()) / max(float(total.std()), 1e-6), np.float32)

    def disc(self, x: float, y: float, radius: float) -> Cells:
        """The cells (H, W) whose centres lie within `radius` of a point."""
        return np.hypot(self.x - x, self.y - y) <= radius

    def heights(self) -> Plane:
        """z of the corners (H+1, W+1): a cliff's face lies in the cells at its foot, ramps cut into both tiers."""
        padded = np.pad(self.tiers, 1, mode="edge")
        corners = np.maximum.reduce([padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]])
        z = LOWEST + TIER_HEIGHT * (corners - 1.0)
        rows, columns = np.mgrid[: z.shape[0], : z.shape[1]]
        for ramp in self.ramps:
            along, across = ramp.frame(columns, rows)
            slope = (along >= 0) & (along <= RAMP_LENGTH) & (np.abs(across) <= ramp.width / 2)
            z = np.where(slope, LOWEST + TIER_HEIGHT * (ramp.low - along / RAMP_LENGTH), z)
        return np.asarray(np.rint((z + self.relief) / _HEIGHT_STEP) * _HEIGHT_STEP, np.float32)

    def levels(self) -> npt.NDArray[np.uint8]:
        """Cliff levels (H, W), ramps in steps between those of their ends."""
        level = self.tiers * TIER
        for ramp in self.ramps:
            along, across = ramp.frame(self.x, self.y)
            slope = (along >= 0) & (along <= RAMP_LENGTH) & (np.abs(across) <= ramp.width / 2)
            steps = np.rint((ramp.low + 1 - along / RAMP_LENGTH) * (TIER // _RAMP_STEP)) * _RAMP_STEP
            level = np.where(slope, steps, level)
        return np.clip(level, 0, 255).astype(np.uint8)

    def pathable(self) -> Cells:
        """The cells (H, W) that ground units walk as the land now is."""
        starts = tuple(self.start_locations)
        return walkable_cells(self.heights(), self.levels(), self.playable, self.closed, starts)

    def terrain(self) -> Terrain:
        """The land as it now is."""
        height, level, pathable = self.heights(), self.levels(), self.pathable()
        return Terrain(
            name=self.name,
            height=height,
            level=level,
            pathable=pathable,
            placeable=buildable_cells(height, pathable, np.zeros_like(pathable)),
            playable=self.playable,
            start_locations=tuple(self.start_locations),
            units=tuple(self.units),
            doodads=tuple(self.doodads),
            tileset=self.tileset,
            seed=self.seed,
            ground=self.ground,
            textures=tuple(f"{self.tileset} {i}" for i in range(int(self.ground.max()) + 1)),
        )
