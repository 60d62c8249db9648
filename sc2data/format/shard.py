"""One shard: an HDF5 file of consecutive records that tells all about itself."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from sc2data.format.compression import filter_of
from sc2data.format.counts import count_units
from sc2data.format.durable import fsync_folder, storage_error
from sc2data.format.manifest import ShardEntry, Source, encode_episodes
from sc2data.format.record import SCENE_COLUMNS, UNIT_COLUMNS, Record
from sc2data.format.schema import (
    COLUMNS,
    COUNTED_ALLIANCE_NAMES,
    FORMAT,
    SCHEMA_VERSION,
    WHOLE_MINIMAP,
    Schema,
    SchemaError,
)
from sc2data.format.shard_file import ShardFile

LIBRARY_VERSIONS = ("v110", "v110")
"""Shards can be read by HDF5 1.10 (2016) and later."""
IMAGES = ("minimap", "screen")
CHUNK_ROWS = {"record": 1024, "offset": 1024, "unit": 4096}


def shard_name(index: int) -> str:
    """File name of shard number `index`.

    >>> shard_name(12)
    'shard-00012.h5'
    """
    return f"shard-{index:05d}.h5"


class ShardWriter:
    """Writes one shard: `append` records, then `close` (keep it) or `discard`.

    Until `close` returns, the file has the suffix `.tmp`. The bytes of the file depend on the arguments and records
    alone. Images are written as they come; the columns of units and scenes wait in memory (60 bytes a unit).
    """

    def __init__(self, folder: pathlib.Path, index: int, schema: Schema, source: Source, compression: str) -> None:
        self.records = 0
        self._path = folder / shard_name(index)
        self._schema = schema
        self._source = source
        self._filter = filter_of(compression)
        self._units: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in UNIT_COLUMNS}
        self._scenes: dict[str, list[Any]] = {name: [] for name in SCENE_COLUMNS}
        self._lengths: list[int] = []
        try:
            self._file = ShardFile(self._path.with_name(self._path.name + ".tmp"))
        except OSError as error:
            raise storage_error(self._path, error) from error
        self._hdf5 = h5py.File(self._file, "w", libver=LIBRARY_VERSIONS)
        self._hdf5.attrs.update(root_attributes(schema, source))
        self._images = {name: self._create_image(name) for name in IMAGES if name in schema.columns()}

    def append(self, record: Record) -> None:
        """Add a record that `Record.check` has passed.

        Raises:
            StorageError: the disk took no more; the shard is discarded.
        """
        for name, dataset in self._images.items():
            dataset.resize(self.records + 1, axis=0)
            dataset[self.records] = getattr(record, name)
        for name, arrays in self._units.items():
            arrays.append(getattr(record.units, name))
        for name, values in self._scenes.items():
            values.append(getattr(record.scene, name))
        self._lengths.append(len(record.units))
        self.records += 1
        self._raise_failed_write()

    def close(self) -> ShardEntry:
        """Finish the file: columns, fsync, rename, fsync of the folder; returns its line of the manifest.

        Raises:
            StorageError: the disk took no more; the shard is discarded.
        """
        columns = self._columns()
        for name, array in columns.items():
            self._create_column(name, array)
        describe_images(self._images, self._schema)
        for name in ("map", "screen"):
            if f"counts/{name}" in columns:
                self._hdf5[f"counts/{name}"].attrs.update(count_attributes(self._schema))
        self._hdf5.close()
        self._raise_failed_write()
        try:
            self._file.sync()
            self._file.close()
            entry = entry_of(self._file.path, self._path.name, columns)
            os.replace(self._file.path, self._path)
            fsync_folder(self._path.parent)
        except OSError as error:
            self._file.discard()
            raise storage_error(self._path, error) from error
        return entry

    def discard(self) -> None:
        """Throw the shard away."""
        self._hdf5.close()
        self._file.discard()

    def _raise_failed_write(self) -> None:
        if self._file.error is not None:
            self.discard()
            raise storage_error(self._path, self._file.error) from self._file.error

    def _create_image(self, name: str) -> h5py.Dataset:
        trailing = self._schema.trailing(name)
        height, width, channels = trailing
        whole = name == "minimap" and max(height, width) <= WHOLE_MINIMAP
        tile = (height, width) if whole else (min(self._schema.tile, height), min(self._schema.tile, width))
        return self._create(name, (0, *trailing), COLUMNS[name].dtype, (1, *tile, channels))

    def _create_column(self, name: str, array: npt.NDArray[Any]) -> None:
        rows = CHUNK_ROWS[COLUMNS[name].rows]
        dataset = self._create(name, array.shape, array.dtype.type, (rows, *array.shape[1:]))
        dataset[...] = array

    def _create(
        self, name: str, shape: tuple[int, ...], dtype: type[np.generic], chunks: tuple[int, ...]
    ) -> h5py.Dataset:
        dataset = self._hdf5.create_dataset(
            name,
            shape=shape,
            dtype=dtype,
            chunks=chunks,
            maxshape=(None, *shape[1:]),
            fletcher32=True,
            shuffle=np.dtype(dtype).itemsize > 1,
            **self._filter,
        )
        dataset.attrs["meaning"] = COLUMNS[name].meaning
        return dataset

    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        """Every column but the images, in the order of `COLUMNS`."""
        wanted = self._schema.columns()
        offset = np.concatenate([[0], np.cumsum(self._lengths, dtype=np.int64)])
        columns: dict[str, npt.NDArray[Any]] = {"units/offset": offset}
        for name, column in UNIT_COLUMNS.items():
            empty = np.zeros((0, *column.trailing), column.dtype)
            columns[f"units/{name}"] = np.concatenate([empty, *self._units[name]])
        for name, column in SCENE_COLUMNS.items():
            values = np.array(self._scenes[name], column.dtype)
            columns[f"scene/{name}"] = values.reshape(self.records, *column.trailing)
        columns.update(derived_counts(columns, self._schema))
        return {name: columns[name] for name in wanted if name in columns}


def derived_counts(columns: Mapping[str, npt.NDArray[Any]], schema: Schema) -> dict[str, npt.NDArray[np.uint16]]:
    """`counts/*` as they follow from the columns of units."""
    offset = columns["units/offset"]
    records = len(offset) - 1
    rows = np.repeat(np.arange(records), np.diff(offset))
    types, alliances, visible = (columns[f"units/{name}"] for name in ("type", "alliance", "visible"))
    counts = {"counts/map": count_units(types, alliances, visible, schema, rows, records)}
    if schema.screen is not None:
        seen = visible & columns["units/on_screen"]
        counts["counts/screen"] = count_units(types, alliances, seen, schema, rows, records)
    return counts


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


def describe_images(images: Mapping[str, h5py.Dataset], schema: Schema) -> None:
    """Write the geometry of the pictures as attributes of their datasets."""
    transforms = [schema.minimap_transform(index) for index in range(len(schema.maps))]
    images["minimap"].attrs["scale"] = np.array([transform.scale for transform in transforms])
    images["minimap"].attrs["origin"] = np.array([(t.area[0], t.area[3]) for t in transforms], np.float64)
    if "screen" in images:
        for name, value in dataclasses.asdict(schema.camera).items():
            images["screen"].attrs[f"camera_{name}"] = value


def count_attributes(schema: Schema) -> dict[str, Any]:
    """What the axes of `counts/*` mean."""
    return {
        "alliances": list(COUNTED_ALLIANCE_NAMES),
        "unit_type_ids": schema.counted_ids(),
        "unit_type_names": [counted.name for counted in schema.unit_types],
    }


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


def entry_of(path: pathlib.Path, name: str, columns: Mapping[str, Any]) -> ShardEntry:
    """The manifest's line for the finished file at `path`."""
    return ShardEntry(
        file=name,
        bytes=path.stat().st_size,
        sha256=hash_file(path),
        records=len(columns["scene/episode"]),
        units=len(columns["units/type"]),
        episodes=encode_episodes(columns["scene/episode"][:]),
        source=0,
    )


def hash_file(path: pathlib.Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_header(path: pathlib.Path) -> tuple[Schema, Source, ShardEntry]:
    """What a finished shard says of itself.

    Raises:
        OSError, KeyError: not a readable HDF5 file, or not one of ours.
        SchemaError, ValueError: its attributes are not what docs/format.md says.
    """
    with h5py.File(path, "r", locking=False) as hdf5:
        schema = Schema.from_dict(json.loads(hdf5.attrs["schema"]))
        source = Source(json.loads(hdf5.attrs["config"]), json.loads(hdf5.attrs["provenance"]))
        return schema, source, entry_of(path, path.name, hdf5)
