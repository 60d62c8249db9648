"""How far every cell is from a goal on foot, computed only as far out as somebody asks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

STRAIGHT, DIAGONAL = 5, 7
"""Steps to the four and to the diagonal neighbours, in fifths of a cell: 7/5 is within 1.1 per cent of the diagonal."""

UNREACHED = np.iinfo(np.int32).max

Cells = npt.NDArray[np.intp]


class PathField:
    """Path distances of cells to one goal by Dijkstra's algorithm, in fifths of a cell.

    A diagonal step needs both cells beside it open, so that no corner is cut. Cells nearer than one straight step to
    one another are settled together, since no path between them can make either shorter.

    >>> field = PathField(np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1]], bool), goal=6)
    >>> field.distance(8)
    30
    >>> field.way(8, 9).tolist()
    [5, 2, 1, 0, 3, 6]
    """

    def __init__(self, open_cells: npt.NDArray[np.bool_], goal: int) -> None:
        """`open_cells` (H, W), row 0 in the south; `goal` is a cell's index in the flattened grid."""
        self.rows, self.columns = open_cells.shape
        self._width = self.columns + 2  # a closed border spares every look whether a neighbour exists
        padded = np.zeros((self.rows + 2, self._width), bool)
        padded[1:-1, 1:-1] = open_cells
        self._open = padded.ravel()
        self._distance = np.full(self._open.size, UNREACHED, np.int32)
        start = self._padded(goal)
        self._distance[start] = 0
        self._waiting: dict[int, list[Cells]] = {0: [np.array([start])]}
        self._front = 0  # all distances below this many straight steps are final
        width = self._width
        self._steps = np.array([-width, -1, 1, width, -width - 1, -width + 1, width - 1, width + 1])
        self._costs = np.array([STRAIGHT] * 4 + [DIAGONAL] * 4, np.int32)
        self._free, self._far = self._open.data, self._distance.data
        self._onward: dict[int, int] = {}

    def _padded(self, cell: int) -> int:
        return (cell // self.columns + 1) * self._width + cell % self.columns + 1

    def distance(self, cell: int) -> int:
        """Path distance of a cell to the goal, `UNREACHED` where no way leads there."""
        at = self._padded(cell)
        while self._waiting and self._distance[at] >= self._front * STRAIGHT:
            self._spread()
        return int(self._distance[at])

    def _spread(self) -> None:
        """Settle the cells of the next straight step's worth of distance, and reach their neighbours."""
        found = self._waiting.pop(self._front, None)
        self._front += 1
        if found is None:
            return
        cells = np.unique(np.concatenate(found))
        cells = cells[self._distance[cells] // STRAIGHT == self._front - 1]
        near = cells[:, None] + self._steps
        free = self._open[near]
        south, west, east, north = free[:, :4].T
        free[:, 4:] &= np.stack([south & west, south & east, north & west, north & east], axis=1)
        reach = self._distance[cells][:, None] + self._costs
        better = free & (reach < self._distance[near])
        near, reach = near[better], reach[better]
        np.minimum.at(self._distance, near, reach)
        ahead = self._distance[near] // STRAIGHT
        for step in range(self._front, self._front + 2):
            chosen = near[ahead == step]
            if len(chosen):
                self._waiting.setdefault(step, []).append(chosen)

    def way(self, cell: int, length: int) -> Cells:
        """The next cells, at most `length`, on the shortest way from `cell` to the goal; empty at the goal."""
        if self.distance(cell) == UNREACHED:
            return np.zeros(0, np.intp)
        at = self._padded(cell)
        found: list[int] = []
        while self._far[at] and len(found) < length:
            at = self._onward.get(at) or self._downhill(at)
            found.append((at // self._width - 1) * self.columns + at % self._width - 1)
        return np.array(found, np.intp)

    def _downhill(self, at: int) -> int:
        """The neighbour through which the goal is nearest; kept, since all distances on the way there are final.

        Looks at single cells, which plain Python does ten times faster than arrays of eight.
        """
        free, far, width = self._free, self._far, self._width
        south, west, east, north = free[at - width], free[at - 1], free[at + 1], free[at + width]
        best, least = at, UNREACHED
        for is_open, near, cost in (
            (south, at - width, STRAIGHT),
            (west, at - 1, STRAIGHT),
            (east, at + 1, STRAIGHT),
            (north, at + width, STRAIGHT),
            (south and west and free[at - width - 1], at - width - 1, DIAGONAL),
            (south and east and free[at - width + 1], at - width + 1, DIAGONAL),
            (north and west and free[at + width - 1], at + width - 1, DIAGONAL),
            (north and east and free[at + width + 1], at + width + 1, DIAGONAL),
        ):
            if is_open and far[near] < UNREACHED and far[near] + cost < least:
                best, least = near, far[near] + cost
        self._onward[at] = best
        return best
