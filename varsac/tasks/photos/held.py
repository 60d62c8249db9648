"""Pyramids of photographs that are looked at again and again: what is small of them stays in memory."""

from __future__ import annotations

import collections
import pathlib
from typing import Any

import numpy as np

from sc2data.pyramid import Pyramid
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import Plane, pixels_of_tiles
from sc2data.pyramid.window import Box
from varsac.tasks.stored import StoredPyramid

MOST_PIXELS = 1 << 21
"""Of a level that is kept: a photograph of 24 megapixels takes 6 MB, its levels from a quarter of its size on."""
KEPT_PHOTOS = 64
"""Photographs of which a process keeps levels."""

_kept: collections.OrderedDict[tuple[pathlib.Path, str], list[Plane]] = collections.OrderedDict()


class HeldPyramid(Pyramid):
    """A pyramid of a store of one file; each of its small levels is read once in a process and then kept.

    Reading counts as decoded what a reader without that memory would decode. Pickled it is a path and a name.

    Args:
        path: the file.
        name: of the image in it.
        tile: side of the file's tiles, px.

    Raises:
        StoreError: the file is missing or damaged.
        NoImageError: it holds no such image.
    """

    def __init__(self, path: pathlib.Path, name: str, tile: int) -> None:
        super().__init__(_planes(path, name, tile))
        self._made_of = path, name, tile

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._made_of


class HeldPlane:
    """A level that is kept from its first reading on.

    Args:
        plane: the level in its file.
        tile: side of its tiles, px.
    """

    def __init__(self, plane: Plane, tile: int) -> None:
        self.shape = plane.shape
        self._plane, self._tile = plane, tile
        self._pixels: Pixels | None = None

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box within the level, not to be written to, and how many would be decoded."""
        if self._pixels is None:
            height, width, _ = self.shape
            self._pixels = self._plane.read(Box(0, height, 0, width))[0]
            self._pixels.flags.writeable = False
        part = self._pixels[box.top : box.bottom, box.left : box.right]
        return part, pixels_of_tiles(box, self.shape, self._tile) if part.size else 0


def _planes(path: pathlib.Path, name: str, tile: int) -> list[Plane]:
    key = path, name
    if key in _kept:
        _kept.move_to_end(key)
    else:
        while len(_kept) >= KEPT_PHOTOS:
            _kept.popitem(last=False)
        stored = StoredPyramid(path, name).planes
        _kept[key] = [HeldPlane(one, tile) if np.prod(one.shape[:2]) <= MOST_PIXELS else one for one in stored]
    return _kept[key]
