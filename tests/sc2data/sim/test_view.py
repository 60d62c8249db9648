import numpy as np
import pytest

from sc2data.sim.view import camera_height
from tests.sc2data.sim import worlds


def test_the_camera_looks_at_flat_ground():
    assert camera_height(worlds.plain(), 12.3, 45.6) == pytest.approx(8)


def test_the_camera_s_height_is_the_mean_around_it():
    terrain = worlds.plain(high=slice(32, 64))
    heights = [camera_height(terrain, x, 30.0) for x in np.arange(24, 41, 0.5)]
    assert heights[0] == pytest.approx(8)
    assert heights[-1] == pytest.approx(10)
    assert (np.diff(heights) >= -1e-9).all()
    assert max(np.diff(heights)) < 0.3  # no jumps


def test_the_camera_s_height_at_the_border_and_beyond():
    terrain = worlds.plain()
    for point in ((0.0, 0.0), (64.0, 64.0), (-5.0, 70.0)):
        assert camera_height(terrain, *point) == pytest.approx(8)
