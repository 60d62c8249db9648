"""Small images for tests: bright squares on noise, at places that are known."""

from __future__ import annotations

import dataclasses

import numpy as np

from sc2data.pyramid import Pyramid
from varsac.tasks.task import DataSpec, Example, HeadSpec, Objects

SIDE = 8
"""Of a square, px."""

COUNT = HeadSpec("squares", "count", 5)
KINDS = HeadSpec("kinds", "multilabel", 3)
NUMBERS = HeadSpec("numbers", "density", 2)


@dataclasses.dataclass
class Squares:
    """`length` images of `size` (height, width) with up to four squares each."""

    length: int = 6
    size: tuple[int, int] = (96, 128)
    channels: int = 3
    heads: tuple[HeadSpec, ...] = (COUNT,)

    @property
    def spec(self) -> DataSpec:
        return DataSpec(self.heads, self.channels, (40, 48), self.size, float(SIDE), objects=4)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Example:
        random = np.random.default_rng(index)
        image = random.integers(0, 60, (*self.size, self.channels), np.uint8)
        count = index % 5
        corners = random.integers(0, np.array(self.size) - SIDE, (count, 2))
        for top, left in corners.tolist():
            image[top : top + SIDE, left : left + SIDE] = 255
        labels = {
            "squares": count,
            "kinds": np.arange(3) == index % 3,
            "numbers": np.array([count, 2 * count], np.float32),
        }
        return Example(
            proxy=random.integers(0, 256, (40, 48, self.channels), np.uint8),
            image=Pyramid.of(image),
            labels={head.name: head.check(labels[head.name]) for head in self.heads},
            objects=Objects(
                (corners[:, ::-1] + SIDE / 2).astype(np.float32),
                np.zeros(count, np.int64),
                np.full(count, SIDE / 2, np.float32),
            ),
            name=f"squares {index}",
        )


@dataclasses.dataclass(frozen=True)
class Judge:
    """A predictor that is as sure of the truth as it has looked often: 1/2, 2/3, 3/4 ..."""

    heads: tuple[HeadSpec, ...] = (COUNT,)

    def __call__(self, examples, fixations):
        sure = fixations.shape[1] / (fixations.shape[1] + 1)
        return {head.name: np.stack([self._of(head, one, sure) for one in examples]) for head in self.heads}

    def _of(self, head: HeadSpec, example: Example, sure: float) -> np.ndarray:
        label = example.labels[head.name]
        if head.kind == "density":
            return np.asarray(label * sure, np.float64)
        if head.kind == "multilabel":
            return np.where(label > 0, sure, 1 - sure)
        values = np.full(head.size, (1 - sure) / (head.size - 1))
        values[int(label)] = sure
        return values
