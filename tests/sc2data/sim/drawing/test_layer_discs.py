import numpy as np
import pytest

from sc2data.sim.drawing import layer_discs


def image_of(x, y, diameter, width=16, height=12):
    pixels, _ = layer_discs.covered(np.array([x]), np.array([y]), np.array([diameter]), width, height)
    image = np.zeros(width * height, bool)
    image[pixels] = True
    return image.reshape(height, width)


def test_diameters_round_halves_up_and_are_at_least_one():
    assert layer_discs.diameters(np.array([0.0, 0.2, 0.74, 0.75, 2.0, 14.667])).tolist() == [1, 1, 1, 2, 4, 29]


def test_stamps_hold_the_pixels_whose_centres_are_in_the_circle():
    assert layer_discs.stamp(1).tolist() == [[True]]
    assert layer_discs.stamp(2).all()
    assert layer_discs.stamp(3).all()  # a corner's centre is 1.414 from the middle, the radius is 1.5
    five = layer_discs.stamp(5)
    assert not five[[0, 0, 4, 4], [0, 4, 0, 4]].any()
    assert five.sum() == 21


def test_even_discs_lie_on_the_nearest_edge_odd_ones_on_the_pixel_of_their_centre():
    assert layer_discs.corners(np.array([7.49, 7.5]), np.array([4, 4])).tolist() == [5, 6]
    assert layer_discs.corners(np.array([7.01, 7.99, 8.0]), np.array([3, 3, 3])).tolist() == [6, 6, 7]


def test_centres_left_of_the_image_are_rounded_towards_it():
    assert layer_discs.corners(np.array([-2.167, -9.167]), np.array([12, 19])).tolist() == [-7, -18]


def test_disc_in_an_image():
    image = image_of(8.0, 6.0, 4)
    assert np.array_equal(image[4:8, 6:10], layer_discs.stamp(4))
    assert image.sum() == 12


def test_discs_are_cut_at_the_border():
    image = image_of(0.0, 0.0, 4)
    assert image.sum() == 3
    assert image[:2, :2].tolist() == [[True, True], [True, False]]
    assert not image_of(-20.0, 3.0, 4).any()
    assert not image_of(3.0, 40.0, 4).any()


def test_no_discs_cover_nothing():
    empty = np.zeros(0)
    pixels, disc = layer_discs.covered(empty, empty, np.zeros(0, np.intp), 8, 8)
    assert len(pixels) == len(disc) == 0
    assert not layer_discs.coverage(empty, empty, empty, 8, 8).any()


def test_coverage_is_sixteen_inside_and_the_circles_area_in_all():
    image = layer_discs.coverage(np.array([16.3]), np.array([15.8]), np.array([9.0]), 32, 32)
    assert image.max() == 16
    assert image.sum() / 16 == pytest.approx(np.pi * 81, rel=0.005)


def test_coverage_of_a_quarter_pixel():
    # A circle of radius 0.2 around the first sample of pixel (2, 1) holds that sample alone.
    image = layer_discs.coverage(np.array([2.125]), np.array([1.125]), np.array([0.2]), 4, 4)
    assert image[1, 2] == image.sum() == 1


def test_coverage_equals_counting_samples():
    rng = np.random.default_rng(1)
    x, y, r = rng.uniform(-4, 24, 30), rng.uniform(-4, 20, 30), rng.uniform(0.1, 6, 30)
    sample_x, sample_y = (np.arange(20 * 4) + 0.5) / 4, (np.arange(16 * 4) + 0.5) / 4
    hit = (sample_x[None, None] - x[:, None, None]) ** 2 + (sample_y[None, :, None] - y[:, None, None]) ** 2
    expected = (hit <= r[:, None, None] ** 2).sum(axis=0).reshape(16, 4, 20, 4).sum(axis=(1, 3))
    assert np.array_equal(layer_discs.coverage(x, y, r, 20, 16), expected)
