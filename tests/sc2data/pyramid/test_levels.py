import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc2data.pyramid import levels
from sc2data.pyramid.levels import build_levels, halve, level_for, level_sizes
from tests.sc2data.pyramid.pictures import noise


@given(st.integers(2, 50), st.integers(2, 50), st.sampled_from([1, 3]), st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_a_level_is_the_mean_of_four_rounded_half_to_even(height, width, channels, seed):
    image = noise(height, width, channels, seed)
    even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge").astype(np.float64)
    means = (even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]) / 4
    np.testing.assert_array_equal(halve(image), np.rint(means).astype(np.uint8))


@pytest.mark.parametrize(("height", "width"), [(31, 20), (32, 21), (8, 100), (3, 3)])
def test_bands_fit_together(height, width, monkeypatch):
    image = noise(height, width, 3)
    at_once = halve(image)
    monkeypatch.setattr(levels, "BAND", 4 * 12)
    np.testing.assert_array_equal(halve(image), at_once)


def test_levels_do_not_brighten_an_image():
    levels_of_noise = build_levels(noise(1024, 1024, 1))
    assert abs(levels_of_noise[5].mean() - levels_of_noise[0].mean()) < 0.05  # 0.6 were halves rounded up


@pytest.mark.parametrize("constant", [0, 1, 127, 254, 255])
def test_a_constant_stays_what_it_is(constant):
    for level in build_levels(np.full((37, 22, 3), constant, np.uint8)):
        assert (level == constant).all()


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_sizes_halve_down_to_one_pixel(height, width):
    sizes = level_sizes(height, width)
    assert min(sizes[-1]) == 1 and all(min(size) > 1 for size in sizes[:-1])
    assert all(size == (-(-height // 2**level), -(-width // 2**level)) for level, size in enumerate(sizes))


@given(st.floats(1e-4, 4), st.integers(2, 20000), st.integers(1, 256))
def test_the_level_is_just_finer_than_the_glimpse(scale, shorter, size):
    level = level_for(scale, shorter, size)
    pitch = scale * shorter / size
    last = len(level_sizes(shorter, shorter)) - 1
    assert level == max((candidate for candidate in range(last + 1) if 2.0**candidate <= pitch), default=0)


def test_doctests():
    assert doctest.testmod(levels) == (0, 3)
