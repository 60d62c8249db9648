"""Compiled: straight lines over open cells, distances on foot, ways around corners, steps that the ground allows.

Convention:
    `open_cells` is a grid flattened, row 0 in the south, `columns` its width; points are on the map.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.compiled import compiled, inlined
from sc2data.sim.state import place_of

STRAIGHT, DIAGONAL = 5, 7
"""Steps to the four and to the diagonal neighbours, in fifths of a cell: 7/5 is within 1.1 per cent of the diagonal."""

UNREACHED = np.iinfo(np.int32).max

_X, _Y, _FLYING = place_of("x"), place_of("y"), place_of("flying")
_SAMPLES = 2.0  # points per cell at which a straight line is checked
_BUCKETS = 8  # more than the longest step
_INSIDE = 0.01  # world units that units keep from the area's upper and right edge, which is off the map

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int32]


@inlined
def is_clear(open_cells: Flags, columns: int, x: float, y: float, to_x: float, to_y: float) -> bool:
    """Whether the straight line to a point stays on open cells; its first cell is not asked."""
    dx, dy = to_x - x, to_y - y
    count = int(max(abs(dx), abs(dy)) * _SAMPLES) + 2
    first = int(y) * columns + int(x)
    for step in range(1, count + 1):
        cell = int(y + dy * step / count) * columns + int(x + dx * step / count)
        if not open_cells[cell] and cell != first:
            return False
    return True


@compiled("boolean[::1](boolean[::1], int64, float32[::1], float32[::1], float32[::1], float32[::1])")
def are_clear(open_cells: Flags, columns: int, x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> Flags:
    """`is_clear` for each of N lines."""
    found = np.empty(len(x), np.bool_)
    for i in range(len(x)):
        found[i] = is_clear(open_cells, columns, x[i], y[i], to_x[i], to_y[i])
    return found


@compiled("int32[::1](boolean[::1], int64, int64)")
def distances(open_cells: Flags, columns: int, goal: int) -> Cells:
    """How far every cell is from the cell `goal` on foot, in fifths of a cell, `UNREACHED` where no way leads there.

    Dijkstra's algorithm with one list of cells for each of the next distances. A diagonal step needs both cells beside
    it open, so that no corner is cut.
    """
    size = len(open_cells)
    rows = size // columns
    distance = np.full(size, UNREACHED, np.int32)
    first = np.full(_BUCKETS, -1, np.int32)
    cells, following = np.empty(8 * size + 1, np.int32), np.empty(8 * size + 1, np.int32)
    distance[goal], cells[0], following[0], first[0] = 0, goal, -1, 0
    made = waiting = 1
    now = 0
    while waiting:
        entry = first[now % _BUCKETS]
        first[now % _BUCKETS] = -1
        while entry >= 0:
            cell = cells[entry]
            entry = following[entry]
            waiting -= 1
            if distance[cell] != now:
                continue
            row, column = cell // columns, cell % columns
            for south in range(max(row - 1, 0), min(row + 2, rows)):
                for west in range(max(column - 1, 0), min(column + 2, columns)):
                    near = south * columns + west
                    slanted = south != row and west != column
                    cost = now + (DIAGONAL if slanted else STRAIGHT)
                    if not open_cells[near] or cost >= distance[near]:
                        continue
                    if slanted and not (open_cells[row * columns + west] and open_cells[south * columns + column]):
                        continue
                    distance[near] = cost
                    cells[made], following[made] = near, first[cost % _BUCKETS]
                    first[cost % _BUCKETS] = made
                    made += 1
                    waiting += 1
        now += 1
    return distance


@inlined
def downhill(open_cells: Flags, columns: int, distance: Cells, cell: int) -> int:
    """The neighbour through which the goal is nearest, straight ones first; the cell itself where there is none."""
    rows = len(open_cells) // columns
    row, column = cell // columns, cell % columns
    best, least = cell, UNREACHED
    for diagonal in range(2):
        for south in range(max(row - 1, 0), min(row + 2, rows)):
            for west in range(max(column - 1, 0), min(column + 2, columns)):
                near = south * columns + west
                slanted = south != row and west != column
                if near == cell or slanted != (diagonal == 1) or not open_cells[near] or distance[near] == UNREACHED:
                    continue
                if slanted and not (open_cells[row * columns + west] and open_cells[south * columns + column]):
                    continue
                cost = distance[near] + (DIAGONAL if slanted else STRAIGHT)
                if cost < least:
                    best, least = near, cost
    return best


@compiled("UniTuple(float64, 2)(boolean[::1], int64, int32[::1], int64, int64, float64[::1], int64)")
def corner(
    open_cells: Flags, columns: int, distance: Cells, start: int, goal: int, ends: npt.NDArray[np.float64], length: int
) -> tuple[float, float]:
    """The farthest point of the next `length` cells downhill from `start` that can be walked to straight.

    `distance` leads to a landmark near the cell `goal`; `ends` are x and y of where one stands and of the goal. NaN
    where no way leads there.
    """
    x, y, goal_x, goal_y = ends
    best_x, best_y = math.nan, math.nan
    if distance[start] == UNREACHED:
        return best_x, best_y
    cell = start
    for step in range(length + 1):
        at_landmark = distance[cell] == 0
        if not at_landmark:
            if step == length:
                break
            cell = downhill(open_cells, columns, distance, cell)
        direct = at_landmark or cell == goal
        end_x, end_y = (goal_x, goal_y) if direct else (cell % columns + 0.5, cell // columns + 0.5)
        if not is_clear(open_cells, columns, x, y, end_x, end_y):
            return (end_x, end_y) if step == 0 else (best_x, best_y)
        best_x, best_y = end_x, end_y
        if direct:
            break
    return best_x, best_y


@inlined
def displace(
    row: int, x: float, y: float, floats: Any, flags: Any, open_cells: Flags, columns: int, bounds: Any
) -> None:
    """Move a unit to (x, y) as far as the ground lets it: along what is in the way, never into it.

    `bounds` are left, bottom, right and top of where units may be.
    """
    x = float(np.float32(min(max(x, bounds[0]), bounds[2] - _INSIDE)))
    y = float(np.float32(min(max(y, bounds[1]), bounds[3] - _INSIDE)))
    if not flags[_FLYING, row] and not open_cells[int(y) * columns + int(x)]:
        old_x, old_y = floats[_X, row], floats[_Y, row]
        if open_cells[int(old_y) * columns + int(old_x)]:  # from under a structure every way out is good
            along_x = open_cells[int(old_y) * columns + int(x)]
            along_y = open_cells[int(y) * columns + int(old_x)]
            if not along_y or along_x:
                y = old_y
            if not along_x:
                x = old_x
    floats[_X, row], floats[_Y, row] = x, y
