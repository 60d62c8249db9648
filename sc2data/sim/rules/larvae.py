"""Zerg town halls breed larvae."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.rules import births

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

LARVA = 151
EVERY = 246
"""Game loops between two larvae of a town hall: 11 s at 22.4 loops a second."""

MOST = 3
"""Larvae up to which a town hall breeds by itself."""


def advance(world: World) -> None:
    """Let every complete Zerg town hall with fewer than three larvae breed, one at a time."""
    units, loop = world.state.units, world.state.loop
    halls = world.statistics.breeds[units.type]
    if not halls.any():
        return
    mothers = units.partner[units.type == LARVA].tolist()
    for row in np.flatnonzero(halls & (units.build_progress >= 1)).tolist():
        if mothers.count(int(units.tag[row])) >= MOST:
            units.breeds[row] = 0
        elif units.breeds[row] == 0:
            units.breeds[row] = loop + EVERY
        elif units.breeds[row] <= loop:
            units.breeds[row] = 0
            breed(world, row)


def breed(world: World, row: int, count: int = 1) -> None:
    """Put larvae beside the town hall `row`."""
    units = world.state.units
    x, y = world.place(row)
    south = y - float(units.radius[row]) - 0.5
    births.spawn(world, LARVA, int(units.owner[row]), x, south, count, partner=int(units.tag[row]))
