"""Residual blocks: what they compute, and that narrow ones can be trained on every processor."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch.nn import functional

from varsac.encoders import ResidualBlock

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
        subprocess.run([sys.executable, "-c", TRAINED.format(inputs=inputs)], check=True, timeout=120)
