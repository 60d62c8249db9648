"""manifest.json: what a data set consists of, where it came from, and how it is split."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.format.durable import replace_file
from sc2data.format.schema import FORMAT, SCHEMA_VERSION, Schema

MANIFEST = "manifest.json"

Run = tuple[int, int, int]
"""(first episode, how many consecutive episodes, records of each)."""


class ManifestError(UserError, ValueError):
    """The manifest is missing, unreadable, or not one of this format."""


class NoDatasetError(ManifestError, FileNotFoundError):
    """There is no data set in the folder."""


@dataclasses.dataclass(frozen=True)
class Source:
    """A run that made shards: its resolved configuration and its provenance, both plain JSON values.

    `provenance["backend"]` has at least "name" ("game" or "simulator") and "version".
    """

    config: Mapping[str, Any]
    provenance: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class ShardEntry:
    """One shard: its file, size and hash, what it holds, and the index of its source."""

    file: str
    bytes: int
    sha256: str
    records: int
    units: int
    episodes: tuple[Run, ...]
    source: int

    def episode_ids(self) -> npt.NDArray[np.int64]:
        """The episode of each record, (records,)."""
        return decode_episodes(self.episodes)


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The content of manifest.json. `splits` gives episode ids by name; `split_by` says how they were drawn."""

    schema: Schema
    sources: tuple[Source, ...]
    shard_records: int
    compression: str
    shards: tuple[ShardEntry, ...] = ()
    splits: Mapping[str, tuple[int, ...]] = dataclasses.field(default_factory=dict)
    split_by: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def records(self) -> int:
        """Records in all shards."""
        return sum(shard.records for shard in self.shards)

    def episode_ids(self) -> npt.NDArray[np.int64]:
        """The episode of each record of the data set, (records,)."""
        return np.concatenate([np.zeros(0, np.int64), *(shard.episode_ids() for shard in self.shards)])

    def with_shard(self, entry: ShardEntry, source: Source) -> Manifest:
        """This manifest with one more shard at the end, its source added where it is new."""
        sources = self.sources if source in self.sources else (*self.sources, source)
        entry = dataclasses.replace(entry, source=sources.index(source))
        return dataclasses.replace(self, sources=sources, shards=(*self.shards, entry))

    def to_json(self) -> str:
        """The text of manifest.json: the same for equal manifests."""
        values = {
            "format": FORMAT,
            "schema_version": SCHEMA_VERSION,
            "schema": self.schema.to_dict(),
            "sources": [dataclasses.asdict(source) for source in self.sources],
            "shard_records": self.shard_records,
            "compression": self.compression,
            "records": self.records,
            "shards": [dataclasses.asdict(shard) for shard in self.shards],
            "splits": {name: list(ids) for name, ids in self.splits.items()},
            "split_by": dict(self.split_by),
        }
        return json.dumps(values, indent=1, sort_keys=True, allow_nan=False) + "\n"

    def write(self, folder: pathlib.Path) -> None:
        """Replace the folder's manifest at once and durably."""
        replace_file(folder / MANIFEST, self.to_json().encode())

    @classmethod
    def read(cls, folder: pathlib.Path) -> Manifest:
        """Read the folder's manifest; looks at no shard.

        Raises:
            NoDatasetError: no such folder, or no manifest in it.
            ManifestError: not JSON, not of this format, or of a later major version.
        """
        path = folder / MANIFEST
        try:
            values = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NoDatasetError(f"{folder} holds no data set: there is no {MANIFEST}") from error
        except ValueError as error:
            raise ManifestError(f"{path} is not JSON ({error}); restore it from a copy") from error
        check_format(path, values)
        try:
            return cls._from_values(values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ManifestError(
                f"{path} is damaged or was edited ({type(error).__name__}: {error}); restore it from a copy"
            ) from error

    @classmethod
    def _from_values(cls, values: Mapping[str, Any]) -> Manifest:
        manifest = cls(
            schema=Schema.from_dict(values["schema"]),
            sources=tuple(Source(**source) for source in values["sources"]),
            shard_records=int(values["shard_records"]),
            compression=str(values["compression"]),
            shards=tuple(
                ShardEntry(**{**shard, "episodes": tuple((int(f), int(c), int(r)) for f, c, r in shard["episodes"])})
                for shard in values["shards"]
            ),
            splits={str(name): tuple(int(i) for i in ids) for name, ids in values["splits"].items()},
            split_by=dict(values["split_by"]),
        )
        if values["records"] != manifest.records:
            raise ValueError(f"records is {values['records']}, but the shards add up to {manifest.records}")
        return manifest


def check_format(where: pathlib.Path, values: Any) -> None:
    """Raise ManifestError unless `values` (a manifest, or a shard's attributes) are of a version that we can read."""
    found = values.get("format") if hasattr(values, "get") else None
    if found != FORMAT:
        raise ManifestError(f"{where} is not of a data set of this project: format is {found!r}, not {FORMAT!r}")
    version = str(values.get("schema_version"))
    major = SCHEMA_VERSION.split(".")[0]
    if version.split(".")[0] != major:
        raise ManifestError(f"{where} has schema version {version}, this program reads {major}.x; install a later one")


def encode_episodes(episodes: npt.NDArray[np.int64]) -> tuple[Run, ...]:
    """Runs of consecutive episodes with the same number of records each, from the episode of each record.

    >>> encode_episodes(np.array([4, 4, 5, 5, 6, 9, 9]))
    ((4, 2, 2), (6, 1, 1), (9, 1, 2))
    """
    starts = np.flatnonzero(np.diff(episodes, prepend=episodes[:1] - 1))
    lengths = np.diff(starts, append=len(episodes))
    runs: list[Run] = []
    for episode, length in zip(episodes[starts].tolist(), lengths.tolist(), strict=True):
        first, count, records = runs[-1] if runs else (0, 0, 0)
        if runs and episode == first + count and length == records:
            runs[-1] = (first, count + 1, records)
        else:
            runs.append((episode, 1, length))
    return tuple(runs)


def decode_episodes(runs: Iterable[Run]) -> npt.NDArray[np.int64]:
    """The episode of each record, from `encode_episodes`.

    >>> decode_episodes([(4, 2, 2), (6, 1, 1)]).tolist()
    [4, 4, 5, 5, 6]
    """
    parts = [np.repeat(np.arange(first, first + count), records) for first, count, records in runs]
    return np.concatenate([np.zeros(0, np.int64), *parts])
