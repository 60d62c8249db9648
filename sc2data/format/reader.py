"""Reading data sets: rows, windows and columns as numpy arrays, from any process."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json
import operator
import os
import pathlib
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self, SupportsIndex

import h5py
import hdf5plugin  # noqa: F401  (registers the filters that shards are compressed with)
import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.format.manifest import Manifest, ShardEntry, Source, check_format
from sc2data.format.record import SCENE_COLUMNS, UNIT_COLUMNS, Record, Scene, Units
from sc2data.format.recovery import with_unlisted_shards
from sc2data.format.schema import COLUMNS, Schema, SchemaError

CHUNK_CACHE = 1 << 20
"""Bytes of chunks that every open dataset keeps: enough for a record's units and the minimap read last."""
OPEN_SHARDS = 32
"""How many shards a process keeps open at most."""


class ShardError(UserError, OSError):
    """A shard is missing, damaged, or not the one that the manifest names."""


class SplitError(UserError, KeyError):
    """The data set has no split of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class Dataset:
    """A data set on the disk, read lazily.

    Opening reads the manifest and looks at the size of every shard; shards are opened when first read, at most 32 at
    a time. An object may be used after a fork and may be pickled for a spawned process: every process opens the shards
    for itself. Threads may share it (HDF5 lets them read one at a time).

    Convention:
        Images are uint8 (height, width, 3) RGB. Record indices run from 0; negative ones count from the end.

    Raises:
        NoDatasetError, ManifestError: no data set in the folder, or a damaged one.
        ShardError: a shard of the manifest is missing or has another size.
    """

    def __init__(self, path: str | pathlib.Path) -> None:
        self.path = pathlib.Path(path)
        self.manifest = with_unlisted_shards(Manifest.read(self.path), self.path)
        self._starts = np.cumsum([0, *(shard.records for shard in self.manifest.shards)])
        self._shards: collections.OrderedDict[int, _OpenShard] = collections.OrderedDict()
        self._inherited: list[Any] = []
        self._process = os.getpid()
        for shard in self.manifest.shards:
            _check_file(self.path / shard.file, shard)

    @property
    def schema(self) -> Schema:
        """Sizes, maps and counted unit types."""
        return self.manifest.schema

    @property
    def sources(self) -> tuple[Source, ...]:
        """Configuration and provenance of the runs that made the data set."""
        return self.manifest.sources

    @property
    def episodes(self) -> npt.NDArray[np.int64]:
        """The episode of each record, (N,)."""
        return self.manifest.episode_ids()

    def __len__(self) -> int:
        return self.manifest.records

    def __iter__(self) -> Iterator[Record]:
        return (self.record(index) for index in range(len(self)))

    def record(self, index: SupportsIndex) -> Record:
        """One whole record.

        Raises:
            IndexError: there is no such record.
            ShardError: its shard is damaged.
        """
        screen = self.screen(index) if self.schema.screen is not None else None
        return Record(self.minimap(index), screen, self.units(index), self.scene(index))

    def minimap(self, index: SupportsIndex) -> npt.NDArray[np.uint8]:
        """The minimap of one record, (Hm, Wm, 3)."""
        return self._row("minimap", index)

    def minimaps(self, indices: npt.ArrayLike | None = None) -> npt.NDArray[np.uint8]:
        """The minimaps of some records, or of all, (n, Hm, Wm, 3), in the order asked."""
        return self.column("minimap", indices)

    def screen(self, index: SupportsIndex) -> npt.NDArray[np.uint8]:
        """The screen of one record, (Hs, Ws, 3)."""
        return self._row("screen", index)

    def screen_window(self, index: SupportsIndex, x: int, y: int, width: int, height: int) -> npt.NDArray[np.uint8]:
        """A window of a screen, (height, width, 3); reads only the tiles that it touches.

        Args:
            index: the record.
            x: the window's first column, y: its first row; either may be negative or beyond the screen.
            width: columns, height: rows; both at least 1.

        Returns:
            The pixels `screen[y : y + height, x : x + width]`; what lies outside of the screen is black.
        """
        if width < 1 or height < 1:
            raise ValueError(f"window of {width} x {height} pixels: both must be at least 1")
        shard, row = self._locate(index)
        dataset = self._dataset(shard, "screen")
        screen_height, screen_width, _ = self.schema.trailing("screen")
        top, bottom = np.clip([y, y + height], 0, screen_height).tolist()
        left, right = np.clip([x, x + width], 0, screen_width).tolist()
        if (bottom - top, right - left) == (height, width):
            return self._read(shard, dataset, np.s_[row, top:bottom, left:right])
        window = np.zeros((height, width, 3), np.uint8)
        if bottom > top and right > left:
            part = self._read(shard, dataset, np.s_[row, top:bottom, left:right])
            window[top - y : bottom - y, left - x : right - x] = part
        return window

    def counts(self, where: str = "screen", indices: npt.ArrayLike | None = None) -> npt.NDArray[np.uint16]:
        """Units by alliance (self, enemy, neutral) and counted type, (n, 3, K).

        Args:
            where: "screen": visible units on the screen; "map": all visible units.
            indices: which records, or a mask (N,); None: all.
        """
        if where not in ("screen", "map"):
            raise ValueError(f"counts of {where!r}: choose 'screen' or 'map'")
        return self.column(f"counts/{where}", indices)

    def units(self, index: SupportsIndex) -> Units:
        """The units of one record."""
        shard, row = self._locate(index)
        first, last = self._read(shard, self._dataset(shard, "units/offset"), np.s_[row : row + 2]).tolist()
        wanted = self.schema.columns()
        names = [name for name in UNIT_COLUMNS if f"units/{name}" in wanted]
        return Units.of(
            **{name: self._read(shard, self._dataset(shard, f"units/{name}"), np.s_[first:last]) for name in names}
        )

    def units_per_record(self) -> npt.NDArray[np.int64]:
        """How many units each record has, (N,); all of them, not only the counted types."""
        shards = range(len(self.manifest.shards))
        parts = [np.diff(self._read(shard, self._dataset(shard, "units/offset"), np.s_[:])) for shard in shards]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def scene(self, index: SupportsIndex) -> Scene:
        """Where one record comes from."""
        values: dict[str, Any] = {}
        for name in SCENE_COLUMNS:
            value = self._row(f"scene/{name}", index).tolist()
            values[name] = tuple(value) if isinstance(value, list) else value
        return Scene(**values)

    def column(self, name: str, indices: npt.ArrayLike | None = None) -> npt.NDArray[Any]:
        """A column of docs/format.md that has a row a record, such as "scene/seed"; of some records, or of all.

        Returns:
            (n, ...) in the order of `indices`, which may also be a mask (N,).

        Raises:
            ValueError: no such column, or it has a row a unit (see `units`).
            IndexError: a record that there is not.
        """
        column = COLUMNS.get(name)
        if column is None or column.rows != "record":
            per_record = ", ".join(key for key, value in COLUMNS.items() if value.rows == "record")
            raise ValueError(f"no column {name!r} with a row a record; there are {per_record}")
        wanted = self._wanted(indices)
        values = np.empty((len(wanted), *self.schema.trailing(name)), column.dtype)
        shards = np.searchsorted(self._starts, wanted, side="right") - 1
        for first, last in _runs(wanted, shards):
            shard = int(shards[first])
            row = int(wanted[first] - self._starts[shard])
            values[first:last] = self._read(shard, self._dataset(shard, name), np.s_[row : row + last - first])
        return values

    def split(self, name: str) -> npt.NDArray[np.int64]:
        """Indices of the records of a split, ascending.

        Raises:
            SplitError: the manifest has no such split.
        """
        if name not in self.manifest.splits:
            there = ", ".join(self.manifest.splits) or "none yet; make them with `python -m scripts.dataset split`"
            raise SplitError(f"{self.path} has no split {name!r}; there are: {there}")
        return np.flatnonzero(np.isin(self.episodes, self.manifest.splits[name]))

    def close(self) -> None:
        """Close the shards that this process has open; reading opens them again."""
        if self._process == os.getpid():
            for opened in self._shards.values():
                opened.file.close()
            self._shards = collections.OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_shards": collections.OrderedDict(), "_inherited": []}

    def __repr__(self) -> str:
        return f"Dataset({str(self.path)!r}, records={len(self)}, shards={len(self.manifest.shards)})"

    def _locate(self, index: SupportsIndex) -> tuple[int, int]:
        """(shard, row within it) of a record."""
        record = int(self._checked(np.array([operator.index(index)]))[0])
        shard = int(np.searchsorted(self._starts, record, side="right")) - 1
        return shard, record - int(self._starts[shard])

    def _wanted(self, indices: npt.ArrayLike | None) -> npt.NDArray[np.int64]:
        """Indices from 0, of what the user may give: indices, a mask of all records, or None for all."""
        if indices is None:
            return np.arange(len(self))
        given = np.asarray(indices)
        if given.dtype == np.bool_:
            if given.shape != (len(self),):
                raise IndexError(f"mask of shape {given.shape}: {self.path} has {len(self)} records")
            return np.flatnonzero(given)
        return self._checked(given.astype(np.int64, casting="same_kind" if given.size else "unsafe").reshape(-1))

    def _checked(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        wrong = (indices < -len(self)) | (indices >= len(self))
        if wrong.any():
            raise IndexError(f"record {indices[wrong][0]}: {self.path} has {len(self)} records")
        return np.where(indices < 0, indices + len(self), indices)

    def _row(self, name: str, index: SupportsIndex) -> Any:
        shard, row = self._locate(index)
        return self._read(shard, self._dataset(shard, name), row)

    def _read(self, shard: int, dataset: h5py.Dataset, rows: Any) -> Any:
        try:
            return dataset[rows]
        except (OSError, RuntimeError) as error:
            path = self.path / self.manifest.shards[shard].file
            raise ShardError(
                f"{path}: {dataset.name} cannot be read ({error}); the file is damaged: restore it from a copy. "
                "`python -m scripts.dataset validate` lists all damage"
            ) from error

    def _dataset(self, shard: int, name: str) -> h5py.Dataset:
        if name not in self.schema.columns():
            raise SchemaError(f"{self.path} has no {name!r}: it holds minimaps without screens")
        opened = self._shard(shard)
        if name not in opened.datasets:
            if name not in opened.file:
                raise ShardError(f"{self.path / self.manifest.shards[shard].file} has no {name!r}: it is damaged")
            opened.datasets[name] = opened.file[name]
        return opened.datasets[name]

    def _shard(self, shard: int) -> _OpenShard:
        if self._process != os.getpid():
            # After a fork the handles belong to the parent: keep them, unused, for closing is the parent's business.
            self._inherited.append(self._shards)
            self._shards = collections.OrderedDict()
            self._process = os.getpid()
        if shard in self._shards:
            self._shards.move_to_end(shard)
        else:
            while len(self._shards) >= OPEN_SHARDS:
                self._shards.popitem(last=False)[1].file.close()
            file = open_shard(self.path / self.manifest.shards[shard].file, self.schema)
            self._shards[shard] = _OpenShard(file, {})
        return self._shards[shard]


@dataclasses.dataclass(frozen=True)
class _OpenShard:
    """A shard that is open, and those of its datasets that are: an open dataset keeps the chunks read last."""

    file: h5py.File
    datasets: dict[str, h5py.Dataset]


def open_shard(path: pathlib.Path, schema: Schema) -> h5py.File:
    """Open a finished shard for reading and make sure that it is of `schema`.

    Raises:
        ShardError: unreadable, or of another schema.
    """
    try:
        # Shards never change, so no lock is needed; read-only and network folders may not give one.
        file = h5py.File(path, "r", locking=False, rdcc_nbytes=CHUNK_CACHE)
    except OSError as error:
        raise ShardError(f"{path} cannot be opened ({error}); the file is damaged: restore it from a copy") from error
    try:
        check_format(path, file.attrs)
        if Schema.from_dict(json.loads(file.attrs["schema"])) != schema:
            raise ShardError(f"{path} is of another schema than its manifest; it belongs to another data set")
    except (KeyError, OSError, ValueError) as error:
        file.close()
        raise error if isinstance(error, UserError) else ShardError(f"{path} is no shard ({error})") from error
    return file


def _check_file(path: pathlib.Path, shard: ShardEntry) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ShardError(f"{path} is in the manifest but missing; restore it from a copy") from error
    if size != shard.bytes:
        raise ShardError(f"{path} has {size} bytes, not the {shard.bytes} of the manifest; restore it from a copy")


def _runs(indices: npt.NDArray[np.int64], shards: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Stretches [first, last) of `indices` that are consecutive rows of one shard."""
    breaks = np.flatnonzero((np.diff(indices) != 1) | (np.diff(shards) != 0)) + 1
    edges: Sequence[int] = [0, *breaks.tolist(), len(indices)]
    return ((first, last) for first, last in itertools.pairwise(edges) if last > first)
