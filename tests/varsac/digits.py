"""A small task for tests: two different digits among fragments of others, painted on demand, nothing stored."""

from __future__ import annotations

import dataclasses
import functools

import cv2
import numpy as np

from sc2data.pyramid import Pyramid
from varsac.tasks.task import DataSpec, Example, HeadSpec, Objects

SPLITS = ("train", "val", "test")
DIGIT, FRAGMENT = 24, 10


@functools.cache
def pictures(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Digits of 24 px, uint8, and what they are; every fifth is for the test, the next for validation."""
    from sklearn.datasets import load_digits

    data = load_digits()
    turn = np.arange(len(data.target)) % 5
    chosen = {"train": turn > 1, "val": turn == 1, "test": turn == 0}[split]
    large = [
        cv2.resize(image.astype(np.float32), (DIGIT, DIGIT), interpolation=cv2.INTER_CUBIC)
        for image in data.images[chosen]
    ]
    return np.clip(np.stack(large) * (255 / 16), 0, 255).astype(np.uint8), data.target[chosen]


@dataclasses.dataclass(frozen=True)
class TwoDigitsData:
    """One split; `length` examples of `side` px."""

    split: str
    length: int
    side: int = 256
    clutter: int = 8
    proxy: int = 32
    heads: tuple[HeadSpec, ...] = (HeadSpec("digits", "multilabel", 10, largest=2),)

    @property
    def spec(self) -> DataSpec:
        return DataSpec(self.heads, 1, (self.proxy,) * 2, (self.side,) * 2, float(DIGIT), 10, 2)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Example:
        random = np.random.default_rng([SPLITS.index(self.split), index])
        digits, values = pictures(self.split)
        image = np.zeros((self.side, self.side), np.uint8)
        for _ in range(self.clutter):
            row, column = random.integers(0, DIGIT - FRAGMENT, 2)
            part = digits[random.integers(len(digits))][row : row + FRAGMENT, column : column + FRAGMENT]
            paint(image, part, random.integers(0, self.side - FRAGMENT, 2))
        chosen = [random.choice(np.flatnonzero(values == value)) for value in random.permutation(10)[:2]]
        corners = apart(random, self.side - DIGIT)
        for corner, which in zip(corners, chosen):
            paint(image, digits[which], corner)
        present = np.zeros(10, np.float32)
        present[values[chosen]] = 1
        labels = {"digits": present, "first": values[chosen[0]], "number": np.full(1, 2, np.float32)}
        proxy = cv2.resize(image, (self.proxy, self.proxy), interpolation=cv2.INTER_AREA)
        return Example(
            proxy[:, :, None],
            Pyramid.of(image),
            {head.name: head.check(labels[head.name]) for head in self.heads},
            Objects(
                (corners[:, ::-1] + DIGIT / 2).astype(np.float32),
                values[chosen].astype(np.int64),
                np.full(2, DIGIT / 2, np.float32),
            ),
            name=f"{self.split}-{index}",
        )


@dataclasses.dataclass(frozen=True)
class TwoDigitsTask:
    """The three splits."""

    lengths: tuple[int, int, int] = (100_000, 256, 256)
    side: int = 256
    clutter: int = 8
    proxy: int = 32
    name: str = "two-digits"

    def data(self, split: str) -> TwoDigitsData:
        return TwoDigitsData(split, self.lengths[SPLITS.index(split)], self.side, self.clutter, self.proxy)


def apart(random: np.random.Generator, room: int) -> np.ndarray:
    """Two corners (row, column) whose digits do not touch."""
    while True:
        corners = random.integers(0, room + 1, (2, 2))
        if np.abs(corners[0] - corners[1]).max() > DIGIT:
            return corners


def paint(image: np.ndarray, part: np.ndarray, corner: np.ndarray) -> None:
    """Brighter pixels win."""
    row, column = corner
    below = image[row : row + part.shape[0], column : column + part.shape[1]]
    np.maximum(below, part, out=below)
