"""How a shard is laid out inside its HDF5 file: datasets, chunks and attributes (docs/format.md)."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from sc2data.format.compression import filter_of, picture_filter_of
from sc2data.format.manifest import Source
from sc2data.format.schema import (
    COLUMNS,
    COUNTED_ALLIANCE_NAMES,
    FORMAT,
    SCHEMA_VERSION,
    WHOLE_MINIMAP,
    Schema,
    SchemaError,
)

LIBRARY_VERSIONS = ("v110", "v110")
"""Shards can be read by HDF5 1.10 (2016) and later."""
IMAGES = ("minimap", "screen")
CHUNK_ROWS = {"record": 1024, "offset": 1024, "unit": 4096}


def create_column(
    hdf5: h5py.File,
    name: str,
    rows: int,
    schema: Schema,
    compression: str,
    sample: npt.NDArray[np.uint8] | None = None,
) -> h5py.Dataset:
    """Create the dataset `name` of `COLUMNS` with `rows` rows and its attributes, nothing written to it yet.

    For pictures `sample` is one of them.
    """
    column = COLUMNS[name]
    trailing, chunk = schema.trailing(name), chunk_shape(name, schema)
    filters = filter_of(compression) if sample is None else picture_filter_of(compression, sample, chunk)
    dataset = hdf5.create_dataset(
        name,
        shape=(rows, *trailing),
        dtype=column.dtype,
        chunks=chunk,
        maxshape=(None, *trailing),
        fletcher32=True,
        shuffle=np.dtype(column.dtype).itemsize > 1,
        **filters,
    )
    dataset.attrs["meaning"] = column.meaning
    dataset.attrs.update(column_attributes(name, schema))
    return dataset


def chunk_shape(name: str, schema: Schema) -> tuple[int, ...]:
    """Chunks of a column: pictures by tiles of one record, small minimaps whole, other columns by many rows."""
    trailing = schema.trailing(name)
    if name not in IMAGES:
        return (CHUNK_ROWS[COLUMNS[name].rows], *trailing)
    height, width, channels = trailing
    if name == "minimap" and max(height, width) <= WHOLE_MINIMAP:
        return (1, height, width, channels)
    return (1, min(schema.tile, height), min(schema.tile, width), channels)


def root_attributes(schema: Schema, source: Source) -> dict[str, Any]:
    """Attributes of a shard's root (docs/format.md, "Attributes")."""
    backend = source.provenance["backend"]
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "schema": canonical_json(schema.to_dict()),
        "config": canonical_json(source.config),
        "provenance": canonical_json(source.provenance),
        "backend": str(backend["name"]),
        "backend_version": str(backend["version"]),
        "map_name": [info.name for info in schema.maps],
        "map_sha256": [info.sha256 for info in schema.maps],
        "playable_area": np.array([info.playable for info in schema.maps], np.int32),
        "crop_to_playable_area": schema.crop_to_playable_area,
    }


def column_attributes(name: str, schema: Schema) -> dict[str, Any]:
    """What else the dataset `name` says of itself: the geometry of pictures, what the axes of counts mean."""
    if name == "minimap":
        transforms = [schema.minimap_transform(index) for index in range(len(schema.maps))]
        return {
            "scale": np.array([transform.scale for transform in transforms]),
            "origin": np.array([(transform.area[0], transform.area[3]) for transform in transforms], np.float64),
        }
    if name == "screen":
        return {f"camera_{key}": value for key, value in dataclasses.asdict(schema.camera).items()}
    if name.startswith("counts/"):
        return {
            "alliances": list(COUNTED_ALLIANCE_NAMES),
            "unit_type_ids": schema.counted_ids(),
            "unit_type_names": [counted.name for counted in schema.unit_types],
        }
    return {}


def canonical_json(value: Any) -> str:
    """JSON text that is the same for equal values.

    Raises:
        SchemaError: something in `value` has no JSON form (numpy scalars, paths, NaN).
    """
    try:
        return json.dumps(value, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"{error}: configuration and provenance are stored as JSON; use str, int, float, bool, None, list and dict"
        ) from error
