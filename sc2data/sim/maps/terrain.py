"""Terrain of a map: heights, cliffs, pathing, placement and what stands on it; from a `.SC2Map` file or made up."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt

TIER = 64
"""Steps of `Terrain.level` from one cliff level to the next."""

WALKABLE_RISE = 0.6
"""Highest difference in z between the corners of a cell that ground units walk."""

STEEP_RISE = 1.1
"""The same for maps whose start locations are not connected otherwise: their ramps are steeper."""

BUILDABLE_RISE = 0.02
"""Highest difference in z between the corners of a cell that structures stand on."""


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
    ground: npt.NDArray[np.uint8] | None = None  # (H, W) ground texture 0 to 7 that prevails; None: 0 everywhere
    textures: tuple[str, ...] = ()  # names of the ground textures
    colour: npt.NDArray[np.uint8] | None = None
    """(top - bottom, right - left, 3) RGB, row 0 in the south: the playable area as the map's own minimap shows it,
    one pixel a cell; None where the map brings none."""
    title: str = ""  # the map's own name for people

    def __post_init__(self) -> None:
        shape, (left, bottom, right, top) = self.level.shape, self.playable
        for name in ("pathable", "placeable", "ground"):
            grid = getattr(self, name)
            if grid is not None and grid.shape != shape:
                raise ValueError(f"{name} is a grid of {grid.shape} cells, level one of {shape}: they must agree")
        if self.height.shape != (shape[0] + 1, shape[1] + 1):
            raise ValueError(f"height has {self.height.shape} corners for {shape} cells: one more each way is needed")
        if not (0 <= left < right <= shape[1] and 0 <= bottom < top <= shape[0]):
            raise ValueError(f"playable area {self.playable} does not lie in a map of {shape[1]} x {shape[0]} cells")

    @property
    def width(self) -> int:
        """Cells from west to east."""
        return self.level.shape[1]

    @property
    def length(self) -> int:
        """Cells from south to north."""
        return self.level.shape[0]


def height_at(terrain: Terrain, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """The ground's z at world points, bilinear between the cells' corners; points outside take the border's.

    >>> ramp = Terrain("ramp", np.array([[0, 1, 2]] * 2, np.float32), *[np.ones((1, 2), t) for t in ("u1", "?", "?")],
    ...                playable=(0, 0, 2, 1), start_locations=())
    >>> height_at(ramp, [0.25, 1.5, 9.0], [0.5, 0.5, 0.5]).tolist()
    [0.25, 1.5, 2.0]
    """
    x = np.clip(np.asarray(x, np.float32), 0, terrain.width)
    y = np.clip(np.asarray(y, np.float32), 0, terrain.length)
    column = np.minimum(x.astype(np.intp), terrain.width - 1)
    row = np.minimum(y.astype(np.intp), terrain.length - 1)
    u, v = x - column, y - row
    z = terrain.height
    south = z[row, column] * (1 - u) + z[row, column + 1] * u
    north = z[row + 1, column] * (1 - u) + z[row + 1, column + 1] * u
    return np.asarray(south * (1 - v) + north * v, np.float32)


def tier(terrain: Terrain, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """The cliff level at world points: 0 void, 1 lowest ground, and up; a ramp counts as its lower end.

    Units see no higher tier than their own.
    """
    row, column = cell_of(terrain, x, y)
    return np.asarray(terrain.level[row, column] // TIER, np.int32)


def cell_of(terrain: Terrain, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """(row, column) of the cells that hold world points; points outside take the nearest cell."""
    row = np.floor(np.asarray(y, np.float64)).astype(np.intp)
    column = np.floor(np.asarray(x, np.float64)).astype(np.intp)
    return np.clip(row, 0, terrain.length - 1), np.clip(column, 0, terrain.width - 1)


def is_pathable(terrain: Terrain, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether ground units may stand at world points; False outside the map."""
    inside = (np.asarray(x) >= 0) & (np.asarray(x) < terrain.width) & (np.asarray(y) >= 0)
    row, column = cell_of(terrain, x, y)
    return np.asarray(inside & (np.asarray(y) < terrain.length) & terrain.pathable[row, column], np.bool_)


def rise(height: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(H, W) difference in z between the highest and the lowest corner of each cell of (H+1, W+1) corners."""
    corners = np.stack([height[:-1, :-1], height[:-1, 1:], height[1:, :-1], height[1:, 1:]])
    return np.asarray(np.ptp(corners, axis=0), np.float32)


def walkable_cells(
    height: npt.NDArray[np.float32],
    level: npt.NDArray[np.uint8],
    playable: tuple[int, int, int, int],
    closed: npt.NDArray[np.bool_],
    starts: tuple[tuple[float, float], ...],
) -> npt.NDArray[np.bool_]:
    """The cells that ground units walk, (H, W): `Terrain.pathable` from a map's own data.

    A cell is walked where it lies in the playable area, is neither void nor `closed` by the map, rises by no more
    than `WALKABLE_RISE` between its corners, and can be reached from a start location (from the largest connected
    area where no start location is on walkable ground). Where that parts the start locations, cells that rise up to
    `STEEP_RISE` are walked too, if that joins them. Equals 97.6 to 99.4 per cent of the cells of the game's own
    pathing grids on 20 ladder maps (sc2-api.md 5.2).
    """
    left, bottom, right, top = playable
    open_cells = np.zeros(level.shape, bool)
    open_cells[bottom:top, left:right] = True
    open_cells &= ~closed & (level > 0)
    inside = [(int(y), int(x)) for x, y in starts if left <= x < right and bottom <= y < top]
    slope = rise(height)
    gentle, parts = _reached(open_cells & (slope <= WALKABLE_RISE), inside)
    if parts > 1:
        steep, parts = _reached(open_cells & (slope <= STEEP_RISE), inside)
        return steep if parts == 1 else gentle
    return gentle


def _reached(cells: npt.NDArray[np.bool_], starts: list[tuple[int, int]]) -> tuple[npt.NDArray[np.bool_], int]:
    """The cells connected with any start (row, column), else the largest connected area; how many areas those are."""
    _, areas, statistics, _ = cv2.connectedComponentsWithStats(cells.astype(np.uint8), connectivity=4)
    reached = {int(areas[start]) for start in starts} - {0}
    if not reached and len(statistics) > 1:
        reached = {1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))}
    return np.isin(areas, sorted(reached)), len(reached)


def buildable_cells(
    height: npt.NDArray[np.float32], pathable: npt.NDArray[np.bool_], closed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The cells that structures stand on, (H, W): pathable, level to `BUILDABLE_RISE`, not `closed` by the map."""
    return pathable & (rise(height) <= BUILDABLE_RISE) & ~closed
