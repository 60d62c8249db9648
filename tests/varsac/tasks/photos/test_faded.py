"""Photographs with less contrast."""

import doctest
import pickle

import numpy as np

from sc2data.pyramid import Pyramid
from varsac.tasks.photos import faded
from varsac.tasks.photos.faded import FadedPyramid


def image():
    return np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)


def test_doctests():
    assert doctest.testmod(faded).failed == 0


def test_all_of_the_contrast_is_the_photograph_and_none_its_mean_colour():
    base = Pyramid.of(image())
    whole, plain = FadedPyramid(base, 1.0), FadedPyramid(base, 0.0)
    for level in range(base.levels):
        np.testing.assert_array_equal(whole.level(level), base.level(level))
        assert np.unique(plain.level(level).reshape(-1, 3), axis=0).shape == (1, 3)
    assert np.abs(plain.level(0)[0, 0] - image().mean(axis=(0, 1))).max() <= 2


def test_levels_agree_and_travel():
    half = FadedPyramid(Pyramid.of(image()), 0.5)
    wanted = Pyramid.of(half.level(0))
    assert all(np.abs(half.level(k).astype(int) - wanted.level(k)).max() <= 2 for k in range(wanted.levels))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(half)).level(1), half.level(1))
