"""Compiled: laying sprites over pictures, what higher ground hides of them, squares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled, inlined

Image = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Plane = npt.NDArray[np.float32]
Rays = tuple[Plane, Plane, int]
"""Height and depth at which the rays of a picture meet the ground, and px between them, as in `ground.Hits`."""

_SEEN, _HIDDEN = np.float32(0.25), np.float32(0.75)
"""Cover up to which all of a pixel is seen, and from which on nothing is."""


@inlined
def blend(target: Image, over: Image, through: Image) -> None:
    """Lay a stretch of channels over another, as `lay` does."""
    for i in range(len(target)):
        light = np.uint16(np.uint16(target[i]) * np.uint16(through[i]) + 128)
        light = np.uint16((light + (light >> 8)) >> 8)  # rounded division by 255
        target[i] = min(int(np.uint16(light + over[i])), 255)


@compiled("void(uint8[:, :, ::1], uint8[:, :, ::1], uint8[:, :, ::1], int64, int64)")
def lay(image: Image, colour: Image, rest: Image, left: int, top: int) -> None:
    """Let image * rest / 255 + colour be what `image` shows where a sprite lies, whose corner is at (left, top)."""
    height, width = image.shape[:2]
    x0, x1 = max(left, 0), min(left + colour.shape[1], width)
    if x0 >= x1:
        return
    for y in range(max(top, 0), min(top + colour.shape[0], height)):
        target = image[y, x0:x1].reshape(-1)
        over = colour[y - top, x0 - left : x1 - left].reshape(-1)
        through = rest[y - top, x0 - left : x1 - left].reshape(-1)
        blend(target, over, through)


@compiled("int64(uint8[:, :, ::1], uint8[:, ::1], uint8[::1], uint8[::1], int64[:, ::1], int64)")
def pack(colour: Image, rest: Image, to_colour: Image, to_rest: Image, spans: Numbers, at: int) -> int:
    """Copy what a sprite does not leave clear, row by row, to pixel `at` of a sheet; returns where that ends.

    `spans` (rows, 3) take the first pixel of each row, how many there are, and where they are kept.
    """
    for y in range(len(rest)):
        first, last = rest.shape[1], 0
        for x in range(rest.shape[1]):
            if rest[y, x] < 255 or colour[y, x, 0] or colour[y, x, 1] or colour[y, x, 2]:
                first, last = min(first, x), x + 1
        spans[y, 0], spans[y, 1], spans[y, 2] = first, max(last - first, 0), at
        for x in range(first, last):
            for channel in range(3):
                to_colour[3 * at + channel] = colour[y, x, channel]
            to_rest[at] = rest[y, x]
            at += 1
    return at


@inlined
def hides(rays: Any, box: Any, limits: Any) -> Plane:
    """Which rays around a box, with a margin of one, meet ground that hides a sprite (1, else 0); none if none does."""
    z, depth, step = rays
    left, top, right, bottom = box
    first_row, first_column = top // step, left // step
    down, across = bottom // step + 3 - first_row, right // step + 3 - first_column
    hidden = np.zeros((down, across), np.float32)
    some = False
    for j in range(down):
        row = min(max(first_row + j, 0), z.shape[0] - 1)
        for i in range(across):
            column = min(max(first_column + i, 0), z.shape[1] - 1)
            if z[row, column] > limits[0] and depth[row, column] < limits[1]:
                hidden[j, i], some = 1, True
    return hidden if some else np.zeros((0, 0), np.float32)


@inlined
def divided(value: int) -> int:
    """A product of two bytes divided by 255, rounded."""
    return (value + 128 + ((value + 128) >> 8)) >> 8


@inlined
def blend_share(target: Image, over: Image, through: Image, share: int) -> None:
    """As `blend`, with only `share` of 255 of the coverage."""
    for i in range(len(target)):
        left_over = 255 - divided((255 - through[i]) * share)
        target[i] = min(divided(target[i] * left_over) + divided(over[i] * share), 255)


@inlined
def blend_behind(target: Image, over: Image, through: Image, cover: Plane, step: int, start: int) -> None:
    """As `blend`, without what is hidden: `cover` in [0, 1] of rays `step` px apart, of which the first lies `start`
    px before the stretch.
    """
    seen, x, count = 0, 0, len(target) // 3
    while x < count:
        u = (start + x + 0.5) / step - 0.5
        i = int(u)
        after = min(max(math.ceil((i + 1.5) * step - 0.5) - start, x + 1), count)
        first, second = cover[i], cover[min(i + 1, len(cover) - 1)]
        if first > _SEEN or second > _SEEN:
            blend(target[3 * seen : 3 * x], over[3 * seen : 3 * x], through[3 * seen : 3 * x])
            seen = after
            if first >= _HIDDEN and second >= _HIDDEN:
                x = after
                continue
            for pixel in range(x, after):
                covered = first + (second - first) * ((start + pixel + 0.5) / step - 0.5 - i)
                share = int(min(max(382.5 - 510 * covered, 0.0), 255.0))
                if share:
                    part = slice(3 * pixel, 3 * pixel + 3)
                    blend_share(target[part], over[part], through[part], share)
        x = after
    blend(target[3 * seen :], over[3 * seen :], through[3 * seen :])


@compiled(
    "void(uint8[:, :, ::1], uint8[::1], uint8[::1], int64[:, ::1], int64[:, ::1], int64[::1], int64[:, ::1], "
    "float64[:, ::1], float32[:, ::1], float32[:, ::1], int64)"
)
def lay_all(
    image: Image,
    colour: Image,
    rest: Image,
    spans: Numbers,
    extents: Numbers,
    numbers: Numbers,
    feet: Numbers,
    hiding: npt.NDArray[np.float64],
    z: Plane,
    depth: Plane,
    step: int,
) -> None:
    """Lay sprites of a `sheet.Sheet` over `image`, as `lay` does, with what higher ground leaves of each."""
    height, width = image.shape[:2]
    pixels, veil = image.reshape(-1), np.empty(3 * width, np.uint8)
    for number in range(len(numbers)):
        extent = extents[numbers[number]]
        x, y = feet[number]
        box = x + extent[0], y + extent[1], x + extent[2], y + extent[3]
        left, top = box[:2]
        if left >= width or top >= height or box[2] <= 0 or box[3] <= 0:
            continue
        hidden = np.zeros((0, 0), np.float32)
        if hiding[number, 0] < np.inf:
            hidden = hides((z, depth, step), box, hiding[number])
        cover = np.empty(hidden.shape[1], np.float32)
        for row in range(max(top, 0), min(box[3], height)):
            first, length, at = spans[extent[4] + row - top]
            x0, x1 = max(left + first, 0), min(left + first + length, width)
            if x0 >= x1:
                continue
            at += x0 - left - first
            target = pixels[3 * (row * width + x0) : 3 * (row * width + x1)]
            over, through = colour[3 * at : 3 * (at + x1 - x0)], veil[: 3 * (x1 - x0)]
            for i in range(x1 - x0):
                through[3 * i] = through[3 * i + 1] = through[3 * i + 2] = rest[at + i]
            if hidden.size == 0:
                blend(target, over, through)
                continue
            v = (row - (top // step - 1) * step + 0.5) / step - 0.5
            j = int(v)
            below = min(j + 1, hidden.shape[0] - 1)
            most = np.float32(0)
            for i in range(len(cover)):
                cover[i] = hidden[j, i] + (hidden[below, i] - hidden[j, i]) * np.float32(v - j)
                most = max(most, cover[i])
            if most <= _SEEN:
                blend(target, over, through)
                continue
            blend_behind(target, over, through, cover, step, x0 - (left // step - 1) * step)


@compiled("void(uint8[:, :, ::1], int64[:, ::1], uint8[:, ::1])")
def fill(image: Image, boxes: npt.NDArray[np.int64], colours: Image) -> None:
    """Fill boxes (N, 4), left, top, right and bottom in px, with colours (N, 3), one after the other."""
    height, width = image.shape[:2]
    for number in range(len(boxes)):
        left, top, right, bottom = boxes[number]
        for y in range(max(top, 0), min(bottom, height)):
            for x in range(max(left, 0), min(right, width)):
                for channel in range(3):
                    image[y, x, channel] = colours[number, channel]
