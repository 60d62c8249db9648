"""What a model answered, as numbers, as plain values for JSON, and in words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from varsac.metrics import chosen_labels, probabilities
from varsac.tasks.task import HeadSpec

Array = npt.NDArray[np.float64]


class HeadAnswers:
    """The answers of one head for N images.

    Args:
        head: what was asked.
        draws: (S, N, size) of S draws of saccades: logits, for "density" heads numbers. Probabilities and numbers are
            averaged over the draws.

    Attributes:
        values: (N, size) probabilities, for "density" heads numbers.
        spread: standard deviation of the counts over the draws: (N,) for "count" heads, (N, size) for "density" heads,
            None for others and for a single draw.
    """

    def __init__(self, head: HeadSpec, draws: Tensor) -> None:
        self.head = head
        draws = draws.detach().float().cpu()
        self.spread: Array | None = None
        if head.kind == "density":
            each = draws.double().numpy()
            self.values = each.mean(0)
        else:
            self.values = probabilities(head, draws)
            each = draws.softmax(-1).double().numpy() @ np.arange(head.size)
        if len(draws) > 1 and head.kind in ("count", "density"):
            self.spread = each.std(0)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def guess(self) -> npt.NDArray[np.int64]:
        """(N,) class or count; (N, size) 0 or 1 for "multilabel", rounded numbers for "density"."""
        if self.head.kind == "multilabel":
            return chosen_labels(self.head, self.values).astype(np.int64)
        if self.head.kind == "density":
            return np.rint(self.values).astype(np.int64)
        return self.values.argmax(1)

    @property
    def expected(self) -> Array:
        """Of "count" heads the mean of the answered distribution (N,), of "density" heads the numbers (N, size)."""
        return self.values if self.head.kind == "density" else self.values @ np.arange(self.head.size)

    def plain(self, row: int) -> dict[str, object]:
        """The answer for one image, as JSON has it; names are those of the head's classes, or numbers as text.

        | kind | keys |
        |---|---|
        | classes | class, probabilities (by name) |
        | multilabel | classes, probabilities (by name) |
        | count | count, expected, probabilities (of 0, 1, ...), and spread where saccades were drawn several times |
        | density | counts, expected and, likewise, spread, each by name |
        """
        guess, values = self.guess[row], self.values[row]
        match self.head.kind:
            case "classes":
                return {"class": self.name(int(guess)), "probabilities": self._named(values)}
            case "multilabel":
                return {"classes": self._chosen(guess), "probabilities": self._named(values)}
            case "count":
                spread = {} if self.spread is None else {"spread": rounded(self.spread[row])}
                expected = {"count": int(guess), "expected": rounded(self.expected[row])}
                return {**expected, **spread, "probabilities": [rounded(one) for one in values]}
            case _:
                counts = {self.name(kind): int(number) for kind, number in enumerate(guess)}
                spreads = {} if self.spread is None else {"spread": self._named(self.spread[row])}
                return {"counts": counts, "expected": self._named(values), **spreads}

    def words(self, row: int) -> str:
        """The answer for one image on a line.

        >>> import torch
        >>> HeadAnswers(HeadSpec("digits", "multilabel", 3, largest=2), torch.tensor([[[2.0, -3.0, 1.0]]])).words(0)
        '0 and 2'
        """
        guess = self.guess[row]
        match self.head.kind:
            case "classes":
                return f"{self.name(int(guess))} ({self.values[row, guess]:.0%})"
            case "multilabel":
                return " and ".join(self._chosen(guess)) or "none"
            case "count":
                return f"{guess} {self.head.name}{self._give_or_take(row)}"
            case _:
                kinds = range(self.head.size)
                return ", ".join(
                    f"{self.values[row, kind]:.1f}{self._give_or_take(row, kind)} {self.name(kind)}" for kind in kinds
                )

    def name(self, index: int) -> str:
        """What a class or kind is called.

        >>> import torch
        >>> HeadAnswers(HeadSpec("pet", "classes", 2, ("cat", "dog")), torch.zeros(1, 1, 2)).name(1)
        'dog'
        """
        return name_of(self.head, index)

    def _chosen(self, guess: npt.NDArray[np.int64]) -> list[str]:
        return [self.name(int(index)) for index in np.flatnonzero(guess)]

    def _named(self, values: Array) -> dict[str, float]:
        return {self.name(index): rounded(value) for index, value in enumerate(values)}

    def _give_or_take(self, row: int, kind: int | None = None) -> str:
        if self.spread is None:
            return ""
        return f" ± {self.spread[row] if kind is None else self.spread[row, kind]:.1f}"


def name_of(head: HeadSpec, index: int) -> str:
    """What a class or kind of a head is called: its name, or its number.

    >>> name_of(HeadSpec("pet", "classes", 2, ("cat", "dog")), 1), name_of(HeadSpec("marines", "count", 23), 7)
    ('dog', '7')
    """
    return head.classes[index] if head.classes else str(index)


def rounded(value: float) -> float:
    """For JSON that people read: four digits after the point."""
    return round(float(value), 4)
