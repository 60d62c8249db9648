"""Stamps: resizing and placing."""

import numpy as np
import pytest

from varsac.tasks.stamps import place, resized
from varsac.tasks.task import TaskError


def test_stamps_lie_inside_and_apart():
    for seed in range(20):
        corners = place(np.random.default_rng(seed), 5, 28, 120, 200, margin=3)
        assert corners.min() >= 3
        assert (corners + 28 + 3 <= [120, 200]).all()
        apart = np.abs(corners[:, None] - corners[None]).max(axis=2)
        assert apart[~np.eye(5, dtype=bool)].min() >= 28


def test_an_image_that_is_too_small():
    for size in (20, 30):
        with pytest.raises(TaskError, match="5 stamps of 28 px"):
            place(np.random.default_rng(0), 5, 28, size, size)


def test_shrinking_takes_means():
    stamp = np.array([[0, 100], [100, 200]], np.uint8)
    assert resized(stamp, 1, 1).tolist() == [[100]]
    assert resized(stamp, 2, 2) is stamp
    assert resized(np.full((8, 8, 3), 7, np.uint8), 20, 30).shape == (20, 30, 3)
