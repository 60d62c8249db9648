"""Places of the proxy in the image, windows over points."""

from __future__ import annotations

import doctest

import torch

from varsac import geometry

WHOLE = torch.tensor([[-1.0, -1.0, 1.0, 1.0]])
QUARTER = torch.tensor([[0.0, 0.0, 1.0, 1.0]])


def test_doctests():
    assert doctest.testmod(geometry).failed == 0


def test_centres_run_along_rows():
    points = geometry.centres((2, 4))
    assert points.shape == (8, 2) and points[1].tolist() == [-0.25, -0.5] and points[4].tolist() == [-0.75, 0.5]


def test_a_whole_view_changes_nothing_and_a_quarter_lies_in_its_corner():
    points = geometry.centres((2, 2))
    assert torch.equal(geometry.through_view(points, WHOLE)[0], points)
    assert geometry.through_view(points, QUARTER)[0].tolist() == [[-2, -2], [0, -2], [-2, 0], [0, 0]]


def test_windows_are_square_in_pixels():
    points = torch.tensor([[[0.2, 0.0], [0.3, 0.0], [0.0, 0.4], [0.25, 0.5]]])
    fixation, extent = torch.tensor([[0.0, 0.0, 0.5]]), torch.tensor([[200.0, 100.0]])
    assert geometry.within(points, fixation, extent).tolist() == [[True, False, True, True]]
    assert geometry.within(points, fixation, extent, share=0.5).tolist() == [[False, False, False, False]]


def test_pixels_and_back():
    points, extent = torch.rand(3, 5, 2) * 2 - 1, torch.tensor([[200.0, 100.0], [64.0, 64.0], [1.0, 9.0]])
    back = geometry.from_pixels(geometry.to_pixels(points, extent), extent)
    assert torch.allclose(back, points, atol=1e-5)
