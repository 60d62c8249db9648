"""The report is one whole page that needs nothing else, for every kind of question."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
import torch

from tests.varsac.digits import TwoDigitsData
from varsac.engine.cases import Witness
from varsac.engine.evaluate import evaluate
from varsac.engine.report import report
from varsac.models import registry
from varsac.models.varsac import VarSacConfig
from varsac.tasks.task import HeadSpec

DIGITS, FIRST = HeadSpec("digits", "multilabel", 10, largest=2), HeadSpec("first", "classes", 10)
COUNT, NUMBER = HeadSpec("first", "count", 10), HeadSpec("number", "density", 1, ("<Marine>",))
VOID = {"meta", "img"}


class Page(HTMLParser):
    """Checks that tags are closed in order; keeps sources and references."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.sources += [value for name, value in attrs if name in ("src", "href", "data", "srcset")]

    def handle_startendtag(self, tag, attrs):
        assert tag in ("line", "circle", "rect")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page_of(name, config, heads, length=14, draws=1):
    data = TwoDigitsData("test", length, side=96, heads=heads)
    torch.manual_seed(0)
    model = registry.make(name, config, data.spec)
    witness = Witness(heads)
    measures = evaluate(model, data, batch=5, draws=draws, watch=witness)
    result = {"model": name, "split": "test", "measures": measures, "task_options": {"side": 96}}
    return report(model, data, result, witness)


@pytest.mark.parametrize(
    ("name", "heads"),
    [("varsac", (DIGITS, NUMBER)), ("varsac", (NUMBER,)), ("varsac", (FIRST,)), ("proxy_only", (COUNT,))],
)
def test_a_report_needs_no_other_file(name, heads):
    config = VarSacConfig(glimpses=2) if name == "varsac" else registry.WholeConfig(width=4, stages=2)
    text = page_of(name, config, heads)
    page = Page(text)
    assert text.count("<figure>") == 24 and all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    assert len(page.sources) == 24 * (4 if name == "varsac" else 2)  # image, proxy and two glimpses
    assert "The worst 12 of 14" in text and "viewport" in text and "<script" not in text and "://" not in text
    assert "<div class='words'></div>" not in text  # every measure has a meaning
    assert "<Marine>" not in text
    for head in heads:
        assert f"<h2>{head.name.capitalize()}</h2>" in text


def test_the_worst_comes_first_and_says_what_was_true():
    text = page_of("varsac", VarSacConfig(glimpses=1), (DIGITS,), length=20, draws=2)
    last = text[text.index("The worst 12 of 20") :]
    marks = [part[:5] for part in last.split("<div class='")[1:] if part.startswith(("right'", "wrong'"))]
    assert len(marks) == 12 and marks == sorted(marks, reverse=True)
    assert last.count(", true <b>") == 12


def test_fewer_images_than_there_is_room_for():
    text = page_of("varsac", VarSacConfig(glimpses=1), (DIGITS,), length=3)
    assert "The first 3 images" in text and text.count("<figure>") == 6
