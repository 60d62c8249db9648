"""Unit types of StarCraft II: ids, names and statistics, from a table in package data (which names its sources)."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Weapon:
    """One weapon of a unit type.

    `cooldown` is in game loops (the API's Normal seconds x 16), `range` in world units between the edges of the two
    units, `bonuses` pairs an attribute name ("Armored") with the extra damage per hit.
    """

    ground: bool
    air: bool
    damage: float
    attacks: int
    range: float
    cooldown: float
    bonuses: tuple[tuple[str, float], ...] = ()
    splash: tuple[tuple[float, float], ...] = ()
    """(radius in world units, share of the damage), inner ring first; empty where the weapon hits one unit."""


@dataclasses.dataclass(frozen=True)
class UnitType:
    """One unit type. Lengths in world units, `speed` in world units per game loop, `build_time` in game loops."""

    id: int
    name: str
    race: str  # "Terran", "Zerg", "Protoss", "Neutral"
    attributes: frozenset[str]
    max_health: float
    max_shield: float
    max_energy: float
    start_energy: float
    armor: float
    sight: float
    speed: float
    radius: float
    minimap_radius: float
    food: float
    minerals: int
    vespene: int
    build_time: float
    cargo_size: int
    cargo_capacity: int
    weapons: tuple[Weapon, ...]
    is_structure: bool
    is_worker: bool
    is_townhall: bool
    is_flying: bool
    is_resource: bool
    """Mineral fields and vespene geysers."""
    is_burrowed: bool = False
    detection_range: float = 0.0
    has_statistics: bool = True
    """False where the source tables hold only an id and a name; the numbers are then plain defaults."""
