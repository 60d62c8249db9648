"""Sprites side by side in one piece of memory, so that all of a picture are laid over it in one go."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt

from sc2data.sim.drawing import sprite_loops
from sc2data.sim.drawing.sprites import Sprite

Image = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

_NO_RAYS: sprite_loops.Rays = (np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32), 1)
_FIRST_ROWS, _FIRST_SPRITES = 1 << 14, 1 << 8


class Sheet:
    """Keeps what sprites do not leave clear, row by row, and numbers the sprites.

    It fills up to `capacity` bytes, and then is emptied as a whole by `make_room`: numbers hold until then. `emptied`
    counts how often that was. Room for all pixels is reserved at once, which the system provides as it is used: nothing
    is copied to longer arrays while it fills.
    """

    def __init__(self, capacity: int = 192 << 20) -> None:
        self._capacity = capacity
        self.emptied = 0
        self._colour, self._rest = np.empty(3 * capacity // 4, np.uint8), np.empty(capacity // 4, np.uint8)
        self._spans = np.empty((_FIRST_ROWS, 3), np.int64)  # of rows: first pixel of the picture, how many, where kept
        self._extent = np.empty((_FIRST_SPRITES, 5), np.int64)  # left, top, right, bottom, first row
        self._start()

    def _start(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._pixels = self._rows = self._count = 0

    def make_room(self) -> None:
        """Empty the sheet if it is full."""
        if 4 * self._pixels > self._capacity:
            self._start()
            self.emptied += 1

    def find(self, key: Hashable) -> int | None:
        """The number of the sprite that was added under `key`."""
        return self._numbers.get(key)

    def number(self, key: Hashable, sprite: Sprite) -> int:
        """The number of `sprite`, which is added under `key` if it is not there."""
        found = self._numbers.get(key)
        return self.add(key, sprite) if found is None else found

    def add(self, key: Hashable, sprite: Sprite) -> int:
        """Take in a sprite; returns its number."""
        height = len(sprite.rest)
        self._grow(self._pixels + sprite.rest.size, self._rows + height, self._count + 1)
        self._extent[self._count] = (*sprite.extent, self._rows)
        spans = self._spans[self._rows : self._rows + height]
        self._pixels = sprite_loops.pack(sprite.colour, sprite.rest, self._colour, self._rest, spans, self._pixels)
        self._rows += height
        self._numbers[key] = self._count
        self._count += 1
        return self._count - 1

    def boxes(self, numbers: Numbers, feet: Numbers) -> Numbers:
        """Pixel boxes (N, 4), left, top, right and bottom, of sprites whose feet are at `feet` (N, 2)."""
        return self._extent[numbers, :4] + np.concatenate([feet, feet], axis=1)

    def paint(
        self,
        image: Image,
        numbers: Numbers,
        feet: Numbers,
        hiding: npt.NDArray[np.float64] | None = None,
        rays: sprite_loops.Rays = _NO_RAYS,
    ) -> None:
        """Lay sprites over `image`, one after the other, without what the ground of `rays` hides of them.

        `hiding` (N, 2): above which height, and nearer than which depth, ground hides a sprite; infinite for none.
        """
        if hiding is None:
            hiding = np.full((len(numbers), 2), np.inf)
        where = (self._colour, self._rest, self._spans, self._extent)
        sprite_loops.lay_all(image, *where, numbers, feet, hiding, *rays)

    def _grow(self, pixels: int, rows: int, sprites: int) -> None:
        """Make the memory large enough for so much."""
        self._colour = _longer(self._colour, 3 * self._pixels, 3 * pixels)
        self._rest = _longer(self._rest, self._pixels, pixels)
        self._spans = _longer(self._spans, self._rows, rows)
        self._extent = _longer(self._extent, self._count, sprites)


def _longer(array: npt.NDArray, used: int, needed: int) -> npt.NDArray:
    """An array of at least `needed` elements with the first `used` ones of `array`."""
    if needed <= len(array):
        return array
    grown = np.empty((max(needed, len(array) * 5 // 4), *array.shape[1:]), array.dtype)
    grown[:used] = array[:used]
    return grown
