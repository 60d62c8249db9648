"""Screens of a harvested data set as pyramids that travel between processes as no more than a path and a number."""

from __future__ import annotations

import functools
import os
import pathlib
import time
from typing import Any

import numpy as np

from sc2data.format import Dataset, OccupiedError
from sc2data.format.durable import InUseError
from sc2data.pyramid import Pyramid, PyramidStore, ScreenPyramids, write_screen_levels
from sc2data.pyramid.levels import Pixels, build_levels, level_sizes
from sc2data.pyramid.screens import ScreenPlane
from sc2data.pyramid.window import Box
from varsac.tasks.cache import Report


class ScreenPyramid(Pyramid):
    """The screen of one record.

    Its finest level is read from the data set by the window. The coarser ones come from a file beside it, or are made
    from the whole screen as soon as one is asked for: windows no coarser than the screen itself never need them.

    Args:
        dataset: folder of the data set.
        levels: file of the coarser levels; None: made when needed.
        record: number of the record.
    """

    def __init__(self, dataset: pathlib.Path, levels: pathlib.Path | None, record: int) -> None:
        self._came_from = dataset, levels, record
        opened = opened_dataset(dataset)
        if levels is not None:
            super().__init__([ScreenPlane(opened, record), *_opened_store(levels).planes(str(record))])
            return
        height, width, _ = opened.schema.trailing("screen")
        made = _MadeLevels(opened, record)
        coarser = [_MadePlane(made, level, size) for level, size in enumerate(level_sizes(height, width)) if level]
        super().__init__([ScreenPlane(opened, record), *coarser])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._came_from


@functools.lru_cache(maxsize=8)
def opened_dataset(path: pathlib.Path) -> Dataset:
    """The process's one reader of a data set; readers take care of forks themselves."""
    return Dataset(path)


def screen_levels(dataset: Dataset, report: Report | None = None) -> pathlib.Path:
    """The file of the coarser levels of a data set's screens, beside its folder; made where it is not there.

    Where another process makes it already, this one waits for it.

    Args:
        dataset: with screens.
        report: is told how many screens are ready, and of how many, while it is made.

    Raises:
        StoreError: it was made before the data set grew.
        StorageError: the disk does not take it.
    """
    folder = pathlib.Path(os.path.abspath(dataset.path))
    path = folder.with_name(folder.name + ".levels.h5")
    while not path.exists():
        try:
            write_screen_levels(dataset, path, report=report)
        except InUseError:
            time.sleep(1)
        except OccupiedError:
            break
    ScreenPyramids(dataset, PyramidStore(path))
    return path


@functools.lru_cache(maxsize=8)
def _opened_store(path: pathlib.Path) -> PyramidStore:
    return PyramidStore(path)


class _MadeLevels:
    """All levels of a record's screen in memory, from the first time that they are asked for."""

    def __init__(self, dataset: Dataset, record: int) -> None:
        self._dataset, self._record = dataset, record

    @functools.cached_property
    def levels(self) -> list[Pixels]:
        return build_levels(self._dataset.screen(self._record))


class _MadePlane:
    """One of them."""

    def __init__(self, made: _MadeLevels, level: int, size: tuple[int, int]) -> None:
        self.shape = (*size, 3)
        self._made, self._level = made, level

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box; decoded were those of the whole screen, and they count once."""
        fresh = "levels" not in self._made.__dict__
        part = self._made.levels[self._level][box.top : box.bottom, box.left : box.right]
        return np.ascontiguousarray(part), self._made.levels[0].shape[0] * self._made.levels[0].shape[1] if fresh else 0
