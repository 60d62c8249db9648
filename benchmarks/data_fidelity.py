"""How far the data table is from the real game's: `python -m benchmarks.data_fidelity RECORDED...`.

Each argument is a file with a serialised `Response` of the real game to a `data` request, or a `.tar.xz` that holds one
whose name ends in `Response_data.binpb`. Prints, as JSON, per field how many entries differ among those ids that both
have, and how many ids only one has.

Some facts in `sc2data/data/facts.py` were read off the recordings of python-sc2, and the patterns by which names and
general ids are filled were fitted to them: agreement with those recordings is no independent test of these fields.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tarfile
from typing import Any

from sc2data.sim.api.data_table import response_data
from sc2data.sim.api.messages import sc_pb

TABLES = {
    "abilities": "ability_id",
    "units": "unit_id",
    "upgrades": "upgrade_id",
    "buffs": "buff_id",
    "effects": "effect_id",
}


def compare(ours: Any, recorded: Any) -> dict[str, dict[str, int]]:
    """Per table: entries in common, entries that only one side has, and per field the entries that differ.

    Both are `ResponseData`. A field that is absent equals one with its default value; numbers are equal within 0.001.
    """
    out = {}
    for table, key in TABLES.items():
        mine = {getattr(entry, key): entry for entry in getattr(ours, table)}
        real = {getattr(entry, key): entry for entry in getattr(recorded, table)}
        common = sorted(mine.keys() & real.keys())
        counts = {"common": len(common), "only_ours": len(mine) - len(common), "only_recorded": len(real) - len(common)}
        for field in getattr(recorded, table)[0].DESCRIPTOR.fields:
            counts[field.name] = sum(
                _differ(getattr(mine[i], field.name), getattr(real[i], field.name)) for i in common
            )
        out[table] = counts
    return out


def read_recorded(path: pathlib.Path) -> Any:
    """The `ResponseData` of a recorded `Response`.

    Raises:
      ValueError: the archive holds no `Response_data.binpb`, or the message holds no data.
    """
    if path.name.endswith(".tar.xz"):
        with tarfile.open(path) as archive:
            members = [member for member in archive.getmembers() if member.name.endswith("Response_data.binpb")]
            extracted = archive.extractfile(members[0]) if members else None
            if extracted is None:
                raise ValueError(f"{path} holds no file whose name ends in Response_data.binpb")
            content = extracted.read()
    else:
        content = path.read_bytes()
    response = sc_pb.Response.FromString(content)
    if not response.HasField("data"):
        raise ValueError(f"{path} holds a Response without data; record one with Request(data=RequestData(...))")
    return response.data


def everything() -> Any:
    """The whole table that the simulator serves."""
    flags = {field.name: True for field in sc_pb.RequestData.DESCRIPTOR.fields}
    return response_data(sc_pb.RequestData(**flags))


def _differ(mine: Any, real: Any) -> bool:
    if isinstance(real, float):
        return abs(mine - real) > 1e-3
    if isinstance(real, (str, int, bool)):
        return bool(mine != real)
    return len(mine) != len(real) or any(
        _differ_message(a, b) if hasattr(b, "DESCRIPTOR") else a != b for a, b in zip(mine, real)
    )


def _differ_message(mine: Any, real: Any) -> bool:
    return any(_differ(getattr(mine, field.name), getattr(real, field.name)) for field in real.DESCRIPTOR.fields)


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        print(json.dumps({"recorded": name, **compare(everything(), read_recorded(pathlib.Path(name)))}, indent=1))


if __name__ == "__main__":
    main()
