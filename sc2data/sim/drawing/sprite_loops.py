"""Compiled: laying sprites over pictures, what higher ground hides of them, squares."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled

Image = npt.NDArray[np.uint8]


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
        for i in range(len(target)):
            light = np.uint16(np.uint16(target[i]) * np.uint16(through[i]) + 128)
            light = np.uint16((light + (light >> 8)) >> 8)  # rounded division by 255
            target[i] = min(np.uint16(light + over[i]), 255)


@compiled(
    "uint8[:, ::1](float32[:, ::1], float32[:, ::1], int64, UniTuple(int64, 4), float64, float64)"
)
def uncovered(z: Any, depth: Any, step: int, box: tuple[int, int, int, int], high: float, near: float) -> Image:
    """How much of each pixel of a box the ground before it leaves, 0 to 255; an empty picture where it leaves all.

    Ground hides what is behind it where it is higher than `high` and nearer than `near`: rays of the grids `z` and
    `depth`, of which the element (j, i) belongs to the pixel position ((i - 0.5) * step, (j - 0.5) * step). `box` is
    left, top, width and height in px.
    """
    left, top, width, height = box
    rows, columns = z.shape
    first_row, first_column = top // step, left // step
    down, across = (top + height) // step + 3 - first_row, (left + width) // step + 3 - first_column
    cover = np.zeros((down, across), np.float32)
    hides = False
    for j in range(down):
        row = min(max(first_row + j, 0), rows - 1)
        for i in range(across):
            column = min(max(first_column + i, 0), columns - 1)
            if z[row, column] > high and depth[row, column] < near:
                cover[j, i] = 255
                hides = True
    if not hides:
        return np.zeros((0, 0), np.uint8)
    left_over = np.empty((height, width), np.uint8)
    line = np.empty(across, np.float32)
    for y in range(height):
        v = (top + y - (first_row - 1) * step + 0.5) / step - 0.5
        j = int(v)
        share = v - j
        for i in range(across):
            line[i] = cover[j, i] * (1 - share) + cover[min(j + 1, down - 1), i] * share
        for x in range(width):
            u = (left + x - (first_column - 1) * step + 0.5) / step - 0.5
            i = int(u)
            covered = line[i] + (line[min(i + 1, across - 1)] - line[i]) * (u - i)
            left_over[y, x] = int(min(max(382 - 2 * covered, 0.0), 255.0))
    return left_over


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
