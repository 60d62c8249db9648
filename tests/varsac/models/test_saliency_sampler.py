"""The bent picture: where each pixel comes from, and that the bending learns."""

from __future__ import annotations

import doctest

import pytest
import torch
from torch.nn import functional

from tests.varsac.models import learning
from tests.varsac.models.test_models import batch_of, spec_of
from varsac.models import saliency_sampler
from varsac.models.saliency_sampler import SaliencySampler, SaliencySamplerConfig, gaussian, warp

CONFIG = SaliencySamplerConfig(size=16, grid=9, reach=8, spread=4.0, width=4, stages=2)


def test_even_saliency_is_plain_shrinking():
    spec = spec_of()
    model, batch = SaliencySampler(CONFIG, spec), batch_of(spec)
    torch.nn.init.zeros_(model.saliency[-1].weight)
    assert torch.allclose(model.sampling(batch)[0].flatten(0, 1), model.points, atol=1e-5)


def test_definition():
    """Against the sum over all pairs of points that the definition is."""
    torch.manual_seed(0)
    number, reach, spread = 5, 3, 2.5
    saliency = torch.rand(1, 1, number, number, dtype=torch.float64)
    bent = warp(saliency, gaussian(reach, spread).double())[0]
    padded = functional.pad(saliency, (reach,) * 4, mode="replicate")[0, 0]
    for row, column in ((0, 0), (2, 3), (4, 1)):
        total, sums = 0.0, [0.0, 0.0]
        for down in range(-reach, reach + 1):
            for across in range(-reach, reach + 1):
                near = 2 ** (-4 * (down**2 + across**2) / spread**2)
                weight = near * float(padded[row + down + reach, column + across + reach])
                total += weight
                sums[0] += weight * ((column + across) / 2 - 1)
                sums[1] += weight * ((row + down) / 2 - 1)
        assert bent[:, row, column].tolist() == pytest.approx([min(max(one / total, -1), 1) for one in sums], abs=1e-6)


def test_what_is_salient_is_magnified():
    """Around a peak, neighbouring pixels come from nearer to each other than elsewhere."""
    saliency = torch.full((1, 1, 31, 31), 0.2)
    saliency[0, 0, 15, 15] = 20.0
    steps = warp(saliency, gaussian(30, 13.0))[0, 0, 15].diff()
    assert steps[14] < 0.8 * steps.mean() and (steps >= 0).all()


def test_exact_gradient():
    torch.manual_seed(0)
    saliency = (torch.rand(1, 1, 3, 3, dtype=torch.float64) + 0.5).requires_grad_()
    kernel = gaussian(2, 2.0).double()
    assert torch.autograd.gradcheck(lambda one: warp(one, kernel), (saliency,))


def test_part_of_the_proxy_that_is_the_image_bends_it():
    """A proxy that is salient outside of the image alone bends nothing."""
    spec = spec_of()
    model, batch = SaliencySampler(CONFIG, spec).eval(), batch_of(spec, view=(-1.0, -1.0, 0.0, 1.0))
    batch.proxy.zero_()
    even = model.sampling(batch)
    batch.proxy[..., 20:] = 1.0
    assert torch.equal(model.sampling(batch), even)
    batch.proxy[..., :3] = 1.0
    assert not torch.equal(model.sampling(batch), even)


def test_it_learns():
    config = SaliencySamplerConfig(size=32, width=8, stages=2)
    assert learning.fell(learning.losses("saliency_sampler", config, 20), "digits", 0.8)


def test_doctests():
    assert doctest.testmod(saliency_sampler, optionflags=doctest.ELLIPSIS).failed == 0
