"""A trained model made ready for nothing but answering: the same answers, sooner."""

from __future__ import annotations

import copy
import itertools

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode with its batch norms folded into the convolutions before them, weights channels last.

    Its answers differ from the model's by rounding alone. On a CPU a residual network on a small glimpse takes half the
    time (docs/inference.md). The copy is for answering: what it would learn does not fit the model.

    Args:
        model: any; norms count that come right after a convolution in an `nn.Sequential`.

    >>> model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
    >>> [type(layer).__name__ for layer in folded(model)]
    ['Conv2d', 'Identity', 'ReLU']
    """
    ready = copy.deepcopy(model).eval().requires_grad_(False)
    for sequence in [module for module in ready.modules() if isinstance(module, nn.Sequential)]:
        for index, (layer, norm) in enumerate(itertools.pairwise(sequence)):
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                sequence[index], sequence[index + 1] = fuse_conv_bn_eval(layer, norm), nn.Identity()
    for parameter in ready.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return ready
