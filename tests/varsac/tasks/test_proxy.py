"""Proxies."""

import cv2
import numpy as np
import pytest

from sc2data.pyramid import Pyramid
from varsac.tasks.proxy import blurred, proxy_of, proxy_size
from varsac.tasks.task import TaskError


@pytest.mark.parametrize("shape", [(512, 512, 1), (300, 700, 3), (1000, 97, 3), (64, 64, 1)])
def test_proxies_are_area_means(shape):
    image = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8), (9, 9), 3).reshape(shape)
    height, width = proxy_size(*shape[:2], shorter=48)
    direct = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).reshape(height, width, shape[2])
    assert np.abs(proxy_of(Pyramid.of(image), (height, width)).astype(int) - direct).max() <= 8


def test_where_sizes_divide_proxies_are_exact():
    image = np.random.default_rng(0).integers(0, 256, (256, 512, 1), dtype=np.uint8)
    exact = image.reshape(32, 8, 64, 8).mean(axis=(1, 3))
    assert np.abs(proxy_of(Pyramid.of(image), (32, 64))[:, :, 0] - exact).max() <= 1


def test_blurred_keeps_the_size():
    proxy = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    assert blurred(proxy, 1) is proxy
    assert blurred(proxy, 6).shape == proxy.shape
    assert np.diff(blurred(proxy, 6).astype(int), axis=0).std() < np.diff(proxy.astype(int), axis=0).std() / 3


@pytest.mark.parametrize("shorter", [7, 101])
def test_impossible_proxies(shorter):
    with pytest.raises(TaskError, match="at least 8 px"):
        proxy_size(100, 300, shorter)
