"""What a hit does: bonus, upgrades, armour, shields first, splash; and what a death leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.rules import scores, targets, upgrades
from sc2data.sim.state import NEUTRAL, Mode
from sc2data.units import Weapon

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

LEAST = 0.5
"""What a hit does at least, however thick the armour."""

GOD = 6
"""debug.proto DebugGameState: own units cannot be hurt and hit ten times as hard."""

_GOD_FACTOR = 10.0

_PROVOKED = frozenset({Mode.IDLE, Mode.ATTACK_MOVE})
"""What a unit is up to when it answers an attack."""

_FRIENDLY_SPLASH = (32,)
"""Unit types whose splash hurts their own side too."""


def hit(world: World, attacker: int, target: int, weapon: Weapon) -> None:
    """Let every attack of a weapon's volley hit `target`."""
    base = weapon.damage + upgrades.bonus_damage(world, attacker, weapon)
    for _ in range(weapon.attacks):
        _hurt(world, attacker, target, weapon, base, 1.0)


def splash(world: World, attacker: int, weapon: Weapon, target: int | None = None) -> None:
    """Hit everything on the ground around `target`, or around the attacker itself where there is none.

    Each unit is hit by the innermost ring that its edge reaches into; the target by the whole. Nothing hurts minerals
    and geysers.
    """
    units = world.state.units
    centre = attacker if target is None else target
    distance = np.hypot(units.x - units.x[centre], units.y - units.y[centre]) - units.radius
    struck = (distance <= weapon.splash[-1][0]) & ~units.flying & ~world.statistics.resource[units.type]
    if int(units.type[attacker]) not in _FRIENDLY_SPLASH:
        struck &= (units.owner != units.owner[attacker]) & (units.owner != NEUTRAL)
    struck[attacker] = False
    base = weapon.damage + upgrades.bonus_damage(world, attacker, weapon)
    for row in np.flatnonzero(struck).tolist():
        near = 0.0 if row == target else float(distance[row])
        share = next(part for radius, part in weapon.splash if near <= radius)
        _hurt(world, attacker, row, weapon, base, share)


def _hurt(world: World, attacker: int, target: int, weapon: Weapon, base: float, share: float) -> None:
    """One attack of `base` damage on one unit, of which `share` reaches it."""
    units, statistics, players = world.state.units, world.statistics, world.state.players
    owner = players.get(units.owner.item(target))
    if owner is not None and GOD in owner.cheats:
        return
    attributes = statistics[units.type.item(target)].attributes
    extra = sum(amount for name, amount in weapon.bonuses if name in attributes)
    amount = (base + extra) * share
    giver = players.get(units.owner.item(attacker))
    if giver is not None and GOD in giver.cheats:
        amount *= _GOD_FACTOR
    if units.hallucination[attacker]:
        amount = 0.0
    absorbed = min(units.shield.item(target), amount)
    left = amount - absorbed
    if left > 0 or absorbed == 0:
        left = max(left - upgrades.armor(world, target), LEAST) if amount > 0 else 0.0
    scores.add_damage(world, attacker, target, left, absorbed)
    units.shield[target] -= absorbed
    health = max(units.health.item(target) - left, 0.0)
    units.health[target] = health
    units.hurt[target] = world.state.loop
    if health <= 0:
        world.condemn(target, attacker)
    elif units.owner[attacker] != units.owner[target]:
        _answer(world, target, attacker)


def _answer(world: World, row: int, attacker: int) -> None:
    """Let a unit that stands idle attack what hurt it."""
    units, statistics = world.state.units, world.statistics
    if units.aim.item(row) >= 0 or units.mode.item(row) not in _PROVOKED or units.speed.item(row) == 0:
        return
    kind = units.type.item(row)
    if statistics.worker[kind] or units.burrowed[row] or units.owner[row] == NEUTRAL:
        return
    able = statistics.armed[int(units.flying[attacker]), kind]
    if able and targets.still_seen(world, np.array([row]), np.array([attacker]))[0]:
        targets.aim(world, np.array([row]), np.array([attacker]))
        units.forced[row] = True
