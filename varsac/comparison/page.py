"""A comparison as one HTML page: pictures, every seed, and the tables; it needs no other files and no scripts."""

from __future__ import annotations

import html
from collections.abc import Sequence

from varsac.comparison.comparison import Section
from varsac.comparison.picture import BOUNDS, KINDS, picture
from varsac.comparison.result import Result
from varsac.comparison.table import below, cells, grouped
from varsac.comparison.work import Work
from varsac.engine.charts import ticks
from varsac.engine.report import STYLE

MORE = """
.scroll { overflow-x: auto; } .picture svg { width: 100%; min-width: 34rem; height: auto; display: block;
  border-radius: .5rem; }
.strips { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
.strips svg { width: 100%; height: auto; display: block; font: 12px system-ui, sans-serif; }
.strips text { fill: var(--ink); } .strips .grid { stroke: var(--line); } .strips .tick { fill: var(--soft); }
code { overflow-wrap: anywhere; } .note { color: var(--soft); max-width: 60rem; }
"""
NAMES, WIDE, ROW, TOP = 190, 460, 22, 8
"""Of the charts of seeds: where names end, width, height of a row, room above; units of the drawing."""


def page(sections: Sequence[Section]) -> str:
    """The page of some works.

    Args:
        sections: with at least one result each.
    """
    return "\n".join(
        [
            "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            f"<title>Comparison</title><style>{STYLE}{MORE}</style></head><body><h1>Comparison</h1>",
            *(section_of(section) for section in sections),
            "</body></html>\n",
        ]
    )


def section_of(section: Section) -> str:
    """What is told of one work."""
    task, results, costs = section.task, section.results, section.costs
    parts = [f"<h2>{html.escape(task.title)}</h2>"]
    if section.budget:
        parts.append(f"<p>Every run was given {section.budget:g} CPU-seconds of training.</p>")
    if costs and section.pictured:
        parts.append(f"<div class='scroll picture'>{picture(task, results, costs)}</div>")
    charts = [(title, strips(task, results, column)) for column, title in task.columns.items()]
    charts.append(("images seen in training", bars(results)))
    cards = "".join(f"<div class='card'><h3>{html.escape(title)}</h3>{chart}</div>" for title, chart in charts if chart)
    parts.append(f"<h3>Every seed</h3><div class='strips'>{cards}</div>")
    head, *rows = cells(task, results, costs)
    parts.append(
        f"<h3>Figures</h3><div class='scroll'><table>{_row(head, 'th')}{''.join(map(_row, rows))}</table></div>"
    )
    notes = below(results, costs).split("\n\n")
    parts += [f"<p class='note'>{_noted(note)}</p>" for note in notes]
    return "".join(parts)


def strips(task: Work, results: Sequence[Result], column: str) -> str:
    """A row a configuration, a dot a seed; nothing where no model has what the column shows."""
    values = {
        name: [value for result in group if (value := task.value(result.measures, column)) is not None]
        for name, group in grouped(results).items()
    }
    values = {name: found for name, found in values.items() if found}
    if not values:
        return ""
    top = max(1.0, *(max(found) for found in values.values()))
    parts = []
    for number, (name, found) in enumerate(values.items()):
        y = TOP + (number + 0.5) * ROW
        colour = _colour(name, results)
        parts += [
            f'<circle cx="{_x(value, top):.1f}" cy="{y:.1f}" r="4.5" fill="{colour}" fill-opacity=".75">'
            f"<title>{html.escape(name)}: {value:.3f}</title></circle>"
            for value in found
        ]
    return _chart(list(values), parts, top)


def bars(results: Sequence[Result]) -> str:
    """How many images each configuration has seen."""
    images = {name: group[0].images for name, group in grouped(results).items()}
    top = float(max(images.values()))
    parts = []
    for number, (name, seen) in enumerate(images.items()):
        y = TOP + number * ROW + 5
        parts.append(
            f'<rect x="{NAMES}" y="{y}" width="{_x(seen, top) - NAMES:.1f}" height="{ROW - 10}" rx="2" '
            f'fill="{_colour(name, results)}"><title>{html.escape(name)}: {seen:,}</title></rect>'
        )
    return _chart(list(images), parts, top)


def _chart(names: Sequence[str], parts: Sequence[str], top: float) -> str:
    bottom = TOP + len(names) * ROW
    drawn = []
    for tick in ticks(top):
        x = _x(tick, top)
        drawn.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        drawn.append(f'<text class="tick" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_short(tick)}</text>')
    drawn += [
        f'<text x="{NAMES - 8}" y="{TOP + (number + 0.5) * ROW + 4:.1f}" text-anchor="end">{html.escape(name)}</text>'
        for number, name in enumerate(names)
    ]
    return f'<svg viewBox="0 0 {WIDE} {bottom + 24}" role="img">{"".join([*drawn, *parts])}</svg>'


def _x(value: float, top: float) -> float:
    return NAMES + value / top * (WIDE - NAMES - 16)


def _short(value: float) -> str:
    """
    >>> _short(0.2), _short(40000.0)
    ('0.2', '40k')
    """
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:g}"


def _colour(name: str, results: Sequence[Result]) -> str:
    model = next(result.config["model"] for result in results if result.configuration == name)
    return KINDS["ours" if model == "varsac" else "bound" if name in BOUNDS else "rival"][0]


def _row(texts: Sequence[str], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in texts)}</tr>"


def _noted(note: str) -> str:
    text = html.escape(note)
    return f"<code>{text.strip('`')}</code>" if text.startswith("`") else text
