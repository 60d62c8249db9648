"""Units walk, turn and fly: straight where they can, around corners where they must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data.sim.rules import creep, walking_loops

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Rows = npt.NDArray[np.int64]

FLIGHT_HEIGHT, STRUCTURE_FLIGHT_HEIGHT = 3.75, 3.25
"""World units that flyers, and structures that lifted off, hover above the ground, as recorded games have it."""

_NOBODY = np.zeros(0, np.int64)


INSIDE = 0.01
"""World units that goals and units keep from the playable area's upper and right edge, which is off the map."""


def hover(flying: npt.ArrayLike, structure: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """World units above the ground of units (any shape)."""
    height = np.where(structure, STRUCTURE_FLIGHT_HEIGHT, FLIGHT_HEIGHT)
    return np.where(flying, height, 0).astype(np.float32)


def send(world: World, row: int, x: float, y: float, reach: float = 0.0) -> None:
    """Let unit `row` go to (x, y), or to within `reach` of it; it looks for its way when it sets out."""
    units = world.state.units
    left, bottom, right, top = world.bounds
    units.goal_x[row], units.goal_y[row] = min(max(x, left), right - INSIDE), min(max(y, bottom), top - INSIDE)
    units.reach[row] = reach
    units.moving[row] = units.speed[row] > 0
    units.trail_x[row] = np.inf
    units.way_x[row] = np.nan


def halt(world: World, rows: Rows | int) -> None:
    """Let units stand where they are."""
    world.state.units.moving[rows] = False


def advance(world: World) -> Rows:
    """Move every walker by one loop; returns the rows that reached their goal, or cannot get nearer to it."""
    state, navigation = world.state, world.navigation
    units, count = state.units, len(state.units)
    if not units.moving.any():
        return _NOBODY
    done, lost = np.empty((2, count), np.int64)
    ground = (*units.blocks(), navigation.cells_open, navigation.columns)
    found = walking_loops.look_ahead(*ground, count, state.loop, lost)
    _find_corners(world, lost[:found])
    likes, covered = world.statistics.likes_creep, creep.grid(world).ravel()
    ended, found = walking_loops.walk(
        *ground, count, state.loop, world.bounds, covered, likes, creep.SPEED_FACTOR, done, lost
    )
    _find_corners(world, lost[:found])
    return done[:ended]


def _find_corners(world: World, rows: Rows) -> None:
    """Give walkers that cannot go straight to their goal the next corner of their way, where there is one."""
    units = world.state.units
    for row in rows.tolist():
        x, y = units.x.item(row), units.y.item(row)
        corner = world.navigation.corner(x, y, units.goal_x.item(row), units.goal_y.item(row))
        if corner is not None:
            units.way_x[row], units.way_y[row] = corner
