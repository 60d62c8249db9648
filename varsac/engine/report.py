"""A report of one file: the measures, charts of every question, saccades over images and proxies, the worst cases."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from varsac import viz
from varsac.engine import charts
from varsac.engine.answers import name_of
from varsac.engine.cases import Judged, Witness, worst
from varsac.metrics import described
from varsac.positions import positions
from varsac.tasks.batch import collate
from varsac.tasks.task import TaskData

SHOWN = 12
"""Examples from the beginning of the split, and as many of the worst."""
SIDE, GLIMPSE = 480, 96
"""Longer sides of the pictures, px."""
GLIMPSES_ACROSS, MOST_GLIMPSES = 4, 16
"""How many of an example's glimpses are shown beside each other, and at all: some models take a hundred."""
MOST_CLASSES = 60
"""Classes up to which a table of confusion is worth reading."""
FIRST = ("accuracy", "right", "mae", "exact", "within_1", "found", "recall@1", "precision@1", "seconds")
"""Measures at the top of the page, by the last part of their names."""

STYLE = """
:root { --ink: #1d2430; --paper: #fff; --card: #f5f6f8; --line: #c9ced6; --soft: #7a8494; --accent: #2f6fde;
  --right: #137a3d; --wrong: #b3261e; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --paper: #14171c; --card: #1f242c; --line: #434b57;
  --soft: #98a2b0; --accent: #6ea2ff; --right: #62d08d; --wrong: #ff8a80; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem; color: var(--ink);
  background: var(--paper); }
h1, p, figcaption, .words { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: .5rem 0 .2rem; } h2 { margin: 2.2rem 0 .6rem; }
h3 { margin: 0 0 .4rem; font-size: 1rem; }
p { margin: .3rem 0 .8rem; } .soft, figcaption .name { color: var(--soft); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .55rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400;
  white-space: nowrap; }
td:first-child, th:first-child { text-align: left; }
.words { text-align: left; color: var(--soft); white-space: normal; }
.measures td { vertical-align: top; } .measures td:first-child { white-space: normal; }
@media (max-width: 32rem) { td, th { padding: .15rem .3rem; } }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .6rem; }
.tile { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.2; white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
.card, figure { background: var(--card); border-radius: .5rem; padding: .8rem; margin: 0; min-width: 0; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem; }
.pictures { display: grid; grid-template-columns: 62fr 38fr; gap: .3rem; align-items: start; }
.pictures img, .glimpses img { width: 100%; display: block; image-rendering: auto; border-radius: .2rem; }
.glimpses { display: grid; gap: .2rem; margin-top: .3rem; }
figcaption { margin-top: .5rem; } figcaption b { font-weight: 600; }
.right::before { content: "\\2713  "; color: var(--right); }
.wrong::before { content: "\\2717  "; color: var(--wrong); }
.key { white-space: nowrap; margin-right: .8em; }
.key i { display: inline-block; width: 1em; height: 1em; vertical-align: -.15em; border-radius: .15em;
  margin-right: .3em; }
summary { cursor: pointer; }
"""


def report(
    model: nn.Module, data: TaskData, result: Mapping[str, Any], seen: Witness, device: torch.device | str = "cpu"
) -> str:
    """The HTML of a report; it needs no other files and no scripts.

    Args:
        model: that was evaluated.
        data: the split.
        result: what was evaluated and how, "measures" by name among it.
        seen: what `evaluate` measured on the split, in order from its first example.
        device: where the model is.
    """
    judged, measures = seen.judged(), result["measures"]
    title = f"{result.get('model', 'model')} on {result.get('task') or 'data'}"
    facts = {name: value for name, value in result.items() if name != "measures"}
    return "\n".join(
        [
            "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            f"<title>{html.escape(title)}: a report</title><style>{STYLE}{charts.STYLE}</style></head><body>",
            f"<h1>{html.escape(title)}</h1>",
            f"<p class='soft'>{len(seen):,} images of the {html.escape(str(result.get('split', '')))} split</p>",
            tiles(measures),
            *(question(one) for one in judged),
            f"<h2>The first {min(SHOWN, len(seen))} images</h2>{LEGEND}",
            figures(model, data, judged, range(min(SHOWN, len(seen))), device),
            f"<h2>The worst {min(SHOWN, len(seen))} of {len(seen):,}</h2>",
            figures(model, data, judged, worst(judged, SHOWN), device),
            f"<h2>All measures</h2>{measures_table(measures)}",
            f"<h2>How it was measured</h2>{facts_table(facts)}",
            "</body></html>\n",
        ]
    )


def _key(colour: viz.Colour, words: str) -> str:
    return f"<span class='key'><i style='background:rgb{colour}'></i>{words}</span>"


LEGEND = (
    "<p>Left the image, right the proxy and, below it, what the windows show. Windows are numbered in the order in "
    "which the model looked. "
    + " ".join(
        _key(*pair)
        for pair in (
            (viz.colour_of(0, 2), "first window"),
            (viz.colour_of(1, 2), "last window"),
            (viz.TRUE, "circles: true objects"),
            (viz.FOUND, "crosses: positions that the model gives"),
        )
    )
    + "</p>"
)


def tiles(measures: Mapping[str, float]) -> str:
    """The measures that matter most, in large figures."""
    parts = []
    for last in FIRST:
        for name, value in measures.items():
            if name.rpartition("/")[2] == last:
                shown = f"{1000 * value:.3g} ms" if last == "seconds" else _figure(last, value)
                parts.append(f"<div class='tile'><b>{shown}</b>{html.escape(_spoken(name))}</div>")
    return f"<div class='tiles'>{''.join(parts)}</div>"


def question(judged: Judged) -> str:
    """The charts of one head."""
    head, guess, cards = judged.head, judged.answers.guess, list[tuple[str, str]]()
    names = [name_of(head, index) for index in range(head.size)]
    match head.kind:
        case "classes" if head.size <= MOST_CLASSES:
            cards.append(("Confusion: true down, answered across", charts.matrix(judged.truth, guess, names)))
        case "multilabel":
            cards.append(("Class by class", charts.by_class(judged.truth, guess, names)))
        case "count":
            cards.append(("True and answered numbers", charts.bubbles(judged.truth, guess)))
            cards.append(("How far off", charts.differences(judged.truth, guess)))
        case "density":
            truth = judged.truth.astype(int)
            for kind, name in enumerate(names):
                words = html.escape(name)
                cards.append((f"{words}: true and answered", charts.bubbles(truth[:, kind], guess[:, kind])))
                cards.append((f"{words}: how far off", charts.differences(truth[:, kind], guess[:, kind])))
    if head.kind != "density":
        cards.append(("Sure, and right?", charts.reliability(*judged.confidence)))
    parts = "".join(f"<div class='card'><h3>{heading}</h3>{content}</div>" for heading, content in cards)
    return f"<h2>{html.escape(head.name.capitalize())}</h2><div class='charts'>{parts}</div>"


@torch.no_grad()
def figures(
    model: nn.Module, data: TaskData, judged: Sequence[Judged], rows: Sequence[int], device: torch.device | str
) -> str:
    """The pictures of some examples; windows are those of the most probable saccades."""
    model.eval()
    parts = []
    for row in rows:
        example = data[row]
        batch = collate([example]).to(device)
        output = model(batch)
        fixations = output.fixations[0].float().cpu().numpy()
        scored = positions(output, batch.extent)[0]
        over_image = viz.saccades(example.image, fixations, example.objects, scored, SIDE)
        over_proxy = viz.saccades_over_proxy(example.proxy, fixations, example.view, SIDE)
        glimpses = "".join(
            _picture(glimpse, f"window {turn}")
            for turn, glimpse in enumerate(viz.glimpses(example.image, fixations, GLIMPSE, MOST_GLIMPSES), start=1)
        )
        parts.append(
            f"<figure><div class='pictures'>{_picture(over_image, 'image with windows')}<div>"
            f"{_picture(over_proxy, 'proxy with windows')}<div class='glimpses' style='grid-template-columns:"
            f"repeat({min(len(fixations), GLIMPSES_ACROSS)},1fr)'>{glimpses}</div></div></div>"
            f"<figcaption>{_caption(judged, row)}<span class='name'>{html.escape(example.name or str(row))}</span>"
            "</figcaption></figure>"
        )
    return f"<div class='cases'>{''.join(parts)}</div>"


def measures_table(measures: Mapping[str, float]) -> str:
    """All measures, and what they mean."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}<div class='words'>{html.escape(described(name))}</div></td>"
        f"<td>{value:{',.0f' if value >= 1000 else '.4g'}}</td></tr>"
        for name, value in measures.items()
    )
    return f"<table class='measures'>{rows}</table>"


def facts_table(facts: Mapping[str, Any]) -> str:
    """Names and values; long ones fold away."""
    rows = []
    for name, value in facts.items():
        text = html.escape(str(value))
        if isinstance(value, dict):
            text = f"<details><summary>{len(value)} settings</summary>{facts_table(value)}</details>"
        rows.append(f"<tr><td>{html.escape(name)}</td><td class='words'>{text}</td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _caption(judged: Sequence[Judged], row: int) -> str:
    lines = []
    for one in judged:
        mark = "wrong" if one.wrong[row] else "right"
        answered, true = html.escape(one.answers.words(row)), html.escape(one.truth_words(row))
        lines.append(f"<div class='{mark}'>answered <b>{answered}</b>, true <b>{true}</b></div>")
    return "".join(lines)


def _figure(last: str, value: float) -> str:
    return f"{value:.2f}" if last == "mae" else f"{value:.1%}"


def _spoken(name: str) -> str:
    """A measure's name as words.

    >>> _spoken("marine/within_1"), _spoken("recall@1")
    ('marine within 1', 'recall@1')
    """
    return name.replace("/", " ").replace("_", " ").replace("seconds", "an image in the model")


def _picture(picture: viz.Picture, alt: str) -> str:
    data = base64.b64encode(viz.jpeg(picture)).decode()
    return f"<img alt='{alt}' src='data:image/jpeg;base64,{data}'>"
