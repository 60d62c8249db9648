"""Charts hold the numbers that they show, at the right places, as well-formed XML."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from varsac.engine import charts


def elements(chart, kind):
    return [element for element in ElementTree.fromstring(chart).iter() if element.tag == kind]


def titles(chart):
    return [element.text for element in elements(chart, "title")]


def test_bubbles_lie_on_the_diagonal_where_the_answer_is_true():
    chart = charts.bubbles(np.array([0, 4, 4, 4, 2]), np.array([0, 4, 4, 1, -3]))
    assert titles(chart) == [
        "true 0, answered 0: 1 times",
        "true 2, answered 0: 1 times",
        "true 4, answered 1: 1 times",
        "true 4, answered 4: 2 times",
    ]
    places = [(float(one.get("cx")), float(one.get("cy")), float(one.get("r"))) for one in elements(chart, "circle")]
    (line,) = [one for one in elements(chart, "line") if one.get("class") == "ideal"]
    ends = [float(line.get(name)) for name in ("x1", "y1", "x2", "y2")]
    assert [*places[0][:2], *places[3][:2]] == ends
    assert places[3][2] ** 2 / places[0][2] ** 2 > 1.9  # twice as many: twice the area, but for rounding


def test_differences_count_how_far_off():
    chart = charts.differences(np.array([3, 3, 3, 0]), np.array([3, 4, 1, 40]), furthest=3)
    expected = {"-3": 0, "-2": 1, "-1": 0, "+0": 1, "+1": 1, "+2": 0, "+3": 1}
    assert titles(chart) == [f"off by {off}: {number} times" for off, number in expected.items()]


def test_reliability_groups_by_confidence():
    chart = charts.reliability(np.array([0.95, 0.99, 0.5, 1.0]), np.array([1.0, 0.0, 1.0, 1.0]))
    assert titles(chart) == ["1 answers, 50% sure on average, 100% right", "3 answers, 98% sure on average, 67% right"]


def test_confusion_is_counted_and_names_are_escaped():
    table = charts.matrix(np.array([1, 0]), np.array([0, 0]), ("cat", "<dog>"))
    assert "&lt;dog&gt;" in table and re.findall(r">(\d*)</td>", table) == ["1", "", "1", ""]
    ElementTree.fromstring(table)


def test_labels_are_counted_class_by_class():
    truth, answer = np.array([[1, 0], [1, 1], [0, 0]]), np.array([[1, 1], [0, 1], [1, 0]])
    table = charts.by_class(truth, answer, ("a", "b"))
    assert re.findall(r"<td>(\d+)</td>", table) == [*"2111", *"1101"]
    assert "50%" in table and "100%" in table
    ElementTree.fromstring(table)


def test_nothing_is_fine():
    none = np.zeros(0, np.int64)
    for chart in (charts.bubbles(none, none), charts.differences(none, none)):
        assert "nan" not in chart
