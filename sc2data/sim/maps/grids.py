"""The API's raw grids of a map: pathing, placement and height, as game 4.8.5 and later send them.

Convention:
    Arrays are [row, column] = [y, x] of the map's cells, row 0 in the *south*, which is the order in which
    `start_raw` holds them; `image_data.encode` packs them (1 bit, 1 bit, 8 bits). See sc2-api.md 1.7.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sc2data.sim.maps.terrain import Terrain

HEIGHT_STEPS = 8
"""Steps of the height grid's byte per world unit."""

HEIGHT_OFFSET = 127
"""The height grid's byte for z = 0."""


def pathing_grid(terrain: Terrain, blocked: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
    """Cells (H, W) that ground units may walk; `blocked` (H, W) holds the footprints of what stands in the way.

    In recordings of the real game's first loop, visible structures and resources and every destructible rock block;
    resources that are only remembered do not.
    """
    return terrain.pathable if blocked is None else terrain.pathable & ~blocked


def placement_grid(terrain: Terrain, blocked: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
    """Cells (H, W) on which structures may stand. In the recordings no unit or structure shows in this grid."""
    return terrain.placeable if blocked is None else terrain.placeable & ~blocked


def height_grid(terrain: Terrain) -> npt.NDArray[np.uint8]:
    """Height of each cell's south-west corner, uint8 (H, W): round(127 + 8 z) in the playable area, 0 outside.

    >>> flat = Terrain("flat", np.full((3, 3), 10, np.float32), *[np.ones((2, 2), t) for t in ("u1", "?", "?")],
    ...                playable=(0, 0, 1, 2), start_locations=())
    >>> height_grid(flat).tolist()
    [[207, 0], [207, 0]]
    """
    left, bottom, right, top = terrain.playable
    grid = np.zeros(terrain.level.shape, np.uint8)
    z = terrain.height[bottom:top, left:right]
    grid[bottom:top, left:right] = np.clip(np.rint(HEIGHT_OFFSET + HEIGHT_STEPS * z), 0, 255)
    return grid
