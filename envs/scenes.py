"""Images to look at, kept ready: their levels in memory where they fit, read from files by the window where not."""

from __future__ import annotations

import collections
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from envs.options import EnvError
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import ArrayPlane
from sc2data.pyramid.window import Box, Patch, glimpse_of
from varsac.tasks.task import Example, TaskData

MEMORY = 1 << 30
"""Bytes that the images of one environment may take."""

DIRECT = int(cv2.__version__.split(".")[0]) >= 5
"""Whether OpenCV places samples exactly, so that it may write glimpses where they belong without a copy."""
FLAGS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class Scene:
    """One image with its truth.

    Args:
        example: of a task.
        number: which one of its data.
        keep: hold levels that come from files in memory, from the first window that needs them.
    """

    def __init__(self, example: Example, number: int, keep: bool) -> None:
        self.example, self.number, self._keep = example, number, keep
        self.height, self.width = example.image.height, example.image.width
        self._planes = example.image.planes
        self._levels: list[Pixels | None] = [None] * len(self._planes)
        inside = ((example.objects.positions >= 0) & (example.objects.positions <= [self.width, self.height])).all(1)
        self.positions = example.objects.positions[inside].astype(np.float64)  # (N, 2), image px
        self.diameters = 2 * example.objects.radius[inside].astype(np.float64)  # (N,), image px

    @property
    def nbytes(self) -> int:
        """About as many as it takes at most; levels that a task makes of a file may be in memory too."""
        return self.height * self.width * self.example.image.channels * 4 // 3 + self.example.proxy.nbytes

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.example, self.number, self._keep)

    def cut(self, level: int, box: Box, matrix: npt.NDArray[np.float64], fixation: Any, into: Pixels) -> None:
        """Write the glimpse of a fixation into (S, S, C); `box` and `matrix` are those of its level."""
        if min(box.shape) == 0:
            into[:] = 0
            return
        pixels = self._level(level)
        size = into.shape[0]
        if DIRECT and pixels is not None:
            part = pixels[box.top : box.bottom, box.left : box.right]
            cv2.warpAffine(part, matrix, (size, size), into, FLAGS, cv2.BORDER_CONSTANT, 0)
            return
        part, decoded = self._planes[level].read(box)
        patch = Patch(part, box.top, box.left, level, self.height, self.width, decoded)
        into[:] = glimpse_of(patch, fixation, size)

    def _level(self, level: int) -> Pixels | None:
        """The whole level, if it is to be in memory."""
        if self._levels[level] is None and (self._keep or isinstance(self._planes[level], ArrayPlane)):
            self._levels[level] = self.example.image.level(level)
        return self._levels[level]


class Scenes:
    """The images of a task's split, the last ones that were looked at in memory.

    Args:
        data: the split.
        memory: bytes that they may take. If all images fit, levels from files are held there too; if not, windows of
            such images are read from their files.

    Raises:
        EnvError: no images.
    """

    def __init__(self, data: TaskData, memory: int = MEMORY) -> None:
        if len(data) == 0:
            raise EnvError("the data set is empty: there is no image to look at; choose another split, or add images")
        self.data, self.memory = data, memory
        height, width = data.spec.image_size
        self.keep = len(data) * height * width * data.spec.channels * 4 // 3 <= memory
        self._recent: collections.OrderedDict[int, Scene] = collections.OrderedDict()
        self._taken = 0

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, number: int) -> Scene:
        """An image.

        Raises:
            EnvError: no such number.
            UserError: it cannot be read.
        """
        scene = self._recent.get(number)
        if scene is not None:
            self._recent.move_to_end(number)
            return scene
        if not 0 <= number < len(self):
            raise EnvError(f"image {number}: the data set has the images 0 to {len(self) - 1}")
        scene = Scene(self.data[number], number, self.keep)
        self._recent[number] = scene
        self._taken += scene.nbytes
        while self._taken > self.memory and len(self._recent) > 1:
            self._taken -= self._recent.popitem(last=False)[1].nbytes
        return scene

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_recent": collections.OrderedDict(), "_taken": 0}
