"""What stands out: a lone spot does, a texture only where nothing knows its size."""

import doctest

import torch

from varsac import geometry, salience


def proxies():
    """Grey, with a dark spot of 2 x 2 px at (20, 30), and a field of stripes on the left."""
    proxy = torch.full((2, 3, 32, 48), 0.5)
    proxy[:, :, 20:22, 30:32] = 0.1
    proxy[1, :, :, :16:2] = 1.0
    proxy[1, :, :, 1:16:2] = 0.0
    return proxy


SPOT = 10 * 24 + 15


def test_doctests():
    assert doctest.testmod(salience).failed == 0


def test_means_around_equal_pooling():
    values = torch.rand(2, 3, 20, 33)
    pooled = torch.nn.functional.avg_pool2d(values, 7, 1, 3, count_include_pad=False)
    assert torch.allclose(salience.mean_around(salience.mean_around(values, 3, 2), 3, 3), pooled, atol=1e-5)


def test_contrast_is_largest_where_the_difference_is():
    stands_out = salience.contrast(proxies(), (16, 24))
    assert stands_out[0].argmax() == SPOT
    assert stands_out[1].argmax() % 24 < 8
    assert stands_out.shape == (2, 16 * 24) and (stands_out.amax(1) == 1).all()


def test_isolation_prefers_the_spot_to_stripes_of_more_contrast():
    stands_out = salience.isolation(proxies(), (16, 24), size=2)
    assert stands_out.argmax(1).tolist() == [SPOT, SPOT]
    assert stands_out.shape == (2, 16 * 24) and (stands_out.amax(1) == 1).all()


def test_all_places_about_a_spot_have_its_middle():
    middles = salience.middles(proxies()[:1], (16, 24), size=2)
    assert middles.shape == (1, 16 * 24, 2)
    pixels = (middles[0].reshape(16, 24, 2) + 1) / 2 * torch.tensor([48, 32])
    around = pixels[9:12, 14:17]  # those whose centres are at most two pixels off
    assert (around - torch.tensor([31.0, 21.0])).abs().max() < 0.3


def test_where_nothing_stands_out_a_place_has_its_centre():
    middles = salience.middles(torch.full((1, 3, 8, 8), 0.3), (4, 4), size=2)
    torch.testing.assert_close(middles[0], geometry.centres((4, 4)))


def test_nothing_stands_out_of_an_even_proxy():
    assert (salience.contrast(torch.zeros(1, 3, 8, 8), (4, 4)) == 0).all()
    assert (salience.isolation(torch.zeros(1, 3, 8, 8), (4, 4), 2) == 0).all()
