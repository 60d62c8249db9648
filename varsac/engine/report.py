"""A report of one file: measures, confusion, saccades over images and proxies, the worst cases."""

from __future__ import annotations

import base64
import dataclasses
import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from varsac import viz
from varsac.engine.evaluate import batches
from varsac.metrics import chosen_labels, probabilities
from varsac.positions import positions
from varsac.tasks.batch import collate
from varsac.tasks.task import HeadSpec, TaskData

SHOWN = 12
"""Examples from the beginning of the split, and as many of the worst."""
SIDE = 320

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; } td, th { padding: .15rem .5rem; text-align: right; border: 1px solid #ddd; }
th { background: #f5f5f5; font-weight: 600; } td:first-child { text-align: left; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figure img { max-width: 49%; vertical-align: top; } .wrong { color: #b00020; }
"""


@dataclasses.dataclass(frozen=True)
class Case:
    """One example: its number, how wrong the first head's answer is, both in words, and as class numbers."""

    index: int
    error: float
    answer: str
    truth: str
    classes: tuple[int, int] | None


@torch.no_grad()
def report(
    model: nn.Module,
    data: TaskData,
    result: Mapping[str, Any],
    batch: int = 64,
    examples: int = 0,
    device: torch.device | str = "cpu",
) -> str:
    """The HTML of a report; it needs no other files.

    Args:
        model: that was evaluated.
        data: the split.
        result: what is to stand at the top, "measures" as a table of their own.
        batch: examples a batch.
        examples: how many; 0: all.
        device: where the model is.
    """
    model.eval()
    head, cases = data.spec.heads[0], list[Case]()
    for host in batches(data, batch, examples):
        one = host.to(device)
        answer = model(one).answers[head.name].float().cpu()
        cases += compared(head, answer, one.labels[head.name].cpu(), len(cases))
    worst = sorted(cases, key=lambda case: -case.error)[:SHOWN]
    facts = {name: value for name, value in result.items() if name != "measures"}
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Saccades: a report</title>",
        f"<style>{STYLE}</style><h1>{html.escape(str(result.get('model', 'model')))}</h1>",
        table(facts),
        "<h2>Measures</h2>",
        table({name: f"{value:.4g}" for name, value in result["measures"].items()}),
        confusion(head, cases),
        "<h2>The first examples</h2><p>Windows in order from yellow to red; green circles: true objects; blue crosses: "
        "positions. Left the image, right the proxy.</p>",
        figures(model, data, cases[:SHOWN], device),
        f"<h2>The worst of {len(cases)}</h2>",
        figures(model, data, worst, device),
        "</html>\n",
    ]
    return "\n".join(parts)


def compared(head: HeadSpec, answer: torch.Tensor, label: torch.Tensor, first: int) -> list[Case]:
    """The cases of a batch, numbered from `first`; answers (B, size)."""
    truth = label.numpy()
    if head.kind == "density":
        numbers = answer.numpy()
        error = np.abs(numbers - truth).sum(1)
        texts = [(", ".join(f"{n:.1f}" for n in a), ", ".join(f"{n:g}" for n in b)) for a, b in zip(numbers, truth)]
        return [Case(first + row, float(error[row]), *texts[row], None) for row in range(len(truth))]
    probability = probabilities(head, answer[None])
    if head.kind == "multilabel":
        named, present = chosen_labels(head, probability), truth > 0.5
        error = (named != present).sum(1) + np.abs(probability - truth).mean(1)
        texts = [(_names(head, np.flatnonzero(a)), _names(head, np.flatnonzero(b))) for a, b in zip(named, present)]
        return [Case(first + row, float(error[row]), *texts[row], None) for row in range(len(truth))]
    guess = probability.argmax(1)
    sure = probability[np.arange(len(truth)), truth]
    wrong = np.abs(guess - truth) if head.kind == "count" else guess != truth
    return [
        Case(first + row, float(wrong[row] + 1 - sure[row]), _names(head, [a]), _names(head, [b]), (int(b), int(a)))
        for row, (a, b) in enumerate(zip(guess, truth))
    ]


def confusion(head: HeadSpec, cases: Sequence[Case]) -> str:
    """True classes down, answers across; nothing for heads that do not choose one class."""
    pairs = [case.classes for case in cases if case.classes is not None]
    if not pairs:
        return ""
    counts = np.zeros((head.size, head.size), int)
    np.add.at(counts, tuple(np.array(pairs).T), 1)
    shares = counts / counts.sum(1, keepdims=True).clip(1)
    names = [html.escape(_names(head, [index])) for index in range(head.size)]
    rows = [f"<tr><th></th>{''.join(f'<th>{name}</th>' for name in names)}</tr>"]
    for name, row, share in zip(names, counts, shares):
        cells = [f"<td style='background:rgba(60,120,220,{s:.2f})'>{n or ''}</td>" for n, s in zip(row, share)]
        rows.append(f"<tr><th>{name}</th>{''.join(cells)}</tr>")
    return f"<h2>Confusion</h2><p>True down, answered across.</p><table>{''.join(rows)}</table>"


def figures(model: nn.Module, data: TaskData, cases: Sequence[Case], device: torch.device | str) -> str:
    """The pictures of some cases."""
    parts = []
    for case in cases:
        example = data[case.index]
        batch = collate([example]).to(device)
        output = model(batch)
        fixations = output.fixations[0].float().cpu().numpy()
        scored = positions(output, batch.extent)[0]
        over_image = viz.saccades(example.image, fixations, example.objects, scored, SIDE)
        over_proxy = viz.saccades_over_proxy(example.proxy, fixations, example.view, SIDE)
        mark = "" if case.answer == case.truth else " class='wrong'"
        text = html.escape(f"{example.name or case.index}: answered {case.answer}, true {case.truth}")
        pictures = "".join(f"<img alt='' src='{_inline(picture)}'>" for picture in (over_image, over_proxy))
        parts.append(f"<figure>{pictures}<figcaption{mark}>{text}</figcaption></figure>")
    return f"<div class='cases'>{''.join(parts)}</div>"


def table(rows: Mapping[str, Any]) -> str:
    """Names and values."""
    cells = (f"<tr><td>{html.escape(name)}</td><td>{html.escape(str(value))}</td></tr>" for name, value in rows.items())
    return f"<table>{''.join(cells)}</table>"


def _names(head: HeadSpec, indices: Sequence[int] | np.ndarray) -> str:
    return ", ".join(head.classes[index] if head.classes else str(index) for index in indices) or "none"


def _inline(picture: viz.Picture) -> str:
    return "data:image/png;base64," + base64.b64encode(viz.png(picture)).decode()
