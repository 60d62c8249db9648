"""Pictures of saccades, checked by their pixels, and the report that holds them."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from tests.varsac.digits import TwoDigitsData
from varsac import viz
from varsac.engine.report import compared, confusion, report
from varsac.models import registry
from varsac.models.varsac import VarSacConfig
from varsac.tasks.task import HeadSpec, Objects

FIXATION = np.array([[0.0, 0.0, 0.5]], np.float32)
YELLOW = [255, 220, 40]


@pytest.mark.parametrize("channels", [1, 3])
def test_windows_lie_where_the_fixation_says(channels):
    image = Pyramid.of(np.zeros((400, 800, channels), np.uint8))
    objects = Objects(np.array([[600, 200]], np.float32), np.zeros(1, np.int64), np.full(1, 24, np.float32))
    picture = viz.saccades(image, FIXATION, objects, np.array([[100, 100, 1.0]], np.float32), 200)
    assert picture.shape == (100, 200, 3)
    assert picture[50, 75].tolist() == picture[50, 125].tolist() == picture[75, 100].tolist() == YELLOW
    assert picture[50, 156].any() and np.allclose(picture[25, 25], viz.FOUND, atol=5)  # smoothed lines


def test_windows_lie_in_the_view_of_the_proxy():
    proxy = np.zeros((50, 50, 1), np.uint8)
    picture = viz.saccades_over_proxy(proxy, FIXATION, (0.0, 0.0, 1.0, 1.0), 200)
    assert picture.shape == (200, 200, 3)
    assert picture[150, 125].tolist() == picture[150, 175].tolist() == YELLOW
    assert not picture[:100, :100].any()


def test_pictures_become_png():
    picture = np.full((4, 6, 3), (10, 20, 30), np.uint8)
    back = cv2.imdecode(np.frombuffer(viz.png(picture), np.uint8), cv2.IMREAD_COLOR)
    assert (back[:, :, ::-1] == picture).all()


@pytest.mark.parametrize(
    ("head", "answer", "label", "texts", "worse"),
    [
        (HeadSpec("a", "count", 9), [[0, 9.0] + [0] * 7, [0] * 7 + [9.0, 0]], [1, 2], ("7", "2"), 1),
        (HeadSpec("a", "classes", 2, ("cat", "dog")), [[9.0, 0], [9.0, 0]], [1, 0], ("cat", "cat"), 0),
        (HeadSpec("a", "multilabel", 2), [[9.0, -9], [-9.0, -9]], [[1.0, 0], [0, 1.0]], ("none", "1"), 1),
        (HeadSpec("a", "density", 1), [[2.0], [5.5]], [[2.0], [4.0]], ("5.5", "4"), 1),
    ],
)
def test_cases_say_what_is_wrong(head, answer, label, texts, worse):
    cases = compared(head, torch.tensor(answer), torch.tensor(label), 10)
    assert [case.index for case in cases] == [10, 11]
    assert (cases[1].answer, cases[1].truth) == texts
    assert max(cases, key=lambda case: case.error).index == 10 + worse


def test_confusion_counts():
    head = HeadSpec("a", "classes", 2, ("cat", "<dog>"))
    page = confusion(head, compared(head, torch.tensor([[9.0, 0], [9.0, 0]]), torch.tensor([1, 0]), 0))
    assert "&lt;dog&gt;" in page and re.findall(r">(\d*)</td>", page) == ["1", "", "1", ""]
    assert confusion(HeadSpec("a", "density", 1), []) == ""


@pytest.mark.parametrize("name", ["varsac", "proxy_only"])
def test_a_report_needs_no_other_file(name):
    data = TwoDigitsData("test", 14, side=96)
    config = VarSacConfig(glimpses=2) if name == "varsac" else registry.WholeConfig(width=4, stages=2)
    model = registry.make(name, config, data.spec)
    page = report(model, data, {"model": name, "measures": {"found": 0.5}}, batch=5)
    assert page.count("<figure>") == 24 and page.count("data:image/png;base64,") == 48
    assert "The worst of 14" in page and "<td>0.5</td>" in page
    assert "http" not in page and "src='/" not in page


def test_numbers_stay_in_the_picture_and_the_path_is_drawn():
    corners = np.array([[-1.0, -1.0, 0.1], [1.0, 1.0, 0.1]], np.float32)
    picture = np.zeros((200, 200, 3), np.uint8)
    viz.draw_windows(picture, corners, (0.0, 0.0, 200.0, 200.0))
    assert picture[0, 0].tolist() == YELLOW  # the first number's tag
    assert picture[100, 100].any() and not picture[100, 60].any()  # on the way, and beside it
    lowest = picture[190:, 185:].reshape(-1, 3).tolist()
    assert list(viz.colour_of(1, 2)) in lowest


def test_glimpses_show_what_lies_in_the_windows():
    image = np.zeros((100, 200, 3), np.uint8)
    image[40:60, 90:110] = (0, 0, 250)
    (glimpse,) = viz.glimpses(Pyramid.of(image), np.array([[0.0, 0.0, 0.1]], np.float32), 40)
    assert glimpse.shape == (40, 40, 3) and (glimpse[10:30, 10:30] == (0, 0, 250)).all()
    assert glimpse[0, 0].tolist() == YELLOW


def test_captions_stay_within_the_picture():
    picture = viz.captioned(np.zeros((50, 300, 3), np.uint8), ["7 marines ± 1", "a" * 500, "żółw"])
    assert picture.shape[1] == 300 and picture.shape[0] > 70
    text = picture[50:]
    assert (text[:, :2] == 255).all() and (text[:, -2:] == 255).all() and text.min() < 100
