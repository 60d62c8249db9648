"""Units find enemies, chase them, shoot and strike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.rules import combat_loops, damage, deaths, targets, upgrades
from sc2data.sim.rules.statistics import AIR, GROUND
from sc2data.sim.state import Blast

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

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


_FLASH = 4
"""Game loops that a strike is seen."""


def notice(world: World) -> None:
    """Units whose turn it is, and that may, take the nearest enemy that they notice as their target."""
    turn, between = divmod(world.state.loop % NOTICE_EVERY, NOTICE_EVERY // _TURNS)
    if between:
        return
    units, statistics = world.state.units, world.statistics
    players = np.array(sorted(world.state.players), np.int64)
    arms = (statistics.range, statistics.armed, statistics.can_attack, statistics.defends_itself)
    who = (*units.blocks(), units.owner, units.mode)
    losing = np.empty(len(units), np.int64)
    lost = combat_loops.find_targets(*who, *arms, turn, _TURNS, players, NOTICE_RANGE, _ALLOWANCE, losing)
    if lost:
        targets.release(world, losing[:lost])


def engage(world: World) -> None:
    """Let every unit that has a target chase it, or stand, face it and strike when its weapon is ready."""
    units = world.state.units
    losing, ready = np.empty((2, len(units)), np.int64)
    who = (*units.blocks(), units.owner, units.mode, units.tag, units.target)
    lost, fit = combat_loops.pursue(*who, world.statistics.range, losing, ready)
    if lost:
        targets.release(world, losing[:lost])
    for row in ready[:fit].tolist():
        strike(world, row)


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
