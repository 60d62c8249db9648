"""Creep: discs around Zerg town halls and tumors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

RADII = {86: 12.0, 100: 12.0, 101: 12.0, 87: 10.0, 137: 10.0, 138: 10.0}
"""World units of creep around a complete structure, by unit type id: hatchery, lair, hive, creep tumors."""

_SPREADS = np.isin(np.arange(max(RADII) + 2), list(RADII))  # by unit type id; the last one stands for all larger ids

SPEED_FACTOR = 1.3
"""How much faster Zerg ground units are on creep."""


def grid(world: World) -> npt.NDArray[np.bool_]:
    """Cells (H, W) with creep."""
    if world.state.creep is None:
        refresh(world)
    assert world.state.creep is not None
    return world.state.creep


def refresh(world: World) -> None:
    """Make the creep anew where a source came or went. It does not spread or recede over time."""
    units, state = world.state.units, world.state
    spreads = _SPREADS[np.minimum(units.type, len(_SPREADS) - 1)]
    sources = np.flatnonzero(spreads & units.structure & (units.build_progress >= 1)).tolist()
    key = tuple(units.tag[sources].tolist())
    if state.creep is None or state.creep_sources != key:
        state.creep_sources = key
        state.creep = np.zeros(world.terrain.level.shape, bool)
        for row in sources:
            _spread(world, state.creep, *world.place(row), RADII[int(units.type[row])])


def _spread(world: World, creep: npt.NDArray[np.bool_], x: float, y: float, radius: float) -> None:
    rows, columns = np.ogrid[: creep.shape[0], : creep.shape[1]]
    disc = (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 <= radius * radius
    creep |= disc & world.terrain.pathable
