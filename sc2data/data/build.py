"""Make the tables in this folder: `python -m sc2data.data.build --game_data DIR`.

`DIR` holds two files that their authors publish under the MIT licence:

* `stableid.json` (Blizzard's s2client-proto): ids and names of all units, abilities, upgrades, buffs and effects;
* `units_abilities_upgrades.json` (python-sc2, there `data/data.json`): statistics of the units that can be played.

General ability ids and names that the first file lacks come from pysc2's action table (Apache-2.0), what both lack from
`sc2data.data.facts`. Every file written names these sources.
"""

from __future__ import annotations

import argparse
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from sc2data import pysc2_compat
from sc2data.data import ability_rows, facts, unit_rows

SOURCES = [
    "Blizzard s2client-proto, stableid.json (MIT)",
    "python-sc2, data/data.json (MIT)",
    "pysc2 4.0.0, general ability ids and names of lib/actions.py (Apache-2.0)",
    "sc2data/data/facts.py (which names the source of each, or says that it has none)",
]

Row = dict[str, Any]


def build(game_data: pathlib.Path) -> dict[str, dict[str, list[Row]]]:
    """The tables by file name, from the folder that holds the two source files.

    Raises:
      FileNotFoundError: a source file is not there.
    """
    ids = _read(game_data / "stableid.json")
    statistics = _read(game_data / "units_abilities_upgrades.json")
    abilities = ability_rows.rows(ids["Abilities"], statistics["Ability"], client_actions())
    links = {row["name"]: row["id"] for row in reversed(ids["Abilities"])}
    return {
        "abilities": {
            "abilities": abilities,
            "of_units": ability_rows.of_units(statistics["Unit"], {row["id"] for row in abilities}),
        },
        "units": {"units": unit_rows.rows(ids["Units"], statistics["Unit"], statistics["Ability"], links)},
        "upgrades": {"upgrades": _upgrades(ids["Upgrades"], statistics["Upgrade"], abilities)},
        "buffs": {"buffs": [_named(row, facts.NAMELESS_BUFFS) for row in ids["Buffs"]]},
        "effects": {"effects": [_effect(row) for row in ids["Effects"]]},
    }


def client_actions() -> dict[int, tuple[int, str]]:
    """Specific ability id -> (general ability id or 0, name such as "Train Marine"), from pysc2's table of actions.

    Raises:
      pysc2_compat.MissingPysc2Error: pysc2 is not installed.
    """
    pysc2_compat.require_pysc2()
    from pysc2.lib import actions

    out: dict[int, tuple[int, str]] = {}
    for function in actions.RAW_FUNCTIONS:  # "Train_Marine_quick": the last part says how the action takes its target
        if function.ability_id:
            name = function.name.rpartition("_")[0].replace("_", " ")
            out.setdefault(function.ability_id, (function.general_id or 0, name))
    return out


def write(tables: Mapping[str, Mapping[str, Iterable[Row]]], folder: pathlib.Path) -> None:
    """Write each table as JSON, one row a line, so that a change shows in a diff as the rows that it touches."""
    for name, sections in tables.items():
        lines = ["{", f'"sources": {json.dumps(SOURCES, indent=1)}']
        for section, rows in sections.items():
            lines[-1] += ","
            lines.append(f'"{section}": [')
            lines.append(",\n".join(json.dumps(row, separators=(",", ":")) for row in rows))
            lines.append("]")
        lines.append("}\n")
        (folder / f"{name}.json").write_text("\n".join(lines))


def _effect(row: Row) -> Row:
    named = _named(row, facts.NAMELESS_EFFECTS)
    return named | {"label": row.get("friendlyname", ""), "radius": row.get("radius", 0)}


def _named(row: Row, nameless: tuple[tuple[int, int], ...]) -> Row:
    """Id and name; a name that the game's data request leaves empty is empty here."""
    unnamed = any(first <= row["id"] <= last for first, last in nameless)
    return {"id": row["id"], "name": "" if unnamed else row["name"]}


def _upgrades(ids: list[Row], statistics: list[Row], abilities: list[Row]) -> list[Row]:
    researched_by = {row["upgrade"]: row["id"] for row in reversed(abilities) if "upgrade" in row}
    costs = {row["id"]: row["cost"] | facts.UPGRADE_CORRECTIONS.get(row["id"], {}) for row in statistics}
    rows = []
    for row in ids:
        out = _named(row, facts.NAMELESS_UPGRADES)
        if row["id"] in researched_by:
            cost = costs[row["id"]]
            out |= {"minerals": cost["minerals"], "vespene": cost["gas"], "time": cost["time"]}
            out["ability"] = researched_by[row["id"]]
        rows.append(out)
    return rows


def _read(path: pathlib.Path) -> Any:
    return json.loads(path.read_text())


def main() -> None:
    """Parse the command line, build, write."""
    parser = argparse.ArgumentParser(prog="python -m sc2data.data.build", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--game_data", type=pathlib.Path, required=True, help="folder with the two source files")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent, help="where to write")
    arguments = parser.parse_args()
    write(build(arguments.game_data), arguments.output)


if __name__ == "__main__":
    main()
