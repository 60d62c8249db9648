"""Units keep apart: circles that push one another, heavy ones the light ones, and structures that never yield."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data.sim.state import Mode

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

REFRESH = 4
"""Game loops for which a list of neighbours serves."""

_SKIN = 0.8
"""World units that two neighbours may come nearer while the list serves."""

_SHARE = 0.6
"""Part of an overlap that is undone in a loop; the rest waits for the next, so that crowds settle without shaking."""

_PUSH = 0.2
"""World units that a unit is pushed in a loop at most."""

_TOLERATED = 0.02
"""Overlap in world units that counts as touching."""

Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def neighbours(world: World, skin: float = _SKIN) -> Pairs:
    """Rows (i, j) of all pairs that could touch while they come nearer by no more than `skin`; in the order of x.

    Only units that collide are in it: flyers only with flyers, no two that both stand for ever, and neither burrowed
    units nor workers on their way to or from resources.
    """
    units = world.state.units
    rows = np.flatnonzero(world.solid())
    rows = rows[np.argsort(units.x[rows], kind="stable")]
    x, radius = units.x[rows], units.radius[rows]
    widest = float(radius.max(initial=0))
    last = np.searchsorted(x, x + radius + (widest + skin), side="right")
    count = last - np.arange(1, len(rows) + 1)
    first = np.repeat(np.arange(len(rows)), count)
    second = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count) + first + 1
    y, flying, free = units.y[rows], units.flying[rows], units.speed[rows] > 0
    limit = radius[first] + radius[second] + skin
    near = (np.abs(y[first] - y[second]) < limit) & (flying[first] == flying[second]) & (free[first] | free[second])
    return rows[first[near]], rows[second[near]]


def settle(world: World, pairs: Pairs) -> bool:
    """Push overlapping units apart by one loop's worth; returns whether anything moved."""
    units = world.state.units
    i, j = pairs
    x, y, radius = units.x, units.y, units.radius
    dx, dy = x[j] - x[i], y[j] - y[i]
    apart = radius[i] + radius[j]
    square = dx * dx + dy * dy
    touching = square < (apart - _TOLERATED) ** 2
    if not touching.any():
        return False
    i, j, dx, dy = i[touching], j[touching], dx[touching], dy[touching]
    distance = np.sqrt(square[touching])
    overlap = (apart[touching] - distance) * _SHARE
    same = distance < 1e-3
    if same.any():
        angle = (i[same] * 2.399963 + j[same]).astype(np.float32)  # the golden angle: directions spread evenly
        dx[same], dy[same], distance[same] = np.cos(angle), np.sin(angle), 1.0
    weight = _weights(world)
    yielding = units.speed > 0
    share = np.where(yielding[i], np.where(yielding[j], weight[j] / (weight[i] + weight[j]), 1), 0)
    shift = overlap / distance
    count = len(units)
    give, take = shift * share, shift * (1 - share)
    push_x = np.bincount(j, dx * take, count) - np.bincount(i, dx * give, count)
    push_y = np.bincount(j, dy * take, count) - np.bincount(i, dy * give, count)
    moved = np.flatnonzero((push_x != 0) | (push_y != 0))
    push_x = np.clip(push_x[moved], -_PUSH, _PUSH).astype(np.float32)
    push_y = np.clip(push_y[moved], -_PUSH, _PUSH).astype(np.float32)
    world.displace(moved, x[moved] + push_x, y[moved] + push_y)
    return True


def _weights(world: World) -> npt.NDArray[np.float32]:
    """How hard each unit is to push: its area, more where it stands and fights."""
    units = world.state.units
    weight = units.radius * units.radius
    standing = ~units.moving & ((units.aim >= 0) | (units.mode == Mode.HOLD))
    return np.where(standing, weight * 8, weight)


def arrivals(world: World, pairs: Pairs) -> npt.NDArray[np.intp]:
    """Rows of walkers that touch a unit which stands at the same goal: the crowd is there, and so are they."""
    units = world.state.units
    i, j = pairs
    one_moves = units.moving[i] != units.moving[j]
    if not one_moves.any():
        return np.zeros(0, np.intp)
    i, j = i[one_moves], j[one_moves]
    mover = np.where(units.moving[i], i, j)
    stander = np.where(units.moving[i], j, i)
    gap = np.hypot(units.x[mover] - units.x[stander], units.y[mover] - units.y[stander])
    there = (
        (units.goal_x[mover] == units.goal_x[stander])
        & (units.goal_y[mover] == units.goal_y[stander])
        & (units.owner[mover] == units.owner[stander])
        & (units.mode[stander] == Mode.IDLE)
        & (units.aim[mover] < 0)
        & (gap < units.radius[mover] + units.radius[stander] + 0.1)
    )
    return np.unique(mover[there])
