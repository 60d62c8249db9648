"""The card of a data set: a README.md that says what it is, where it came from and how to read it."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from sc2data.format.contact_sheet import write_contact_sheet
from sc2data.format.durable import replace_file
from sc2data.format.inspect import pictures_by, summary
from sc2data.format.reader import Dataset
from sc2data.format.stats import Statistics, statistics

CARD = "README.md"
PICTURE = "contact-sheet.png"


def write_card(path: str | pathlib.Path) -> pathlib.Path:
    """Write README.md and its picture into the data set's folder, over those that were there; returns the card's path.

    Raises:
        StorageError: the folder cannot be written to.
    """
    with Dataset(path) as dataset:
        if len(dataset):
            write_contact_sheet(dataset, dataset.path / PICTURE)
        file = dataset.path / CARD
        replace_file(file, card(dataset, statistics(dataset)).encode())
    return file


def card(dataset: Dataset, numbers: Statistics) -> str:
    """The card's text, in Markdown."""
    facts = summary(dataset)
    parts = [
        f"# {dataset.path.resolve().name}",
        _origin(dataset),
        f"![Minimaps and screens with their labels]({PICTURE})" if len(dataset) else "",
        _table(facts),
        "## Units",
        f"{numbers.units_per_record:.1f} units a record. Counts on the "
        + ("map" if dataset.schema.screen is None else "screen")
        + " of the types that occur:",
        _counts(numbers.to_dict()),
        "## Splits",
        _splits(facts),
        "## Reading it",
        _example(dataset),
        "## How it was made",
        *(_source(source["config"], source["provenance"]) for source in facts["sources"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _origin(dataset: Dataset) -> str:
    makers = sorted({pictures_by(source.provenance) for source in dataset.sources})
    return (
        f"{len(dataset):,} records of StarCraft II scenes: rendered minimaps"
        + (" and screens" if dataset.schema.screen is not None else "")
        + f", unit counts and unit positions. **The pictures were made by {' and '.join(makers)}.**"
    )


def _table(facts: dict[str, Any]) -> str:
    screen = facts["screen"]
    rows = {
        "records": f"{facts['records']:,} in {facts['episodes']:,} episodes",
        "size": f"{facts['bytes'] / 1e6:,.1f} MB in {facts['shards']:,} shards, compression {facts['compression']}",
        "minimap": f"{facts['minimap'][1]} x {facts['minimap'][0]} px, RGB",
        "screen": "none" if screen is None else f"{screen[1]} x {screen[0]} px, RGB",
        "maps": ", ".join(facts["maps"]),
        "counted types": ", ".join(facts["unit_types"]),
        "format": f"schema version {facts['schema_version']} (docs/format.md)",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def _counts(numbers: dict[str, Any]) -> str:
    where = "screen" if "screen" in numbers["counts"] else "map"
    lines = ["| side | type | mean | least | most | records with any |", "|---|---|---:|---:|---:|---:|"]
    for side, types in numbers["counts"][where].items():
        for name, spread in types.items():
            if spread["most"]:
                lines.append(
                    f"| {side} | {name} | {spread['mean']:.2f} | {spread['least']} | {spread['most']} "
                    f"| {spread['present']:,} |"
                )
    return "\n".join(lines)


def _splits(facts: dict[str, Any]) -> str:
    if not facts["splits"]:
        return "None yet: `python -m scripts.dataset split DIR` draws them, by episode."
    lines = ["By episode: no episode is in two splits.", "", "| split | records | episodes |", "|---|---:|---:|"]
    lines += [f"| {name} | {s['records']:,} | {s['episodes']:,} |" for name, s in facts["splits"].items()]
    return "\n".join(lines)


def _example(dataset: Dataset) -> str:
    lines = [
        "```python",
        "from sc2data.format import Dataset",
        "",
        f'dataset = Dataset("{dataset.path.resolve().name}")',
        "minimap = dataset.minimap(0)  # uint8 (height, width, 3)",
    ]
    if dataset.schema.screen is not None:
        lines.append("window = dataset.screen_window(0, x=100, y=200, width=96, height=96)")
        lines.append('counts = dataset.counts("screen")  # uint16 (N, 3, K): self, enemy, neutral x types')
    else:
        lines.append('counts = dataset.counts("map")  # uint16 (N, 3, K): self, enemy, neutral x types')
    lines.append("units = dataset.units(0)  # type, alliance, positions in the world and in pixels, ...")
    return "\n".join([*lines, "```"])


def _source(config: Any, provenance: Any) -> str:
    code = provenance.get("code") or {}
    version = str(code.get("version", "unknown"))
    if code.get("commit"):
        version += f", commit {code['commit'][:12]}" + (" with changes" if code.get("dirty") else "")
    return (
        f"Pictures by {pictures_by(provenance)}; code version {version}.\n\n"
        f"```json\n{json.dumps(config, indent=1, sort_keys=True)}\n```"
    )
