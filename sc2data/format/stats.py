"""Numbers that describe a data set: how many of what, and what its pictures look like on average."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.format.reader import Dataset
from sc2data.format.schema import COUNTED_ALLIANCE_NAMES

SAMPLE = 200
"""Pictures that are read for averages, unless told otherwise."""


@dataclasses.dataclass(eq=False)
class Pictures:
    """Averages over a sample of pictures: `mean` and `deviation` by channel in 0 to 255, and the mean picture."""

    sample: int
    mean: npt.NDArray[np.float64]  # (3,)
    deviation: npt.NDArray[np.float64]  # (3,)
    picture: npt.NDArray[np.float32]  # (H, W, 3)


@dataclasses.dataclass(eq=False)
class Statistics:
    """Statistics of a data set, or of one split of it.

    `histograms[where][alliance][unit type]` has, at position n, the number of records with n such units; where is
    "screen" or "map", alliance "self", "enemy" or "neutral".
    """

    records: int
    episodes: int
    units_per_record: float
    histograms: dict[str, dict[str, dict[str, npt.NDArray[np.int64]]]]
    pictures: dict[str, Pictures]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the mean pictures."""
        return {
            "records": self.records,
            "episodes": self.episodes,
            "units_per_record": self.units_per_record,
            "counts": {
                where: {
                    side: {name: _spread(counts) for name, counts in types.items()} for side, types in sides.items()
                }
                for where, sides in self.histograms.items()
            },
            "pictures": {
                name: {"sample": p.sample, "mean": p.mean.tolist(), "deviation": p.deviation.tolist()}
                for name, p in self.pictures.items()
            },
        }


def statistics(dataset: Dataset, split: str | None = None, sample: int = SAMPLE) -> Statistics:
    """Count and average.

    Args:
        dataset: of which.
        split: only the records of this split.
        sample: how many pictures to average over, evenly spread over the records; 0: none.

    Raises:
        SplitError: there is no such split.
    """
    indices = np.arange(len(dataset)) if split is None else dataset.split(split)
    names = [counted.name for counted in dataset.schema.unit_types]
    histograms: dict[str, dict[str, dict[str, npt.NDArray[np.int64]]]] = {}
    for where in ("map",) if dataset.schema.screen is None else ("map", "screen"):
        counts = dataset.counts(where, indices)
        histograms[where] = {
            side: {name: np.bincount(counts[:, row, column]) for column, name in enumerate(names)}
            for row, side in enumerate(COUNTED_ALLIANCE_NAMES)
        }
    units = dataset.units_per_record()[indices]
    chosen = indices[np.unique(np.linspace(0, len(indices) - 1, min(sample, len(indices))).round().astype(int))]
    return Statistics(
        records=len(indices),
        episodes=len(np.unique(dataset.episodes[indices])),
        units_per_record=float(units.mean()) if len(units) else 0.0,
        histograms=histograms,
        pictures={
            name: _average(dataset, name, chosen)
            for name in ("minimap", "screen")
            if len(chosen) and name in dataset.schema.columns()
        },
    )


def as_text(statistics: Statistics) -> str:
    """`Statistics` for a terminal: one line a type and side that occurs."""
    facts = statistics.to_dict()
    lines = [
        f"{facts['records']:,} records, {facts['episodes']:,} episodes, {facts['units_per_record']:.1f} units a record",
        "",
        f"{'where':7} {'side':8} {'type':24} {'mean':>8} {'least':>6} {'most':>6} {'records with any':>17}",
    ]
    for where, sides in facts["counts"].items():
        for side, types in sides.items():
            for name, s in types.items():
                if s["most"]:
                    lines.append(
                        f"{where:7} {side:8} {name:24} {s['mean']:8.2f} {s['least']:6} {s['most']:6} {s['present']:17}"
                    )
    for name, picture in facts["pictures"].items():
        mean, deviation = (", ".join(f"{v:.1f}" for v in picture[key]) for key in ("mean", "deviation"))
        lines.append(f"{name}: mean RGB {mean}, standard deviation {deviation} (over {picture['sample']} pictures)")
    return "\n".join(lines)


def _spread(histogram: npt.NDArray[np.int64]) -> dict[str, Any]:
    """What a histogram says in short, and the histogram.

    >>> _spread(np.array([3, 0, 1]))
    {'mean': 0.5, 'least': 0, 'most': 2, 'present': 1, 'histogram': [3, 0, 1]}
    """
    values = np.flatnonzero(histogram)
    total = int(histogram.sum())
    return {
        "mean": float(histogram @ np.arange(len(histogram)) / total) if total else 0.0,
        "least": int(values[0]) if total else 0,
        "most": int(values[-1]) if total else 0,
        "present": int(histogram[1:].sum()),
        "histogram": histogram.tolist(),
    }


def _average(dataset: Dataset, name: str, indices: npt.NDArray[np.int64]) -> Pictures:
    total = np.zeros(dataset.schema.trailing(name), np.float64)
    squares = np.zeros(3, np.float64)
    for index in indices.tolist():
        picture = dataset.column(name, [index])[0].astype(np.float32)
        total += picture
        squares += np.square(picture).mean(axis=(0, 1), dtype=np.float64)
    mean_picture = total / len(indices)
    mean = mean_picture.mean(axis=(0, 1))
    deviation = np.sqrt(np.maximum(squares / len(indices) - mean**2, 0))
    return Pictures(len(indices), mean, deviation, mean_picture.astype(np.float32))
