"""Accuracy against the cost of an answer, every configuration a point: a picture in SVG that needs nothing else."""

from __future__ import annotations

import dataclasses
import html
import math
import statistics
from collections.abc import Sequence

from varsac.comparison.costs import FULL, Costs
from varsac.comparison.result import Result
from varsac.comparison.table import grouped
from varsac.comparison.work import Work

WIDE, HIGH = 760, 490
LEFT, TOP, RIGHT, BOTTOM = 64, 74, 736, 430
FONT, LETTER = 12, 7.3
"""Size of the letters, and about how wide one is."""
INK, SOFT, LINE, PAPER = "#1d2430", "#6b7482", "#dde1e7", "#ffffff"
KINDS = {
    "ours": ("#c2410c", "variational saccading"),
    "rival": ("#2563eb", "rivals"),
    "bound": ("#6b7280", "whole image, proxy alone, places given"),
}
BOUNDS = ("full_image", "full_image_narrow", "crop_sum", "proxy_only", "random_saccades", "oracle_saccades")
TENTH = 0.1

Box = tuple[float, float, float, float]


@dataclasses.dataclass(frozen=True)
class Point:
    """A configuration.

    Args:
        name: its name.
        kind: of `KINDS`.
        milliseconds: an answer.
        value: the mean over the seeds; low, high: the least and the most of them.
    """

    name: str
    kind: str
    milliseconds: float
    value: float
    low: float
    high: float


def points(task: Work, results: Sequence[Result], costs: Costs) -> list[Point]:
    """The configurations whose costs are known, by the first column of the work."""
    column = next(iter(task.columns))
    found = []
    for name, group in grouped(results).items():
        values = [value for result in group if (value := task.value(result.measures, column)) is not None]
        cost = costs.by_configuration.get(name)
        if values and cost is not None:
            kind = "ours" if group[0].config["model"] == "varsac" else "bound" if name in BOUNDS else "rival"
            found.append(Point(name, kind, 1e3 * cost.seconds, statistics.mean(values), min(values), max(values)))
    return found


def picture(task: Work, results: Sequence[Result], costs: Costs) -> str:
    """The picture of a work, with at least one point.

    Args:
        task: the work.
        results: of it, any configurations and seeds.
        costs: of these.
    """
    measure, title = next(iter(task.columns.items()))
    error = measure.endswith("mae")
    marks = points(task, results, costs)
    plane = Plane.around(marks, costs.full.seconds * 1e3, error)
    parts = [*plane.grid(), *_tenth(plane, costs)]
    boxes: list[Box] = [box for mark in marks for box in plane.covered(mark)]
    for mark in sorted(marks, key=lambda one: -one.value):
        parts.append(_mark(plane, mark))
    for mark in sorted(marks, key=lambda one: (-one.value, one.milliseconds)):
        box, line = _label(plane.at(mark), mark.name, boxes)
        boxes.append(box)
        parts.append(line)
        weight = "600" if mark.kind == "ours" else "400"
        parts.append(
            f'<text x="{box[0] + 2:.1f}" y="{box[3] - 4:.1f}" font-weight="{weight}" fill="{KINDS[mark.kind][0]}">'
            f"{html.escape(mark.name)}</text>"
        )
    upwards = f"{title} (mean over seeds; bars: lowest to highest){' — less is better' if error else ''}"
    middle = (TOP + BOTTOM) / 2
    heading, size = html.escape(task.title), _heading_size(task.title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="{FONT}"><title>{heading}</title>'
        f'<rect width="{WIDE}" height="{HIGH}" fill="{PAPER}"/>'
        f'<text x="{LEFT}" y="22" font-size="{size:g}" font-weight="600" fill="{INK}">{heading}</text>{_legend(marks)}'
        f'{"".join(parts)}<text x="{(LEFT + RIGHT) / 2}" y="{HIGH - 14}" text-anchor="middle" fill="{INK}">'
        f'CPU time of an answer, ms (one image, one thread; logarithmic)</text><text x="16" y="{middle}" '
        f'text-anchor="middle" fill="{INK}" transform="rotate(-90 16 {middle})">{html.escape(upwards)}</text></svg>\n'
    )


@dataclasses.dataclass(frozen=True)
class Plane:
    """Where costs and values lie in the picture.

    Args:
        left: ms at its left edge; right: likewise.
        low: value at its lower edge; high: at its upper edge.
    """

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def around(cls, marks: Sequence[Point], full: float, error: bool) -> Plane:
        """One that holds all points and the cost of the full-resolution network, with some room."""
        costs = [full, full * TENTH, *(mark.milliseconds for mark in marks)]
        high = max(mark.high for mark in marks)
        return cls(min(costs) / 1.5, max(costs) * 1.9, 0.0, 1.08 * high if error else 1.03)

    def covered(self, mark: Point) -> tuple[Box, Box]:
        """What a point and its bar take up, where no name is to stand."""
        x, y = self.at(mark)
        low, high = sorted((self.y(mark.low), self.y(mark.high)))
        return (x - 8, y - 7, x + 8, y + 7), (x - 2, low, x + 2, high)

    def at(self, mark: Point) -> tuple[float, float]:
        """x and y of a point."""
        return self.x(mark.milliseconds), self.y(mark.value)

    def x(self, milliseconds: float) -> float:
        """Across, by the logarithm."""
        share = math.log(milliseconds / self.left) / math.log(self.right / self.left)
        return LEFT + share * (RIGHT - LEFT)

    def y(self, value: float) -> float:
        """Down."""
        return BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)

    def grid(self) -> list[str]:
        """Lines and numbers."""
        parts = []
        for tick in decades(self.left, self.right):
            x = self.x(tick)
            parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{BOTTOM}" stroke="{LINE}"/>')
            parts.append(_text(x, BOTTOM + 17, f"{tick:g}", "middle"))
        step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 1000) if self.high / step <= 11)
        for number in range(int(self.high / step + 1e-9) + 1):
            y = self.y(number * step)
            parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{RIGHT}" y2="{y:.1f}" stroke="{LINE}"/>')
            parts.append(_text(LEFT - 7, y + 4, f"{number * step:g}", "end"))
        return parts


def decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two numbers.

    >>> decades(0.4, 12.0)
    [0.5, 1.0, 2.0, 5.0, 10.0]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [round(times * 10.0**power, 9) for power in powers for times in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


def _mark(plane: Plane, mark: Point) -> str:
    x, y = plane.at(mark)
    colour = KINDS[mark.kind][0]
    low, high = plane.y(mark.low), plane.y(mark.high)
    bar = f'<line x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}" stroke="{colour}"/>'
    told = f"{mark.name}: {mark.value:.3f}, {mark.milliseconds:.2f} ms"
    return (
        f'{bar}<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}" stroke="{PAPER}" stroke-width="1.5">'
        f"<title>{html.escape(told)}</title></circle>"
    )


def _heading_size(text: str) -> float:
    """Of letters with which a heading has room, px.

    >>> _heading_size("Two digits"), _heading_size("x" * 100)
    (15.0, 11.6)
    """
    return round(min(15.0, (WIDE - LEFT - 20) / (LETTER / FONT * 0.96 * len(text))), 1)


def _label(at: tuple[float, float], name: str, taken: Sequence[Box]) -> tuple[Box, str]:
    """Where a name stands: the nearest place that is free; with a line to its point where that is not beside."""
    x, y = at
    width, height = LETTER * len(name) + 4, FONT + 3.0
    best: tuple[float, Box] | None = None
    for away in range(0, 120, 6):
        for across in (9.0, -9.0 - width, -width / 2):
            for down in (-away, away):
                if across == -width / 2 and away < 12:
                    continue  # it would stand on its point
                left, top = x + across, y - height / 2 + down
                box = (left, top, left + width, top + height)
                if box[0] < LEFT or box[2] > RIGHT + 20 or box[1] < TOP or box[3] > BOTTOM:
                    continue
                cost = sum(_overlap(box, other) for other in taken) * 100 + away + (3 if across < 0 else 0)
                if best is None or cost < best[0]:
                    best = cost, box
    box = best[1] if best else (x + 9, y - height / 2, x + 9 + width, y + height / 2)
    middle = (box[1] + box[3]) / 2
    if abs(middle - y) < 10:
        return box, ""
    end = min(max(x, box[0] + 2), box[2] - 2), box[3] if middle < y else box[1]
    return (
        box,
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke="{SOFT}" stroke-width=".7"/>',
    )


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(down, 0.0)


def _tenth(plane: Plane, costs: Costs) -> list[str]:
    """Where an answer costs a tenth of the full-resolution network's, and where it costs all of it."""
    parts = []
    for share, words in ((TENTH, "a tenth of"), (1.0, "")):
        x = plane.x(1e3 * costs.full.seconds * share)
        parts.append(
            f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{BOTTOM}" stroke="{SOFT}" stroke-dasharray="4 4"/>'
        )
        parts.append(_text(x, TOP - 7, f"{words} {FULL}".strip(), "middle"))
    return parts


def _legend(marks: Sequence[Point]) -> str:
    parts, x = [], float(LEFT)
    for kind, (colour, words) in KINDS.items():
        if any(mark.kind == kind for mark in marks):
            parts.append(f'<circle cx="{x + 5:.1f}" cy="38" r="5" fill="{colour}"/>')
            parts.append(f'<text x="{x + 14:.1f}" y="42" fill="{INK}">{words}</text>')
            x += 34 + LETTER * len(words)
    return "".join(parts)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{SOFT}">{html.escape(text)}</text>'
