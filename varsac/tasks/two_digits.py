"""Two digits among clutter: which two they are, or their sum, in images of any size.

The clutter is cut from other digits, so that what is clutter shows only at a closer look. Two ways to a large image:

- native (`canvas=0`): the digits are painted at their final size, sharp to the pixel;
- as published (`canvas=100`): painted on a small canvas that is then enlarged bilinearly, corners onto corners
  (`align_corners=True`). There is then no more to see in the large image than in the small one.

The published generator is not public: what is known of it is the size of its canvas, 100 px, the sides of its digits,
28 px, and that digits and fragments are those of cluttered MNIST. The settings of the trials that this project
started from are called T1: digits of 24 px and 30 fragments of 10 px in 512 px.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from varsac.tasks.digits import CLASSES, Digits
from varsac.tasks.painter import Picture
from varsac.tasks.stamps import place
from varsac.tasks.task import HeadSpec, Objects, TaskError

LARGEST_SIDE = 4096
QUESTIONS = ("identify", "sum")


@dataclasses.dataclass(frozen=True)
class TwoDigits:
    """What the pictures are like. Sides are shares of the shorter image side: a larger image is the same picture.

    Args:
        question: "identify": which two digits, always different ones; "sum": their sum, 0 to 18.
        digit: side of a digit.
        clutter: how many fragments.
        fragment: side of a fragment.
        canvas: shorter side in px of the canvas that is enlarged; 0: painted at full size.
    """

    question: str = "identify"
    digit: float = 24 / 512
    clutter: int = 30
    fragment: float = 10 / 512
    canvas: int = 0

    def __post_init__(self) -> None:
        if self.question not in QUESTIONS:
            raise TaskError(f"question {self.question!r}: choose one of {', '.join(QUESTIONS)}")
        if not (0 < self.fragment <= self.digit <= 0.45):
            raise TaskError(
                f"digit {self.digit}, fragment {self.fragment}: shares of the shorter image side, the fragment at most "
                "the digit, the digit at most 0.45"
            )
        if self.clutter < 0 or self.canvas < 0:
            raise TaskError(f"clutter {self.clutter}, canvas {self.canvas}: both must be 0 or more")


T1_SMOKE = TwoDigits(digit=24 / 256, clutter=8, fragment=10 / 256)
"""For images of 256 px."""
PUBLISHED = TwoDigits(digit=0.28, clutter=8, fragment=0.08, canvas=100)
"""As far as it is known; 2528 px is the published size of the image."""


class TwoDigitsPainter:
    """Paints the pictures of `TwoDigits`, grey.

    Args:
        config: what they are like.
        digits: what they are made of.
        height: of the images, at most 4096 px; width: likewise.

    Raises:
        TaskError: an image size out of range, or one too small for its digits.
    """

    def __init__(self, config: TwoDigits, digits: Digits, height: int, width: int) -> None:
        shorter = min(height, width)
        if not (shorter >= 32 and max(height, width) <= LARGEST_SIDE):
            raise TaskError(f"image of {width} x {height} px: sides of 32 to {LARGEST_SIDE} px can be painted")
        if config.canvas > shorter:
            raise TaskError(f"a canvas of {config.canvas} px cannot be enlarged to {shorter} px; 0 paints at full size")
        self.config, self.image_size = config, (height, width)
        self._digits = digits
        enlarge = config.canvas / shorter if config.canvas else 1.0
        self._height, self._width = round(height * enlarge), round(width * enlarge)
        side = min(self._height, self._width)
        self._digit, self._fragment = max(round(config.digit * side), 4), max(round(config.fragment * side), 2)
        self._stretch = np.array([_stretch(width, self._width), _stretch(height, self._height)])  # x, y
        place(np.random.default_rng(0), 2, self._digit, self._height, self._width)

    @property
    def heads(self) -> tuple[HeadSpec, ...]:
        """One: the digits present, or their sum."""
        if self.config.question == "sum":
            names = tuple(str(total) for total in range(2 * CLASSES - 1))
            return (HeadSpec("sum", "classes", len(names), names),)
        return (HeadSpec("digits", "multilabel", CLASSES, tuple(map(str, range(CLASSES))), largest=2),)

    @property
    def object_size(self) -> float:
        """Side of a digit in the image, px."""
        return float(self._digit * self._stretch.min())

    @property
    def most_objects(self) -> int:
        """Two."""
        return 2

    def eased(self, clutter: float) -> Self:
        """With the first `clutter` (0 to 1) of the fragments only."""
        fewer = dataclasses.replace(self.config, clutter=round(clutter * self.config.clutter))
        return type(self)(fewer, self._digits, *self.image_size)

    def paint(self, random: np.random.Generator) -> Picture:
        """Draw the digits, then their places, then the fragments one after the other."""
        rows = self._draw_digits(random)
        corners = place(random, 2, self._digit, self._height, self._width)
        canvas = np.zeros((self._height, self._width), np.uint8)
        for row, (top, left) in zip(rows, corners.tolist(), strict=True):
            _lighten(canvas, self._digits.at_side(self._digit)[row], top, left)
        for _ in range(self.config.clutter):
            self._paint_fragment(canvas, random)
        values = self._digits.labels[rows]
        centres = corners[:, ::-1] + self._digit / 2
        objects = Objects(
            ((centres - 0.5) * self._stretch + 0.5).astype(np.float32),
            values,
            np.full(2, self.object_size / 2, np.float32),
        )
        return Picture(_enlarged(canvas, *self.image_size)[:, :, None], self._labels(values), objects)

    def _draw_digits(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Rows of the two digits; what follows in the generator does not depend on the clutter."""
        distinct = self.config.question == "identify"
        classes = random.choice(CLASSES, 2, replace=not distinct)
        return np.array([random.choice(self._digits.of_class[label]) for label in classes])

    def _labels(self, values: npt.NDArray[np.int64]) -> dict[str, Any]:
        if self.config.question == "sum":
            return {"sum": values.sum()}
        present = np.zeros(CLASSES, np.float32)
        present[values] = 1
        return {"digits": present}

    def _paint_fragment(self, canvas: npt.NDArray[np.uint8], random: np.random.Generator) -> None:
        side = self._fragment
        row = random.integers(len(self._digits))
        top, left = random.integers(self._digit - side + 1, size=2).tolist()
        cut = self._digits.at_side(self._digit)[row][top : top + side, left : left + side]
        _lighten(
            canvas, cut, int(random.integers(self._height - side + 1)), int(random.integers(self._width - side + 1))
        )


def _lighten(canvas: npt.NDArray[np.uint8], stamp: npt.NDArray[np.uint8], top: int, left: int) -> None:
    part = canvas[top : top + stamp.shape[0], left : left + stamp.shape[1]]
    np.maximum(part, stamp, out=part)


def _stretch(length: int, canvas: int) -> float:
    """Image pixels between the centres of neighbouring canvas pixels."""
    return (length - 1) / (canvas - 1)


def _enlarged(canvas: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    """Bilinear, the centres of the corner pixels onto each other; rows first, in single precision.

    >>> _enlarged(np.array([[0, 30], [60, 90]], np.uint8), 2, 4)[:, :].tolist()
    [[0, 10, 20, 30], [60, 70, 80, 90]]
    """
    if canvas.shape == (height, width):
        return canvas
    image = _interpolated(canvas.astype(np.float32), height)
    return np.rint(_interpolated(image.T, width).T).astype(np.uint8)


def _interpolated(image: npt.NDArray[np.float32], rows: int) -> npt.NDArray[np.float32]:
    at = np.linspace(0, len(image) - 1, rows)
    before = np.minimum(at.astype(np.int64), len(image) - 2)
    share = (at - before).astype(np.float32)[:, None]
    return image[before] * (1 - share) + image[before + 1] * share
