"""What upgrades and buffs change: damage, armour, speed and the pace of weapons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data.units import UnitType, Weapon

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

STIMPACK_BUFFS = (24, 27)
"""Buff ids of a stimmed marauder and marine."""

STIM_FACTOR = 1.5

Levels = tuple[int, int, int]

_WEAPONS: dict[str, Levels] = {
    "infantry": (7, 8, 9),
    "vehicle": (30, 31, 32),
    "ship": (36, 37, 38),
    "gateway": (39, 40, 41),
    "protoss air": (78, 79, 80),
    "melee": (53, 54, 55),
    "missile": (59, 60, 61),
    "zerg air": (68, 69, 70),
}
"""Upgrade ids of the three weapon levels by line of units."""

_ARMORS: dict[str, Levels] = {
    "infantry": (11, 12, 13),
    "vehicle": (116, 117, 118),
    "ship": (116, 117, 118),
    "gateway": (42, 43, 44),
    "protoss air": (81, 82, 83),
    "melee": (56, 57, 58),
    "missile": (56, 57, 58),
    "zerg air": (71, 72, 73),
}

_SHIELDS: Levels = (45, 46, 47)

_SPEED = {
    105: (66, 1.6),  # Zergling: metabolic boost
    9: (75, 1.18),  # Baneling: centrifugal hooks
    107: (134, 1.25),  # Hydralisk: muscular augments
    110: (2, 1.33),  # Roach: glial reconstitution
    73: (86, 1.5),  # Zealot: charge
}
"""Unit type id -> upgrade id and the factor on its speed."""


def line_of(kind: UnitType) -> str:
    """The line of upgrades that a unit type belongs to, "" for structures and neutral things."""
    if kind.is_structure or kind.race not in ("Terran", "Zerg", "Protoss"):
        return ""
    if kind.race == "Terran":
        return "ship" if kind.is_flying else "infantry" if "Biological" in kind.attributes else "vehicle"
    if kind.race == "Protoss":
        return "protoss air" if kind.is_flying else "gateway"
    if kind.is_flying:
        return "zerg air"
    return "melee" if all(weapon.range < 1 for weapon in kind.weapons) else "missile"


def _level(upgrades: set[int], levels: Levels | None) -> int:
    """How many of three levels are had; the highest one counts with or without those below."""
    return max((i + 1 for i, upgrade in enumerate(levels or ()) if upgrade in upgrades), default=0)


def levels(world: World, owner: int, kind: UnitType) -> Levels:
    """The levels of weapons, armour and shields that a player's units of a type have, 0 to 3 each."""
    player = world.state.players.get(owner)
    if player is None or not player.upgrades:
        return 0, 0, 0
    had, line = player.upgrades, line_of(kind)
    shields = _level(had, _SHIELDS) if kind.max_shield else 0
    return _level(had, _WEAPONS.get(line)), _level(had, _ARMORS.get(line)), shields


def bonus_damage(world: World, row: int, weapon: Weapon) -> float:
    """What weapon upgrades add to each attack of unit `row`: a tenth of its damage a level, at least one."""
    player = world.state.players.get(int(world.state.units.owner[row]))
    if player is None or not player.upgrades:
        return 0.0
    line = line_of(world.statistics[int(world.state.units.type[row])])
    return _level(player.upgrades, _WEAPONS.get(line)) * max(1, round(weapon.damage / 10))


def armor(world: World, row: int) -> float:
    """Armour of unit `row` with its owner's upgrades."""
    kind = world.statistics[int(world.state.units.type[row])]
    player = world.state.players.get(int(world.state.units.owner[row]))
    if player is None or not player.upgrades:
        return kind.armor
    return kind.armor + _level(player.upgrades, _ARMORS.get(line_of(kind)))


def cooldown_factor(world: World, row: int) -> float:
    """Factor on the time between two strikes of unit `row`."""
    return 1 / speed_factor(world, row)


def speed_factor(world: World, row: int) -> float:
    """Factor of buffs on the speed of unit `row`; its weapon is as much faster."""
    stimmed = any(buff in world.state.units.buffs[row] for buff in STIMPACK_BUFFS)
    return STIM_FACTOR if stimmed else 1.0


def speed(world: World, kind: UnitType, owner: int) -> float:
    """Speed of a unit type off creep with its owner's upgrades, world units per game loop."""
    player = world.state.players.get(owner)
    upgrade, factor = _SPEED.get(kind.id, (0, 1.0))
    return kind.speed * (factor if player is not None and upgrade in player.upgrades else 1.0)
