"""A data set in one page: what it holds, where it came from, how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sc2data.format.layout import chunk_shape
from sc2data.format.reader import Dataset
from sc2data.format.schema import SCHEMA_VERSION

BACKENDS = {
    "game": "the real StarCraft II, version {}",
    "simulator": "the simulator of this project (which speaks as version {} of StarCraft II), not by the real game",
}


def summary(dataset: Dataset) -> dict[str, Any]:
    """Facts of a data set as plain values; reads the manifest alone.

    Returns:
        "records", "episodes", "units", "shards", "bytes", "schema_version", "minimap" and "screen" ([height, width]),
        "unit_types", "maps", "backends", "sources", "compression", "splits" (records and episodes of each),
        "columns" (dtype, shape, chunk of each).
    """
    manifest, schema = dataset.manifest, dataset.schema
    episodes = dataset.episodes
    units = sum(shard.units for shard in manifest.shards)
    rows = {"record": len(dataset), "offset": len(dataset) + len(manifest.shards), "unit": units}
    return {
        "records": len(dataset),
        "episodes": len(np.unique(episodes)),
        "units": units,
        "shards": len(manifest.shards),
        "bytes": sum(shard.bytes for shard in manifest.shards),
        "schema_version": SCHEMA_VERSION,
        "minimap": list(schema.minimap),
        "screen": None if schema.screen is None else list(schema.screen),
        "unit_types": [counted.name for counted in schema.unit_types],
        "maps": [info.name for info in schema.maps],
        "backends": sorted({backend_name(source.provenance) for source in dataset.sources}),
        "sources": [{"config": source.config, "provenance": source.provenance} for source in dataset.sources],
        "compression": manifest.compression,
        "splits": {
            name: {"episodes": len(ids), "records": int(np.isin(episodes, ids).sum())}
            for name, ids in manifest.splits.items()
        },
        "columns": {
            name: {
                "dtype": np.dtype(column.dtype).name,
                "shape": [rows[column.rows], *schema.trailing(name)],
                "chunk": list(chunk_shape(name, schema)),
                "meaning": column.meaning,
            }
            for name, column in schema.columns().items()
        },
    }


def backend_name(provenance: Mapping[str, Any]) -> str:
    """ "game 4.10.0", "simulator 4.10.0"."""
    backend = provenance["backend"]
    return f"{backend['name']} {backend['version']}"


def pictures_by(provenance: Mapping[str, Any]) -> str:
    """In plain words, who made the pictures.

    >>> pictures_by({"backend": {"name": "game", "version": "4.10.0"}})
    'the real StarCraft II, version 4.10.0'
    """
    backend = provenance["backend"]
    return BACKENDS.get(backend["name"], f"{backend['name']}, version {{}}").format(backend["version"])


def as_text(facts: Mapping[str, Any]) -> str:
    """`summary` for a terminal."""
    size = "none" if facts["screen"] is None else "{1} x {0}".format(*facts["screen"])
    lines = [
        f"records   {facts['records']:,} in {facts['episodes']:,} episodes, {facts['units']:,} units",
        f"storage   {facts['shards']:,} shards, {facts['bytes'] / 1e6:,.1f} MB, compression {facts['compression']}",
        f"pictures  minimap {facts['minimap'][1]} x {facts['minimap'][0]}, screen {size}",
        f"made by   {', '.join(facts['backends'])}; schema version {facts['schema_version']}",
        f"maps      {', '.join(facts['maps'])}",
        f"counted   {', '.join(facts['unit_types'])}",
    ]
    for name, split in facts["splits"].items():
        lines.append(f"split     {name}: {split['records']:,} records, {split['episodes']:,} episodes")
    if not facts["splits"]:
        lines.append("split     none yet")
    lines.append("")
    for name, column in facts["columns"].items():
        shape = ", ".join(str(side) for side in column["shape"])
        lines.append(f"{name:18} {column['dtype']:8} ({shape}){'':2} {column['meaning']}")
    return "\n".join(lines)
