"""How good answers and positions are: measures that are added up batch by batch and read once at the end.

| head | measures |
|---|---|
| classes | accuracy, calibration_error |
| multilabel | accuracy (all labels right), right (share of the present ones that were named), calibration_error |
| count | mae, exact, within_1, bias, calibration_error, and of the expected value: mae_expected |
| density | mae, exact, within_1, bias (of the numbers rounded; mae of the unrounded ones is mae_expected) |

With several draws for each image a count head tells `spread`, the mean standard deviation over the draws, and
`spread_holds`, the share of true counts within two of these of the mean.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from torch import Tensor

from varsac.tasks.task import HeadSpec

Array = npt.NDArray[np.float64]
BINS = 15
"""Of confidence, for the calibration error."""

MEANINGS = {
    "accuracy": "share of images answered right in everything",
    "right": "share of the classes present that were named",
    "calibration_error": "how far the share right is from how sure the answers are, on average",
    "mae": "mean absolute error of the counts",
    "mae_expected": "mean absolute error of the expected counts, unrounded",
    "exact": "share of the counts that are exact",
    "within_1": "share of the counts off by at most one",
    "bias": "mean error of the counts: above 0 too many, below too few",
    "mae_of_proxy": "mean absolute error of what the proxy's densities add up to, without a glimpse",
    "spread": "standard deviation of a count over the draws",
    "spread_holds": "share of the true counts within two of these of the mean",
    "found": "share of the true objects inside a glimpse",
    "precision": "share of the positions that lie on an object, within so many of its radii",
    "recall": "share of the objects with a position, within so many of their radii",
    "distance": "mean distance of these pairs, image px",
    "seconds": "for an image in the model, all draws and the reading of windows included",
    "pixels_decoded": "of an image, for its windows",
}
"""What the measures mean, by the last part of their names without a radius."""


def described(name: str) -> str:
    """What a measure of `evaluate` means; "" for one that is not known.

    >>> described("marine/mae"), described("recall@0.5")[:20]
    ('mean absolute error of the counts', 'share of the objects')
    """
    return MEANINGS.get(name.rpartition("/")[2].partition("@")[0], "")


class Means:
    """Means of many things by name, over as many examples as each was given."""

    def __init__(self) -> None:
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._numbers: defaultdict[str, int] = defaultdict(int)

    def add(self, name: str, values: npt.ArrayLike) -> None:
        """Count in some values; none is fine."""
        numbers = np.asarray(values, np.float64)
        self._sums[name] += float(numbers.sum())
        self._numbers[name] += numbers.size

    def means(self) -> dict[str, float]:
        """The mean of all that has at least one value."""
        return {name: self._sums[name] / number for name, number in self._numbers.items() if number}


class AnswerMeasures:
    """The measures of one head.

    Args:
        head: what was asked.
    """

    def __init__(self, head: HeadSpec) -> None:
        self.head = head
        self._means = Means()
        self._confidence: list[Array] = []
        self._hits: list[Array] = []

    def add(self, answer: Tensor, label: Tensor) -> None:
        """Count in a batch.

        Args:
            answer: (B, size), or (S, B, size) for S draws for each example.
            label: (B,) or (B, size).
        """
        draws = answer.detach().float().cpu()
        draws = draws if draws.dim() == 3 else draws[None]
        truth = label.detach().cpu().numpy()
        if self.head.kind in ("count", "density"):
            self._add_numbers(draws, truth)
        elif self.head.kind == "classes":
            self._add_classes(probabilities(self.head, draws), truth)
        else:
            self._add_multilabel(probabilities(self.head, draws), truth)

    def summary(self) -> dict[str, float]:
        """All measures of the head by name, see the table above."""
        summary = self._means.means()
        if self._confidence:
            error = calibration_error(np.concatenate(self._confidence), np.concatenate(self._hits))
            summary["calibration_error"] = error
        return summary

    def _add_classes(self, probability: Array, truth: npt.NDArray[np.int64]) -> None:
        hit = probability.argmax(1) == truth
        self._means.add("accuracy", hit)
        self._confidence.append(probability.max(1))
        self._hits.append(hit.astype(np.float64))

    def _add_multilabel(self, probability: Array, truth: Array) -> None:
        named = chosen_labels(self.head, probability)
        self._means.add("accuracy", (named == (truth > 0.5)).all(1))
        self._means.add("right", named[truth > 0.5])
        self._confidence.append(np.maximum(probability, 1 - probability).ravel())
        self._hits.append(((probability > 0.5) == (truth > 0.5)).astype(np.float64).ravel())

    def _add_numbers(self, draws: Tensor, truth: Array) -> None:
        if self.head.kind == "count":
            probability = probabilities(self.head, draws)
            numbers = np.arange(self.head.size)
            guess, expected = probability.argmax(1).astype(np.float64), probability @ numbers
            each = draws.softmax(-1).numpy() @ numbers  # (S, B)
            self._confidence.append(probability.max(1))
            self._hits.append((guess == truth).astype(np.float64))
        else:
            each = draws.numpy()  # (S, B, K)
            expected = each.mean(0)
            guess = np.round(expected)
        error = guess - truth
        self._means.add("mae", np.abs(error))
        self._means.add("mae_expected", np.abs(expected - truth))
        self._means.add("exact", error == 0)
        self._means.add("within_1", np.abs(error) <= 1)
        self._means.add("bias", error)
        if len(draws) > 1:
            spread = each.std(0)
            self._means.add("spread", spread)
            self._means.add("spread_holds", np.abs(expected - truth) <= 2 * spread)


class PositionMeasures:
    """How well positions fit the true objects.

    `found` is the share of true objects whose centre lies in a glimpse. At each radius the positions, best first, take
    the nearest true object that is still free within the radius: `precision@r` is the share of the positions that got
    one, `recall@r` the share of objects that were taken, `distance@r` the mean distance of the pairs in image px.

    Args:
        radii: in units of an object's radius.
    """

    def __init__(self, radii: tuple[float, ...] = (0.5, 1.0, 2.0)) -> None:
        self.radii = radii
        self._means = Means()

    def add_found(self, found: npt.ArrayLike) -> None:
        """Count in whether each true object of an image lies in a glimpse."""
        self._means.add("found", found)

    def add(
        self, positions: npt.NDArray[np.floating], objects: npt.NDArray[np.floating], radius: npt.NDArray[np.floating]
    ) -> None:
        """Count in one image.

        Args:
            positions: (P, 2) px, best first.
            objects: (N, 2) px.
            radius: (N,) px.
        """
        for times in self.radii:
            taken, distances = match(positions, objects, times * radius)
            hits = np.zeros(len(positions))
            hits[: len(distances)] = 1
            self._means.add(f"precision@{times:g}", hits)
            self._means.add(f"recall@{times:g}", taken)
            self._means.add(f"distance@{times:g}", distances)

    def summary(self) -> dict[str, float]:
        """All measures by name."""
        return self._means.means()


def match(
    positions: npt.NDArray[np.floating], objects: npt.NDArray[np.floating], radius: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.bool_], Array]:
    """Give each position, best first, the nearest object that is free and near enough.

    Returns:
        (N,) whether an object was taken; the distances of the pairs, px.

    >>> points = np.array([[0.0, 0.0], [1.0, 0.0]])
    >>> taken, distances = match(points, np.array([[2.0, 0.0], [0.0, 3.0]]), np.array([2.0, 2.0]))
    >>> taken.tolist(), distances.tolist()
    ([True, False], [2.0])
    """
    taken = np.zeros(len(objects), bool)
    distances = []
    for position in positions:
        distance = np.hypot(*(objects - position).T)
        distance[taken | (distance > radius)] = np.inf
        if len(distance) and np.isfinite(distance.min()):
            taken[distance.argmin()] = True
            distances.append(float(distance.min()))
    return taken, np.array(distances)


def probabilities(head: HeadSpec, draws: Tensor) -> Array:
    """Mean probabilities (B, size) over draws of logits (S, B, size)."""
    each = draws.sigmoid() if head.kind == "multilabel" else draws.softmax(-1)
    return each.mean(0).double().numpy()


def chosen_labels(head: HeadSpec, probability: Array) -> npt.NDArray[np.bool_]:
    """Which labels (B, size) are named: the `largest` most probable ones, or all above one half.

    >>> chosen_labels(HeadSpec("a", "multilabel", 3, largest=2), np.array([[0.1, 0.3, 0.2]])).tolist()
    [[False, True, True]]
    """
    if head.largest == 0:
        return probability > 0.5
    named = np.zeros(probability.shape, bool)
    np.put_along_axis(named, np.argsort(-probability, 1, kind="stable")[:, : head.largest], True, 1)
    return named


def calibration_error(confidence: Array, hits: Array) -> float:
    """Expected calibration error: |confidence - share of hits| in bins of equal width, weighted by their numbers.

    >>> calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.0])).__round__(3)
    0.4
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    totals = np.bincount(bins, confidence - hits, BINS)
    return float(np.abs(totals).sum() / len(hits))
