"""Sprites that were drawn once, kept and shown at every size."""

from __future__ import annotations

import collections
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing.blank_store import BlankStore
from sc2data.sim.drawing.sprites import Blank, Sprite

SMALL_PARTS, LARGE_PARTS = 12, 24
"""Units are shown at twelfths, structures at twenty-fourths of the sizes that they are drawn at."""

_LARGEST = 1.2  # drawn scale over that at the camera's target: about what the nearest ground of a picture has


Picture = TypeVar("Picture", Sprite, Blank)


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


def optics_of(camera: ScreenCamera) -> tuple[float, ...]:
    """What the look of sprites depends on, besides where they stand."""
    return (camera.height, camera.distance, camera.pitch, camera.field_of_view)


class Bounded(Generic[Picture]):
    """Keeps pictures by key within `capacity` bytes; the one that was not used for longest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._held = capacity, 0
        self._pictures: collections.OrderedDict[Hashable, Picture] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._pictures)

    def get(self, key: Hashable) -> Picture | None:
        """The picture kept under `key`."""
        picture = self._pictures.get(key)
        if picture is not None:
            self._pictures.move_to_end(key)
        return picture

    def put(self, key: Hashable, picture: Picture) -> Picture:
        """Keep a picture, let others go where there is no room; returns it."""
        self._pictures[key] = picture
        self._held += picture.nbytes
        while self._held > self._capacity and len(self._pictures) > 1:
            self._held -= self._pictures.popitem(last=False)[1].nbytes
        return picture


class Atlas:
    """Draws each model once at a drawn size, then shrinks and colours it as pictures ask for it.

    Blanks are looked for in `store` before they are drawn. Bounded: about `capacity` bytes of sprites, and as much
    of blanks, which few pictures need again.
    """

    def __init__(self, store: BlankStore | None = None, capacity: int = 128 << 20) -> None:
        self._store = store
        self._sprites: Bounded[Sprite] = Bounded(capacity)
        self._blanks: Bounded[Blank] = Bounded(capacity)

    def find(self, key: Hashable) -> Sprite | None:
        """The sprite of a key, if it is kept."""
        return self._sprites.get(key)

    def make(
        self,
        key: Hashable,
        blank: Hashable,
        parts: tuple[int, int],
        draw: Callable[[], Blank],
        finish: Callable[[Blank], Sprite],
    ) -> Sprite:
        """The sprite of `key`: what `finish` makes of the `blank` that `draw` gives, at a part of its size.

        `parts` (n, of how many).
        """
        return self._sprites.put(key, self.made(blank, parts, draw, finish))

    def made(
        self, blank: Hashable, parts: tuple[int, int], draw: Callable[[], Blank], finish: Callable[[Blank], Sprite]
    ) -> Sprite:
        """As `make`, for who keeps the sprite in another place."""
        whole = self._blanks.get(blank)
        if whole is None:
            whole = self._blanks.put(blank, self._stored(blank, draw))
        return finish(whole.shrunk(*parts))

    def _stored(self, key: Hashable, draw: Callable[[], Blank]) -> Blank:
        """The blank of a key from the store, drawn where that has none."""
        if self._store is None:
            return draw()
        found = self._store.get(key)
        if found is None:
            found = draw()
            self._store.put(key, found)
        return found
