"""Charts for reports: pieces of SVG and HTML that need nothing else, and shrink with the page."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]

WIDE, HIGH = 264.0, 246.0
LEFT, TOP, RIGHT, BOTTOM = 40.0, 14.0, 250.0, 206.0
"""The plane of a chart in units of its drawing."""
STYLE = """
svg { width: 100%; max-width: 26rem; height: auto; display: block; margin: 0 auto; font: 11px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .axis { stroke: var(--line); } svg .mark { fill: var(--accent); }
svg .ideal { stroke: var(--soft); stroke-dasharray: 4 3; } svg .bubble { fill: var(--accent); fill-opacity: .55; }
.scroll { overflow-x: auto; } .matrix td, .matrix th { min-width: 1.9em; text-align: center; padding: .15rem .3rem; }
.matrix .hit { outline: 2px solid var(--accent); outline-offset: -2px; }
.bar { display: inline-block; height: .7em; background: var(--accent); vertical-align: baseline; }
"""
"""CSS; uses the colours --ink, --line, --soft and --accent of the page."""


def bubbles(truth: Integers, answer: Integers) -> str:
    """True numbers across, answered ones up: a bubble for each pair that occurs, its area their number.

    Args:
        truth: (N,) integers.
        answer: (N,) integers; below 0 counts as 0.
    """
    answer = np.maximum(answer, 0)
    top = max(int(truth.max(initial=0)), int(answer.max(initial=0)), 1)
    pairs, numbers = np.unique(np.stack([truth, answer], 1), axis=0, return_counts=True)
    reach = 0.9 * (RIGHT - LEFT) / (2 * (top + 1))
    parts = [f'<line class="ideal" x1="{_x(0, top)}" y1="{_y(0, top)}" x2="{_x(top, top)}" y2="{_y(top, top)}"/>']
    for (true, answered), number in zip(pairs.tolist(), numbers.tolist(), strict=True):
        radius = max(1.2, reach * np.sqrt(number / numbers.max()))
        parts.append(
            f'<circle class="bubble" cx="{_x(true, top)}" cy="{_y(answered, top)}" r="{radius:.1f}">'
            f"<title>true {true}, answered {answered}: {number} times</title></circle>"
        )
    return _chart(parts, top, top, "true number", "answered")


def differences(truth: Integers, answer: Integers, furthest: int = 10) -> str:
    """How often the answer is off by how much; what is off by more than `furthest` counts there."""
    off = np.clip(answer - truth, -furthest, furthest)
    reach = max(1, int(np.abs(off).max(initial=0)))
    numbers = np.bincount((off + reach).astype(np.int64), minlength=2 * reach + 1)
    step = (RIGHT - LEFT) / len(numbers)
    parts = []
    for place, number in enumerate(numbers.tolist()):
        height, x = (BOTTOM - TOP) * number / max(numbers.max(), 1), LEFT + (place + 0.1) * step
        parts.append(
            f'<rect class="mark" x="{x:.1f}" y="{BOTTOM - height:.1f}" width="{0.8 * step:.1f}" '
            f'height="{height:.1f}"><title>off by {place - reach:+d}: {number} times</title></rect>'
        )
        if (place - reach) % max(1, -(-reach // 4)) == 0:
            parts.append(_text(x + 0.4 * step, BOTTOM + 14, f"{place - reach:+d}" if place != reach else "0"))
    parts += [_text(LEFT - 4, TOP + 8, f"{numbers.max():,}", "end"), _text(LEFT - 4, BOTTOM, "0", "end")]
    return _framed(parts, "answered less true", "images")


def reliability(confidence: Array, hits: Array, bins: int = 10) -> str:
    """How often answers are right that are so and so sure: on the diagonal where confidence is honest.

    Args:
        confidence: (N,) 0 to 1.
        hits: (N,) 0 or 1.
        bins: of equal width.
    """
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    number = np.bincount(place, minlength=bins)
    sure, right = (np.bincount(place, values, bins) / np.maximum(number, 1) for values in (confidence, hits))
    parts = [f'<line class="ideal" x1="{_x(0, 1)}" y1="{_y(0, 1)}" x2="{_x(1, 1)}" y2="{_y(1, 1)}"/>']
    for x, y, count in zip(sure[number > 0], right[number > 0], number[number > 0].tolist(), strict=True):
        radius = 3 + 9 * np.sqrt(count / number.max())
        parts.append(
            f'<circle class="bubble" cx="{_x(x, 1)}" cy="{_y(y, 1)}" r="{radius:.1f}">'
            f"<title>{count} answers, {x:.0%} sure on average, {y:.0%} right</title></circle>"
        )
    return _chart(parts, 1, 1, "how sure", "share right")


def matrix(truth: Integers, answer: Integers, names: Sequence[str]) -> str:
    """Confusion: true classes down, answered ones across; a cell is the darker the larger its share of the row."""
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (truth, answer), 1)
    shares = counts / counts.sum(1, keepdims=True).clip(1)
    names = [html.escape(name) for name in names]
    rows = [f"<tr><th></th>{''.join(f'<th>{name}</th>' for name in names)}</tr>"]
    for row, name in enumerate(names):
        cells = []
        for column, (number, share) in enumerate(zip(counts[row].tolist(), shares[row].tolist())):
            hit = " class='hit'" if row == column else ""
            cells.append(f"<td{hit} style='background:rgba(60,120,220,{0.75 * share:.2f})'>{number or ''}</td>")
        rows.append(f"<tr><th>{name}</th>{''.join(cells)}</tr>")
    return f"<div class='scroll'><table class='matrix'>{''.join(rows)}</table></div>"


def by_class(truth: Integers, answer: Integers, names: Sequence[str]) -> str:
    """For labels that may be present together: how often each was there, found, missed, and named in error.

    Args:
        truth: (N, K) 0 or 1.
        answer: (N, K) 0 or 1.
        names: K.
    """
    head = "".join(f"<th>{title}</th>" for title in ("", "present", "named", "missed", "in error", "share named"))
    rows = []
    for column, name in enumerate(names):
        there, said = truth[:, column] > 0, answer[:, column] > 0
        numbers = [int(there.sum()), int((there & said).sum()), int((there & ~said).sum()), int((~there & said).sum())]
        share = numbers[1] / max(numbers[0], 1)
        cells = "".join(f"<td>{number}</td>" for number in numbers)
        bar = f"<span class='bar' style='width:{4 * share:.2f}em'></span> {share:.0%}" if numbers[0] else ""
        rows.append(f"<tr><th>{html.escape(name)}</th>{cells}<td style='text-align:left'>{bar}</td></tr>")
    return f"<div class='scroll'><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def ticks(top: float) -> list[float]:
    """Up to about six round numbers from 0 to `top`.

    >>> ticks(22), ticks(1)
    ([0.0, 5.0, 10.0, 15.0, 20.0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    """
    power = 10.0 ** np.floor(np.log10(top))
    step = next(times * power for times in (0.1, 0.2, 0.5, 1.0, 2.0) if top / (times * power) <= 6)
    return [round(float(tick), 6) for tick in np.arange(0, top + step / 1e6, step)]


def _chart(parts: Sequence[str], across: float, up: float, x_title: str, y_title: str) -> str:
    marks = [_text(_x(tick, across), BOTTOM + 14, f"{tick:g}") for tick in ticks(across) if _whole(tick, across)]
    marks += [_text(LEFT - 5, _y(tick, up) + 4, f"{tick:g}", "end") for tick in ticks(up) if _whole(tick, up)]
    return _framed([*parts, *marks], x_title, y_title)


def _whole(tick: float, top: float) -> bool:
    """Whether a tick belongs on an axis: numbers of things have no fractions."""
    return top <= 1 or tick == round(tick)


def _framed(parts: Sequence[str], x_title: str, y_title: str) -> str:
    axes = (
        f'<line class="axis" x1="{LEFT}" y1="{BOTTOM}" x2="{RIGHT}" y2="{BOTTOM}"/>'
        f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{BOTTOM}"/>'
    )
    middle = (TOP + BOTTOM) / 2
    titles = _text((LEFT + RIGHT) / 2, HIGH - 8, x_title) + (
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">{y_title}</text>'
    )
    return f'<svg viewBox="0 0 {WIDE:g} {HIGH:g}" role="img">{axes}{"".join(parts)}{titles}</svg>'


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _x(value: float, top: float) -> float:
    margin = 0.5 * (RIGHT - LEFT) / (top + 1) if top > 1 else 0.0
    return round(LEFT + margin + value / top * (RIGHT - LEFT - 2 * margin), 1)


def _y(value: float, top: float) -> float:
    margin = 0.5 * (BOTTOM - TOP) / (top + 1) if top > 1 else 0.0
    return round(BOTTOM - margin - value / top * (BOTTOM - TOP - 2 * margin), 1)
