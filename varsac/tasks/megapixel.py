"""Five digits in a large noisy image: which occurs three times, which is largest, which topmost, which there are.

The rules of megapixel MNIST as its two public generators have them. Of the five digits, three are of one class and two
of others, which may be the same; all are drawn with replacement and lie anywhere, but do not overlap. Noise is stamped
anywhere, each stamp one of a bank of patterns that belongs to the split: two straight lines, whose pixels vary by a
fifth in brightness.

The two generators differ in what is painted last. Attention sampling's paints the noise last, and as stamps are painted
with their black pixels they erase digits; patch selection's paints the digits last, over the noise. Results on the two
cannot be compared. Digits and noise are drawn from a generator of their own for each picture here, so that the
distribution is theirs, but the pictures are not. Attention sampling's low-resolution view is painted for itself from
shrunken stamps; here the proxy is the image made smaller.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from varsac.tasks.digits import CLASSES, Digits
from varsac.tasks.painter import Picture
from varsac.tasks.stamps import place, resized
from varsac.tasks.task import HeadSpec, Objects, TaskError

DIGITS, OF_MAJORITY = 5, 3
PATTERN = 28
"""Side in px of a noise pattern before it is resized."""
RULES = ("majority", "max", "top", "multi")
ORDERS = ("noise_last", "digits_last")


@dataclasses.dataclass(frozen=True)
class Megapixel:
    """What the pictures are like; the published size of the image is 1500 px.

    Args:
        rules: the questions, one or more of "majority" (the class of three digits), "max" (the largest), "top" (the
            topmost) and "multi" (all that are present).
        order: "noise_last" (attention sampling) or "digits_last" (patch selection).
        noise: stamps in an image, and patterns in the bank.
        clutter: the share of the stamps that are painted, 0 to 1; the rest of the picture does not depend on it.
        digit: side of a digit, px.
        stamp: side of a noise stamp, px.
    """

    rules: tuple[str, ...] = ("majority",)
    order: str = "noise_last"
    noise: int = 50
    clutter: float = 1.0
    digit: int = 28
    stamp: int = 28

    def __post_init__(self) -> None:
        unknown = [rule for rule in self.rules if rule not in RULES]
        if unknown or not self.rules or len(set(self.rules)) != len(self.rules):
            raise TaskError(f"rules {', '.join(self.rules) or '(none)'}: choose from {', '.join(RULES)}, each once")
        if self.order not in ORDERS:
            raise TaskError(f"order {self.order!r}: choose one of {', '.join(ORDERS)}")
        if self.noise < 0 or not 0 <= self.clutter <= 1 or min(self.digit, self.stamp) < 4:
            raise TaskError(
                f"noise {self.noise}, clutter {self.clutter}, digit {self.digit}, stamp {self.stamp}: noise is 0 or "
                "more, clutter 0 to 1, digits and stamps have at least 4 px"
            )


class MegapixelPainter:
    """Paints the pictures of `Megapixel`, grey.

    Args:
        config: what they are like.
        digits: what they are made of.
        height: of the images, px; width: likewise.
        bank_seed: the noise patterns follow from it.

    Raises:
        TaskError: the image is too small for its digits or its noise.
    """

    def __init__(self, config: Megapixel, digits: Digits, height: int, width: int, bank_seed: int) -> None:
        if config.noise and min(height, width) < 2 * config.stamp + 1:
            raise TaskError(
                f"image of {width} x {height} px: noise stamps of {config.stamp} px need more than twice that"
            )
        self.config, self.image_size = config, (height, width)
        self._digits, self._bank_seed = digits, bank_seed
        self._bank = [
            resized(pattern, config.stamp, config.stamp)
            for pattern in noise_patterns(config.noise, np.random.default_rng(bank_seed))
        ]
        place(np.random.default_rng(0), DIGITS, config.digit, height, width)

    @property
    def heads(self) -> tuple[HeadSpec, ...]:
        """One a rule."""
        names = tuple(map(str, range(CLASSES)))
        return tuple(
            HeadSpec(rule, "multilabel" if rule == "multi" else "classes", CLASSES, names) for rule in self.config.rules
        )

    @property
    def object_size(self) -> float:
        """Side of a digit, px."""
        return float(self.config.digit)

    @property
    def most_objects(self) -> int:
        """Five."""
        return DIGITS

    def eased(self, clutter: float) -> Self:
        """With the first `clutter` (0 to 1) of the noise stamps only."""
        return type(self)(
            dataclasses.replace(self.config, clutter=clutter), self._digits, *self.image_size, self._bank_seed
        )

    def paint(self, random: np.random.Generator) -> Picture:
        """Draw the digits, then their places, then the noise's places and patterns."""
        side = self.config.digit
        height, width = self.image_size
        rows = self._draw_digits(random)
        corners = place(random, DIGITS, side, height, width)
        stamps = [(self._digits.at_side(side)[row], corner) for row, corner in zip(rows, corners)]
        noise = self._draw_noise(random)
        image = np.zeros(self.image_size, np.uint8)
        for stamp, (top, left) in stamps + noise if self.config.order == "noise_last" else noise + stamps:
            image[top : top + len(stamp), left : left + len(stamp)] = stamp
        values = self._digits.labels[rows]
        centres = (corners[:, ::-1] + side / 2).astype(np.float32)
        objects = Objects(centres, values, np.full(DIGITS, side / 2, np.float32))
        answers = labels_of(values, corners[:, 0])
        return Picture(image[:, :, None], {rule: answers[rule] for rule in self.config.rules}, objects)

    def _draw_digits(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        majority = random.integers(CLASSES)
        others = np.flatnonzero(self._digits.labels != majority)
        return np.concatenate(
            [
                random.choice(self._digits.of_class[majority], OF_MAJORITY),
                random.choice(others, DIGITS - OF_MAJORITY),
            ]
        )

    def _draw_noise(self, random: np.random.Generator) -> list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]]:
        """Stamps with their corners, none within a stamp's side of the upper or left edge, as published."""
        count, side = self.config.noise, self.config.stamp
        room = np.array(self.image_size) - 2 * side
        corners = (random.random((count, 2)) * room + side).astype(np.int64)
        patterns = random.integers(max(count, 1), size=count)
        kept = round(self.config.clutter * count)
        return [(self._bank[pattern], corner) for pattern, corner in zip(patterns[:kept], corners[:kept])]


def labels_of(values: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    """The answer to every rule.

    Args:
        values: (5,) classes of the digits.
        rows: (5,) image rows where they begin; of digits in the same row the first counts as topmost.

    >>> answers = labels_of(np.array([3, 3, 3, 8, 1]), np.array([50, 60, 70, 80, 10]))
    >>> answers["majority"], answers["max"], answers["top"], np.flatnonzero(answers["multi"]).tolist()
    (3, 8, 1, [1, 3, 8])
    """
    counts = np.bincount(values, minlength=CLASSES)
    return {
        "majority": int(counts.argmax()),
        "max": int(values.max()),
        "top": int(values[rows.argmin()]),
        "multi": (counts > 0).astype(np.float32),
    }


def noise_patterns(count: int, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A bank of noise patterns, (count, 28, 28): two lines each, from 80 to 100 % bright.

    The first line falls from the upper left corner at a slope of tan(u pi / 2.5), u uniform in [0, 1). The second is
    the first of another pattern of the bank, mirrored with a chance of 0.33 on each axis.
    """
    last = PATTERN - 0.51  # rounds to the last pixel
    lines = np.zeros((count, PATTERN, PATTERN), bool)
    for line, slope in zip(lines, np.tan(random.random(count) * np.pi / 2.5)):
        x = np.linspace(0, min(last, last / slope) if slope > 0 else last, 2 * PATTERN)
        line[np.round(x).astype(np.int64), np.round(slope * x).astype(np.int64)] = True
    others = random.permutation(lines)
    for axis in (2, 1):
        mirrored = random.random(count) < 0.33
        others[mirrored] = np.flip(others[mirrored], axis)
    brightness = random.random(lines.shape) * 0.2 + 0.8
    return ((lines | others) * brightness * 255).astype(np.uint8)
