"""How good answers are: which are right, and the loss of a predictor's probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from varsac.tasks.task import HeadSpec

LEAST = 1e-6
"""Probability below which the loss does not grow any more."""

Floats = npt.NDArray[np.float64]


def right(heads: Sequence[HeadSpec], answers: Mapping[str, Any], labels: Mapping[str, Any]) -> Floats:
    """The share of the questions answered right, (n,).

    Args:
        heads: the questions.
        answers: by head, (n, ...) as labels; numbers of "density" heads are rounded.
        labels: by head, (n, ...).

    >>> heads = (HeadSpec("pet", "classes", 3), HeadSpec("marines", "density", 1))
    >>> right(heads, {"pet": np.array([2]), "marines": np.array([[6.7]])}, {"pet": np.array([1]), "marines": [[7.0]]})
    array([0.5])
    """
    shares = []
    for head in heads:
        answer, label = np.asarray(answers[head.name]), np.asarray(labels[head.name])
        hit = (np.rint(answer) if head.kind == "density" else answer) == label
        shares.append(hit.reshape(len(hit), -1).all(axis=1))
    return np.asarray(np.mean(shares, axis=0, dtype=np.float64))


def loss(heads: Sequence[HeadSpec], values: Mapping[str, Any], labels: Mapping[str, Any]) -> Floats:
    """How far a predictor is from the truth, (n,), summed over the heads.

    | kind | loss |
    |---|---|
    | classes, count | -log p(label), nats |
    | multilabel | -log of the probability of every class being present or not as it is, nats, summed |
    | density | absolute errors of the numbers, summed |

    Args:
        heads: the questions.
        values: by head, (n, size), probabilities or for "density" heads numbers.
        labels: by head, (n, ...).
    """
    total: Floats = np.zeros(len(next(iter(labels.values()))))
    for head in heads:
        value, label = np.asarray(values[head.name], np.float64), np.asarray(labels[head.name])
        if head.kind == "density":
            total = total + np.abs(value - label).sum(axis=1)
        elif head.kind == "multilabel":
            total = total - np.log(np.where(label > 0.5, value, 1 - value).clip(LEAST)).sum(axis=1)
        else:
            total = total - np.log(value[np.arange(len(value)), label].clip(LEAST))
    return total


def ignorance(heads: Sequence[HeadSpec], rows: int) -> dict[str, Floats]:
    """What one says before any glimpse: classes and counts equally probable, labels as likely as not, no objects."""
    guess = {"multilabel": 0.5, "density": 0.0}
    return {head.name: np.full((rows, head.size), guess.get(head.kind, 1 / head.size)) for head in heads}
