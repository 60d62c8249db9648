"""Unit statistics as arrays indexed by unit type id, for rules that work on all units at once."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from sc2data import units
from sc2data.units import UnitType, Weapon

GROUND, AIR = 0, 1
"""First index of the weapon arrays: what the weapon hits."""

_INDIFFERENT_TO_CREEP = frozenset({8, 103, 104, 116, 151})
"""Cocoons, eggs, drones and larvae are no faster on creep."""

_IMMATERIAL = ("Beacon", "NaturalMinerals", "Pickup")
"""First parts of the names of what units walk through: marks on the ground and things to pick up."""

_HATCHERIES = frozenset({86, 100, 101})
"""Hatchery, lair and hive breed larvae."""


class Statistics:
    """What the rules look up by unit type. Arrays are (T,), or (2, T) by what a weapon hits, with T the largest id plus
    one; ids that are not in the table have zeros.

    Lengths in world units, times in game loops, as in `sc2data.units`.
    """

    def __init__(self, types: Iterable[UnitType]) -> None:
        self.types: dict[int, UnitType] = {kind.id: kind for kind in types}
        self._weapons = {(i, layer): _weapon(kind, layer) for i, kind in self.types.items() for layer in (GROUND, AIR)}
        count = max(self.types, default=0) + 1
        self.sight, self.detection, self.food = np.zeros((3, count), np.float32)
        self.structure, self.worker, self.townhall, self.resource = np.zeros((4, count), bool)
        self.zerg, self.likes_creep, self.breeds, self.immaterial = np.zeros((4, count), bool)
        self.range = np.zeros((2, count), np.float32)
        self.armed = np.zeros((2, count), bool)
        self.can_attack, self.defends_itself = np.zeros((2, count), bool)
        for kind in self.types.values():
            self._fill(kind)
        self.reach = self.range.max(axis=0)

    def _fill(self, kind: UnitType) -> None:
        i = kind.id
        self.sight[i], self.detection[i], self.food[i] = kind.sight, kind.detection_range, kind.food
        self.structure[i], self.worker[i] = kind.is_structure, kind.is_worker
        self.townhall[i], self.resource[i] = kind.is_townhall, kind.is_resource
        self.zerg[i] = kind.race == "Zerg"
        self.likes_creep[i] = self.zerg[i] and not kind.is_flying and i not in _INDIFFERENT_TO_CREEP
        self.breeds[i] = i in _HATCHERIES
        self.immaterial[i] = kind.name.startswith(_IMMATERIAL)
        for layer in (GROUND, AIR):
            weapon = self.weapon(i, layer)
            self.armed[layer, i] = weapon is not None
            self.range[layer, i] = weapon.range if weapon else 0
        self.can_attack[i] = self.armed[:, i].any()
        self.defends_itself[i] = self.can_attack[i] and not kind.is_worker and not kind.is_burrowed

    def weapon(self, type_id: int, layer: int) -> Weapon | None:
        """The weapon with which units of a type hit ground (`GROUND`) or air (`AIR`), None where they cannot."""
        return self._weapons.get((type_id, layer))

    def __deepcopy__(self, memo: dict[int, object]) -> Statistics:
        return self  # a table: nothing in it changes

    def __contains__(self, type_id: int) -> bool:
        return type_id in self.types

    def __getitem__(self, type_id: int) -> UnitType:
        return self.types[type_id]


def _weapon(kind: UnitType, layer: int) -> Weapon | None:
    return next((weapon for weapon in kind.weapons if (weapon.air if layer else weapon.ground)), None)


@functools.lru_cache(maxsize=1)
def standard() -> Statistics:
    """The statistics of the packaged table."""
    return Statistics(units.unit_types().values())
