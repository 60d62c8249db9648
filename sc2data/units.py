"""Unit types of StarCraft II: ids, names and statistics, from a table in package data (which names its sources)."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib.resources
import json
from collections.abc import Mapping
from typing import Any


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
    ability_weapon: bool = False
    """The weapons stand for an attack that the game carries out by an ability and does not list as a weapon."""
    power_radius: float = 0.0
    available: bool = True
    """Whether a melee game loads it; False for units of the campaigns."""
    named: bool = True
    """Whether the game's data request gives its name; it leaves most of the campaigns' empty."""
    ability: int = 0
    """The ability that first makes it, 0 none."""
    unit_alias: int = 0
    """The unit that it is another form of (32 SiegeTankSieged: 33 SiegeTank), 0 none."""
    tech_alias: tuple[int, ...] = ()
    """Units that it stands in for in tech requirements."""
    tech_requirement: int = 0
    """The unit that must exist for this one to be made, 0 none."""
    require_attached: bool = False
    """Whether `tech_requirement` must be attached to the producer (a tech lab)."""


class UnknownUnitTypeError(KeyError):
    """A unit type that the table does not have.

    `key` is what was asked for, `suggestions` are names alike.
    """

    def __init__(self, key: int | str, suggestions: tuple[str, ...] = ()) -> None:
        self.key = key
        self.suggestions = suggestions
        hint = f"; did you mean {' or '.join(suggestions)}?" if suggestions else "."
        super().__init__(f"No unit type {key!r}{hint} Names are as the game spells them, such as 'SiegeTankSieged'.")

    def __str__(self) -> str:
        return str(self.args[0])


def unit_type(key: int | str) -> UnitType:
    """The unit type of an id or a name (upper and lower case alike).

    >>> unit_type(48).name, unit_type("siegetank").id
    ('Marine', 33)
    >>> unit_type("Marine").speed * 16  # per Normal second
    2.25

    Raises:
      UnknownUnitTypeError: the table has no such id or name; the error suggests names alike.
    """
    if isinstance(key, str):
        found = _by_folded_name().get(key.casefold())
        if found is None:
            close = difflib.get_close_matches(key.casefold(), _by_folded_name(), n=3)
            raise UnknownUnitTypeError(key, tuple(_by_folded_name()[name].name for name in close))
        return found
    found = unit_types().get(int(key))
    if found is None:
        raise UnknownUnitTypeError(key)
    return found


@functools.cache
def unit_types() -> Mapping[int, UnitType]:
    """All unit types by id, ids ascending. Read once; do not change."""
    text = importlib.resources.files("sc2data.data").joinpath("units.json").read_bytes()
    return {row["id"]: _unit_type(row) for row in json.loads(text)["units"]}


@functools.cache
def by_name() -> Mapping[str, UnitType]:
    """All unit types by name; where two have the same name, the one that can be played, else the lower id."""
    ordered = sorted(unit_types().values(), key=lambda unit: (not unit.has_statistics, not unit.available, unit.id))
    named: dict[str, UnitType] = {}
    for unit in ordered:
        named.setdefault(unit.name, unit)
    return named


@functools.cache
def _by_folded_name() -> Mapping[str, UnitType]:
    folded: dict[str, UnitType] = {}
    for name, unit in by_name().items():
        folded.setdefault(name.casefold(), unit)
    return folded


_NORMAL_SECOND = 16.0
"""Game loops in a second at the game's Normal speed, which the source tables count in."""


def _unit_type(row: dict[str, Any]) -> UnitType:
    get = row.get
    flags = get("flags", ())
    return UnitType(
        id=row["id"],
        name=row["name"],
        race=get("race", "Neutral"),
        attributes=frozenset(get("attributes", ())),
        max_health=get("health", 100.0),
        max_shield=get("shield", 0.0),
        max_energy=get("energy", 0.0),
        start_energy=get("start_energy", 0.0),
        armor=get("armor", 0.0),
        sight=get("sight", 0.0),
        speed=get("speed", 0.0) / _NORMAL_SECOND,
        radius=get("radius", 0.5),
        minimap_radius=get("minimap_radius", 0.5),
        food=get("food", 0.0),
        minerals=get("minerals", 0),
        vespene=get("vespene", 0),
        build_time=get("time", 0.0),
        cargo_size=get("cargo_size", 0),
        cargo_capacity=get("cargo_capacity", 0),
        weapons=tuple(_weapon(weapon) for weapon in get("weapons", ())),
        is_structure="structure" in flags,
        is_worker="worker" in flags,
        is_townhall="townhall" in flags,
        is_flying="flying" in flags,
        is_resource="resource" in flags,
        is_burrowed="burrowed" in flags,
        detection_range=get("detection", 0.0),
        has_statistics="statistics" in flags,
        ability_weapon="ability_weapon" in flags,
        power_radius=get("power", 0.0),
        available="available" in flags,
        named="named" in flags,
        ability=get("ability", 0),
        unit_alias=get("unit_alias", 0),
        tech_alias=tuple(get("tech_alias", ())),
        tech_requirement=get("tech_requirement", 0),
        require_attached=get("require_attached", False),
    )


def _weapon(row: dict[str, Any]) -> Weapon:
    return Weapon(
        ground=row["target"] in ("Ground", "Any"),
        air=row["target"] in ("Air", "Any"),
        damage=row["damage"],
        attacks=row["attacks"],
        range=row["range"],
        cooldown=row["cooldown"] * _NORMAL_SECOND,
        bonuses=tuple((attribute, damage) for attribute, damage in row.get("bonuses", ())),
        splash=tuple((radius, share) for radius, share in row.get("splash", ())),
    )
