"""Terrain of a map: heights, cliffs, pathing, placement and what stands on it; from a `.SC2Map` file or made up."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt


@dataclasses.dataclass(frozen=True)
class MapObject:
    """A unit or doodad that the map places: `name` as in the game's tables, world position, facing in radians."""

    name: str
    x: float
    y: float
    facing: float = 4.712389
    owner: int = 16
    scale: float = 1.0


@dataclasses.dataclass(frozen=True)
class Terrain:
    """A map as the simulator needs it.

    Convention:
        Grids are [row, column] = [y, x] with row 0 in the *south*; a cell (y, x) covers [x, x+1) x [y, y+1) in world
        units. `height` holds the corners of the cells, so it has one row and one column more; z in world units.
    """

    name: str
    height: npt.NDArray[np.float32]  # (H+1, W+1) z of the cell corners: what is walked on and what is drawn
    level: npt.NDArray[np.uint8]  # (H, W) cliff level as in t3SyncCliffLevel: 0 void, 64 a tier, multiples of 8 ramps
    pathable: npt.NDArray[np.bool_]  # (H, W) ground units may walk; without the map's units
    placeable: npt.NDArray[np.bool_]  # (H, W) structures may stand; without the map's units
    playable: tuple[int, int, int, int]  # left, bottom, right, top in world units, as in the API's playable_area
    start_locations: tuple[tuple[float, float], ...]
    units: tuple[MapObject, ...] = ()  # neutral units: minerals, geysers, rocks, towers
    doodads: tuple[MapObject, ...] = ()  # scenery without a unit: drawn, never selected
    tileset: str = ""
    seed: int = 0  # what procedural texture is drawn with

    @property
    def width(self) -> int:
        """Cells from west to east."""
        return self.level.shape[1]

    @property
    def length(self) -> int:
        """Cells from south to north."""
        return self.level.shape[0]
