"""Residual blocks: what they compute, and that narrow ones can be trained on every processor; how much a place sees."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch.nn import functional

from varsac.encoders import ProxyEncoder, ResidualBlock

TRAINED = """
import torch
from varsac.encoders import ResidualBlock
torch.set_num_threads(1)
block = ResidualBlock({inputs}, 16, 2).to(memory_format=torch.channels_last)
images = torch.rand(4, {inputs}, 128, 128).to(memory_format=torch.channels_last).requires_grad_()
block(images).sum().backward()
"""


def test_the_way_around_is_a_convolution_with_a_stride():
    torch.manual_seed(0)
    block = ResidualBlock(3, 5, 2).eval()
    values = torch.rand(2, 3, 7, 10)
    strided = block.around[1](functional.conv2d(values, block.around[0].weight, stride=2))
    assert strided.shape == (2, 5, 4, 5)
    assert torch.allclose(block(values), (block.body(values) + strided).relu(), atol=1e-6)


def test_narrow_blocks_are_trained_on_large_maps():
    # In processes of their own: what is feared ends the process (varsac/encoders.py says where).
    for inputs in (4, 12):
        ended = subprocess.run(
            [sys.executable, "-c", TRAINED.format(inputs=inputs)], capture_output=True, text=True, timeout=120
        )
        assert ended.returncode == 0, f"{inputs} channels: {ended.stderr}"


@pytest.mark.parametrize(("layers", "side"), [(1, 5), (2, 9), (3, 13)])
def test_each_convolution_of_the_map_shows_a_place_four_px_more(layers, side):
    encoder = ProxyEncoder(1, (32, 32), width=8, features=4, layers=layers).eval()
    for module in encoder.places.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.weight.data.fill_(1.0)  # so that nothing is rectified away
    proxy = torch.ones(1, 1, 32, 32, requires_grad=True)
    places, vector = encoder(proxy)
    assert places.shape == (1, 8, 16, 16) and vector.shape == (1, 4)
    places[0, 0, 8, 8].backward()
    seen = proxy.grad[0, 0].nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [side, side]
    assert (seen.amax(0) + seen.amin(0)).tolist() == [32, 32]  # about px 16, where the place's stride begins
