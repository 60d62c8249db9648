"""Units find enemies, chase them, shoot and strike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data.sim.rules import damage, deaths, movement, targets, upgrades
from sc2data.sim.rules.statistics import AIR, GROUND
from sc2data.sim.state import NEUTRAL, Blast, Mode

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

NOTICE_EVERY = 4
"""Game loops between two looks of a unit for something to attack."""

_TURNS = 2
"""Parts of the units that look in different loops, so that not all shoot at once. For rules that work on many units at
a time more turns cost more."""

NOTICE_RANGE = 5.0
"""World units between edges within which every idle unit notices enemies; those that shoot farther notice farther."""

_ALLOWANCE = 0.5
"""World units beyond the weapon's range at which units still notice, and by which a target may step out of range."""

MINIMUM_RANGE = {32: 2.0}
"""By unit type id: world units between edges below which the weapon cannot hit (the sieged tank's shell)."""

_WIDEST = 8.0
"""World units: more than any two units' radii together."""

_FLASH = 4
"""Game loops that a strike is seen."""

_LATER = 1000.0
"""Added to the distance of what is attacked last: enemies that cannot fight back."""


def notice(world: World) -> None:
    """Units whose turn it is, and that may, take the nearest enemy that they notice as their target."""
    turn, between = divmod(world.state.loop % NOTICE_EVERY, NOTICE_EVERY // _TURNS)
    if between:
        return
    units, statistics = world.state.units, world.statistics
    free = (units.mode <= Mode.HOLD) & (units.mode != Mode.MOVE) & ~units.forced & (units.owner != NEUTRAL)
    free &= statistics.defends_itself[units.type] & (units.build_progress >= 1)
    rows = np.flatnonzero(free)
    rows = rows[rows % _TURNS == turn]
    for player in sorted(set(units.owner[rows].tolist())):
        own = rows[units.owner[rows] == player]
        own = own[~_content(world, own)]
        foes = _near(world, own, np.flatnonzero(targets.attackable(world, player)))
        if len(foes):
            _choose(world, own, foes)
        else:
            targets.release(world, own[units.aim[own] >= 0])


def _content(world: World, rows: Rows) -> Mask:
    """Which units have a target in reach that fights: they look for no other."""
    units, statistics = world.state.units, world.statistics
    prey = units.aim[rows]
    gap = np.hypot(units.x[rows] - units.x[prey], units.y[rows] - units.y[prey])
    gap -= units.radius[rows] + units.radius[prey]
    reach = statistics.range[units.flying[prey].astype(np.intp), units.type[rows]]
    return (prey >= 0) & (gap <= reach + _ALLOWANCE) & statistics.can_attack[units.type[prey]]


def _near(world: World, rows: Rows, foes: Rows) -> Rows:
    """Those of `foes` that lie in the box around `rows`, grown by as far as any of them may notice."""
    if not len(rows) or not len(foes):
        return foes[:0]
    units = world.state.units
    reach = max(float(world.statistics.reach[units.type[rows]].max()), NOTICE_RANGE) + _ALLOWANCE + _WIDEST
    x, y = units.x[rows], units.y[rows]
    foe_x, foe_y = units.x[foes], units.y[foes]
    near = (foe_x > x.min() - reach) & (foe_x < x.max() + reach) & (foe_y > y.min() - reach) & (foe_y < y.max() + reach)
    return foes[near]


def _choose(world: World, rows: Rows, foes: Rows) -> None:
    """Give each of `rows` the best of `foes` as target, or none."""
    units, statistics = world.state.units, world.statistics
    dx = units.x[rows][:, None] - units.x[foes]
    dy = units.y[rows][:, None] - units.y[foes]
    gap = np.sqrt(dx * dx + dy * dy) - units.radius[rows][:, None] - units.radius[foes]
    kind = units.type[rows]
    air = units.flying[foes]
    reach = np.where(air, statistics.range[1, kind][:, None], statistics.range[0, kind][:, None])
    hits = np.where(air, statistics.armed[1, kind][:, None], statistics.armed[0, kind][:, None])
    still = (units.mode[rows] == Mode.HOLD) | (units.speed[rows] == 0)
    noticed = np.where(still[:, None], reach, np.maximum(reach, NOTICE_RANGE) + _ALLOWANCE)
    score = np.where(hits & (gap <= noticed), gap, np.inf)
    score += np.where(~statistics.can_attack[units.type[foes]], _LATER, 0)
    nearest = score.argmin(axis=1)
    found = np.isfinite(score[np.arange(len(rows)), nearest])
    targets.aim(world, rows[found], foes[nearest[found]])
    targets.release(world, rows[~found & (units.aim[rows] >= 0)])


def engage(world: World) -> None:
    """Let every unit that has a target chase it, or stand, face it and strike when its weapon is ready."""
    units, statistics = world.state.units, world.statistics
    np.maximum(units.cooldown - 1, 0, out=units.cooldown)
    rows = np.flatnonzero(units.aim >= 0)
    if not len(rows):
        return
    rows = _give_up(world, rows)
    prey = units.aim[rows]
    dx, dy = units.x[prey] - units.x[rows], units.y[prey] - units.y[rows]
    apart = units.radius[rows] + units.radius[prey]
    gap = np.sqrt(dx * dx + dy * dy) - apart
    reach = statistics.range[units.flying[prey].astype(np.intp), units.type[rows]]
    within = gap <= reach + np.where(units.moving[rows], 0, 0.1)
    near = rows[within]
    units.moving[near] = False
    movement.turn(world, near, np.arctan2(dy[within], dx[within]))
    chase = ~within & (units.mode[rows] != Mode.HOLD) & (units.speed[rows] > 0)
    far, goal = rows[chase], prey[chase]
    units.way_x[far[~units.moving[far]]] = np.nan  # they look for their way when they set out
    units.goal_x[far], units.goal_y[far] = units.x[goal], units.y[goal]
    units.reach[far] = np.maximum(reach[chase] + apart[chase] - 0.05, 0)
    units.moving[far] = True
    straight = (units.way_x[far] - units.x[goal]) ** 2 + (units.way_y[far] - units.y[goal]) ** 2 < 1
    direct = far[straight]
    units.way_x[direct], units.way_y[direct] = units.goal_x[direct], units.goal_y[direct]
    ready = near[units.cooldown[near] <= 0]
    for row in ready.tolist():
        strike(world, row)


def _give_up(world: World, rows: Rows) -> Rows:
    """Drop targets that can no longer be attacked; returns the rows that still have one."""
    units = world.state.units
    lost = ~targets.still_seen(world, rows, units.aim[rows])
    if lost.any():
        targets.release(world, rows[lost])
        return rows[~lost]
    return rows


def strike(world: World, row: int) -> None:
    """Let unit `row` use its weapon on its target now."""
    units, statistics = world.state.units, world.statistics
    target, kind = units.aim.item(row), units.type.item(row)
    layer = AIR if units.flying.item(target) else GROUND
    weapon = statistics.weapon(kind, layer)
    if weapon is None:
        targets.release(world, np.array([row]))
        return
    minimum = MINIMUM_RANGE.get(kind)
    if minimum is not None and world.gap(row, target) < minimum:
        if not units.forced[row]:
            targets.release(world, np.array([row]))
        return
    units.cooldown[row] = weapon.cooldown * upgrades.cooldown_factor(world, row)
    world.state.blasts.append(_flash(world, row, target))
    if kind in deaths.BANELINGS:
        deaths.condemn(world, row)
    elif weapon.splash:
        damage.splash(world, row, weapon, target)
    else:
        damage.hit(world, row, target, weapon)


def _flash(world: World, row: int, target: int) -> Blast:
    """What the picture shows of a strike: from the attacker's edge toward its target."""
    units, loop = world.state.units, world.state.loop
    kind, angle, radius = units.type.item(row), units.facing.item(row), units.radius.item(row)
    shown = "acid" if kind in deaths.BANELINGS else "shell" if kind in MINIMUM_RANGE else "shot"
    x, y = units.x.item(row) + radius * math.cos(angle), units.y.item(row) + radius * math.sin(angle)
    toward = (units.x.item(target), units.y.item(target), units.z.item(target))
    return Blast(shown, x, y, units.z.item(row) + radius, loop, loop + _FLASH, toward)
