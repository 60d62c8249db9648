"""Compiled: units find enemies, keep, chase and lose them. Blocks of fields as `Units.blocks` gives them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled, inlined
from sc2data.sim.rules.walking_loops import turned
from sc2data.sim.state import NEUTRAL, Mode, place_of

_X, _Y, _FACING, _RADIUS, _SPEED = (place_of(name) for name in ("x", "y", "facing", "radius", "speed"))
_COOLDOWN, _BUILT, _REACH = (place_of(name) for name in ("cooldown", "build_progress", "reach"))
_GOAL_X, _GOAL_Y, _WAY_X, _WAY_Y = (place_of(name) for name in ("goal_x", "goal_y", "way_x", "way_y"))
_TYPE, _AIM, _SEEN_BY = (place_of(name) for name in ("type", "aim", "seen_by"))
_FLYING, _FORCED, _MOVING = (place_of(name) for name in ("flying", "forced", "moving"))
_HOLD, _MOVE = Mode.HOLD, Mode.MOVE

_LATER = 1000.0  # added to the distance of what is attacked last: enemies that cannot fight back
_STEADY = 0.1  # world units beyond its range at which a unit that stands still shoots

Rows = npt.NDArray[np.int64]

_BLOCKS = "float32[:, ::1], int32[:, ::1], boolean[:, ::1]"
_ARMS = "float32[:, ::1], boolean[:, ::1], boolean[::1]"


@inlined
def distance(row: int, other: int, floats: Any) -> float:
    """World units between the edges of two units."""
    dx, dy = floats[_X, other] - floats[_X, row], floats[_Y, other] - floats[_Y, row]
    return math.sqrt(dx * dx + dy * dy) - floats[_RADIUS, row] - floats[_RADIUS, other]


@inlined
def best_of(foes: Rows, count: int, row: int, floats: Any, ints: Any, flags: Any, arms: Any, limits: Any) -> int:
    """The nearest of `foes` that a unit can hit and that lies within `limits` (ground, air); those that fight first.

    -1 where there is none.
    """
    _, armed, can_attack = arms
    kind = ints[_TYPE, row]
    best, least = -1, math.inf
    x, y, radius = floats[_X, row], floats[_Y, row], floats[_RADIUS, row]
    for number in range(count):
        foe = foes[number]
        air = 1 if flags[_FLYING, foe] else 0
        if not armed[air, kind]:
            continue
        dx, dy = floats[_X, foe] - x, floats[_Y, foe] - y
        far = limits[air] + radius + floats[_RADIUS, foe]
        square = dx * dx + dy * dy
        if square > far * far:
            continue
        score = math.sqrt(square) - radius - floats[_RADIUS, foe]
        if not can_attack[ints[_TYPE, foe]]:
            score += _LATER
        if score < least:
            best, least = foe, score
    return best


@compiled(
    f"int64({_BLOCKS}, int16[::1], int8[::1], {_ARMS}, boolean[::1], int64, int64, int64[::1], float64, float64, "
    "int64[::1])"
)
def find_targets(
    floats: Any,
    ints: Any,
    flags: Any,
    owner: Any,
    mode: Any,
    reach: Any,
    armed: Any,
    can_attack: Any,
    defends_itself: Any,
    turn: int,
    turns: int,
    players: Rows,
    notice_range: float,
    allowance: float,
    losing: Rows,
) -> int:
    """Let the units whose `turn` it is, and that may, take the best enemy that they notice as their target.

    Those keep theirs that have one in reach which fights. Writes the rows of those that have one and find none any more
    into `losing` and returns how many these are.
    """
    count, lost = len(owner), 0
    arms = (reach, armed, can_attack)
    foes = np.empty(count, np.int64)
    for player in players:
        known = 0
        for row in range(count):
            if owner[row] != player and owner[row] != NEUTRAL and ints[_SEEN_BY, row] >> player & 1:
                foes[known] = row
                known += 1
        for row in range(turn, count, turns):
            kind = ints[_TYPE, row]
            if owner[row] != player or not defends_itself[kind] or mode[row] > _HOLD or mode[row] == _MOVE:
                continue
            if flags[_FORCED, row] or floats[_BUILT, row] < 1:
                continue
            prey = ints[_AIM, row]
            if prey >= 0 and can_attack[ints[_TYPE, prey]]:
                layer = 1 if flags[_FLYING, prey] else 0
                if distance(row, prey, floats) <= reach[layer, kind] + allowance:
                    continue
            limits = (float(reach[0, kind]), float(reach[1, kind]))
            if mode[row] != _HOLD and floats[_SPEED, row] > 0:
                limits = (max(limits[0], notice_range) + allowance, max(limits[1], notice_range) + allowance)
            found = best_of(foes, known, row, floats, ints, flags, arms, limits)
            if found >= 0:
                ints[_AIM, row] = found
            elif prey >= 0:
                losing[lost] = row
                lost += 1
    return lost


@inlined
def chase(row: int, prey: int, reach: float, floats: Any, flags: Any) -> None:
    """Let a unit go to where its target is, to within `reach` of its middle."""
    x, y = floats[_X, prey], floats[_Y, prey]
    if not flags[_MOVING, row]:
        floats[_WAY_X, row] = np.nan  # it looks for its way when it sets out
    floats[_GOAL_X, row], floats[_GOAL_Y, row] = x, y
    floats[_REACH, row] = max(reach - 0.05, 0.0)
    flags[_MOVING, row] = True
    if (floats[_WAY_X, row] - x) ** 2 + (floats[_WAY_Y, row] - y) ** 2 < 1:
        floats[_WAY_X, row], floats[_WAY_Y, row] = x, y


@compiled(
    f"UniTuple(int64, 2)({_BLOCKS}, int16[::1], int8[::1], uint64[::1], uint64[::1], float32[:, ::1], int64[::1], "
    "int64[::1])"
)
def pursue(
    floats: Any,
    ints: Any,
    flags: Any,
    owner: Any,
    mode: Any,
    tag: Any,
    target: Any,
    reach: Any,
    losing: Rows,
    ready: Rows,
) -> tuple[int, int]:
    """Cool the weapons down, and let every unit that has a target chase it, or stand and face it.

    Writes the rows of those whose player no longer sees their target into `losing`, of those that may strike now into
    `ready`, and returns how many there are of both.
    """
    lost = fit = 0
    for row in range(len(owner)):
        cooldown = max(floats[_COOLDOWN, row] - 1, 0)
        floats[_COOLDOWN, row] = cooldown
        prey = ints[_AIM, row]
        if prey < 0:
            continue
        target[row] = tag[prey]
        if not ints[_SEEN_BY, prey] >> owner[row] & 1:
            losing[lost] = row
            lost += 1
            continue
        dx, dy = floats[_X, prey] - floats[_X, row], floats[_Y, prey] - floats[_Y, row]
        apart = floats[_RADIUS, row] + floats[_RADIUS, prey]
        limit = reach[1 if flags[_FLYING, prey] else 0, ints[_TYPE, row]]
        if math.sqrt(dx * dx + dy * dy) - apart <= limit + (0.0 if flags[_MOVING, row] else _STEADY):
            flags[_MOVING, row] = False
            floats[_FACING, row] = turned(floats[_FACING, row], math.atan2(dy, dx))
            if cooldown <= 0:
                ready[fit] = row
                fit += 1
        elif mode[row] != _HOLD and floats[_SPEED, row] > 0:
            chase(row, prey, limit + apart, floats, flags)
    return lost, fit
