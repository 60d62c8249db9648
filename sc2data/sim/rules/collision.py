"""Units keep apart: circles that push one another, heavy ones the light ones, and structures that never yield."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data.sim.rules import collision_loops

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

REFRESH = 4
"""Game loops for which a list of neighbours serves."""

_SKIN = 0.8
"""World units that two neighbours may come nearer while the list serves."""

Pairs = npt.NDArray[np.int64]


def neighbours(world: World, skin: float = _SKIN) -> Pairs:
    """Rows (2, P) of all pairs that could touch while they come nearer by no more than `skin`; in the order of x."""
    units = world.state.units
    return collision_loops.near_pairs(*units.blocks(), units.mode, world.statistics.immaterial, skin)


def settle(world: World, pairs: Pairs) -> bool:
    """Push overlapping units apart by one loop's worth; returns whether any overlapped."""
    units, navigation = world.state.units, world.navigation
    ground = (navigation.cells_open, navigation.columns, world.bounds)
    return collision_loops.push_apart(*units.blocks(), units.mode, pairs, *ground)


def arrivals(world: World, pairs: Pairs) -> npt.NDArray[np.int64]:
    """Rows of walkers that touch a unit which stands at the same goal: the crowd is there, and so are they."""
    units = world.state.units
    return collision_loops.arrivals(*units.blocks(), units.owner, units.mode, pairs)
