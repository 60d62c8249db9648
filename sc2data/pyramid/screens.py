"""Harvested screens as pyramids: level 0 is the data set itself, the coarser levels lie in a store beside it."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable
from typing import SupportsIndex

import numpy as np

from sc2data.format import Dataset, SchemaError
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import Pyramid, pixels_of_tiles
from sc2data.pyramid.store import PyramidStore, StoreError
from sc2data.pyramid.window import Box
from sc2data.pyramid.writer import PyramidWriter


class ScreenPlane:
    """Level 0 of a record's screen, read from the data set by its tiles."""

    def __init__(self, dataset: Dataset, record: int) -> None:
        height, width, channels = dataset.schema.trailing("screen")
        self.shape = (height, width, channels)
        self._dataset, self._record = dataset, record

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box within the screen, and how many pixels the tiles hold that it touches."""
        if min(box.shape) == 0:
            return np.zeros((*box.shape, self.shape[2]), np.uint8), 0
        rows, columns = box.shape
        pixels = self._dataset.screen_window(self._record, box.left, box.top, columns, rows)
        return pixels, pixels_of_tiles(box, self.shape, self._dataset.schema.tile)


def write_screen_levels(
    dataset: Dataset,
    path: str | os.PathLike[str],
    compression: str = "fast",
    report: Callable[[int, int], None] | None = None,
) -> None:
    """Write levels 1 and up of every screen of a data set to a store; a third of the screens' pixels.

    Args:
        dataset: with screens.
        path: of the store.
        compression: see `PyramidWriter`.
        report: is told how many screens are written, and of how many.

    Raises:
        SchemaError: the data set has no screens.
        OccupiedError, InUseError, StorageError: as `PyramidWriter`.
    """
    require_screens(dataset)
    about = {"level0": "screens of a data set", "shards": _shards(dataset)}
    with PyramidWriter(path, compression=compression, about=about, first_level=1) as writer:
        for record in range(len(dataset)):
            writer.add(_name(record), dataset.screen(record))
            if report:
                report(record + 1, len(dataset))


class ScreenPyramids:
    """The screens of a data set as pyramids, by record: `len(screens)`, `screens[record]`.

    Without a store beside it, `Pyramid.of(dataset.screen(record))` makes one pyramid in memory.

    Args:
        dataset: a data set with screens.
        levels: the store that `write_screen_levels` made of it.

    Raises:
        SchemaError: the data set has no screens.
        StoreError: the store was made of another data set, or before it grew.
    """

    def __init__(self, dataset: Dataset, levels: PyramidStore) -> None:
        require_screens(dataset)
        if [about.get("shards") for about in levels.abouts()] != [_shards(dataset)]:
            raise StoreError(f"{levels.path} was not made of {dataset.path} as it is now; make it again")
        self._dataset, self._levels = dataset, levels

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, record: SupportsIndex) -> Pyramid:
        index = operator.index(record)
        if not -len(self) <= index < len(self):
            raise IndexError(f"record {index}: {self._dataset.path} has {len(self)} records")
        index %= len(self)
        return Pyramid([ScreenPlane(self._dataset, index), *self._levels.planes(_name(index))])


def require_screens(dataset: Dataset) -> None:
    """Make sure that a data set has screens.

    Raises:
        SchemaError: it has none.
    """
    if dataset.schema.screen is None:
        raise SchemaError(f"{dataset.path} holds minimaps without screens; harvest a data set with screens")


def _name(record: int) -> str:
    return str(record)


def _shards(dataset: Dataset) -> list[str]:
    """What identifies the pixels of a data set: the hashes of its shards."""
    return [shard.sha256 for shard in dataset.manifest.shards]
