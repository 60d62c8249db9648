"""Where digits come from: scikit-learn's handwritten ones, or MNIST and its relatives from a folder of IDX files.

| source | side | train | val | test | how it is split |
|---|---|---|---|---|---|
| scikit-learn | 8 px | 1,259 | 179 | 359 | within each class, by a fixed permutation; the writers are not known |
| MNIST, Fashion-MNIST | 28 px | 54,000 | 6,000 | 10,000 | test: `t10k` files; val: last tenth of the `train` files |

A split of pictures made from digits uses digits of that split only: no image is seen both in training and in test.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import pathlib

import numpy as np
import numpy.typing as npt

from varsac.tasks.idx import read_idx
from varsac.tasks.stamps import resized
from varsac.tasks.task import SPLITS, Split, TaskError

CLASSES = 10
HELD_OUT = {"val": 0.1, "test": 0.2}
"""Shares of scikit-learn's digits."""


@dataclasses.dataclass(frozen=True, eq=False)
class Digits:
    """Small grey images of ten classes, light on black.

    Args:
        images: uint8 (n, h, w).
        labels: int64 (n,), 0 .. 9; every class occurs.
        source: what they are, for records.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    source: str

    def __len__(self) -> int:
        return len(self.labels)

    @functools.cached_property
    def of_class(self) -> list[npt.NDArray[np.int64]]:
        """Indices of the images of each class."""
        return [np.flatnonzero(self.labels == label) for label in range(CLASSES)]

    def at_side(self, side: int) -> npt.NDArray[np.uint8]:
        """All of them `side` px wide and high, uint8 (n, side, side); made once for each side."""
        if side not in self._by_side:
            self._by_side[side] = np.stack([resized(image, side, side) for image in self.images])
        return self._by_side[side]

    @functools.cached_property
    def _by_side(self) -> dict[int, npt.NDArray[np.uint8]]:
        return {}

    @property
    def fingerprint(self) -> str:
        """Changes with any pixel or label."""
        content = hashlib.sha256(repr(self.images.shape).encode())
        content.update(np.ascontiguousarray(self.images).tobytes())
        content.update(self.labels.tobytes())
        return content.hexdigest()


def load_digits(split: Split, directory: str | os.PathLike[str] | None = None) -> Digits:
    """The digits of a split.

    Args:
        split: "train", "val" or "test".
        directory: a folder with the four IDX files of MNIST or one of its relatives, by their usual names
            (`train-images-idx3-ubyte`, ..., also with `.gz` or with a dot for the second hyphen); None or "": the
            digits that come with scikit-learn.

    Raises:
        TaskError: no such split, or a file is missing or damaged, or not of ten classes.
    """
    if split not in SPLITS:
        raise TaskError(f"split {split!r}: choose one of {', '.join(SPLITS)}")
    return _from_folder(split, pathlib.Path(directory)) if directory else _from_sklearn(split)


def _from_sklearn(split: Split) -> Digits:
    from sklearn import datasets

    bunch = datasets.load_digits()
    labels = bunch.target.astype(np.int64)
    rows = _rows_of(split, labels)
    images = np.round(bunch.images[rows] * (255 / 16)).astype(np.uint8)  # 0 .. 16 in the source
    return Digits(images, labels[rows], f"scikit-learn digits, {split}")


def _rows_of(split: Split, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows of a split, the same share of each class in every split."""
    random = np.random.default_rng(0)  # part of the definition of the splits, not a setting
    rows = []
    for label in range(CLASSES):
        shuffled = random.permutation(np.flatnonzero(labels == label))
        test, val = (round(HELD_OUT[name] * len(shuffled)) for name in ("test", "val"))
        parts = {"test": shuffled[:test], "val": shuffled[test : test + val], "train": shuffled[test + val :]}
        rows.append(parts[split])
    return np.sort(np.concatenate(rows))


def _from_folder(split: Split, folder: pathlib.Path) -> Digits:
    prefix = "t10k" if split == "test" else "train"
    images = read_idx(_find(folder, prefix, "images", 3), 3)
    labels = read_idx(_find(folder, prefix, "labels", 1), 1).astype(np.int64)
    if len(images) != len(labels):
        raise TaskError(
            f"{folder}: {len(images)} {prefix} images but {len(labels)} labels; the files do not belong together"
        )
    if split != "test":
        held_out = len(labels) // 10
        kept = slice(0, len(labels) - held_out) if split == "train" else slice(len(labels) - held_out, None)
        images, labels = images[kept], labels[kept]
    present = np.unique(labels).tolist()
    if present != list(range(CLASSES)):
        raise TaskError(
            f"{folder}: the {split} split has the classes {present}; all of 0 to 9 and no others are needed"
        )
    return Digits(images, labels, f"{folder.name}, {split}")


def _find(folder: pathlib.Path, prefix: str, what: str, axes: int) -> pathlib.Path:
    names = [f"{prefix}-{what}{mark}idx{axes}-ubyte{ending}" for mark in "-." for ending in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise TaskError(
        f"{folder} has none of {', '.join(names)}; give the folder of an MNIST-like set (Debian's package "
        "dataset-fashion-mnist puts one under share/datasets/fashion-mnist), or none for scikit-learn's digits"
    )
