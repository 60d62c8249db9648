"""The map as the API's `game_info` tells it: where one can walk and build, and how high the ground is."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclasses.dataclass(frozen=True)
class Ground:
    """Grids of a map.

    Convention:
        Grids are (H, W), indexed [y, x], row 0 in the south; cell (y, x) covers [x, x+1) x [y, y+1) in world units.
        `playable` is (left, bottom, right, top) in world units.
    """

    size: tuple[int, int]  # width, height in world units
    playable: tuple[int, int, int, int]
    pathable: npt.NDArray[np.bool_]
    placeable: npt.NDArray[np.bool_]
    height: npt.NDArray[np.float32]  # z of the cells, world units, in steps of 1/8
    start_locations: tuple[tuple[float, float], ...]  # of the other players

    @classmethod
    def of(cls, info: Any) -> Ground:
        """Read a `ResponseGameInfo`, whose `start_raw` is there because the harvester always enables raw."""
        raw = info.start_raw
        area = raw.playable_area
        old = raw.pathing_grid.bits_per_pixel == 8
        pathing, placement, levels = (grid(image, old) for image in _grids(raw))
        return cls(
            size=(raw.map_size.x, raw.map_size.y),
            playable=(area.p0.x, area.p0.y, area.p1.x, area.p1.y),
            pathable=pathing == (0 if old else 1),
            placeable=placement > 0,
            height=(levels * (200 / 255) - 100 if old else (levels - 127.0) / 8).astype(np.float32),
            start_locations=tuple((point.x, point.y) for point in raw.start_locations),
        )

    def walkable(self) -> npt.NDArray[np.bool_]:
        """Cells (H, W) inside the playable area that ground units may walk on."""
        left, bottom, right, top = self.playable
        inside = np.zeros_like(self.pathable)
        inside[bottom:top, left:right] = True
        return self.pathable & inside

    def height_at(self, x: float, y: float) -> float:
        """Height of the ground at a point, averaged over the cells within two of it, in world units."""
        rows, columns = self.height.shape
        row, column = min(max(int(y), 0), rows - 1), min(max(int(x), 0), columns - 1)
        return float(self.height[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3].mean())


def grid(image: Any, north_first: bool = False) -> npt.NDArray[np.uint8]:
    """A grid (H, W), row 0 in the south, from an `ImageData` message of 1 (most significant first) or 8 bits a cell.

    The game's grids start in the south since 4.8.5, where pathing and placement also came down to 1 bit a cell and the
    terrain's byte became round(127 + 8 z); before, they started in the north, 255 was *blocked*, and a byte stood for
    200 / 255 world units from -100.
    """
    width, height = image.size.x, image.size.y
    data = np.frombuffer(image.data, np.uint8)
    if image.bits_per_pixel == 1:
        data = np.unpackbits(data, count=width * height)
    cells = data[: width * height].reshape(height, width)
    return cells[::-1] if north_first else cells


def _grids(raw: Any) -> tuple[Any, Any, Any]:
    return raw.pathing_grid, raw.placement_grid, raw.terrain_height
