"""One shard: an HDF5 file of consecutive records that tells all about itself."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from sc2data.format.counts import count_units
from sc2data.format.durable import fsync_folder, storage_error
from sc2data.format.layout import IMAGES, LIBRARY_VERSIONS, column_attributes, create_column, root_attributes
from sc2data.format.manifest import ShardEntry, Source, encode_episodes
from sc2data.format.record import SCENE_COLUMNS, UNIT_COLUMNS, Record
from sc2data.format.schema import Schema
from sc2data.format.shard_file import ShardFile


def shard_name(index: int) -> str:
    """File name of shard number `index`.

    >>> shard_name(12)
    'shard-00012.h5'
    """
    return f"shard-{index:05d}.h5"


class OpenShard:
    """A shard that is being made: an HDF5 file with the suffix `.tmp` until `publish`.

    Raises:
        StorageError: the file cannot be made.
    """

    def __init__(self, path: pathlib.Path, schema: Schema, source: Source, compression: str) -> None:
        self.path = path
        self.schema = schema
        self._compression = compression
        attributes = root_attributes(schema, source)
        try:
            self._file = ShardFile(path.with_name(path.name + ".tmp"))
        except OSError as error:
            raise storage_error(path, error) from error
        self.hdf5 = h5py.File(self._file, "w", libver=LIBRARY_VERSIONS)
        self.hdf5.attrs.update(attributes)

    def create(self, name: str, rows: int, sample: npt.NDArray[np.uint8] | None = None) -> h5py.Dataset:
        """Create the dataset of a column with `rows` rows; of pictures, `sample` is one."""
        return create_column(self.hdf5, name, rows, self.schema, self._compression, sample)

    def copy(self, other: h5py.File, name: str) -> None:
        """Copy the dataset of a column from another shard as it is stored there; its attributes are written anew."""
        group, _, leaf = name.rpartition("/")
        # A group that HDF5 makes by itself on the way to a copy would hold the time of day.
        target = self.hdf5.require_group(group) if group else self.hdf5
        other.copy(other[name], target, leaf)
        self.hdf5[name].attrs.update(column_attributes(name, self.schema))

    def raise_failed_write(self) -> None:
        """Discard the shard and raise StorageError if the disk has refused a write."""
        if self._file.error is not None:
            self.discard()
            raise storage_error(self.path, self._file.error) from self._file.error

    def publish(self, columns: Mapping[str, Any]) -> ShardEntry:
        """Close the file, flush it to the disk, rename it, flush the folder.

        Args:
            columns: at least "scene/episode" (N,) and "units/type" (U,), as they are in the file.

        Returns:
            The shard's line of the manifest.

        Raises:
            StorageError: the disk took no more; the shard is discarded.
        """
        self.hdf5.close()
        self.raise_failed_write()
        try:
            self._file.sync()
            self._file.close()
            entry = entry_of(self._file.path, self.path.name, columns)
            os.replace(self._file.path, self.path)
            fsync_folder(self.path.parent)
        except OSError as error:
            self._file.discard()
            raise storage_error(self.path, error) from error
        return entry

    def discard(self) -> None:
        """Throw the shard away."""
        with contextlib.suppress(OSError, RuntimeError):  # HDF5 may miss what it could not write
            self.hdf5.close()
        self._file.discard()


class ShardWriter:
    """Writes one shard: `append` records, then `close` (keep it) or `discard`.

    The bytes of the file depend on the arguments and records alone. Images are written as they come; the columns of
    units and scenes wait in memory (60 bytes a unit).
    """

    def __init__(self, folder: pathlib.Path, index: int, schema: Schema, source: Source, compression: str) -> None:
        self.records = 0
        self._shard = OpenShard(folder / shard_name(index), schema, source, compression)
        self._images: dict[str, h5py.Dataset] = {}
        self._units: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in UNIT_COLUMNS}
        self._scenes: dict[str, list[Any]] = {name: [] for name in SCENE_COLUMNS}
        self._lengths: list[int] = []

    def append(self, record: Record) -> None:
        """Add a record that `Record.check` has passed.

        Raises:
            StorageError: the disk took no more; the shard is discarded.
        """
        try:
            if not self._images:
                names = [name for name in IMAGES if name in self._shard.schema.columns()]
                self._images = {name: self._shard.create(name, 0, getattr(record, name)) for name in names}
            for name, dataset in self._images.items():
                dataset.resize(self.records + 1, axis=0)
                dataset[self.records] = getattr(record, name)
        except BaseException:
            self._shard.raise_failed_write()
            self._shard.discard()
            raise
        for name, arrays in self._units.items():
            arrays.append(getattr(record.units, name))
        for name, values in self._scenes.items():
            values.append(getattr(record.scene, name))
        self._lengths.append(len(record.units))
        self.records += 1
        self._shard.raise_failed_write()

    def close(self) -> ShardEntry:
        """Write the columns and publish the file; returns its line of the manifest.

        Raises:
            StorageError: the disk took no more; the shard is discarded.
        """
        try:
            columns = self._columns()
            for name, array in columns.items():
                self._shard.create(name, len(array))[...] = array
        except BaseException:
            self._shard.raise_failed_write()
            self._shard.discard()
            raise
        return self._shard.publish(columns)

    def discard(self) -> None:
        """Throw the shard away."""
        self._shard.discard()

    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        """Every column but the images, in the order of `COLUMNS`."""
        schema = self._shard.schema
        columns: dict[str, npt.NDArray[Any]] = {
            "units/offset": np.concatenate([[0], np.cumsum(self._lengths, dtype=np.int64)])
        }
        for name, column in UNIT_COLUMNS.items():
            empty = np.zeros((0, *column.trailing), column.dtype)
            columns[f"units/{name}"] = np.concatenate([empty, *self._units[name]])
        for name, column in SCENE_COLUMNS.items():
            values = np.array(self._scenes[name], column.dtype)
            columns[f"scene/{name}"] = values.reshape(self.records, *column.trailing)
        columns.update(derived_counts(columns, schema))
        return {name: columns[name] for name in schema.columns() if name in columns}


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
