"""Count histograms as a picture; takes the extra `plots` (matplotlib)."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.errors import UserError
from sc2data.format.stats import Statistics

SIDE_COLORS = {"self": "tab:green", "enemy": "tab:red", "neutral": "tab:olive"}
PANEL = (3.2, 2.4)
COLUMNS = 4


class MissingExtraError(UserError, ImportError):
    """An optional package is not installed."""


def write_histograms(statistics: Statistics, path: str | pathlib.Path, where: str) -> None:
    """Write a PNG with, for each unit type that occurs, how many records have n of them.

    Args:
        statistics: of the data set or a split.
        path: the PNG.
        where: "screen" or "map".

    Raises:
        MissingExtraError: matplotlib is not installed.
        ValueError: `statistics` has no such histograms.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("count histograms take matplotlib: pip install 'sc2-saccades[plots]'") from error
    if where not in statistics.histograms:
        raise ValueError(f"no counts on the {where}: there are {', '.join(statistics.histograms)}")
    sides = statistics.histograms[where]
    names = [name for name in sides["self"] if any(len(sides[side][name]) > 1 for side in sides)]
    columns = min(COLUMNS, max(1, len(names)))
    rows = max(1, -(-len(names) // columns))
    figure = Figure(figsize=(PANEL[0] * columns, PANEL[1] * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for place, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, place + 1)
        _draw(axes, {side: types[name] for side, types in sides.items() if len(types[name]) > 1})
        axes.set_title(name, fontsize=9)
        axes.set_xlabel(f"on the {where}", fontsize=8)
        axes.set_ylabel("records", fontsize=8)
    if not names:
        figure.text(0.5, 0.5, f"none of the counted units is on any {where}", ha="center")
    figure.savefig(pathlib.Path(path), dpi=110, metadata={"Software": None})


def _draw(axes: Any, histograms: Mapping[str, npt.NDArray[np.int64]]) -> None:
    """Bars side by side, one colour a side."""
    width = 0.8 / len(histograms)
    for place, (side, histogram) in enumerate(histograms.items()):
        left = np.arange(len(histogram)) - 0.4 + place * width
        axes.bar(left, histogram, width, align="edge", color=SIDE_COLORS[side], label=side)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_locator().set_params(integer=True)
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=7)
