"""Images to look at, kept ready: their levels in memory where they fit, read from files by the window where not."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from envs.options import EnvError
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import ArrayPlane
from sc2data.pyramid.window import Box, Patch, glimpse_of
from varsac.tasks.task import Example, TaskData

MEMORY = 1 << 30
"""Bytes that the images of one environment may take."""


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

    def cut(self, level: int, box: Box, fixation: Any, into: Pixels) -> None:
        """Write the glimpse of a fixation into (S, S, C), from the pixels of a box of a level, wherever they are."""
        if min(box.shape) == 0:
            into[:] = 0
            return
        part, decoded = self._planes[level].read(box)
        into[:] = glimpse_of(
            Patch(part, box.top, box.left, level, self.height, self.width, decoded), fixation, len(into)
        )

    def level(self, level: int) -> Pixels | None:
        """A whole level (h, w, C) where it is to be in memory, else None."""
        pixels = self._levels[level]
        if pixels is None and (self._keep or isinstance(self._planes[level], ArrayPlane)):
            pixels = self._levels[level] = self.example.image.level(level)
        return pixels


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
