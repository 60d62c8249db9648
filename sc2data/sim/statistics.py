"""Unit statistics as arrays indexed by unit type id, for rules that work on all units at once."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from sc2data import units
from sc2data.units import UnitType, Weapon

ATTRIBUTES = (
    "Light",
    "Armored",
    "Biological",
    "Mechanical",
    "Robotic",
    "Psionic",
    "Massive",
    "Structure",
    "Hover",
    "Heroic",
    "Summoned",
)
"""data.proto Attribute by name; bit i of an attribute mask is the i-th of these."""

GROUND, AIR = 0, 1
"""First index of the weapon arrays: what the weapon hits."""

_WEAPON_FIELDS = ("damage", "attacks", "range", "cooldown")


_INDIFFERENT_TO_CREEP = frozenset({8, 103, 104, 116, 151})
"""Cocoons, eggs, drones and larvae are no faster on creep."""

_IMMATERIAL = ("Beacon", "NaturalMinerals", "Pickup")
"""First parts of the names of what units walk through: marks on the ground and things to pick up."""

_HATCHERIES = frozenset({86, 100, 101})
"""Hatchery, lair and hive breed larvae."""


class Statistics:
    """What the rules look up by unit type. Arrays are (T,) or (2, T) with T the largest id plus one; unknown ids are 0.

    Lengths in world units, times in game loops, as in `sc2data.units`.
    """

    def __init__(self, types: Iterable[UnitType]) -> None:
        self.types: dict[int, UnitType] = {kind.id: kind for kind in types}
        count = max(self.types, default=0) + 1
        self.speed, self.radius, self.sight, self.armor, self.detection, self.food = np.zeros((6, count), np.float32)
        self.max_health, self.max_shield, self.max_energy = np.zeros((3, count), np.float32)
        self.flying, self.structure, self.worker, self.townhall, self.resource = np.zeros((5, count), bool)
        self.zerg, self.likes_creep, self.breeds, self.burrowed, self.immaterial = np.zeros((5, count), bool)
        self.can_attack, self.defends_itself = np.zeros((2, count), bool)
        self.attributes = np.zeros(count, np.int32)
        self.damage, self.attacks, self.range, self.cooldown = np.zeros((4, 2, count), np.float32)
        self.armed = np.zeros((2, count), bool)
        self._weapons = {(i, layer): _weapon(kind, layer) for i, kind in self.types.items() for layer in (GROUND, AIR)}
        for kind in self.types.values():
            self._fill(kind)
        self.can_attack[:] = self.armed.any(axis=0)
        self.defends_itself[:] = self.can_attack & ~self.worker & ~self.burrowed
        self.reach = np.where(self.can_attack, self.range.max(axis=0), 0)

    def _fill(self, kind: UnitType) -> None:
        i = kind.id
        for name in ("speed", "radius", "sight", "armor", "food", "max_health", "max_shield", "max_energy"):
            getattr(self, name)[i] = getattr(kind, name)
        self.detection[i] = kind.detection_range
        for name in ("flying", "structure", "worker", "townhall", "resource", "burrowed"):
            getattr(self, name)[i] = getattr(kind, "is_" + name)
        self.zerg[i] = kind.race == "Zerg"
        self.immaterial[i] = kind.name.startswith(_IMMATERIAL)
        self.breeds[i] = i in _HATCHERIES
        self.likes_creep[i] = self.zerg[i] and not kind.is_flying and i not in _INDIFFERENT_TO_CREEP
        self.attributes[i] = mask_of(kind.attributes)
        for layer in (GROUND, AIR):
            weapon = self.weapon(i, layer)
            if weapon is None:
                continue
            self.armed[layer, i] = True
            for name in _WEAPON_FIELDS:
                getattr(self, name)[layer, i] = getattr(weapon, name)

    def weapon(self, type_id: int, layer: int) -> Weapon | None:
        """The weapon with which units of a type hit ground (`GROUND`) or air (`AIR`), None where they cannot."""
        return self._weapons.get((type_id, layer))

    def __deepcopy__(self, memo: dict[int, object]) -> Statistics:
        return self  # a table: nothing in it changes

    def __contains__(self, type_id: int) -> bool:
        return type_id in self.types

    def __getitem__(self, type_id: int) -> UnitType:
        return self.types[type_id]


def mask_of(attributes: Iterable[str]) -> int:
    """The bit mask of attribute names; names that the API does not list add nothing.

    >>> mask_of(["Light", "Biological"])
    5
    """
    return sum(1 << ATTRIBUTES.index(name) for name in set(attributes) if name in ATTRIBUTES)


def _weapon(kind: UnitType, layer: int) -> Weapon | None:
    return next((weapon for weapon in kind.weapons if (weapon.air if layer else weapon.ground)), None)


@functools.lru_cache(maxsize=1)
def standard() -> Statistics:
    """The statistics of the packaged table."""
    return Statistics(units.unit_types().values())
