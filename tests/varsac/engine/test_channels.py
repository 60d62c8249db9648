"""Grey from colours and colours from grey, at every level and by the window."""

from __future__ import annotations

import cv2
import numpy as np

from sc2data.pyramid import Pyramid
from tests.sc2data.pyramid.pictures import noise, photo
from varsac.engine.channels import with_channels


def test_images_that_fit_stay():
    image = Pyramid.of(noise(8, 8))
    assert with_channels(image, 3) is image


def test_grey_becomes_three_equal_channels():
    image = Pyramid.of(noise(30, 50, 1))
    coloured = with_channels(image, 3)
    assert (coloured.height, coloured.width, coloured.channels) == (30, 50, 3)
    for level in range(image.levels):
        assert (coloured.level(level) == image.level(level)).all()
    patch = coloured.read_window((0.9, -0.9, 0.3), 8)
    assert patch.pixels.shape[2] == 3 and patch.decoded == image.read_window((0.9, -0.9, 0.3), 8).decoded


def test_colours_become_their_luma():
    pixels = photo(64, 64)
    grey = with_channels(Pyramid.of(pixels), 1)
    np.testing.assert_array_equal(grey.level(0)[:, :, 0], cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    expected = Pyramid.of(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)).level(2)
    np.testing.assert_allclose(grey.level(2), expected, atol=2)  # luma of means, not means of luma


def test_windows_beside_the_image_are_empty():
    for channels in (1, 3):
        image = with_channels(Pyramid.of(noise(16, 16, 4 - channels)), channels)
        assert not image.window((9.0, 9.0, 0.2), 8).any()
