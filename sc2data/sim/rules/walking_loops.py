"""Compiled: walkers look for their way, go on by a loop, turn. Blocks of fields as `Units.blocks` gives them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled, inlined
from sc2data.sim.rules.ground_loops import displace, is_clear
from sc2data.sim.state import place_of

TURN_RATE = 1.0909
"""Radians that a unit turns in a loop at most: 999.84 degrees per Normal second, which most unit types have."""

_X, _Y, _FACING, _SPEED, _REACH = (place_of(name) for name in ("x", "y", "facing", "speed", "reach"))
_GOAL_X, _GOAL_Y, _WAY_X, _WAY_Y = (place_of(name) for name in ("goal_x", "goal_y", "way_x", "way_y"))
_TRAIL_X, _TRAIL_Y = place_of("trail_x"), place_of("trail_y")
_TYPE, _AIM = place_of("type"), place_of("aim")
_FLYING, _MOVING = place_of("flying"), place_of("moving")

_REACHED = 1e-3
_REPATH = 8  # game loops after which a walker looks again for its way
_PATIENCE = 32  # game loops between two checks of a walker's progress
_PROGRESS = 0.2  # share of the way that it could have gone below which a walker counts as jammed

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCKS = "float32[:, ::1], int32[:, ::1], boolean[:, ::1]"
_GROUND = "boolean[::1], int64"


@inlined
def turned(facing: float, toward: float) -> float:
    """The direction of a unit that turns toward another, by no more than it can in a loop."""
    off = (toward - facing + math.pi) % (2 * math.pi) - math.pi
    return (facing + min(max(off, -TURN_RATE), TURN_RATE)) % (2 * math.pi)


@inlined
def needs_corner(row: int, floats: Any, flags: Any, open_cells: Flags, columns: int) -> bool:
    """Bring the next corner of a unit's path up to date; whether one has to be looked for around what is in the way."""
    x, y = floats[_X, row], floats[_Y, row]
    goal_x, goal_y = floats[_GOAL_X, row], floats[_GOAL_Y, row]
    way_x, way_y = floats[_WAY_X, row], floats[_WAY_Y, row]
    far = math.hypot(goal_x - x, goal_y - y)
    part = max(far - floats[_REACH, row], 0.0) / max(far, 1e-6)
    to_x, to_y = x + (goal_x - x) * part, y + (goal_y - y) * part
    straight = flags[_FLYING, row] or is_clear(open_cells, columns, x, y, to_x, to_y)
    ahead = math.hypot(way_x - x, way_y - y) > _REACHED and (way_x != goal_x or way_y != goal_y)
    if not straight and ahead and is_clear(open_cells, columns, x, y, way_x, way_y):
        return False  # it is on the way to a corner still; finding one anew is dear
    floats[_WAY_X, row], floats[_WAY_Y, row] = goal_x, goal_y
    return not straight


@compiled(f"int64({_BLOCKS}, {_GROUND}, int64, int64, int64[::1])")
def look_ahead(
    floats: Any, ints: Any, flags: Any, open_cells: Flags, columns: int, count: int, loop: int, lost: Rows
) -> int:
    """Let the walkers whose turn it is, and those without a way, look for theirs.

    Writes the rows of those that need a corner into `lost` and returns how many these are.
    """
    found = 0
    for row in range(count):
        due = (row + loop) % _REPATH == 0 or math.isnan(floats[_WAY_X, row])
        if flags[_MOVING, row] and due and needs_corner(row, floats, flags, open_cells, columns):
            lost[found] = row
            found += 1
    return found


@inlined
def is_jammed(row: int, floats: Any, ints: Any, loop: int) -> bool:
    """Whether a walker hardly moved since it was last checked; one that chases somebody is never told to be."""
    if (row + loop) % _PATIENCE:
        return False
    x, y = floats[_X, row], floats[_Y, row]
    moved = math.hypot(x - floats[_TRAIL_X, row], y - floats[_TRAIL_Y, row])
    floats[_TRAIL_X, row], floats[_TRAIL_Y, row] = x, y
    return moved < _PROGRESS * _PATIENCE * floats[_SPEED, row] and ints[_AIM, row] < 0


@compiled(
    f"UniTuple(int64, 2)({_BLOCKS}, {_GROUND}, int64, int64, UniTuple(float64, 4), boolean[::1], boolean[::1], "
    "float64, int64[::1], int64[::1])"
)
def walk(
    floats: Any,
    ints: Any,
    flags: Any,
    open_cells: Flags,
    columns: int,
    count: int,
    loop: int,
    bounds: tuple[float, float, float, float],
    creep: Flags,
    likes_creep: Flags,
    creep_factor: float,
    done: Rows,
    lost: Rows,
) -> tuple[int, int]:
    """Move every walker by one loop, faster on `creep` (cells) where its type likes that.

    Writes the rows of those that reached their goal, or cannot get on, into `done`, of those that reached a corner and
    need another one into `lost`, and returns how many there are of both.
    """
    ended = turning = 0
    for row in range(count):
        if not flags[_MOVING, row]:
            continue
        x, y, way_x, way_y = floats[_X, row], floats[_Y, row], floats[_WAY_X, row], floats[_WAY_Y, row]
        dx, dy = way_x - x, way_y - y
        distance = math.sqrt(dx * dx + dy * dy)
        pace = floats[_SPEED, row]
        if likes_creep[ints[_TYPE, row]] and creep[int(y) * columns + int(x)]:
            pace *= creep_factor
        step = min(pace, distance)
        at_way = distance - step < _REACHED
        if distance > _REACHED:
            floats[_FACING, row] = turned(floats[_FACING, row], math.atan2(dy, dx))
        if not at_way:
            way_x, way_y = x + dx * step / distance, y + dy * step / distance
        displace(row, way_x, way_y, floats, flags, open_cells, columns, bounds)
        left = math.hypot(floats[_GOAL_X, row] - floats[_X, row], floats[_GOAL_Y, row] - floats[_Y, row])
        arrived = left <= max(floats[_REACH, row], _REACHED)
        if at_way and not arrived and needs_corner(row, floats, flags, open_cells, columns):
            lost[turning] = row
            turning += 1
        if arrived or is_jammed(row, floats, ints, loop):
            flags[_MOVING, row] = False
            done[ended] = row
            ended += 1
    return ended, turning
