"""Actions: where to look, as numbers or as a place of a grid, and where asked for the answers of the agent.

Convention:
    A fixation is (x, y, scale) as in `sc2data.pyramid.window`: x, y in [-1, 1] over the image, (-1, -1) its upper left
    corner; scale is the window's side over the shorter image side. An action's s in [-1, 1] stands for the scale
    least * (largest / least)^((s + 1) / 2), so that equal steps of s are equal factors.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from envs.options import EnvError, SaccadeOptions
from sc2data.errors import UserError
from varsac.tasks.task import HeadSpec

Fixations = npt.NDArray[np.float32]
Answer = npt.NDArray[Any]


class ActionError(UserError, ValueError):
    """An action of the wrong shape, not finite, or out of range."""


@dataclasses.dataclass(frozen=True)
class Scales:
    """How an action's s becomes a scale.

    Args:
        least: the scale of s = -1.
        largest: of s = 1.

    >>> Scales(0.25, 1.0).of(np.array([-1.0, 0.0, 1.0])).tolist()
    [0.25, 0.5, 1.0]
    """

    least: float
    largest: float

    def of(self, s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Scales of s in [-1, 1]."""
        scales = self.least * (self.largest / self.least) ** ((s + 1) / 2)
        return np.asarray(np.clip(scales, self.least, self.largest))

    def back(self, scale: float) -> float:
        """The s whose scale is nearest.

        >>> Scales(0.25, 1.0).back(0.5)
        0.0
        """
        if self.largest == self.least:
            return 0.0
        s = 2 * np.log(scale / self.least) / np.log(self.largest / self.least) - 1
        return float(np.clip(s, -1.0, 1.0))


def box_action(fixation: npt.ArrayLike, scales: Scales) -> npt.NDArray[np.float32]:
    """The continuous action that looks at (x, y, scale), or as near to it as the ranges allow."""
    x, y, scale = np.asarray(fixation, np.float64).tolist()
    return np.array([np.clip(x, -1, 1), np.clip(y, -1, 1), scales.back(scale)], np.float32)


def grid_fixations(grid: tuple[int, int, int], scales: Scales) -> Fixations:
    """The windows of a grid, (rows * columns * scales, 3): row by row, the smallest scale first.

    >>> grid_fixations((1, 2, 1), Scales(0.5, 1.0)).tolist()
    [[-0.5, 0.0, 0.5], [0.5, 0.0, 0.5]]
    """
    rows, columns, levels = grid
    sizes = scales.of(np.linspace(-1, 1, levels)) if levels > 1 else np.array([scales.least])
    x, y = ((2 * np.arange(count) + 1) / count - 1 for count in (columns, rows))
    return np.array([(across, down, size) for size, down, across in itertools.product(sizes, y, x)], np.float32)


def box_batch(actions: Any, rows: int, width: int, which: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Actions as float64 (rows, width); rows that are not in `which` may hold anything.

    Raises:
        ActionError: another shape, not numbers, not finite, or outside of [-1, 1].
    """
    try:
        numbers = np.asarray(actions, np.float64)
    except (TypeError, ValueError):
        raise ActionError(f"action {actions!r}: give {width} numbers from -1 to 1") from None
    if numbers.shape != (rows, width):
        raise ActionError(f"actions of shape {numbers.shape}: {(rows, width)} is needed, numbers from -1 to 1")
    wrong = which & ~(np.abs(numbers) <= 1).all(axis=1)  # NaN is not <= 1
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ActionError(
            f"action {numbers[row].tolist()}{_of_row(row, rows)}: every number must be finite and from -1 to 1; "
            "np.clip(action, -1, 1) brings in what overshoots"
        )
    return numbers


def number_batch(actions: Any, rows: int, sizes: Sequence[int], which: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Actions as int64 (rows, len(sizes)), each number below its size; rows that are not in `which` may hold anything.

    Raises:
        ActionError: another shape, not whole numbers, or out of range.
    """
    try:
        numbers = np.asarray(actions)
    except ValueError:
        raise ActionError(f"action {actions!r}: give {len(sizes)} whole numbers") from None
    if numbers.dtype.kind not in "iu" or numbers.size != rows * len(sizes) or numbers.shape[:1] not in ((rows,), ()):
        raise ActionError(
            f"actions of shape {numbers.shape} and type {numbers.dtype}: {rows} x {len(sizes)} whole numbers are "
            f"needed, below {', '.join(map(str, sizes))}"
        )
    table = numbers.reshape(rows, len(sizes)).astype(np.int64)
    wrong = which & ~((table >= 0) & (table < np.array(sizes))).all(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ActionError(
            f"action {table[row].tolist()}{_of_row(row, rows)}: numbers from 0 to below {', '.join(map(str, sizes))} "
            "are allowed"
        )
    return table


def _of_row(row: int, rows: int) -> str:
    return f" of environment {row}" if rows > 1 else ""


@dataclasses.dataclass(frozen=True, eq=False)
class Decoded:
    """What n actions mean.

    Args:
        fixations: float32 (n, 3).
        stop: (n,), who answers now instead of looking.
        answers: by head, (n, ...) as labels; empty where the agent does not answer.
    """

    fixations: Fixations
    stop: npt.NDArray[np.bool_]
    answers: dict[str, Answer]


class ActionCode:
    """The action space of an environment, and what its actions mean.

    | `actions` | the agent does not answer | `answer_by_action` |
    |---|---|---|
    | continuous | Box(-1, 1, (3,)): x, y, s | Box(-1, 1, (4 + A,)): x, y, s, stop, A scores |
    | grid | Discrete(P): which of P windows | MultiDiscrete: which window or, as P, stop; then the answers |

    An agent that answers does so when it stops (stop > 0, or the number P), or when no glimpse is left. The scores are
    those of the classes or counts of each head, the largest being the answer; of "multilabel" heads all above 0, or
    the `largest` highest ones. In the grid a head of classes or counts is one number, a "multilabel" one a 0 or 1 a
    class.

    Args:
        options: of the environment.
        heads: the questions.
        image_size: (height, width) of a typical image.

    Raises:
        EnvError: answers of "density" heads, which have no largest number.
    """

    places = 3
    """How many numbers say where to look: x, y, s."""

    def __init__(self, options: SaccadeOptions, heads: Sequence[HeadSpec], image_size: tuple[int, int]) -> None:
        self.scales = Scales(*options.scale_range(image_size))
        self.heads = tuple(heads) if options.answer_by_action else ()
        dense = [head.name for head in self.heads if head.kind == "density"]
        if dense:
            raise EnvError(
                f"heads {dense} ask for numbers without an upper limit, which no action holds: leave "
                "answer_by_action out, give a predictor, or ask for kind 'count'"
            )
        self.windows = grid_fixations(options.grid, self.scales) if options.actions == "grid" else None
        self.space = self._space()

    def _space(self) -> spaces.Space[Any]:
        if self.windows is None:
            width = self.places + (1 + sum(head.size for head in self.heads) if self.heads else 0)
            return spaces.Box(-1.0, 1.0, (width,), np.float32)
        if not self.heads:
            return spaces.Discrete(len(self.windows))
        return spaces.MultiDiscrete(self._sizes())

    def _sizes(self) -> list[int]:
        assert self.windows is not None
        if not self.heads:
            return [len(self.windows)]
        answers = [[2] * head.size if head.kind == "multilabel" else [head.size] for head in self.heads]
        return [len(self.windows) + 1, *itertools.chain.from_iterable(answers)]

    def decode(self, actions: Any, rows: int, which: npt.NDArray[np.bool_]) -> Decoded:
        """What the actions of `rows` environments mean; those that are not in `which` may be anything.

        Raises:
            ActionError: see `box_batch` and `number_batch`.
        """
        if self.windows is not None:
            return self._of_numbers(number_batch(actions, rows, self._sizes(), which))
        assert self.space.shape is not None
        numbers = np.where(which[:, None], box_batch(actions, rows, self.space.shape[0], which), 0.0)
        s = numbers[:, 2] if self.places == 3 else np.zeros(rows)
        fixations = np.column_stack([numbers[:, :2], self.scales.of(s)]).astype(np.float32)
        if not self.heads:
            return Decoded(fixations, np.zeros(rows, np.bool_), {})
        answers, first = {}, self.places + 1
        for head in self.heads:
            scores = numbers[:, first : first + head.size]
            answers[head.name] = best_of(head, scores, present=0.0)
            first += head.size
        return Decoded(fixations, numbers[:, self.places] > 0, answers)

    def _of_numbers(self, numbers: npt.NDArray[np.int64]) -> Decoded:
        assert self.windows is not None
        chosen = numbers[:, 0].clip(0, len(self.windows) - 1)
        answers: dict[str, Answer] = {}
        first = 1
        for head in self.heads:
            if head.kind == "multilabel":
                answers[head.name] = numbers[:, first : first + head.size].astype(np.float32)
                first += head.size
            else:
                answers[head.name] = numbers[:, first]
                first += 1
        return Decoded(self.windows[chosen], numbers[:, 0] >= len(self.windows), answers)


def best_of(head: HeadSpec, values: npt.NDArray[Any], present: float) -> Answer:
    """The answer that scores or probabilities (n, size) mean, as labels: (n,) or (n, size).

    Args:
        head: what was asked.
        values: one a class; for "density" heads the numbers themselves.
        present: above it a class of a "multilabel" head is present, where its `largest` does not say how many are.

    >>> best_of(HeadSpec("digits", "multilabel", 3, largest=2), np.array([[0.1, 0.9, 0.3]]), 0.5).tolist()
    [[0.0, 1.0, 1.0]]
    """
    if head.kind == "density":
        return values.astype(np.float32)
    if head.kind != "multilabel":
        return np.asarray(values.argmax(axis=1), np.int64)
    if not head.largest:
        return (values > present).astype(np.float32)
    highest = np.argsort(-values, axis=1, kind="stable")[:, : head.largest]
    chosen = np.zeros(values.shape, np.float32)
    np.put_along_axis(chosen, highest, 1.0, axis=1)
    return chosen
