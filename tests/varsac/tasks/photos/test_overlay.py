"""Stamps painted over pyramids equal pyramids of painted images."""

import pickle

import numpy as np
import pytest

from sc2data.pyramid import Pyramid, PyramidWriter
from varsac.tasks.photos.overlay import OverlaidPyramid, Stamp
from varsac.tasks.stored import StoredPyramid


def image(shape=(150, 203, 3)):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def stamp(top, left, side, seed):
    random = np.random.default_rng(seed)
    colour = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Stamp(top, left, colour, random.random((side, side), dtype=np.float32))


STAMPS = [stamp(0, 0, 9, 1), stamp(3, 5, 12, 2), stamp(149, 202, 1, 3), stamp(70, 101, 31, 4), stamp(120, 150, 30, 5)]
"""In corners, on top of one another, at odd places."""


def painted():
    pixels = image()
    for one in STAMPS:
        part = pixels[one.box.top : one.box.bottom, one.box.left : one.box.right]
        part[:] = one.over(part)
    return pixels


def test_every_level_is_that_of_the_painted_image():
    wanted, overlaid = Pyramid.of(painted()), OverlaidPyramid(Pyramid.of(image()), STAMPS)
    assert overlaid.levels == wanted.levels
    for level in reversed(range(wanted.levels)):
        np.testing.assert_array_equal(overlaid.level(level), wanted.level(level))


def test_windows_are_those_of_the_painted_image():
    wanted, overlaid = Pyramid.of(painted()), OverlaidPyramid(Pyramid.of(image()), STAMPS)
    random = np.random.default_rng(1)
    for _ in range(100):
        fixation = (*random.uniform(-1.2, 1.2, 2), random.uniform(0.05, 1.5))
        np.testing.assert_array_equal(overlaid.window(fixation, 16), wanted.window(fixation, 16))


def test_the_image_below_stays_as_it_is():
    base = Pyramid.of(image())
    overlaid = OverlaidPyramid(base, STAMPS)
    overlaid.level(0)
    np.testing.assert_array_equal(base.level(0), image())


def test_it_travels_with_its_stamps(tmp_path):
    with PyramidWriter(tmp_path / "a.h5") as writer:
        writer.add("photo", image())
    overlaid = OverlaidPyramid(StoredPyramid(tmp_path / "a.h5", "photo"), STAMPS)
    packed = pickle.dumps(overlaid)
    assert len(packed) < 20_000
    np.testing.assert_array_equal(pickle.loads(packed).level(1), overlaid.level(1))


def test_stamps_outside_are_refused():
    for top, left in ((-1, 0), (0, -1), (145, 0), (0, 198)):
        with pytest.raises(ValueError, match="not within an image of 203 x 150 px"):
            OverlaidPyramid(Pyramid.of(image()), [stamp(top, left, 6, 0)])
