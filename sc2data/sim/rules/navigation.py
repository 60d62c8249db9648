"""Where ground units can walk, and which way: terrain, what stands on it, straight lines and paths around corners."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.rules.path_field import STRAIGHT, UNREACHED, PathField

FloatArray = npt.NDArray[np.float32]

_SAMPLES = 2.0
"""Points per cell at which a straight line is checked."""

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
        self._fields: dict[int, PathField] = {}
        self._flat = self.open.ravel()
        self._walls = np.zeros((self.rows + 1, self.columns + 1), np.int32)
        self._walls[1:, 1:] = np.cumsum(np.cumsum(~self.open, axis=0, dtype=np.int32), axis=1)
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
        return self._flat[self.cells(x, y)]

    def nearest_open(self, x: float, y: float) -> tuple[float, float]:
        """The point itself where it is open, else the centre of the nearest open cell (itself where there is none)."""
        cell = self.cell(x, y)
        if self._flat[cell] or not self._flat.any():
            return x, y
        found = int(self.nearest_cells()[cell])
        return found % self.columns + 0.5, found // self.columns + 0.5

    def nearest_cells(self) -> npt.NDArray[np.intp]:
        """Flat index of the open cell nearest to each cell, (H*W,); meaningless where no cell is open."""
        if self._nearest is None:
            blocked = (~self.open).astype(np.uint8)
            _, labels = cv2.distanceTransformWithLabels(blocked, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
            of_label = np.zeros(int(labels.max()) + 1, np.intp)
            of_label[labels.ravel()[self._flat]] = np.flatnonzero(self._flat)
            self._nearest = of_label[labels.ravel()]
        return self._nearest

    def _squares(self) -> npt.NDArray[np.intp]:
        """For each cell (H*W,) the one that paths lead to instead: in a wholly open square of cells its middle.

        In such a square one can walk from anywhere to anywhere. So goals that move within one, and all goals there,
        share their path distances, which are dear.
        """
        marks = np.arange(self._flat.size).reshape(self.open.shape)
        rows, columns = (side // _SQUARE * _SQUARE for side in self.open.shape)
        squares = (rows // _SQUARE, _SQUARE, columns // _SQUARE, _SQUARE)
        whole = self.open[:rows, :columns].reshape(squares).all(axis=(1, 3), keepdims=True)
        inner = marks[:rows, :columns].reshape(squares)
        middle = inner[:, _SQUARE // 2, :, _SQUARE // 2][:, None, :, None]
        marks[:rows, :columns] = np.where(whole, middle, inner).reshape(rows, columns)
        return marks.ravel()

    def clear(self, x: FloatArray, y: FloatArray, to_x: FloatArray, to_y: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether straight lines between points (N,) of the map stay on open cells; their first cell is not asked."""
        found = self._free_boxes(x, y, to_x, to_y)
        doubtful = np.flatnonzero(~found)
        if len(doubtful):
            ends = (values[doubtful] for values in (x, y, to_x, to_y))
            found[doubtful] = self._free_lines(*ends)
        return found

    def _free_boxes(self, x: FloatArray, y: FloatArray, to_x: FloatArray, to_y: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether all cells of the boxes around the lines are open, by sums over the walls: most are that free."""
        left, right = np.minimum(x, to_x).astype(np.intp), np.maximum(x, to_x).astype(np.intp) + 1
        bottom, top = np.minimum(y, to_y).astype(np.intp), np.maximum(y, to_y).astype(np.intp) + 1
        walls = self._walls
        return walls[top, right] - walls[top, left] - walls[bottom, right] + walls[bottom, left] == 0

    def _free_lines(self, x: FloatArray, y: FloatArray, to_x: FloatArray, to_y: FloatArray) -> npt.NDArray[np.bool_]:
        dx, dy = to_x - x, to_y - y
        length = np.maximum(np.abs(dx), np.abs(dy))
        count = int(length.max(initial=0) * _SAMPLES) + 2
        at = (np.arange(1, count + 1, dtype=np.float32) / count)[:, None]
        cells = self.cells(x + at * dx, y + at * dy)
        return np.asarray((self._flat[cells] | (cells == self.cells(x, y))).all(axis=0))

    def distance(self, start: tuple[float, float], goal: tuple[float, float]) -> float:
        """Length of the way between two points in world units, 0 where there is none (as the API's pathing query)."""
        for x, y in (start, goal):
            if not (0 <= x < self.columns and 0 <= y < self.rows and self._flat[self.cell(x, y)]):
                return 0.0
        ends = [np.array([v], np.float32) for v in (*start, *goal)]
        if self.clear(*ends)[0]:
            return float(np.hypot(goal[0] - start[0], goal[1] - start[1]))
        steps = self._field(self.cell(*goal)).distance(self.cell(*start))
        return 0.0 if steps == UNREACHED else float(steps) / STRAIGHT

    def _field(self, goal: int) -> PathField:
        """The path distances to a cell; the latest fields are kept."""
        field = self._fields.pop(goal, None) or PathField(self.open, goal)
        self._fields[goal] = field
        if len(self._fields) > _FIELDS_KEPT:
            del self._fields[next(iter(self._fields))]
        return field

    def corner(self, x: float, y: float, goal_x: float, goal_y: float) -> tuple[float, float] | None:
        """The farthest point on the way to the goal that can be walked to straight, None where no way leads there.

        A goal in a blocked cell stands for the nearest open one.
        """
        goal_x, goal_y = self.nearest_open(goal_x, goal_y)
        goal, start = self.cell(goal_x, goal_y), self.cell(x, y)
        if not self._flat[start]:
            start = int(self.nearest_cells()[start])
        if start == goal:
            return goal_x, goal_y
        landmark = int(self._landmarks[goal])
        if start == landmark:
            return goal_x, goal_y
        way = self._field(landmark).way(start, _LOOK_AHEAD)
        if not len(way):
            return None
        end_x, end_y = (way % self.columns + 0.5).astype(np.float32), (way // self.columns + 0.5).astype(np.float32)
        if way[-1] == goal:
            end_x[-1], end_y[-1] = goal_x, goal_y
        elif way[-1] == landmark:
            end_x, end_y = np.append(end_x, np.float32(goal_x)), np.append(end_y, np.float32(goal_y))
        straight = self.clear(np.full_like(end_x, x), np.full_like(end_y, y), end_x, end_y)
        blocked = np.flatnonzero(~straight)
        last = max(int(blocked[0]) - 1, 0) if len(blocked) else len(end_x) - 1
        return float(end_x[last]), float(end_y[last])
