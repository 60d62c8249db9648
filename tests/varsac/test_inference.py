"""A folded model gives the model's answers."""

from __future__ import annotations

import doctest

import pytest
import torch
from torch import nn

from tests.varsac.models.test_models import batch_of, made, spec_of
from varsac import inference
from varsac.encoders import ResNet
from varsac.inference import PixelConv, folded
from varsac.models import registry


@pytest.mark.parametrize("name", registry.MODELS)
def test_folding_changes_no_answer(name):
    spec = spec_of()
    batch = batch_of(spec)
    model = made(name, spec)
    for _ in range(3):  # norms that have seen something
        model(batch, torch.Generator().manual_seed(0))
    before = {key: value.clone() for key, value in model.state_dict().items()}
    ready, expected = folded(model), model.eval()(batch)
    if name in ("varsac", "paper", "full_image"):
        assert not any(isinstance(module, nn.BatchNorm2d) for module in ready.modules())
    found = ready(batch)
    torch.testing.assert_close(found.fixations, expected.fixations, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.answers, expected.answers, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 2), (5, 3)])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_centre_of_a_kernel_is_all_that_meets_one_pixel(size, stride):
    layer = nn.Conv2d(3, 4, (3, 5), stride, (1, 2)).requires_grad_(False)
    values = torch.rand(2, 3, *size)
    torch.testing.assert_close(PixelConv(layer)(values), layer(values))


def test_other_convolutions_stay_what_they_are():
    layers = [nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 4, padding=2), nn.Conv2d(2, 2, 3, 1, 1, groups=2),
              nn.Conv2d(2, 2, 3, padding=1, dilation=2)]  # fmt: skip
    assert not any(PixelConv.fits(layer) for layer in layers) and PixelConv.fits(nn.Conv2d(2, 2, 3, 2, 1))


def test_a_residual_network_of_a_small_glimpse_stays_what_it_is():
    network = ResNet(3, (4, 8, 16, 16))
    network(torch.rand(4, 3, 32, 32))
    values = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(folded(network)(values), network.eval()(values), rtol=1e-4, atol=1e-5)


def test_a_folded_model_does_not_learn():
    ready = folded(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)))
    assert not ready.training and not any(parameter.requires_grad for parameter in ready.parameters())


def test_doctests():
    assert doctest.testmod(inference) == (0, 2)
