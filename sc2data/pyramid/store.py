"""Reading pyramids from files, a window at a time, from any process."""

from __future__ import annotations

import collections
import dataclasses
import json
import operator
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import hdf5plugin  # noqa: F401  (registers the filters that tiles are compressed with)
import numpy as np

from sc2data.errors import UserError
from sc2data.pyramid.layout import FORMAT, SUFFIX, VERSION, group_name, level_name
from sc2data.pyramid.levels import Pixels, level_sizes
from sc2data.pyramid.pyramid import Pyramid, pixels_of_tiles
from sc2data.pyramid.window import Box

OPEN_FILES = 32
"""How many files a store keeps open at most, in each process."""


class StoreError(UserError, OSError):
    """A file is missing, damaged, or no store of pyramids."""


class NoImageError(UserError, KeyError):
    """The store has no image of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where an image is: file, group and row, and its size."""

    file: int
    row: int
    height: int
    width: int
    channels: int
    first_level: int


class PyramidStore(Mapping[str, Pyramid]):
    """The pyramids in a file, or in all files `*.h5` of a folder and its sub-folders, by the names of the images.

    Opening reads the names; pixels are read when a window is. An object may be used after a fork and may be pickled for
    a spawned process: every process opens the files for itself, at most 32 at a time. Threads may share it.

    Args:
        path: a file or a folder.
        cache_bytes: decoded tiles that HDF5 may keep, in bytes for each level of each open file. Without (the default)
            memory is bounded and every window costs the same; give some where windows overlap the ones before.

    Raises:
        StoreError: no such file, none in the folder, or one that is damaged or no store; two images of one name.
    """

    def __init__(self, path: str | os.PathLike[str], cache_bytes: int = 0) -> None:
        self.path = pathlib.Path(path)
        self._cache_bytes = cache_bytes
        self._open: collections.OrderedDict[int, _OpenFile] = collections.OrderedDict()
        self._inherited: list[Any] = []
        self._process = os.getpid()
        self._files = _files(self.path)
        self._entries: dict[str, Entry] = {}
        for index in range(len(self._files)):
            self._index(index)

    def __getitem__(self, name: str) -> Pyramid:
        entry = self.entry(name)
        if entry.first_level:
            raise StoreError(f"{self.path} holds no pixels of {name!r} below level {entry.first_level}: see `planes`")
        return Pyramid(self.planes(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, name: str) -> Entry:
        """Where an image is.

        Raises:
            NoImageError: there is none of that name.
        """
        try:
            return self._entries[name]
        except KeyError:
            raise NoImageError(
                f"{self.path} has no image {name!r}; its {len(self)} images are called {', '.join(list(self)[:3])} ..."
            ) from None

    def planes(self, name: str) -> list[TilePlane]:
        """The levels that are stored of an image, the finest first."""
        entry = self.entry(name)
        sizes = level_sizes(entry.height, entry.width)
        return [TilePlane(self, entry, level, *sizes[level]) for level in range(entry.first_level, len(sizes))]

    def about(self, name: str) -> dict[str, Any]:
        """What the writer was told about an image."""
        entry = self.entry(name)
        group = self._file(entry.file).hdf5[_group_of(entry)]
        return dict(json.loads(group["about"].asstr()[entry.row]))

    @property
    def files(self) -> tuple[pathlib.Path, ...]:
        """The files that the store consists of."""
        return tuple(self._files)

    def abouts(self) -> list[dict[str, Any]]:
        """What the writers were told about each file, in the order of `files`."""
        return [json.loads(self._file(index).hdf5.attrs["about"]) for index in range(len(self._files))]

    def read(self, entry: Entry, level: int, box: Box) -> Pixels:
        """Pixels of a box that lies within a level; `Pyramid.read_window` finds out which.

        Raises:
            StoreError: the file is damaged.
        """
        opened = self._file(entry.file)
        try:
            dataset = opened.dataset(f"{_group_of(entry)}/{level_name(level)}")
            pixels: Pixels = dataset[entry.row, box.top : box.bottom, box.left : box.right]
        except (KeyError, OSError, RuntimeError) as error:
            raise StoreError(
                f"{self._files[entry.file]}: level {level} of image {entry.row} of {_group_of(entry)} cannot be read "
                f"({error}); the file is damaged: make it again, or restore it from a copy"
            ) from error
        return pixels

    def tile(self, entry: Entry) -> int:
        """Side in pixels of the tiles of an image."""
        return self._file(entry.file).tile

    def close(self) -> None:
        """Close the files that this process has open; reading opens them again."""
        if self._process == os.getpid():
            for opened in self._open.values():
                opened.hdf5.close()
            self._open = collections.OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": collections.OrderedDict(), "_inherited": []}

    def __repr__(self) -> str:
        return f"PyramidStore({str(self.path)!r}, images={len(self)}, files={len(self._files)})"

    def _index(self, index: int) -> None:
        """Enter the images of a file."""
        path = self._files[index]
        hdf5 = self._file(index).hdf5
        found: list[tuple[int, str, Entry]] = []
        try:
            for group in hdf5.values():
                size = (int(group.attrs[key]) for key in ("height", "width", "channels", "first_level"))
                height, width, channels, first_level = size
                for row, (order, name) in enumerate(zip(group["order"][:], group["name"].asstr()[:], strict=True)):
                    found.append((int(order), name, Entry(index, row, height, width, channels, first_level)))
        except (AttributeError, KeyError, OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"{path} is damaged ({error}); make it again, or restore it from a copy") from error
        for _, name, entry in sorted(found, key=operator.itemgetter(0)):
            if name in self._entries:
                raise StoreError(f"{self.path} has two images called {name!r}, the second one in {path}; remove one")
            self._entries[name] = entry

    def _file(self, index: int) -> _OpenFile:
        if self._process != os.getpid():
            # After a fork the handles belong to the parent: keep them, unused, for closing is the parent's business.
            self._inherited.append(self._open)
            self._open = collections.OrderedDict()
            self._process = os.getpid()
        if index in self._open:
            self._open.move_to_end(index)
        else:
            while len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1].hdf5.close()
            self._open[index] = _open(self._files[index], self._cache_bytes)
        return self._open[index]


class TilePlane:
    """A level in a store."""

    def __init__(self, store: PyramidStore, entry: Entry, level: int, height: int, width: int) -> None:
        self.shape = (height, width, entry.channels)
        self._store, self._entry, self._level = store, entry, level

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box within the level, and how many pixels the tiles hold that it touches."""
        if min(box.shape) == 0:
            return np.zeros((*box.shape, self.shape[2]), np.uint8), 0
        pixels = self._store.read(self._entry, self._level, box)
        return pixels, pixels_of_tiles(box, self.shape, self._store.tile(self._entry))


@dataclasses.dataclass(frozen=True)
class _OpenFile:
    """A file that is open, its tile side, and the datasets of it that are open."""

    hdf5: h5py.File
    tile: int
    datasets: dict[str, h5py.Dataset]

    def dataset(self, name: str) -> h5py.Dataset:
        if name not in self.datasets:
            self.datasets[name] = self.hdf5[name]
        return self.datasets[name]


def _group_of(entry: Entry) -> str:
    return group_name(entry.height, entry.width, entry.channels)


def _files(path: pathlib.Path) -> list[pathlib.Path]:
    if path.is_file():
        return [path]
    files = sorted(path.rglob(f"*{SUFFIX}"))
    if not files:
        reason = f"holds no file *{SUFFIX}" if path.is_dir() else "does not exist"
        raise StoreError(f"{path} {reason}; `sc2data.pyramid.PyramidWriter` makes stores of pyramids")
    return files


def _open(path: pathlib.Path, cache_bytes: int) -> _OpenFile:
    try:
        # Finished files never change, so no lock is needed; read-only and network folders may not give one.
        hdf5 = h5py.File(path, "r", locking=False, rdcc_nbytes=cache_bytes)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened ({error}); make it again, or restore it from a copy") from error
    kind, version = str(hdf5.attrs.get("format")), str(hdf5.attrs.get("version"))
    if kind != FORMAT:
        hdf5.close()
        raise StoreError(f"{path} is no store of pyramids (its format is {kind!r}, not {FORMAT!r})")
    if version.split(".")[0] != VERSION.split(".")[0]:
        hdf5.close()
        raise StoreError(f"{path} is a store of version {version}; this program reads {VERSION}: use a newer program")
    return _OpenFile(hdf5, int(hdf5.attrs["tile"]), {})
