"""Sprites that were drawn once, kept and shown at every size."""

from __future__ import annotations

import collections
from collections.abc import Callable, Hashable

import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.sprites import Sprite

SMALL_PARTS, LARGE_PARTS = 12, 24
"""Units are shown at twelfths, structures at twenty-fourths of the sizes that they are drawn at."""

_LARGEST = 1.2  # drawn scale over that at the camera's target: about what the nearest ground of a picture has


def sizes(
    scale: npt.NDArray[np.float64], camera: ScreenCamera, parts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Which drawn size to take for `scale` px a world unit (N,), and how many of its `parts` (N,) to show it at.

    Ordinary views of the ground need one drawn size; each next one is twice as large.
    """
    relative = scale / scale_of(0, camera)
    octave = np.ceil(np.log2(relative) - 0.12).astype(np.int64)
    return octave, np.rint(relative / 2.0**octave * parts).astype(np.int64)


def scale_of(octave: int, camera: ScreenCamera) -> float:
    """Scale of a drawn size, px a world unit."""
    return _LARGEST * camera.focal / camera.distance * 2.0**octave


class SpriteCache:
    """Keeps sprites by key within `capacity` bytes; the one that was not used for longest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._held = capacity, 0
        self._sprites: collections.OrderedDict[Hashable, Sprite] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._sprites)

    def get(self, key: Hashable) -> Sprite | None:
        """The sprite kept under `key`."""
        sprite = self._sprites.get(key)
        if sprite is not None:
            self._sprites.move_to_end(key)
        return sprite

    def put(self, key: Hashable, sprite: Sprite) -> Sprite:
        """Keep a sprite, let others go where there is no room; returns it."""
        self._sprites[key] = sprite
        self._held += sprite.nbytes
        while self._held > self._capacity and len(self._sprites) > 1:
            self._held -= self._sprites.popitem(last=False)[1].nbytes
        return sprite


class Atlas:
    """Draws each sprite once at a drawn size and shrinks it to the parts of that size that pictures ask for.

    Bounded: about `capacity` bytes of shrunk sprites, and a third as much of drawn ones, which few pictures need again.
    """

    def __init__(self, capacity: int = 320 << 20) -> None:
        self._shown, self._drawn = SpriteCache(capacity), SpriteCache(capacity // 3)

    def find(self, key: Hashable, part: int) -> Sprite | None:
        """The sprite of a key at a part of its drawn size, if it is kept."""
        return self._shown.get((key, part))

    def make(self, key: Hashable, part: int, parts: int, draw: Callable[[], Sprite]) -> Sprite:
        """The sprite of a key at `part` / `parts` of its drawn size, which `draw` gives."""
        whole = self._drawn.get(key)
        if whole is None:
            whole = self._drawn.put(key, draw())
        return self._shown.put((key, part), whole if part == parts else whole.shrunk(part, parts))
