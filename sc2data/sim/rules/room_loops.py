"""Compiled: where there is room for units that are put down."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled

Points = npt.NDArray[np.float32]


@compiled(
    "int64(float32[:, ::1], float64, float64, float64, float64, int64, float32[:, ::1], int8[::1], int64, "
    "boolean[::1], int64, UniTuple(float64, 4), float32[:, ::1])"
)
def free_points(
    lattice: Points,
    middle_x: float,
    middle_y: float,
    spacing: float,
    radius: float,
    layer: int,
    circles: Points,
    layers: npt.NDArray[np.int8],
    count: int,
    open_cells: npt.NDArray[np.bool_],
    columns: int,
    bounds: tuple[float, float, float, float],
    found: Points,
) -> int:
    """Take those points of a `lattice` (P, 2) around a middle, in order, at which a circle overlaps none of its layer.

    `circles` (3, C) are x, y and radius of what is there, of which the first `count` of the same `layers` are in the
    way. Points of layer 0 must be on open ground, all within `bounds`. Fills `found` (N, 2) from its start and returns
    how many points it holds then, at most N.
    """
    left, bottom, right, top = bounds
    taken = 0
    for number in range(len(lattice)):
        x = float(np.float32(middle_x + lattice[number, 0] * spacing))
        y = float(np.float32(middle_y + lattice[number, 1] * spacing))
        if not (left <= x < right and bottom <= y < top):
            continue
        if layer == 0 and not open_cells[int(y) * columns + int(x)]:
            continue
        free = True
        for other in range(count):
            if layers[other] == layer:
                far = circles[2, other] + radius
                dx, dy = circles[0, other] - x, circles[1, other] - y
                if abs(dx) < far and math.hypot(dx, dy) < far:
                    free = False
                    break
        if free:
            found[taken] = x, y
            taken += 1
            if taken == len(found):
                break
    return taken
