"""Compiled: which units touch, and how they push one another. Blocks of fields as `Units.blocks` gives them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled, inlined
from sc2data.sim.rules.ground_loops import displace
from sc2data.sim.state import Mode, place_of

_X, _Y, _RADIUS, _SPEED = (place_of(name) for name in ("x", "y", "radius", "speed"))
_GOAL_X, _GOAL_Y = place_of("goal_x"), place_of("goal_y")
_TYPE, _AIM = place_of("type"), place_of("aim")
_FLYING, _BURROWED, _MOVING = (place_of(name) for name in ("flying", "burrowed", "moving"))
_IDLE, _HOLD, _GATHER = Mode.IDLE, Mode.HOLD, Mode.GATHER

_SHARE = 0.6  # part of an overlap that is undone in a loop, so that crowds settle without shaking
_PUSH = 0.2  # world units that a unit is pushed in a loop at most
_TOLERATED = 0.02  # overlap in world units that counts as touching
_STEADFAST = 8.0  # how much heavier a unit is that stands and fights
_GOLDEN = 2.399963  # the golden angle: directions spread evenly

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCKS = "float32[:, ::1], int32[:, ::1], boolean[:, ::1]"


@compiled(f"int64[:, ::1]({_BLOCKS}, int8[::1], boolean[::1], float64)")
def near_pairs(floats: Any, ints: Any, flags: Any, mode: Any, immaterial: Flags, skin: float) -> Rows:
    """Rows (2, P) of all pairs that could touch while they come nearer by no more than `skin`, in the order of x.

    Only units that collide are in it: flyers only with flyers, no two that both stand for ever, and neither burrowed
    units nor workers on their way to or from resources.
    """
    rows = np.empty(len(mode), np.int64)
    count, widest = 0, 0.0
    for row in range(len(mode)):
        ghost = flags[_BURROWED, row] or mode[row] == _GATHER or immaterial[ints[_TYPE, row]]
        if not ghost and floats[_RADIUS, row] > 0:
            rows[count] = row
            count += 1
            widest = max(widest, floats[_RADIUS, row])
    rows = rows[:count]
    rows = rows[np.argsort(floats[_X][rows], kind="mergesort")]
    pairs = np.empty((2, 8 * count), np.int64)
    found = 0
    for first in range(count):
        i = rows[first]
        x, y, radius = floats[_X, i], floats[_Y, i], floats[_RADIUS, i]
        for second in range(first + 1, count):
            j = rows[second]
            if floats[_X, j] > x + radius + widest + skin:
                break
            limit = radius + floats[_RADIUS, j] + skin
            if abs(floats[_Y, j] - y) >= limit or floats[_X, j] - x >= limit or flags[_FLYING, i] != flags[_FLYING, j]:
                continue
            if floats[_SPEED, i] > 0 or floats[_SPEED, j] > 0:
                if found == pairs.shape[1]:
                    pairs = np.concatenate((pairs, np.empty_like(pairs)), axis=1)
                pairs[0, found], pairs[1, found] = i, j
                found += 1
    return pairs[:, :found].copy()


@inlined
def weight_of(row: int, floats: Any, ints: Any, flags: Any, mode: Any) -> float:
    """How hard a unit is to push: its area, more where it stands and fights."""
    fights = not flags[_MOVING, row] and (ints[_AIM, row] >= 0 or mode[row] == _HOLD)
    return floats[_RADIUS, row] ** 2 * (_STEADFAST if fights else 1.0)


@compiled(f"boolean({_BLOCKS}, int8[::1], int64[:, ::1], boolean[::1], int64, UniTuple(float64, 4))")
def push_apart(
    floats: Any,
    ints: Any,
    flags: Any,
    mode: Any,
    pairs: Rows,
    open_cells: Flags,
    columns: int,
    bounds: tuple[float, float, float, float],
) -> bool:
    """Push overlapping units apart by one loop's worth, heavy ones less; returns whether any overlapped."""
    count = len(mode)
    push = np.zeros((2, count))
    touching = False
    for number in range(pairs.shape[1]):
        i, j = pairs[0, number], pairs[1, number]
        dx, dy = floats[_X, j] - floats[_X, i], floats[_Y, j] - floats[_Y, i]
        apart = floats[_RADIUS, i] + floats[_RADIUS, j]
        square = dx * dx + dy * dy
        if square >= (apart - _TOLERATED) ** 2:
            continue
        touching = True
        away = math.sqrt(square)
        shift = (apart - away) * _SHARE
        if away < 1e-3:
            angle = i * _GOLDEN + j
            dx, dy, away = math.cos(angle), math.sin(angle), 1.0
        share = 0.0
        if floats[_SPEED, i] > 0:
            share = 1.0
            if floats[_SPEED, j] > 0:
                weight, other = weight_of(i, floats, ints, flags, mode), weight_of(j, floats, ints, flags, mode)
                share = other / (weight + other)
        push[0, i] -= dx / away * shift * share
        push[1, i] -= dy / away * shift * share
        push[0, j] += dx / away * shift * (1 - share)
        push[1, j] += dy / away * shift * (1 - share)
    if touching:
        for row in range(count):
            if push[0, row] != 0 or push[1, row] != 0:
                x = floats[_X, row] + min(max(push[0, row], -_PUSH), _PUSH)
                y = floats[_Y, row] + min(max(push[1, row], -_PUSH), _PUSH)
                displace(row, x, y, floats, flags, open_cells, columns, bounds)
    return touching


@compiled(f"int64[::1]({_BLOCKS}, int16[::1], int8[::1], int64[:, ::1])")
def arrivals(floats: Any, ints: Any, flags: Any, owner: Any, mode: Any, pairs: Rows) -> Rows:
    """Rows of walkers that touch a unit which stands at the same goal: the crowd is there, and so are they."""
    there = np.zeros(len(mode), np.bool_)
    for number in range(pairs.shape[1]):
        mover, stander = pairs[0, number], pairs[1, number]
        if flags[_MOVING, mover] == flags[_MOVING, stander]:
            continue
        if flags[_MOVING, stander]:
            mover, stander = stander, mover
        if floats[_GOAL_X, mover] != floats[_GOAL_X, stander] or floats[_GOAL_Y, mover] != floats[_GOAL_Y, stander]:
            continue
        if owner[mover] != owner[stander] or mode[stander] != _IDLE or ints[_AIM, mover] >= 0:
            continue
        away = math.hypot(floats[_X, mover] - floats[_X, stander], floats[_Y, mover] - floats[_Y, stander])
        there[mover] |= away < floats[_RADIUS, mover] + floats[_RADIUS, stander] + 0.1
    return np.flatnonzero(there)
