import doctest
import importlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc2data.pyramid import FixationError, ImageError, Pyramid, window
from sc2data.pyramid import pyramid as pyramid_module
from sc2data.pyramid.levels import build_levels, halve
from sc2data.pyramid.window import by_numpy, by_opencv
from tests.sc2data.pyramid.pictures import noise

EXACT_OPENCV = pytest.mark.skipif(cv2.__version__ < "5", reason="OpenCV places samples to 1/32 px before version 5")
FIXATIONS = st.tuples(st.floats(-1.3, 1.3), st.floats(-1.3, 1.3), st.floats(0.003, 3))


def exact(level, height, width, fixation, size, index):
    """The glimpse in double precision, sample by sample, from the formula of `sc2data.pyramid.window`."""
    x, y, scale = fixation
    padded = np.pad(level.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    offsets = ((2 * np.arange(size) + 1) / size - 1) / 2 * scale * min(height, width)

    def axis(centre, length):
        places = np.clip((centre + offsets) / 2**index - 0.5, -1, length)
        low = np.minimum(np.floor(places), length - 1).astype(int)
        return low + 1, places - low

    rows, down = axis((y + 1) / 2 * height, level.shape[0])
    columns, along = axis((x + 1) / 2 * width, level.shape[1])
    down, along = down[:, None, None], along[None, :, None]
    upper, lower = padded[rows], padded[rows + 1]
    above = upper[:, columns] * (1 - along) + upper[:, columns + 1] * along
    below = lower[:, columns] * (1 - along) + lower[:, columns + 1] * along
    return above * (1 - down) + below * down


@given(FIXATIONS, st.sampled_from([(64, 96, 3), (61, 35, 1), (7, 120, 3)]), st.sampled_from([1, 8, 17]))
@settings(max_examples=150, deadline=None)
def test_windows_are_bilinear_samples_of_the_level(fixation, shape, size):
    image = noise(*shape)
    pyramid = Pyramid.of(image)
    patch = pyramid.read_window(fixation, size)
    expected = exact(build_levels(image)[patch.level], *shape[:2], fixation, size, patch.level)
    assert np.abs(pyramid.window(fixation, size) - expected).max() <= 0.51
    if patch.level == 0:
        np.testing.assert_array_equal(window(image, fixation, size), pyramid.window(fixation, size))
        assert np.abs(window(image.astype(np.float32), fixation, size) - expected).max() <= 0.02


@pytest.mark.parametrize("way", [by_numpy, pytest.param(by_opencv, marks=EXACT_OPENCV)])
@given(st.tuples(st.floats(-30, 60), st.floats(-30, 60), st.floats(0.01, 5)), st.sampled_from([(21,), (9, 1), (30, 3)]))
@settings(max_examples=100, deadline=None)
def test_both_ways_interpolate(way, place, shape):
    pixels = np.random.default_rng(0).integers(0, 256, (25, *shape), np.uint8)
    (column, row, step), size = place, 11
    whole = pixels if pixels.ndim == 3 else pixels[:, :, None]
    # The same samples as a fixation on an image of 2 x 2 px: side S * step, its first sample at (column, row).
    centre = np.array([column, row]) + 0.5 + (size - 1) / 2 * step
    expected = exact(whole, 2, 2, (*(centre - 1), size * step / 2), size, 0).reshape(size, size, *shape[1:])
    assert np.abs(way(pixels, column, row, step, size) - expected).max() <= 0.51
    floating = way(pixels.astype(np.float32), column, row, step, size)
    assert floating.dtype == np.float32 and np.abs(floating - expected).max() <= 0.02


@given(FIXATIONS, st.integers(1, 40))
@settings(deadline=None)
def test_a_window_reads_no_more_than_it_needs(fixation, size):
    patch = Pyramid.of(noise(200, 300)).read_window(fixation, size)
    height, width, channels = patch.pixels.shape
    assert channels == 3 and max(height, width) <= 2 * size + 2
    assert patch.decoded == height * width


def test_whole_image_at_its_own_size():
    image = noise(24, 24)
    np.testing.assert_array_equal(window(image, (0, 0, 1), 24), image)
    np.testing.assert_array_equal(Pyramid.of(image).window((0, 0, 1), 12), build_levels(image)[1])


def test_levels_in_memory_are_made_when_they_are_read(monkeypatch):
    made = []
    monkeypatch.setattr(pyramid_module, "halve", lambda level: (made.append(level.shape), halve(level))[1])
    image = noise(40, 60)
    pyramid = Pyramid.of(image)
    pyramid.window((0, 0, 0.2), 16)
    assert pyramid.levels == 7 and made == []
    levels = build_levels(image)
    for index in (2, 6, 1):
        np.testing.assert_array_equal(pyramid.level(index), levels[index])
    assert made == [level.shape for level in levels[:-1]]


def test_outside_is_black():
    pyramid = Pyramid.of(np.full((20, 30), 200, np.uint8))
    assert not pyramid.window((5, 0, 0.5), 8).any()
    assert pyramid.read_window((5, 0, 0.5), 8).decoded == 0
    corner = pyramid.window((1, 1, 0.8), 8)[:, :, 0]
    assert (corner[:4, :4] == 200).all() and not corner[4:].any() and not corner[:, 4:].any()


def test_grey_images_keep_their_shape():
    assert window(noise(20, 30, 1)[:, :, 0], (0, 0, 0.5), 8).shape == (8, 8)
    assert window(noise(20, 30, 1), (0, 0, 0.5), 8).shape == (8, 8, 1)
    assert Pyramid.of(noise(20, 30, 1)[:, :, 0]).window((0, 0, 0.5), 8).shape == (8, 8, 1)


@pytest.mark.parametrize("fixation", [(0, 0), (0, 0, 0), (0, 0, -1), (float("nan"), 0, 1), (0, float("inf"), 1)])
def test_fixations_that_show_nothing_are_refused(fixation):
    with pytest.raises(FixationError, match=r"three finite numbers \(x, y, scale\)"):
        window(noise(8, 8), fixation, 4)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((8, 8, 4), np.uint8), r"uint8 \(8, 8, 4\); a pyramid takes uint8"),
        (np.zeros((8, 8), np.float32), r"float32 \(8, 8\).*convert it first"),
        (np.zeros(8, np.uint8), r"uint8 \(8,\)"),
        (np.zeros((1, 50, 3), np.uint8), r"50 x 1 px \(width x height\); both sides must be at least 2 px"),
        (np.zeros((0, 50, 3), np.uint8), r"50 x 0 px"),
    ],
)
def test_arrays_that_are_no_images_are_refused(image, message):
    with pytest.raises(ImageError, match=message):
        Pyramid.of(image)


@pytest.mark.parametrize("module", ["window", "pyramid", "image", "orientation", "layout"])
def test_doctests(module):
    failed, tried = doctest.testmod(importlib.import_module(f"sc2data.pyramid.{module}"))
    assert failed == 0 and tried > 0
