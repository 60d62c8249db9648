"""Pictures of saccades, checked by their pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sc2data.pyramid import Pyramid
from varsac import viz
from varsac.tasks.task import Objects

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


def test_many_windows_make_no_thicket():
    fixations = np.tile(np.array([[-0.9, -0.9, 0.1], [0.9, 0.9, 0.1]], np.float32), (20, 1))
    picture = np.zeros((200, 200, 3), np.uint8)
    viz.draw_windows(picture, fixations, (0.0, 0.0, 200.0, 200.0))
    assert not picture[100, 100].any() and picture[10, :30].any()
    assert len(viz.glimpses(Pyramid.of(picture), fixations, 8, most=3)) == 3


def test_captions_stay_within_the_picture():
    picture = viz.captioned(np.zeros((50, 300, 3), np.uint8), ["7 marines ± 1", "a" * 500, "żółw"])
    assert picture.shape[1] == 300 and picture.shape[0] > 70
    text = picture[50:]
    assert (text[:, :2] == 255).all() and (text[:, -2:] == 255).all() and text.min() < 100
