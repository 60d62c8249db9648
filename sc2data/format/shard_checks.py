"""What can be wrong with one shard."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import hdf5plugin  # noqa: F401  (registers the filters that shards are compressed with)
import numpy as np
import numpy.typing as npt

from sc2data.format.layout import IMAGES, chunk_shape, column_attributes, root_attributes
from sc2data.format.manifest import ShardEntry, Source, check_format, encode_episodes
from sc2data.format.record import inside
from sc2data.format.schema import ALLY, COUNTED_ALLIANCES, Schema
from sc2data.format.shard import derived_counts, hash_file, read_header

UNREADABLE = (OSError, RuntimeError, KeyError, ValueError, TypeError)
"""What h5py and this package raise over a damaged file."""

Columns = dict[str, npt.NDArray[Any]]


def check_shard(
    path: pathlib.Path, schema: Schema | None, source: Source | None, entry: ShardEntry | None, deep: bool
) -> Iterator[str]:
    """Everything that is wrong with the shard at `path`, in words.

    Args:
        path: the file.
        schema: the data set's, `source` and `entry` the manifest's word on this shard; None: there is no manifest, the
            shard's own word is taken.
        deep: hash the file and decode every picture.
    """
    if not path.is_file():
        yield "missing"
        return
    if entry is not None:
        yield from _check_bytes(path, entry, deep)
    try:
        if schema is None or source is None:
            schema, source, entry = read_header(path)
        with h5py.File(path, "r", locking=False) as hdf5:
            check_format(path, hdf5.attrs)
            yield from _check_attributes(hdf5.attrs, root_attributes(schema, source), "attribute")
            yield from _check_content(hdf5, schema, entry, deep)
    except UNREADABLE as error:
        yield f"cannot be read: {_brief(error)}"


def _check_bytes(path: pathlib.Path, entry: ShardEntry, deep: bool) -> Iterator[str]:
    size = path.stat().st_size
    if size != entry.bytes:
        yield f"{size} bytes, the manifest says {entry.bytes}"
    elif deep and hash_file(path) != entry.sha256:
        yield "SHA-256 differs from the manifest's: the file or the manifest was changed"


def _check_attributes(found: Mapping[str, Any], expected: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, value in expected.items():
        if name not in found:
            yield f"{where} {name} is missing"
        elif not np.array_equal(np.asarray(found[name]), np.asarray(value)):
            yield f"{where} {name} is not what the manifest says"


def _check_content(hdf5: h5py.File, schema: Schema, entry: ShardEntry | None, deep: bool) -> Iterator[str]:
    datasets: dict[str, h5py.Dataset] = {}
    for name in schema.columns():
        if isinstance(hdf5.get(name), h5py.Dataset):
            datasets[name] = hdf5[name]
        else:
            yield f"{name} is missing"
    for name, dataset in datasets.items():
        yield from _check_form(name, dataset, schema)
    columns: Columns = {}
    for name, dataset in datasets.items():
        if name not in IMAGES:
            try:
                columns[name] = dataset[...]
            except UNREADABLE as error:
                yield f"{name} cannot be read: {_brief(error)}"
    yield from _check_lengths(datasets, columns, entry)
    yield from _check_units(columns, schema)
    yield from _check_scenes(columns, schema, entry)
    if deep:
        for name in IMAGES:
            if name in datasets:
                yield from _check_pictures(name, datasets[name])


def _check_form(name: str, dataset: h5py.Dataset, schema: Schema) -> Iterator[str]:
    column = schema.columns()[name]
    if dataset.dtype != column.dtype:
        yield f"{name} is {dataset.dtype}, not {np.dtype(column.dtype)}"
    if dataset.shape[1:] != schema.trailing(name):
        yield f"{name} has shape {dataset.shape}, not (N, {', '.join(map(str, schema.trailing(name)))})"
    elif dataset.chunks != chunk_shape(name, schema):
        yield f"{name} has chunks {dataset.chunks}, not {chunk_shape(name, schema)}"
    if not dataset.fletcher32:
        yield f"{name} has no checksums (fletcher32)"
    yield from _check_attributes(dataset.attrs, column_attributes(name, schema), f"attribute of {name}:")


def _check_lengths(datasets: Mapping[str, h5py.Dataset], columns: Columns, entry: ShardEntry | None) -> Iterator[str]:
    records = entry.records if entry is not None else len(datasets.get("minimap", ()))
    units = entry.units if entry is not None else len(datasets.get("units/type", ()))
    for name, dataset in datasets.items():
        group = name.partition("/")[0]
        expected = records + 1 if name == "units/offset" else units if group == "units" else records
        if len(dataset) != expected:
            yield f"{name} has {len(dataset)} rows, not {expected}"
    offset = columns.get("units/offset")
    if offset is not None and len(offset):
        if offset[0] != 0 or offset[-1] != units:
            yield f"units/offset goes from {offset[0]} to {offset[-1]}, not from 0 to {units}"
        falls = np.flatnonzero(np.diff(offset) < 0)
        if len(falls):
            yield f"units/offset falls after record {falls[0]}"


def _check_units(columns: Columns, schema: Schema) -> Iterator[str]:
    units = {name: values for name, values in columns.items() if name.startswith("units/")}
    wanted = [name for name in schema.columns() if name.startswith("units/")]
    offset = units.get("units/offset", np.zeros(0))
    if len(units) < len(wanted) or not len(offset) or offset[0] != 0 or (np.diff(offset) < 0).any():
        return  # reported already
    if len({len(units[name]) for name in wanted[1:]} | {int(offset[-1])}) > 1:
        return
    alliance = units["units/alliance"]
    wrong = ~np.isin(alliance, [*COUNTED_ALLIANCES, ALLY])
    if wrong.any():
        yield _where("units/alliance is not 1 to 4", wrong, offset)
    visible = units["units/visible"]
    for name in ("units/world", "units/minimap"):
        wrong = visible & ~np.isfinite(units[name]).all(axis=1)
        if wrong.any():
            yield _where(f"{name} of a visible unit is not finite", wrong, offset)
    if schema.screen is not None:
        wrong = units["units/on_screen"] & ~inside(units["units/screen"], schema.screen)
        if wrong.any():
            yield _where("units/on_screen is set, but units/screen is not within the screen", wrong, offset)
    for name, counts in derived_counts(units, schema).items():
        stored = columns.get(name)
        if stored is not None and stored.shape == counts.shape and not np.array_equal(stored, counts):
            records = np.flatnonzero((stored != counts).any(axis=(1, 2)))
            yield f"{name} differs from the units in {len(records)} records, the first is record {records[0]}"


def _check_scenes(columns: Columns, schema: Schema, entry: ShardEntry | None) -> Iterator[str]:
    episode = columns.get("scene/episode")
    if episode is not None:
        if (np.diff(episode) < 0).any():
            yield f"scene/episode falls after record {np.flatnonzero(np.diff(episode) < 0)[0]}"
        if entry is not None and encode_episodes(episode) != entry.episodes:
            yield "scene/episode is not what the manifest says"
    maps = columns.get("scene/map")
    if maps is not None and ((maps < 0) | (maps >= len(schema.maps))).any():
        yield f"scene/map is not 0 to {len(schema.maps) - 1}"


def _check_pictures(name: str, dataset: h5py.Dataset) -> Iterator[str]:
    for record in range(len(dataset)):
        try:
            picture = dataset[record]
        except UNREADABLE as error:
            yield f"{name} of record {record} cannot be read: {_brief(error)}"
            continue
        if picture.size and (picture == picture[0, 0]).all():
            yield f"{name} of record {record} is of a single colour: nothing was drawn"


def _where(what: str, wrong: npt.NDArray[np.bool_], offset: npt.NDArray[np.int64]) -> str:
    first = int(np.flatnonzero(wrong)[0])
    record = int(np.searchsorted(offset, first, side="right")) - 1
    return f"{what}: {int(wrong.sum())} times, first in record {record}, unit {first - int(offset[record])}"


def _brief(error: BaseException) -> str:
    """HDF5's messages are paragraphs; the first line tells."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
