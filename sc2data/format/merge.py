"""Joining data sets into one."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.format.durable import uninterrupted
from sc2data.format.folder import lock_folder, require_empty
from sc2data.format.manifest import Manifest, ShardEntry, Source
from sc2data.format.reader import Dataset, ShardError, open_shard
from sc2data.format.schema import MapInfo, Schema
from sc2data.format.shard import OpenShard, hash_file, shard_name
from sc2data.format.writer import differences

MIXED = "mixed"
"""`Manifest.compression` of a data set whose shards differ in it."""
REWRITTEN = ("scene/episode", "scene/scene", "scene/map")


class MergeError(UserError, ValueError):
    """The data sets cannot be one."""


def merge(paths: Sequence[str | pathlib.Path], output: str | pathlib.Path) -> Manifest:
    """Join data sets into a new one in `output`, in the order given; the originals stay as they are.

    Episodes and scenes are numbered anew, one data set after the other. Pictures are copied as they are stored. Every
    shard keeps the configuration and provenance it was made with. Splits are joined by name if every data set has some,
    else dropped.

    Returns:
        The new manifest.

    Raises:
        MergeError: fewer than two data sets, one named twice, or schemas that differ in more than their maps.
        OccupiedError: `output` is not empty.
        ShardError: a shard does not have the hash that its manifest gives.
        StorageError: the disk took no more.
    """
    folders = [pathlib.Path(path) for path in paths]
    _check_folders(folders)
    datasets = [Dataset(folder) for folder in folders]
    schema = _common_schema(datasets)
    compressions = {dataset.manifest.compression for dataset in datasets}
    merged = Manifest(
        schema,
        sources=(),
        shard_records=max(dataset.manifest.shard_records for dataset in datasets),
        compression=compressions.pop() if len(compressions) == 1 else MIXED,
    )
    folder = pathlib.Path(output)
    lock = lock_folder(folder)
    try:
        require_empty(folder)
        try:
            merged = _copy_all(datasets, merged, folder)
            merged.write(folder)
        except BaseException:
            for file in folder.glob("shard-*.h5"):
                file.unlink()
            raise
    finally:
        lock.close()
    return merged


def _copy_all(datasets: Sequence[Dataset], merged: Manifest, folder: pathlib.Path) -> Manifest:
    """Copy every shard into `folder`; returns the manifest with them."""
    splits: dict[str, tuple[int, ...]] = {}
    first_episode = first_scene = 0
    for dataset in datasets:
        maps = [merged.schema.maps.index(info) for info in dataset.schema.maps]
        for entry in dataset.manifest.shards:
            copy = _Copy(dataset, entry, merged.schema, first_episode, first_scene, maps)
            merged = merged.with_shard(*copy.write(folder / shard_name(len(merged.shards))))
        for name, ids in dataset.manifest.splits.items():
            splits[name] = splits.get(name, ()) + tuple(episode + first_episode for episode in ids)
        first_episode += int(dataset.episodes.max(initial=-1)) + 1
        first_scene += int(dataset.column("scene/scene").max(initial=-1)) + 1
        dataset.close()
    if all(dataset.manifest.splits for dataset in datasets):
        merged = dataclasses.replace(merged, splits=splits, split_by={"merged": len(datasets)})
    return merged


@dataclasses.dataclass(frozen=True)
class _Copy:
    """The copy of one shard into another data set."""

    dataset: Dataset
    entry: ShardEntry
    schema: Schema  # of the new data set
    first_episode: int
    first_scene: int
    maps: Sequence[int]  # index in the new schema of each of the old maps

    @uninterrupted()
    def write(self, path: pathlib.Path) -> tuple[ShardEntry, Source]:
        original = self.dataset.path / self.entry.file
        if hash_file(original) != self.entry.sha256:
            raise ShardError(
                f"{original} is damaged: its SHA-256 differs from the manifest's; validate the data set first"
            )
        source = self.dataset.sources[self.entry.source]
        compression = self.dataset.manifest.compression
        copy = OpenShard(path, self.schema, source, "portable" if compression == MIXED else compression)
        try:
            with open_shard(original, self.dataset.schema) as old:
                changed = self._changed(old)
                for name in self.schema.columns():
                    if name in changed:
                        copy.create(name, len(changed[name]))[...] = changed[name]
                    else:
                        copy.copy(old, name)
                return copy.publish({"units/type": old["units/type"], **changed}), source
        except BaseException:
            copy.discard()
            raise

    def _changed(self, old: Any) -> dict[str, npt.NDArray[Any]]:
        episode, scene, map_index = (old[name][...] for name in REWRITTEN)
        values = (episode + self.first_episode, scene + self.first_scene, np.asarray(self.maps, np.int32)[map_index])
        return dict(zip(REWRITTEN, values, strict=True))


def _check_folders(folders: Sequence[pathlib.Path]) -> None:
    if len(folders) < 2:
        raise MergeError(f"{len(folders)} data sets: merging takes at least two")
    resolved = [folder.resolve() for folder in folders]
    for folder, place in zip(folders, resolved, strict=True):
        if resolved.count(place) > 1:
            raise MergeError(f"{folder} is named twice: its records would be in the new data set twice")


def _common_schema(datasets: Sequence[Dataset]) -> Schema:
    """The schema of all, with the maps of all.

    Raises:
        MergeError: they differ in something else.
    """
    first = datasets[0].schema
    maps: list[MapInfo] = []
    for dataset in datasets:
        places = f"in {datasets[0].path}", f"in {dataset.path}"
        theirs = dataclasses.replace(dataset.schema, maps=first.maps, unit_types=first.unit_types)
        found = list(differences(first.to_dict(), theirs.to_dict(), words=places))
        found += _different_types(first, dataset.schema, places)
        if found:
            raise MergeError(
                "the data sets differ and cannot be one:\n  "
                + "\n  ".join(found)
                + "\nharvest one of them again with the "
                "other's sizes and unit types, or keep them apart"
            )
        maps.extend(info for info in dataset.schema.maps if info not in maps)
    return dataclasses.replace(first, maps=tuple(maps))


def _different_types(first: Schema, other: Schema, places: tuple[str, str]) -> list[str]:
    """A line that names the counted unit types which only one of two schemas has; none where both count the same."""
    if first.unit_types == other.unit_types:
        return []
    alone = [
        f"{', '.join(kind.name for kind in these if kind not in those)} only {place}"
        for these, those, place in zip(
            (first.unit_types, other.unit_types), (other.unit_types, first.unit_types), places
        )
        if not set(these) <= set(those)
    ]
    return [f"unit_types: {'; '.join(alone) or 'in another order'}"]
