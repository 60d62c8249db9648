"""What stands on made-up land and is no unit: trees, rocks, wreckage, by tileset."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sc2data.sim.maps.landscape import Cells, Landscape
from sc2data.sim.maps.terrain import MapObject

TALL: Mapping[str, tuple[str, ...]] = {
    "meadow": ("tree", "tree", "rock"),
    "desert": ("spike", "rock", "rock"),
    "ash": ("spike", "rock", "stump"),
    "snow": ("pine", "pine", "rock"),
    "station": ("crate", "pipe", "rock"),
    "jungle": ("tree", "tree", "shard"),
}
"""By tileset, what closes the ground that it stands on; a name given twice is twice as common."""

LOW: Mapping[str, tuple[str, ...]] = {
    "meadow": ("bush", "rock", "log"),
    "desert": ("rock", "stump", "crate"),
    "ash": ("ember", "rock", "stump"),
    "snow": ("rock", "shard", "log"),
    "station": ("crate", "lamp", "pipe"),
    "jungle": ("bush", "rock", "shard"),
}
"""By tileset, what units walk past: small, and without a footprint."""

TILESETS = tuple(TALL)


def plant(land: Landscape, where: Cells, names: tuple[str, ...], spacing: float, scale: tuple[float, float]) -> int:
    """Scatter doodads over the cells `where`, no two nearer than `spacing`; returns how many.

    `scale` bounds their size. Same land, same arguments, same doodads.
    """
    free = np.argwhere(where)
    if not len(free):
        return 0
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    count = 0
    for row, column in free[land.random.permutation(len(free))].tolist():
        y, x = row + float(land.random.integers(1000)) / 1000, column + float(land.random.integers(1000)) / 1000
        home = (int(y / spacing), int(x / spacing))
        around = [p for dy in (-1, 0, 1) for dx in (-1, 0, 1) for p in taken.get((home[0] + dy, home[1] + dx), ())]
        if any((x - px) ** 2 + (y - py) ** 2 < spacing**2 for px, py in around):
            continue
        taken.setdefault(home, []).append((x, y))
        name = names[int(land.random.integers(len(names)))]
        size, facing = land.random.uniform(*scale), land.random.uniform(0, 2 * np.pi)
        land.doodads.append(MapObject(name, x, y, facing=round(facing, 4), scale=round(size, 3)))
        count += 1
    return count


def clear(land: Landscape, keep_clear: Cells) -> None:
    """Take away the doodads on the cells `keep_clear`."""
    land.doodads = [row for row in land.doodads if not keep_clear[int(row.y), int(row.x)]]
