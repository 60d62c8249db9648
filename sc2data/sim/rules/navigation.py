"""Where ground units can walk, and which way: terrain, what stands on it, straight lines and paths around corners."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.rules import ground_loops
from sc2data.sim.rules.ground_loops import STRAIGHT, UNREACHED

FloatArray = npt.NDArray[np.float32]

_FIELDS_KEPT = 256

_SQUARE = 4
"""Cells along the side of the squares in which goals share their paths."""

_LOOK_AHEAD = 24
"""Cells along its way in which a walker looks for the farthest that it can walk to straight."""


class Navigation:
    """The walkable cells of one layout of structures, and the paths over them.

    Convention:
        Grids are [y, x] with row 0 in the south, as in `Terrain`; a cell is walked over its whole area.
    """

    def __init__(self, terrain: Terrain, blocked: npt.NDArray[np.bool_]) -> None:
        """`blocked` (H, W): cells under structures, resources and other things that stand in the way."""
        self.blocked = blocked
        self.open = terrain.pathable & ~blocked
        self.rows, self.columns = self.open.shape
        self.cells_open = self.open.ravel()
        self._fields: dict[int, npt.NDArray[np.int32]] = {}
        self._nearest: npt.NDArray[np.intp] | None = None
        self._landmarks = self._squares()

    def __deepcopy__(self, memo: dict[int, object]) -> Navigation:
        return self  # what it keeps follows from its layout alone

    def cells(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.intp]:
        """Flat index of the cells that hold world points (N,), which must lie on the map."""
        return y.astype(np.intp) * self.columns + x.astype(np.intp)

    def cell(self, x: float, y: float) -> int:
        """Flat index of the cell that holds a world point, for points off the map of the nearest cell."""
        return min(max(int(y), 0), self.rows - 1) * self.columns + min(max(int(x), 0), self.columns - 1)

    def is_open(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether ground units may stand at world points (N,), which must lie on the map."""
        return self.cells_open[self.cells(x, y)]

    def nearest_open(self, x: float, y: float) -> tuple[float, float]:
        """The point itself where it is open, else the centre of the nearest open cell (itself where there is none)."""
        cell = self.cell(x, y)
        if self.cells_open[cell] or not self.cells_open.any():
            return x, y
        found = int(self.nearest_cells()[cell])
        return found % self.columns + 0.5, found // self.columns + 0.5

    def nearest_cells(self) -> npt.NDArray[np.intp]:
        """Flat index of the open cell nearest to each cell, (H*W,); meaningless where no cell is open."""
        if self._nearest is None:
            blocked = (~self.open).astype(np.uint8)
            _, labels = cv2.distanceTransformWithLabels(blocked, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
            of_label = np.zeros(int(labels.max()) + 1, np.intp)
            of_label[labels.ravel()[self.cells_open]] = np.flatnonzero(self.cells_open)
            self._nearest = of_label[labels.ravel()]
        return self._nearest

    def _squares(self) -> npt.NDArray[np.intp]:
        """For each cell (H*W,) the one that paths lead to instead: in a wholly open square of cells its middle.

        In such a square one can walk from anywhere to anywhere. So goals that move within one, and all goals there,
        share their path distances.
        """
        marks = np.arange(self.cells_open.size).reshape(self.open.shape)
        rows, columns = (side // _SQUARE * _SQUARE for side in self.open.shape)
        squares = (rows // _SQUARE, _SQUARE, columns // _SQUARE, _SQUARE)
        whole = self.open[:rows, :columns].reshape(squares).all(axis=(1, 3), keepdims=True)
        inner = marks[:rows, :columns].reshape(squares)
        middle = inner[:, _SQUARE // 2, :, _SQUARE // 2][:, None, :, None]
        marks[:rows, :columns] = np.where(whole, middle, inner).reshape(rows, columns)
        return marks.ravel()

    def clear(self, x: FloatArray, y: FloatArray, to_x: FloatArray, to_y: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether straight lines between points (N,) of the map stay on open cells; their first cell is not asked."""
        return ground_loops.are_clear(self.cells_open, self.columns, x, y, to_x, to_y)

    def distance(self, start: tuple[float, float], goal: tuple[float, float]) -> float:
        """Length of the way between two points in world units, 0 where there is none (as the API's pathing query)."""
        for x, y in (start, goal):
            if not (0 <= x < self.columns and 0 <= y < self.rows and self.cells_open[self.cell(x, y)]):
                return 0.0
        ends = [np.array([v], np.float32) for v in (*start, *goal)]
        if self.clear(*ends)[0]:
            return float(np.hypot(goal[0] - start[0], goal[1] - start[1]))
        steps = self._distances(self.cell(*goal))[self.cell(*start)]
        return 0.0 if steps == UNREACHED else float(steps) / STRAIGHT

    def _distances(self, goal: int) -> npt.NDArray[np.int32]:
        """The path distances (H*W,) to a cell; the latest are kept."""
        found = self._fields.pop(goal, None)
        if found is None:
            found = ground_loops.distances(self.cells_open, self.columns, goal)
        self._fields[goal] = found
        if len(self._fields) > _FIELDS_KEPT:
            del self._fields[next(iter(self._fields))]
        return found

    def corner(self, x: float, y: float, goal_x: float, goal_y: float) -> tuple[float, float] | None:
        """The farthest point on the way to the goal that can be walked to straight, None where no way leads there.

        A goal in a blocked cell stands for the nearest open one.
        """
        goal_x, goal_y = self.nearest_open(goal_x, goal_y)
        goal, start = self.cell(goal_x, goal_y), self.cell(x, y)
        if not self.cells_open[start]:
            start = int(self.nearest_cells()[start])
        landmark = int(self._landmarks[goal])
        if start in (goal, landmark):
            return goal_x, goal_y
        ends = np.array([x, y, goal_x, goal_y])
        way = self._distances(landmark)
        found = ground_loops.corner(self.cells_open, self.columns, way, start, goal, ends, _LOOK_AHEAD)
        return None if math.isnan(found[0]) else found
