"""One image at several scales, wherever its pixels are, read by the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy.typing as npt

from sc2data.pyramid.image import check_pixels
from sc2data.pyramid.levels import Pixels, halve, level_for, level_sizes
from sc2data.pyramid.window import Box, Patch, box_of, check_fixation, glimpse_of


class Plane(Protocol):
    """The pixels of one level."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        ...

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box that lies within the level, (h, w, C), and how many pixels were decoded for them."""
        ...


def pixels_of_tiles(box: Box, shape: tuple[int, int, int], tile: int) -> int:
    """How many pixels are decoded to read a box that is not empty: those of every tile that it touches.

    >>> pixels_of_tiles(Box(10, 70, 0, 64), (128, 128, 3), tile=64)
    8192
    """
    rows, columns = min(tile, shape[0]), min(tile, shape[1])
    down = (box.bottom - 1) // rows - box.top // rows + 1
    across = (box.right - 1) // columns - box.left // columns + 1
    return down * rows * across * columns


class ArrayLevels:
    """The levels of an image in memory, each made of the one before when it is first read, and kept.

    Args:
        image: uint8 (H, W, C); not copied.
    """

    def __init__(self, image: Pixels) -> None:
        self._made = {0: image}

    def __getitem__(self, level: int) -> Pixels:
        """Level `level`, (h, w, C)."""
        if level not in self._made:
            self._made[level] = halve(self[level - 1])
        return self._made[level]


class ArrayPlane:
    """A level in memory.

    Args:
        levels: of the image.
        level: which one.
        shape: (height, width, channels) of it.
    """

    def __init__(self, levels: ArrayLevels, level: int, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self._levels, self._level = levels, level

    def read(self, box: Box) -> tuple[Pixels, int]:
        """A view of the pixels in `box`, and their number."""
        part = self._levels[self._level][box.top : box.bottom, box.left : box.right]
        return part, part.shape[0] * part.shape[1]


class Pyramid:
    """An image as levels of half the size each; see `sc2data.pyramid.levels` and docs/pyramid.md.

    `Pyramid.of` makes one in memory, `PyramidStore` reads them from files, `ScreenPyramids` from a harvested data set.

    >>> import numpy as np
    >>> image = np.full((40, 60, 3), 7, np.uint8)
    >>> pyramid = Pyramid.of(image)
    >>> pyramid, pyramid.window((0.0, 0.0, 0.5), size=8)[0, 0].tolist()
    (Pyramid(height=40, width=60, channels=3, levels=7), [7, 7, 7])
    >>> patch = pyramid.read_window((0.0, 0.0, 0.5), size=8)
    >>> patch.level, patch.pixels.shape
    (1, (12, 12, 3))
    """

    def __init__(self, planes: Sequence[Plane]) -> None:
        self._planes = planes

    @classmethod
    def of(cls, image: Pixels) -> Pyramid:
        """A pyramid in memory, whose levels are made when they are first read; all of them take a third of the image's.

        The image is not copied and must not change while the pyramid is used.

        Args:
            image: uint8 (H, W), (H, W, 1) or (H, W, 3).

        Raises:
            ImageError: another dtype or shape.
        """
        pixels = check_pixels(image)
        levels, channels = ArrayLevels(pixels), pixels.shape[2]
        return cls(
            [ArrayPlane(levels, level, (*size, channels)) for level, size in enumerate(level_sizes(*pixels.shape[:2]))]
        )

    @property
    def height(self) -> int:
        """Rows of the image."""
        return self._planes[0].shape[0]

    @property
    def width(self) -> int:
        """Columns of the image."""
        return self._planes[0].shape[1]

    @property
    def channels(self) -> int:
        """1 (grey) or 3 (RGB)."""
        return self._planes[0].shape[2]

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return len(self._planes)

    @property
    def planes(self) -> tuple[Plane, ...]:
        """The levels, the image first; what pyramids made of other pyramids read."""
        return tuple(self._planes)

    def level(self, index: int) -> Pixels:
        """A whole level, uint8 (h, w, C)."""
        height, width, _ = self._planes[index].shape
        return self._planes[index].read(Box(0, height, 0, width))[0]

    def read_window(self, fixation: npt.ArrayLike, size: int) -> Patch:
        """Read what a glimpse is made of, from the level that matches its scale; only the tiles touched are decoded.

        Args:
            fixation: (x, y, scale).
            size: side of the glimpse S, px.

        Returns:
            At most 2 S + 2 pixels a side, at every scale below 2 S and every image size.

        Raises:
            FixationError: not three finite numbers, or scale <= 0.
            StoreError: the file is damaged.
        """
        x, y, scale = check_fixation(fixation)
        level = level_for(scale, min(self.height, self.width), size)
        box = box_of(self.height, self.width, (x, y, scale), size, level)
        pixels, decoded = self._planes[level].read(box)
        return Patch(pixels, box.top, box.left, level, self.height, self.width, decoded)

    def window(self, fixation: npt.ArrayLike, size: int) -> Pixels:
        """The glimpse of a fixation, uint8 (S, S, C); arguments and errors as of `read_window`."""
        return glimpse_of(self.read_window(fixation, size), fixation, size)

    def __repr__(self) -> str:
        return f"Pyramid(height={self.height}, width={self.width}, channels={self.channels}, levels={self.levels})"
