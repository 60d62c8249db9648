"""Rows of the table of abilities: what an ability is called, needs for a target, makes, and which unit has it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sc2data.data import facts

Row = dict[str, Any]

_TARGETS = {
    "Build": "point",
    "BuildInstant": "point_or_none",
    "BuildOnUnit": "unit",
    "MorphPlace": "point",
    "None": "none",
    "Point": "point",
    "PointOrUnit": "point_or_unit",
    "TrainPlace": "point",
    "Unit": "unit",
}
_KINDS = {
    "Build": "build",
    "BuildInstant": "build",
    "BuildOnUnit": "build",
    "Morph": "morph",
    "MorphPlace": "morph",
    "Research": "research",
    "Train": "train",
    "TrainPlace": "train",
}


def rows(ids: list[Row], statistics: list[Row], client_actions: Mapping[int, tuple[int, str]]) -> list[Row]:
    """One row an ability id, with the keys that differ from their defaults; ids ascend.

    Args:
      ids: abilities of stableid.json.
      statistics: abilities of units_abilities_upgrades.json.
      client_actions: specific ability id -> (general ability id or 0, name), from a client's table of actions.
    """
    known = {row["id"]: row for row in statistics}
    slots = Counter(row["name"] for row in ids)
    footprints = {ability: radius for radius, abilities in facts.FOOTPRINT_RADII.items() for ability in abilities}
    out = []
    for row in sorted(ids, key=lambda row: row["id"]):
        ability = row["id"]
        new: Row = {"id": ability, "link": row["name"], "index": row["index"], "button": row["buttonname"]}
        general, name = client_actions.get(ability, (0, ""))
        new["name"] = row.get("friendlyname") or name or _name(row)
        detail = known.get(ability, {})
        details: Row = {
            "general": general or row.get("remapid") or _general_of_slot(row, slots[row["name"]]),
            "available": not _within(ability, facts.NOT_IN_MELEE_ABILITIES),
            **_of_slots(row),
            "autocast": detail.get("allow_autocast", False),
            "range": detail.get("cast_range", 0.0),
            "footprint": footprints.get(ability, 0.0),
            "energy": facts.ENERGY_COSTS.get(ability, 0),
            **_target(facts.PRODUCTS.get(ability) or detail.get("target", "")),
            **({"minimap": detail["allow_minimap"]} if detail else {}),
        }
        new |= {key: value for key, value in details.items() if value != DEFAULTS[key]}
        out.append(new)
    return out


DEFAULTS: Row = {
    "general": 0,
    "available": True,
    "minimap": False,
    "autocast": False,
    "range": 0.0,
    "footprint": 0.0,
    "energy": 0,
    "target": "none",
    "kind": "",
    "instant": False,
    "produces": 0,
    "upgrade": 0,
}
"""What a key that is absent from a row means."""


def of_units(units: list[Row], abilities: set[int]) -> list[Row]:
    """Per unit the abilities it has, each with what it requires: [ability, {kind: id}].

    `always` are those of a complete, idle unit, `at_times` those that appear with a load, cargo or production.
    """
    out = []
    for unit in units:
        always = []
        for entry in unit["abilities"]:
            ability = facts.REPLACED_ABILITIES.get(entry["ability"], entry["ability"])
            if ability in abilities:
                requirements = {k: v for part in entry.get("requirements", []) for k, v in part.items()}
                always.append([ability, requirements] if requirements else [ability])
        at_times = facts.CONDITIONAL_ABILITIES.get(unit["id"], ())
        if always or at_times:
            out.append({"unit": unit["id"], "always": always, "at_times": list(at_times)})
    return out


def _of_slots(row: Row) -> Row:
    """What holds for all slots of a link, used or not."""
    link, index = row["name"], row["index"]
    if _within(row["id"], (facts.CAMPAIGN_ABILITIES,)):
        return {}
    if link.endswith("AddOns") and index < 30:
        return {"instant": True}
    if link.startswith(("Rally", "ProgressRally")) or (link.endswith("Transport") and index == 2):
        return {"target": "point_or_unit", "minimap": True}
    return {"target": "point"} if link == "WarpGateTrain" else {}


def _target(target: str | Row) -> Row:
    """Target, kind and product from the ability table's way to say it: "Unit" or {"Train": {"produces": 48}}."""
    if not target:
        return {}
    if isinstance(target, str):
        return {"target": _TARGETS[target]}
    ((how, what),) = target.items()
    return {
        "target": _TARGETS.get(how, "none"),
        "kind": _KINDS[how],
        "produces": what.get("produces", 0),
        "upgrade": what.get("upgrade", 0),
    }


def _name(row: Row) -> str:
    """A name by the game's pattern, "Research Burrow" or, of an empty slot, "BarracksTrain_19"."""
    link, button = row["name"], row["buttonname"]
    if link == "Null":
        return ""
    verb = next((verb for pattern, verb in _VERBS if re.search(pattern, link)), "Effect")
    unnamed = not button or (button.startswith("Cancel") and verb != "Morph")
    if unnamed or _within(row["id"], (facts.CAMPAIGN_ABILITIES,)):
        return f"{link}_{row['index']}"
    return f"{verb} {button}"


_VERBS = (
    ("(?i)research", "Research"),
    ("(?i)stop|^HoldFire", "Stop"),
    ("(?i)attack", "Attack"),
    ("^move|Move$", "Move"),
    ("Build$|^BuildNydus", "Build"),
    ("Train$|^SpawnInfestedTerran", "Train"),
    ("^Salvage((?!Refund).)*$", "Behavior"),
    ("Transport$", "Transport"),
    (
        "(?i:morph)|^Burrow|[Bb]urrow$|^Disguise|Mode$|Uproot$|^Upgrade|Bridge|Door|Gate|Lowered|Opened|Up$|Down$|Aspect|^Queen[FL]|Revive",
        "Morph",
    ),
)


def _general_of_slot(row: Row, slots: int) -> int:
    """The general ability of a slot that the tables leave without one: the game fills each link by a pattern."""
    link, index, button = row["name"], row["index"], row["buttonname"]
    if not link or _within(row["id"], (facts.CAMPAIGN_ABILITIES,)):
        return 0
    if button in ("BurrowDown", "BurrowUp") and link != button:
        return 3661 if button == "BurrowDown" else 3662
    pattern = (_pattern(link), index)
    if pattern in _SLOT_GENERALS:
        return _SLOT_GENERALS[pattern]
    cancels = slots == 2 and index == 1 and button in ("", "Cancel")
    return (
        3659 if cancels and not re.match("Salvage((?!Refund).)*$", link) else 0
    )  # two slots: the ability and its cancellation


def _pattern(link: str) -> str:
    for end in ("Transport", "Harvest", "Gather", "Queue"):
        if link.endswith(end):
            return end
    return "Queue" if re.match(r"que\d|HangarQueue|BroodLordQueue", link) else link


_SLOT_GENERALS = {
    ("Transport", 0): 3668,
    ("Transport", 1): 3664,
    ("Transport", 2): 3669,
    ("Transport", 3): 3670,
    ("Transport", 4): 3663,
    ("Harvest", 2): 3659,
    ("Gather", 2): 3659,
    ("Queue", 0): 3671,
    ("Queue", 1): 3672,
    ("BuildinProgressNydusCanal", 0): 3659,
    ("BuildinProgressNydusCanal", 1): 3660,
    ("Mergeable", 0): 3659,
    ("Warpable", 0): 3659,
    **{("stop", index): 3665 for index in range(6)},
    **{(link, 30): 3660 for link in ("RavenBuild", "ProtossBuild", "ZergBuild", "QueenBuild", "BuildNydusCanal")},
}


def _within(value: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= value <= last for first, last in ranges)
