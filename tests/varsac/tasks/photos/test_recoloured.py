"""Photographs with their channels in another order."""

import pickle

import numpy as np

from sc2data.pyramid import Pyramid
from sc2data.pyramid.window import Box
from varsac.tasks.photos.recoloured import RecolouredPyramid


def image():
    return np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)


def test_every_level_is_that_of_the_recoloured_image():
    order = 1, 2, 0
    turned, wanted = RecolouredPyramid(Pyramid.of(image()), order), Pyramid.of(image()[:, :, list(order)])
    assert turned.levels == wanted.levels
    for level in range(wanted.levels):
        np.testing.assert_array_equal(turned.level(level), wanted.level(level))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(turned)).level(1), wanted.level(1))


def test_reading_counts_what_is_decoded_below():
    base = Pyramid.of(image())
    turned = RecolouredPyramid(base, (2, 1, 0))
    box = Box(3, 9, 4, 20)
    (pixels, decoded), (below, expected) = turned.planes[0].read(box), base.planes[0].read(box)
    assert decoded == expected
    np.testing.assert_array_equal(pixels, below[:, :, ::-1])
