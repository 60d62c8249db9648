"""Answers beside the truth: how wrong each one is, and which are the worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from varsac.engine.answers import HeadAnswers, name_of
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import HeadSpec

Array = npt.NDArray[np.float64]


class Judged:
    """The answers of one head for N examples, and what is true.

    Args:
        answers: of the head.
        truth: (N,) classes or counts, (N, size) labels or numbers.
    """

    def __init__(self, answers: HeadAnswers, truth: npt.NDArray[Any]) -> None:
        self.head, self.answers, self.truth = answers.head, answers, truth

    @property
    def wrong(self) -> npt.NDArray[np.bool_]:
        """(N,) whether the answer, numbers rounded, is another than the truth in anything."""
        return (self.answers.guess != self.truth).reshape(len(self.truth), -1).any(1)

    @property
    def errors(self) -> Array:
        """(N,) how wrong each answer is, to sort by: what differs, and among equals how sure it was of the wrong."""
        values, truth = self.answers.values, self.truth
        match self.head.kind:
            case "density":
                return np.abs(values - truth).sum(1)
            case "multilabel":
                return (self.answers.guess != truth).sum(1) + np.abs(values - truth).mean(1)
            case kind:
                off = np.abs(self.answers.guess - truth) if kind == "count" else self.answers.guess != truth
                return off + 1 - values[np.arange(len(truth)), truth.astype(np.int64)]

    @property
    def confidence(self) -> tuple[Array, Array]:
        """How sure each answer was, and whether it was right (0 or 1): of every class for "multilabel" heads.

        Raises:
            ValueError: "density" heads do not say how sure they are.
        """
        values = self.answers.values
        if self.head.kind == "density":
            raise ValueError(f"head {self.head.name!r} answers numbers, not probabilities")
        if self.head.kind == "multilabel":
            return np.maximum(values, 1 - values).ravel(), ((values > 0.5) == (self.truth > 0.5)).ravel().astype(float)
        return values.max(1), (self.answers.guess == self.truth).astype(float)

    def truth_words(self, row: int) -> str:
        """What is true of one example, in the words of `HeadAnswers.words`."""
        truth = self.truth[row]
        match self.head.kind:
            case "multilabel":
                return " and ".join(name_of(self.head, int(index)) for index in np.flatnonzero(truth > 0.5)) or "none"
            case "density":
                return ", ".join(f"{number:g} {name_of(self.head, kind)}" for kind, number in enumerate(truth))
            case "count":
                return f"{truth} {self.head.name}"
            case _:
                return name_of(self.head, int(truth))


class Witness:
    """Keeps what `varsac.engine.evaluate.evaluate` measures: hand it over as `watch`.

    Args:
        heads: the questions.
    """

    def __init__(self, heads: Sequence[HeadSpec]) -> None:
        self.heads = tuple(heads)
        self._draws: dict[str, list[Tensor]] = {head.name: [] for head in heads}
        self._truth: dict[str, list[Tensor]] = {head.name: [] for head in heads}
        self.names: list[str] = []

    def __call__(self, batch: Batch, outputs: Sequence[Output]) -> None:
        """See a batch and the outputs of its draws."""
        for head in self.heads:
            self._draws[head.name].append(torch.stack([output.answers[head.name].float().cpu() for output in outputs]))
            self._truth[head.name].append(batch.labels[head.name].cpu())
        self.names += batch.names

    def __len__(self) -> int:
        return len(self.names)

    def judged(self) -> list[Judged]:
        """All that was seen, by head."""
        return [
            Judged(HeadAnswers(head, torch.cat(self._draws[head.name], 1)), torch.cat(self._truth[head.name]).numpy())
            for head in self.heads
        ]


def worst(judged: Sequence[Judged], most: int) -> list[int]:
    """The examples that are most wrong in all heads together, the worst first."""
    errors = np.sum([one.errors for one in judged], axis=0)
    return [int(row) for row in np.argsort(-errors, kind="stable")[:most]]
