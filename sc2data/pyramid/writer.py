"""Writing pyramids to a file that appears whole or not at all."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.format.durable import AllOrNothing, FolderLock, fsync_folder, storage_error, uninterrupted
from sc2data.format.folder import OccupiedError
from sc2data.format.layout import canonical_json
from sc2data.format.shard_file import ShardFile
from sc2data.pyramid.image_file import ArraySource, ImageFile, ImageSource
from sc2data.pyramid.layout import FORMAT, LIBRARY_VERSIONS, TILE, VERSION, create_group, group_name, level_name
from sc2data.pyramid.levels import halve, level_sizes
from sc2data.pyramid.window import Box

BAND = 256
"""Rows that are in memory at a time; rounded to whole pairs of tiles."""

Image = npt.NDArray[Any] | str | os.PathLike[str] | ImageSource


class NameTakenError(UserError, ValueError):
    """The file holds an image of that name already."""


class PyramidWriter(AllOrNothing):
    """Writes one file of pyramids: `add` images, then `close`; as a context manager closes it, or discards it on error.

    The file has the suffix `.tmp` until it is closed, flushed to the disk and renamed: a killed writer leaves nothing
    that a reader would take for a store. An image that turns out to be damaged is left out, the others stay. Its bytes
    depend on the arguments and images alone.

    Args:
        path: the file, by convention `*.h5`; its folder is made where there is none.
        tile: side of the tiles, px, at least 8.
        compression: "fast" (zstd), "portable" (gzip) or "none"; all without loss.
        about: what the file is, JSON values.
        first_level: 1 leaves out the images themselves, for stores beside the data they were made from.

    Raises:
        OccupiedError: `path` exists.
        InUseError: another process writes it.
        StorageError: the disk does not take it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        tile: int = TILE,
        compression: str = "fast",
        about: Mapping[str, Any] | None = None,
        first_level: int = 0,
    ) -> None:
        if tile < 8:
            raise ValueError(f"tile of {tile} px: choose at least 8, best about the side of a glimpse")
        self.path = pathlib.Path(path)
        self._tile, self._compression, self._first_level = tile, compression, first_level
        self._rows = max(BAND // (2 * tile), 1) * 2 * tile
        self._names: set[str] = set()
        attributes = {
            "format": FORMAT,
            "version": VERSION,
            "tile": tile,
            "compression": compression,
            "about": canonical_json(dict(about or {})),
        }
        temporary = self.path.with_name(self.path.name + ".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch()
            self._lock = FolderLock(temporary)
            self._file = ShardFile(temporary)
        except OSError as error:
            raise storage_error(self.path, error) from error
        with uninterrupted():
            self._hdf5 = h5py.File(self._file, "w", libver=LIBRARY_VERSIONS, rdcc_nbytes=0)
            self._hdf5.attrs.update(attributes)
        if self.path.exists():
            self.discard()
            raise OccupiedError(f"{self.path} exists already; remove it, or choose another name")

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str, image: Image, about: Mapping[str, Any] | None = None) -> None:
        """Add an image with all its levels.

        Args:
            name: how the store will know it; any text, such as a relative path.
            image: uint8 (H, W), (H, W, 1) or (H, W, 3) RGB; or the path of an image file, or what hands out its bands.
            about: what is known of it, JSON values.

        Raises:
            ImageError: not an image that a pyramid takes, or a damaged one; the file is as it was before.
            NameTakenError: there is an image of that name.
            StorageError: the disk takes no more; the file is discarded.
        """
        if name in self._names:
            raise NameTakenError(f"{self.path} holds an image {name!r} already; names are unique")
        text = canonical_json(dict(about or {}))
        source: ImageSource
        if isinstance(image, np.ndarray):
            source = ArraySource(image, name)
        else:
            source = ImageFile(image) if isinstance(image, str | os.PathLike) else image
        group = self._group(source)
        row = len(group["name"])
        _resize(group, row + 1)
        try:
            self._write_levels(group, row, source)
        except BaseException:
            _resize(group, row)
            self._raise_failed_write()
            raise
        with uninterrupted():
            group["name"][row], group["about"][row], group["order"][row] = name, text, len(self)
            self._names.add(name)
        self._raise_failed_write()

    @uninterrupted()
    def close(self) -> None:
        """Flush the file to the disk and give it its name.

        Raises:
            StorageError: the disk takes no more; the file is discarded.
        """
        if not self._hdf5:
            return
        self._hdf5.close()
        self._raise_failed_write()
        try:
            self._file.sync()
            self._file.close()
            os.replace(self._file.path, self.path)
            fsync_folder(self.path.parent)
        except OSError as error:
            self._file.discard()
            raise storage_error(self.path, error) from error
        finally:
            self._lock.close()

    @uninterrupted()
    def discard(self) -> None:
        """Throw the file away."""
        self._hdf5.close()
        self._file.discard()
        self._lock.close()

    def _raise_failed_write(self) -> None:
        if self._file.error is not None:
            self.discard()
            raise storage_error(self.path, self._file.error) from self._file.error

    @uninterrupted()
    def _group(self, source: ImageSource) -> h5py.Group:
        size = source.height, source.width, source.channels
        name = group_name(*size)
        if name in self._hdf5:
            return self._hdf5[name]
        return create_group(
            self._hdf5, *size, first_level=self._first_level, tile=self._tile, compression=self._compression
        )

    def _write_levels(self, group: h5py.Group, row: int, source: ImageSource) -> None:
        """Write the image band by band, then each level from the one before, read back band by band."""
        base = self._first_level
        for box, pixels in source.bands(self._rows):
            for _ in range(base):
                box, pixels = _halved(box), halve(pixels)
            with uninterrupted():
                group[level_name(base)][row, box.top : box.bottom, box.left : box.right] = pixels
        for level in range(base + 1, len(level_sizes(source.height, source.width))):
            before, after = group[level_name(level - 1)], group[level_name(level)]
            for top in range(0, before.shape[1], self._rows):
                with uninterrupted():
                    half = halve(before[row, top : top + self._rows])
                    after[row, top // 2 : top // 2 + len(half)] = half


def _halved(box: Box) -> Box:
    """The box of the next level that a box covers; its corner is at even coordinates."""
    return Box(box.top // 2, (box.bottom + 1) // 2, box.left // 2, (box.right + 1) // 2)


@uninterrupted()
def _resize(group: h5py.Group, rows: int) -> None:
    for dataset in group.values():
        dataset.resize(rows, axis=0)
