"""The picture has every configuration on it, where its figures are, and names that do not cover each other."""

from __future__ import annotations

import dataclasses
import doctest
import xml.etree.ElementTree as ET

from tests.varsac.comparison.test_table import COSTS, RESULT, with_measures
from varsac.comparison import page, picture
from varsac.comparison.comparison import Section
from varsac.comparison.picture import Plane, Point, points
from varsac.comparison.work import WORKS

SMOKE = WORKS["smoke"]
OTHER = dataclasses.replace(RESULT, configuration="full_image", config={"model": "full_image"})
RESULTS = [RESULT, with_measures(RESULT, 1, digits__right=0.7), OTHER]


def texts(svg):
    return [one.text for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_doctests():
    assert doctest.testmod(picture).failed == doctest.testmod(page).failed == 0


def test_points_are_means_with_their_ends():
    first, second = points(SMOKE, RESULTS, COSTS)
    assert (first.name, first.kind, first.milliseconds) == ("default", "ours", 2.0)
    assert (round(first.value, 9), first.low, first.high) == (0.8, 0.7, 0.9)
    assert (second.kind, second.milliseconds) == ("bound", 50.0)


def test_the_plane_is_logarithmic():
    plane = Plane(1.0, 100.0, 0.0, 1.0)
    assert plane.x(10.0) == (plane.x(1.0) + plane.x(100.0)) / 2
    assert plane.y(1.0) < plane.y(0.0)


def test_names_keep_off_points_and_their_bars():
    plane = Plane(1.0, 100.0, 0.0, 1.0)
    point, bar = plane.covered(Point("a", "ours", 10.0, 0.5, 0.1, 0.9))
    assert (point[0] + point[2]) / 2 == (bar[0] + bar[2]) / 2 == plane.x(10.0)
    assert (bar[1], bar[3]) == (plane.y(0.9), plane.y(0.1))
    _, beside = plane.covered(Point("b", "rival", 10.0, 0.5, 0.5, 0.5))
    assert beside[1] == beside[3] == plane.y(0.5)


def test_all_names_are_there_and_apart():
    many = [dataclasses.replace(OTHER, configuration=f"rival_{number}") for number in range(12)]
    costs = dataclasses.replace(
        COSTS,
        by_configuration={**COSTS.by_configuration, **{one.configuration: COSTS.full for one in many}},
    )
    svg = picture.picture(SMOKE, [*RESULTS, *many], costs)
    assert {f"rival_{number}" for number in range(12)} | {"default"} <= set(texts(svg))
    taken: list[tuple[float, float, float, float]] = []
    for _ in range(12):
        box, _ = picture._label((400.0, 200.0), "rival_10", taken)
        assert all(picture._overlap(box, other) == 0 for other in taken)
        taken.append(box)


def test_headings_have_room():
    for one in WORKS.values():
        assert picture._heading_size(one.title) * 0.565 * len(one.title) < picture.WIDE - picture.LEFT


def test_errors_reach_down_to_nought():
    marks = [Point("a", "ours", 1.0, 2.0, 1.5, 3.0)]
    plane = Plane.around(marks, 10.0, error=True)
    assert plane.low == 0 and plane.high > 3


def test_the_page_stands_by_itself():
    text = page.page([Section("smoke", SMOKE, 85.0, RESULTS, COSTS)])
    assert text.count("<svg") == 5  # accuracy against cost, three columns, images
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "85 CPU-seconds" in text and "<td>default</td>" in text
    assert "<svg" in page.page([Section("smoke", SMOKE, 0.0, [RESULT], None)])
