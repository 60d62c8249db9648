"""Windows that cover an image: every pixel, none twice where it can be helped, on pixels."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from varsac import tiles
from varsac.tasks.batch import ImageBatch


def test_doctests():
    assert doctest.testmod(tiles).failed == 0


@pytest.mark.parametrize(("size", "side", "number"), [((64, 96), 32, 6), ((70, 40), 32, 6), ((20, 30), 32, 1)])
def test_every_pixel_lies_in_a_window(size, side, number):
    """At one sample a pixel, windows show the very pixels; where they do not overlap, each once."""
    image = np.random.default_rng(0).integers(1, 256, size, np.uint8)
    fixations, real = tiles.tiles(torch.tensor([[float(size[1]), float(size[0])]]), torch.tensor([float(side)]))
    assert fixations.shape == (1, number, 3) and real.all()
    seen = (ImageBatch([Pyramid.of(image)]).windows(fixations, side) * 255).round().long()
    assert set(np.unique(image)) <= set(seen.flatten().tolist())
    if not any(length % side for length in size):
        assert int(seen.sum()) == int(image.sum())
