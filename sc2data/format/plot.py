"""Count histograms as a picture; takes the extra `plots` (matplotlib)."""

from __future__ import annotations

import pathlib

import numpy as np

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
    rows = max(1, -(-len(names) // COLUMNS))
    figure = Figure(figsize=(PANEL[0] * COLUMNS, PANEL[1] * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for place, name in enumerate(names):
        axes = figure.add_subplot(rows, COLUMNS, place + 1)
        for side, types in sides.items():
            histogram = types[name]
            if len(histogram) > 1:
                axes.stairs(
                    histogram,
                    np.arange(len(histogram) + 1) - 0.5,
                    fill=True,
                    alpha=0.5,
                    label=side,
                    color=SIDE_COLORS[side],
                )
        axes.set_title(name, fontsize=9)
        axes.set_xlabel(f"on the {where}", fontsize=8)
        axes.set_ylabel("records", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.legend(fontsize=7)
    if not names:
        figure.text(0.5, 0.5, f"none of the counted units is on any {where}", ha="center")
    figure.savefig(pathlib.Path(path), dpi=110, metadata={"Software": None})
