"""Pyramids in files that travel between processes as no more than their file and name."""

from __future__ import annotations

import collections
import pathlib
from typing import Any

from sc2data.pyramid import Pyramid, PyramidStore

OPEN_STORES = 128
"""Stores of one file each that a process keeps open."""

_stores: collections.OrderedDict[pathlib.Path, PyramidStore] = collections.OrderedDict()


class StoredPyramid(Pyramid):
    """A pyramid of a store of one file. Pickled, as by a data loader's worker, it is a path and a name.

    Args:
        path: the file.
        name: of the image in it.

    Raises:
        StoreError: the file is missing or damaged.
        NoImageError: it holds no such image.
    """

    def __init__(self, path: pathlib.Path, name: str) -> None:
        super().__init__(_store(path).planes(name))
        self.path, self.name = path, name

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.name)


def _store(path: pathlib.Path) -> PyramidStore:
    """The process's one store of a file; stores take care of forks themselves."""
    if path in _stores:
        _stores.move_to_end(path)
    else:
        while len(_stores) >= OPEN_STORES:
            _stores.popitem(last=False)[1].close()
        _stores[path] = PyramidStore(path)
    return _stores[path]
