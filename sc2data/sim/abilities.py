"""Abilities: what each is called, aims at, makes and costs, and which units have it. From a table in package data.

The API knows two kinds of ids. A *specific* ability belongs to some units (23 Attack of a marine, 3771 Attack of a
Battlecruiser); a *general* one stands for all that do the same (3674 Attack). Clients may order either, and see only
specific ones in a unit's orders.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.resources
import json
from collections.abc import Mapping
from typing import Any

from sc2data.units import unit_types

SMART = 1
STOP, MOVE, PATROL, HOLD_POSITION, SCAN_MOVE, ATTACK = 4, 16, 17, 18, 19, 23
CANCEL, CANCEL_CONSTRUCTION = 3659, 314
GENERAL_STOP, GENERAL_ATTACK, GENERAL_HOLD_POSITION, GENERAL_MOVE, GENERAL_PATROL = 3665, 3674, 3793, 3794, 3795
TRAIN_ZERGLING = 1343
DRONE = 104


@dataclasses.dataclass(frozen=True)
class Ability:
    """One ability. Lengths in world units."""

    id: int
    name: str
    """As the API's `friendly_name`: "Train Marine"."""
    link: str
    """The catalogue entry that it is slot `index` of."""
    index: int
    button: str
    target: str
    """"none", "point", "unit", "point_or_unit" or "point_or_none"."""
    general_id: int
    """The general ability that stands for it, 0 none."""
    available: bool
    """Whether a melee game loads it."""
    allow_minimap: bool
    allow_autocast: bool
    cast_range: float
    footprint_radius: float
    """Half the side of the square that its structure takes; 0 where it places none."""
    instant_placement: bool
    """Add-ons: the structure goes up beside its parent, where that stands."""
    energy_cost: float
    kind: str
    """What it makes: "train", "build", "morph", "research", or "" for everything else."""
    produces: int
    """Unit type that it makes, 0 none."""
    upgrade: int
    """Upgrade that it researches, 0 none."""

    @property
    def is_building(self) -> bool:
        """Whether it places a structure on the ground."""
        return self.footprint_radius > 0

    @property
    def count(self) -> int:
        """Units made at once: a pair of zerglings, one of all else."""
        return 2 if self.id == TRAIN_ZERGLING else int(self.produces > 0)


@dataclasses.dataclass(frozen=True)
class Upgrade:
    """One upgrade; `research_time` in game loops, costs 0 and `ability` 0 where a melee game cannot research it."""

    id: int
    name: str
    minerals: int = 0
    vespene: int = 0
    research_time: float = 0.0
    ability: int = 0


@dataclasses.dataclass(frozen=True)
class Requirement:
    """What must exist for an ability to be available.

    `kind` is "building" (a complete structure `id` of the player's), "upgrade" (researched), "addon" (attached to the
    unit) or "addon_to" (the unit is attached to one of type `id`).
    """

    kind: str
    id: int


@dataclasses.dataclass(frozen=True)
class Cost:
    """What an order takes from its player; `time` in game loops, `energy` from the unit."""

    minerals: int = 0
    vespene: int = 0
    food: float = 0.0
    time: float = 0.0
    energy: float = 0.0


class UnknownAbilityError(KeyError):
    """An ability id that the table does not have."""

    def __init__(self, ability_id: int) -> None:
        self.ability_id = ability_id
        super().__init__(f"No ability {ability_id}; ids go from 0 to {max(abilities())}.")

    def __str__(self) -> str:
        return str(self.args[0])


def ability(ability_id: int) -> Ability:
    """The ability of an id, specific or general.

    >>> ability(560).name, ability(560).produces, ability(560).kind
    ('Train Marine', 48, 'train')

    Raises:
      UnknownAbilityError: the table has no such id.
    """
    found = abilities().get(ability_id)
    if found is None:
        raise UnknownAbilityError(ability_id)
    return found


def general(ability_id: int) -> int:
    """The general id that stands for an ability; the id itself where none does.

    >>> general(23), general(3674), general(560)
    (3674, 3674, 560)
    """
    return ability(ability_id).general_id or ability_id


def specific(ability_id: int, unit_type_id: int) -> int | None:
    """What a unit of a type does when it is ordered `ability_id`, or None where it has no such ability.

    The first of `specifics`: of a research in levels, the lowest.

    >>> specific(3674, 48), specific(3674, 106), specific(3794, 57), specific(3674, 18)
    (23, 19, 3776, None)
    """
    return next(iter(specifics(ability_id, unit_type_id)), None)


def specifics(ability_id: int, unit_type_id: int) -> tuple[int, ...]:
    """All specific abilities of a unit type that `ability_id`, specific or general, may stand for; may be empty."""
    owned = abilities_of(unit_type_id) + abilities_at_times(unit_type_id)
    if ability_id in owned:
        return (ability_id,)
    return tuple(one for one in owned if abilities()[one].general_id == ability_id)


def abilities_of(unit_type_id: int) -> tuple[int, ...]:
    """Specific ids that a complete, idle unit of a type has, whatever they require. Empty for unknown types."""
    entry = _of_units().get(unit_type_id)
    return entry.always if entry else ()


def abilities_at_times(unit_type_id: int) -> tuple[int, ...]:
    """Specific ids that a unit of a type has with a load, with cargo, while producing or while switched on."""
    entry = _of_units().get(unit_type_id)
    return entry.at_times if entry else ()


def requirements(ability_id: int, unit_type_id: int) -> tuple[Requirement, ...]:
    """What a specific ability of a unit type requires; all of it must hold."""
    entry = _of_units().get(unit_type_id)
    return entry.requirements.get(ability_id, ()) if entry else ()


def cost(ability_id: int, unit_type_id: int) -> Cost:
    """What a specific ability takes when a unit of a type carries it out.

    A unit that turns into its product is worth its own price: a Hydralisk costs 100 minerals and 50 vespene from a
    larva, a structure what the table says less the drone, an Orbital Command 150 minerals on top of its Command Center.

    >>> cost(560, 21).minerals, cost(1343, 151).food, cost(1516, 18).minerals
    (50, 1.0, 150)
    """
    it = ability(ability_id)
    if it.upgrade:
        upgrade = upgrades()[it.upgrade]
        return Cost(upgrade.minerals, upgrade.vespene, 0.0, upgrade.research_time, it.energy_cost)
    if not it.produces:
        return Cost(energy=it.energy_cost)
    product, source = unit_types()[it.produces], unit_types().get(unit_type_id)
    price = Cost(
        product.minerals * it.count,
        product.vespene * it.count,
        product.food * it.count,
        product.build_time,
        it.energy_cost,
    )
    if it.energy_cost and it.kind != "morph":  # summoned by energy alone
        return Cost(time=price.time, energy=it.energy_cost)
    consumed = it.kind == "morph" or (it.kind == "build" and unit_type_id == DRONE)
    if source is None or not consumed:
        return price
    return Cost(
        max(0, price.minerals - source.minerals),
        max(0, price.vespene - source.vespene),
        price.food - source.food,
        price.time,
        price.energy,
    )


@functools.cache
def abilities() -> Mapping[int, Ability]:
    """All abilities by id, ids ascending. Read once; do not change."""
    return {row["id"]: _ability(row) for row in _table("abilities")["abilities"]}


@functools.cache
def upgrades() -> Mapping[int, Upgrade]:
    """All upgrades by id, ids ascending. Read once; do not change."""
    return {
        row["id"]: Upgrade(
            row["id"],
            row["name"],
            row.get("minerals", 0),
            row.get("vespene", 0),
            row.get("time", 0.0),
            row.get("ability", 0),
        )
        for row in _table("upgrades")["upgrades"]
    }


@functools.cache
def buffs() -> Mapping[int, str]:
    """Names of all buffs by id, ids ascending."""
    return {row["id"]: row["name"] for row in _table("buffs")["buffs"]}


@functools.cache
def effects() -> tuple[dict[str, Any], ...]:
    """All effects: `id`, `name`, `label` (the name that clients show) and `radius`; ids ascend."""
    return tuple(_table("effects")["effects"])


@dataclasses.dataclass(frozen=True)
class _OfUnit:
    always: tuple[int, ...]
    at_times: tuple[int, ...]
    requirements: dict[int, tuple[Requirement, ...]]


@functools.cache
def _of_units() -> dict[int, _OfUnit]:
    out = {}
    for row in _table("abilities")["of_units"]:
        required = {
            entry[0]: tuple(Requirement(kind, of) for kind, of in entry[1].items())
            for entry in row["always"]
            if len(entry) > 1
        }
        out[row["unit"]] = _OfUnit(tuple(entry[0] for entry in row["always"]), tuple(row["at_times"]), required)
    return out


@functools.cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(importlib.resources.files("sc2data.data").joinpath(f"{name}.json").read_bytes())
    return table


def _ability(row: dict[str, Any]) -> Ability:
    get = row.get
    return Ability(
        id=row["id"],
        name=row["name"],
        link=row["link"],
        index=row["index"],
        button=row["button"],
        target=get("target", "none"),
        general_id=get("general", 0),
        available=get("available", True),
        allow_minimap=get("minimap", False),
        allow_autocast=get("autocast", False),
        cast_range=get("range", 0.0),
        footprint_radius=get("footprint", 0.0),
        instant_placement=get("instant", False),
        energy_cost=get("energy", 0),
        kind=get("kind", ""),
        produces=get("produces", 0),
        upgrade=get("upgrade", 0),
    )
