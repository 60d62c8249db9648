"""Rows of the table of unit types: statistics where the sources have them, plain defaults where they have none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sc2data.data import facts

Row = dict[str, Any]

DEFAULTS: Row = {
    "race": "Neutral",
    "attributes": [],
    "health": 100.0,
    "shield": 0.0,
    "energy": 0.0,
    "start_energy": 0.0,
    "armor": 0.0,
    "sight": 0.0,
    "speed": 0.0,
    "radius": 0.5,
    "minimap_radius": 0.5,
    "food": 0.0,
    "minerals": 0,
    "vespene": 0,
    "time": 0.0,
    "cargo_size": 0,
    "cargo_capacity": 0,
    "detection": 0.0,
    "power": 0.0,
    "weapons": [],
    "flags": [],
    "ability": 0,
    "unit_alias": 0,
    "tech_alias": [],
    "tech_requirement": 0,
    "require_attached": False,
}
"""What a key that is absent from a row means."""


def rows(ids: list[Row], statistics: list[Row], abilities: list[Row], links: Mapping[str, int]) -> list[Row]:
    """One row a unit id, with the keys that differ from `DEFAULTS`; ids ascend.

    Args:
      ids: units of stableid.json.
      statistics: units of units_abilities_upgrades.json.
      abilities: abilities of units_abilities_upgrades.json.
      links: catalogue name of an ability -> its id; a bridge or door is made by the ability of its own name.
    """
    known = {row["id"]: row | facts.CORRECTIONS.get(row["id"], {}) for row in statistics}
    producers = _producers(abilities)
    requirements = _requirements(statistics)
    out = []
    for row in sorted(ids, key=lambda row: row["id"]):
        unit, name = row["id"], row["name"]
        new = _playable(known[unit]) if unit in known else _other(unit, name)
        new["minimap_radius"] = _minimap_radius(name, new.get("radius") or DEFAULTS["radius"])
        if unit in producers:
            ability = producers[unit]
            new["ability"] = ability
            new["tech_requirement"], new["require_attached"] = requirements.get(ability, (0, False))
        elif "time" in new and unit not in known:
            new["ability"] = links.get(name, 0)
        if unit in facts.TECH_REQUIREMENTS:
            new["tech_requirement"], new["require_attached"] = facts.TECH_REQUIREMENTS[unit], False
        if not _within(unit, facts.NAMELESS_UNITS):
            new["flags"] = [*new["flags"], "named"]
        if not _within(unit, facts.NOT_IN_MELEE_UNITS):
            new["flags"] = [*new["flags"], "available"]
        out.append({"id": unit, "name": name} | {k: v for k, v in new.items() if v != DEFAULTS[k]})
    return out


def _playable(row: Row) -> Row:
    """A unit of the unit table."""
    unit, name = row["id"], row["name"]
    by_ability = unit in facts.ABILITY_WEAPONS
    flags = [flag for flag in ("structure", "worker", "townhall", "flying") if row[f"is_{flag}"]]
    flags.append("statistics")
    if "Burrowed" in name:
        flags.append("burrowed")
    if by_ability:
        flags.append("ability_weapon")
    weapons: list[Row] = facts.ABILITY_WEAPONS[unit] if by_ability else row["weapons"]
    alias = row.get("normal_mode", 0)
    return {
        "race": row["race"],
        "attributes": row["attributes"],
        "health": row["max_health"],
        "shield": row.get("max_shield", 0.0),
        "energy": row.get("max_energy", 0.0),
        "start_energy": row.get("start_energy", 0.0),
        "armor": row["armor"],
        "sight": row["sight"],
        "speed": row.get("speed", 0.0),
        "radius": row.get("radius", DEFAULTS["radius"]),
        "food": row["supply"],
        "minerals": row["minerals"],
        "vespene": row["gas"],
        "time": row["time"],
        "cargo_size": row.get("cargo_size", 0),
        "cargo_capacity": row.get("cargo_capacity", 0),
        "detection": row.get("detection_range", 0.0),
        "power": row.get("power_radius", 0.0),
        "weapons": [_weapon(unit, weapon) for weapon in weapons],
        "flags": flags,
        "unit_alias": 0 if unit in facts.ALIAS_OF_TECH_ONLY or unit in (100, 101) else alias,
        "tech_alias": _tech_alias(unit),
    }


def _other(unit: int, name: str) -> Row:
    """A unit of which the tables give an id and a name: what its name tells."""
    new: Row = {"flags": [], "unit_alias": facts.NEUTRAL_ALIASES.get(unit, 0)}
    pattern, common = next(((p, c) for p, c in facts.NEUTRALS if re.search(p, name)), ("", {}))
    new |= common
    if "resource" in new["flags"]:
        new["radius"] = 1.125 if "MineralField" in name else 1.5
    elif pattern and new["flags"]:
        new["radius"] = _side(name) / 2
    elif unit in facts.CRITTERS:
        new |= {"speed": facts.CRITTERS[unit], "sight": 8.0, "health": 10.0, "radius": 0.375}
        new["attributes"] = ["Mechanical" if unit in facts.ROBOTIC_CRITTERS else "Biological"]
    if unit in facts.NEUTRAL_OBSERVED:
        new["radius"], new["health"] = facts.NEUTRAL_OBSERVED[unit]
    return new


def _within(value: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= value <= last for first, last in ranges)


def _side(name: str) -> float:
    """Side of a rock in cells, from a name such as DestructibleRock6x6; 2 where the name does not say."""
    sides = [int(c) for i, c in enumerate(name) if c.isdigit() and "x" in (name[i - 1 : i], name[i + 1 : i + 2])]
    return float(max(sides, default=2))


def _minimap_radius(name: str, radius: float) -> float:
    """Radius of a unit's mark on the minimap, 0 where it has none."""
    if any(part in name for part in facts.NOT_ON_MINIMAP):
        return 0.0
    return facts.MINIMAP_RADII.get(radius, radius)


def _weapon(unit: int, row: Row) -> Row:
    new = {
        "target": row["target_type"],
        "damage": row["damage_per_hit"],
        "attacks": row["attacks"],
        "range": row["range"],
        "cooldown": row["cooldown"],
    }
    if row["bonuses"]:
        new["bonuses"] = [[bonus["against"], bonus["damage"]] for bonus in row["bonuses"]]
    splash = facts.SPLASH.get(unit, {}).get(row["target_type"] == "Air", ())
    if splash:
        new["splash"] = [list(ring) for ring in splash]
    return new


def _tech_alias(unit: int) -> list[int]:
    if unit in facts.TECH_ALIASES:
        return list(facts.TECH_ALIASES[unit])
    return [facts.ALIAS_OF_TECH_ONLY[unit]] if unit in facts.ALIAS_OF_TECH_ONLY else []


def _producers(abilities: list[Row]) -> dict[int, int]:
    """Unit -> the ability that first makes it: trained or built before morphed, never by landing or unburrowing."""
    ranks = {"Train": 0, "Build": 0, "BuildOnUnit": 0, "BuildInstant": 1, "Morph": 2, "MorphPlace": 2}
    best: dict[int, tuple[int, int]] = {}
    for row in abilities:
        if isinstance(row["target"], str) or row.get("remaps_to_ability_id") in (3662, 3678, 3680):
            continue
        ((how, what),) = row["target"].items()
        if how in ranks and "produces" in what:
            unit = what["produces"]
            best[unit] = min(best.get(unit, (9, 0)), (ranks[how], row["id"]))
    return {unit: ability for unit, (_, ability) in best.items()} | facts.PRODUCED_BY


def _requirements(units: list[Row]) -> dict[int, tuple[int, bool]]:
    """Ability -> (unit that must exist, whether it must be attached to the producer)."""
    out: dict[int, tuple[int, bool]] = {}
    for unit in units:
        for entry in unit["abilities"]:
            ability = facts.REPLACED_ABILITIES.get(entry["ability"], entry["ability"])
            for requirement in entry.get("requirements", []):
                if "building" in requirement:
                    out[ability] = (requirement["building"], False)
            for requirement in entry.get("requirements", []):
                if "addon" in requirement:
                    out[ability] = (requirement["addon"], True)
    return out
