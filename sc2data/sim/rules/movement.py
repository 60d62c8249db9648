"""Units walk, turn and fly: straight where they can, around corners where they must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Rows = npt.NDArray[np.intp]

FLIGHT_HEIGHT, STRUCTURE_FLIGHT_HEIGHT = 3.75, 3.25
"""World units that flyers, and structures that lifted off, hover above the ground, as recorded games have it."""

TURN_RATE = 1.0909
"""Radians that a unit turns in a loop at most: 999.84 degrees per Normal second, which most unit types have."""

_REPATH = 8
"""Game loops after which a walker looks again for its way."""

_PATIENCE = 32
"""Game loops between two checks of a walker's progress."""

_PROGRESS = 0.2
"""Share of the way that it could have gone below which a walker counts as jammed."""

INSIDE = 0.01
"""World units that goals and units keep from the playable area's upper and right edge, which is off the map."""

_REACHED = 1e-3


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


def find_ways(world: World, rows: Rows) -> None:
    """Bring the next corner of the units' paths up to date: the goal where it can be walked to straight."""
    units = world.state.units
    x, y, goal_x, goal_y = units.x[rows], units.y[rows], units.goal_x[rows], units.goal_y[rows]
    far = np.hypot(goal_x - x, goal_y - y)
    part = np.maximum(far - units.reach[rows], 0) / np.maximum(far, 1e-6)
    straight = world.navigation.clear(x, y, x + (goal_x - x) * part, y + (goal_y - y) * part) | units.flying[rows]
    on_the_way = ~straight & _has_corner_ahead(world, rows)
    units.way_x[rows[~on_the_way]], units.way_y[rows[~on_the_way]] = goal_x[~on_the_way], goal_y[~on_the_way]
    for row in rows[~straight & ~on_the_way].tolist():
        ends = (float(values[row]) for values in (units.x, units.y, units.goal_x, units.goal_y))
        corner = world.navigation.corner(*ends)
        if corner is not None:
            units.way_x[row], units.way_y[row] = corner


def _has_corner_ahead(world: World, rows: Rows) -> npt.NDArray[np.bool_]:
    """Which units are on their way to a corner that they still can walk to straight; finding one anew is dear."""
    units = world.state.units
    ahead = np.hypot(units.way_x[rows] - units.x[rows], units.way_y[rows] - units.y[rows]) > _REACHED  # False for NaN
    ahead &= (units.way_x[rows] != units.goal_x[rows]) | (units.way_y[rows] != units.goal_y[rows])
    going = rows[ahead]
    ahead[ahead] = world.navigation.clear(units.x[going], units.y[going], units.way_x[going], units.way_y[going])
    return ahead


def advance(world: World) -> Rows:
    """Move every walker by one loop; returns the rows that reached their goal."""
    units, loop = world.state.units, world.state.loop
    rows = np.flatnonzero(units.moving)
    if not len(rows):
        return rows
    due = rows[((rows + loop) % _REPATH == 0) | np.isnan(units.way_x[rows])]
    if len(due):
        find_ways(world, due)
    x, y = units.x[rows], units.y[rows]
    dx, dy = units.way_x[rows] - x, units.way_y[rows] - y
    distance = np.sqrt(dx * dx + dy * dy)
    step = np.minimum(world.pace(rows), distance)
    scale = step / np.maximum(distance, 1e-6)
    at_way = distance - step < _REACHED
    new_x = np.where(at_way, units.way_x[rows], x + dx * scale)
    new_y = np.where(at_way, units.way_y[rows], y + dy * scale)
    going = distance > _REACHED
    turn(world, rows[going], np.arctan2(dy[going], dx[going]))
    world.displace(rows, new_x, new_y)
    left = np.hypot(units.goal_x[rows] - units.x[rows], units.goal_y[rows] - units.y[rows])
    arrived = left <= np.maximum(units.reach[rows], _REACHED)
    corner = rows[at_way & ~arrived]
    if len(corner):
        find_ways(world, corner)
    jammed = _jammed(world, rows) & ~arrived
    done = arrived | jammed
    units.moving[rows[done]] = False
    return rows[done]


def _jammed(world: World, rows: Rows) -> npt.NDArray[np.bool_]:
    """Which walkers hardly moved since they were last checked; those that chase somebody are never told to be."""
    units = world.state.units
    checked = (rows + world.state.loop) % _PATIENCE == 0
    if not checked.any():
        return checked
    x, y = units.x[rows], units.y[rows]
    moved = np.hypot(x - units.trail_x[rows], y - units.trail_y[rows])
    units.trail_x[rows[checked]], units.trail_y[rows[checked]] = x[checked], y[checked]
    return checked & (moved < _PROGRESS * _PATIENCE * units.speed[rows]) & (units.aim[rows] < 0)


def turn(world: World, rows: Rows, toward: npt.NDArray[np.float32]) -> None:
    """Turn units toward directions in radians, by no more than they can in a loop."""
    units = world.state.units
    facing = units.facing[rows]
    off = (toward - facing + np.pi) % (2 * np.pi) - np.pi
    units.facing[rows] = (facing + np.clip(off, -TURN_RATE, TURN_RATE)) % (2 * np.pi)
