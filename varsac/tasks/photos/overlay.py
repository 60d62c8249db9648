"""A pyramid with small pictures painted over it, without a copy of the large image.

Every level equals that of a pyramid made of the painted-over image: what is painted is halved together with the pixels
around it, level by level, but nowhere else. So thousands of images of many megapixels cost no more than the stamps.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.pyramid import Pyramid
from sc2data.pyramid.levels import Pixels, halve
from sc2data.pyramid.pyramid import Plane
from sc2data.pyramid.window import Box

ALIGNED = 8
"""What is painted is rounded out to multiples of so many px: the first levels then need no further reading."""


@dataclasses.dataclass(frozen=True, eq=False)
class Stamp:
    """A small picture at its place, which lies within the image.

    Args:
        top: its first row in the image; left: its first column.
        colour: uint8 (h, w, C).
        opacity: float32 (h, w), 0 shows the image and 1 the stamp.
    """

    top: int
    left: int
    colour: npt.NDArray[np.uint8]
    opacity: npt.NDArray[np.float32]

    @property
    def box(self) -> Box:
        """Its pixels."""
        rows, columns = self.opacity.shape
        return Box(self.top, self.top + rows, self.left, self.left + columns)

    def over(self, pixels: Pixels) -> Pixels:
        """Painted over the pixels of its box: rounded to nearest."""
        share = self.opacity[:, :, None]
        return np.rint(pixels * (1 - share) + self.colour * share).astype(np.uint8)


class OverlaidPyramid(Pyramid):
    """A pyramid with stamps painted over it, one after the other.

    Reading counts as decoded what is decoded of the image below; the stamps' own surroundings are not counted.

    Args:
        base: the image below; pickled with the stamps, so best one that is small to pickle.
        stamps: within the image.

    Raises:
        ValueError: a stamp that is not.
    """

    def __init__(self, base: Pyramid, stamps: Sequence[Stamp]) -> None:
        self._base, self._stamps = base, tuple(stamps)
        for stamp in self._stamps:
            box = stamp.box
            if min(box.top, box.left) < 0 or box.bottom > base.height or box.right > base.width:
                raise ValueError(f"stamp at {box} is not within an image of {base.width} x {base.height} px")
        layers = _Layers(base.planes, self._stamps)
        super().__init__([_LayerPlane(layers, level, plane.shape) for level, plane in enumerate(base.planes)])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._base, self._stamps)


class _Layers:
    """What the stamps change of each level, worked out when a window first touches it."""

    def __init__(self, planes: Sequence[Plane], stamps: tuple[Stamp, ...]) -> None:
        self._planes, self._stamps = planes, stamps
        height, width, _ = planes[0].shape
        self._boxes = [[_aligned(stamp.box, height, width) for stamp in stamps]]
        for _ in planes[1:]:
            self._boxes.append([_halved(box) for box in self._boxes[-1]])
        self._changed: dict[tuple[int, int], Pixels] = {}

    def read(self, level: int, box: Box) -> tuple[Pixels, int]:
        pixels, decoded = self._planes[level].read(box)
        touched = [index for index, other in enumerate(self._boxes[level]) if _common(box, other) is not None]
        if touched:
            pixels = pixels.copy()
        for index in touched:
            self._paint(level, index, box, pixels)
        return pixels, decoded

    def _paint(self, level: int, index: int, box: Box, pixels: Pixels) -> None:
        """Bring the part of `pixels`, those of `box`, up to date that stamp number `index` changes."""
        of_stamp = self._boxes[level][index]
        common = _common(box, of_stamp)
        if common is not None:
            changed = self._change(level, index)
            pixels[_within(common, box)] = changed[_within(common, of_stamp)]

    def _change(self, level: int, index: int) -> Pixels:
        """The pixels of a stamp's box on a level, with all stamps that reach into it."""
        key = level, index
        if key not in self._changed:
            box = self._boxes[level][index]
            self._changed[key] = halve(self._under(level, index)) if level else self._composed(box)
        return self._changed[key]

    def _under(self, level: int, index: int) -> Pixels:
        """The pixels of the level before that a stamp's box is made of, mostly its box there."""
        below = self._below(level, self._boxes[level][index])
        if below == self._boxes[level - 1][index]:
            return self._change(level - 1, index)
        return self.read(level - 1, below)[0]

    def _composed(self, box: Box) -> Pixels:
        pixels = self._planes[0].read(box)[0].copy()
        for stamp in self._stamps:
            common = _common(box, stamp.box)
            if common is not None:
                inside = _within(common, stamp.box)
                part = Stamp(common.top, common.left, stamp.colour[inside], stamp.opacity[inside])
                pixels[_within(common, box)] = part.over(pixels[_within(common, box)])
        return pixels

    def _below(self, level: int, box: Box) -> Box:
        """The pixels of the level before that a box is made of."""
        height, width, _ = self._planes[level - 1].shape
        return Box(2 * box.top, min(2 * box.bottom, height), 2 * box.left, min(2 * box.right, width))


class _LayerPlane:
    """One level."""

    def __init__(self, layers: _Layers, level: int, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self._layers, self._level = layers, level

    def read(self, box: Box) -> tuple[Pixels, int]:
        """The pixels of a box within the level, and how many were decoded of the image below."""
        return self._layers.read(self._level, box)


def _aligned(box: Box, height: int, width: int) -> Box:
    """The smallest box around another one that the first levels halve without a rest, as far as the image goes."""
    top, left = box.top // ALIGNED * ALIGNED, box.left // ALIGNED * ALIGNED
    bottom, right = -(-box.bottom // ALIGNED) * ALIGNED, -(-box.right // ALIGNED) * ALIGNED
    return Box(top, min(bottom, height), left, min(right, width))


def _halved(box: Box) -> Box:
    return Box(box.top // 2, (box.bottom + 1) // 2, box.left // 2, (box.right + 1) // 2)


def _common(one: Box, other: Box) -> Box | None:
    top, left = max(one.top, other.top), max(one.left, other.left)
    bottom, right = min(one.bottom, other.bottom), min(one.right, other.right)
    return Box(top, bottom, left, right) if top < bottom and left < right else None


def _within(box: Box, outer: Box) -> tuple[slice, slice]:
    """Slices of a box in the pixels of a larger one."""
    return (
        slice(box.top - outer.top, box.bottom - outer.top),
        slice(box.left - outer.left, box.right - outer.left),
    )
