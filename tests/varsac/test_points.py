"""True positions in the cells of places and windows."""

from __future__ import annotations

import torch

from varsac.points import in_places, in_windows
from varsac.tasks.batch import ObjectBatch

WHOLE = torch.tensor([[-1.0, -1.0, 1.0, 1.0]])
EXTENT = torch.tensor([[200.0, 100.0]])


def objects(*positions, classes=None):
    count = len(positions)
    kinds = torch.tensor([classes or [0] * count])
    return ObjectBatch(torch.tensor([positions]), kinds, torch.ones(1, count), torch.ones(1, count).bool())


def test_places_hold_the_objects_that_lie_in_them():
    found = in_places(objects((10.0, 10.0), (190.0, 90.0), (110.0, 90.0)), 1, (2, 4), WHOLE, EXTENT)
    assert found.tolist() == [[[1, 0, 0, 0, 0, 0, 1, 1]]]


def test_places_follow_the_view():
    # The image is the right half of the proxy: nothing lies in the left half.
    found = in_places(objects((10.0, 10.0)), 1, (1, 4), torch.tensor([[0.0, -1.0, 1.0, 1.0]]), EXTENT)
    assert found.tolist() == [[[0, 0, 1, 0]]]


def test_windows_hold_the_objects_under_them():
    # Windows of 50 px around (100, 50) and around (25, 25).
    fixations = torch.tensor([[[0.0, 0.0, 0.5], [-0.75, -0.5, 0.5]]])
    found = in_windows(objects((80.0, 30.0), (120.0, 70.0), (10.0, 10.0)), 1, 2, fixations, EXTENT)
    assert found.tolist() == [[[[1, 0, 0, 1]], [[1, 0, 0, 0]]]]


def test_kinds_are_told_apart_and_padding_is_nothing():
    padded = objects((10.0, 10.0), (20.0, 20.0), (30.0, 30.0), classes=[0, 1, 1])
    padded.present[0, 2] = False
    assert in_places(padded, 2, (1, 1), WHOLE, EXTENT).tolist() == [[[1], [1]]]
    assert in_places(padded, 1, (1, 1), WHOLE, EXTENT).tolist() == [[[2]]]
