"""A trained model made ready for nothing but answering: the same answers, sooner."""

from __future__ import annotations

import copy
import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode that computes the same with less.

    Batch norms are folded into the convolutions before them, weights lie channels last, and convolutions of a single
    pixel read none of the weights that would meet the padding: half of all in a ResNet-18 on a glimpse of 32 px. Its
    answers differ from the model's by rounding alone; docs/inference.md says what it saves. The copy is for answering:
    what it would learn does not fit the model.

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
    for module in list(ready.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, nn.Conv2d) and PixelConv.fits(layer):
                setattr(module, name, PixelConv(layer))
    return ready


class PixelConv(nn.Module):
    """A convolution that on maps of one pixel is the matrix product with the centre of its kernel that it amounts to.

    Args:
        layer: one that `fits`.
    """

    def __init__(self, layer: nn.Conv2d) -> None:
        super().__init__()
        self.layer = layer
        row, column = (length // 2 for length in layer.kernel_size)
        self.centre = nn.Parameter(layer.weight.detach()[:, :, row, column].contiguous(), requires_grad=False)

    @staticmethod
    def fits(layer: nn.Conv2d) -> bool:
        """Whether a convolution has an odd kernel of several pixels, and so much padding that the size stays."""
        around = tuple(length // 2 for length in layer.kernel_size)
        odd = all(length % 2 for length in layer.kernel_size) and any(around)
        return odd and layer.padding == around and layer.dilation == (1, 1) and layer.groups == 1

    def forward(self, values: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, outputs, ceil(H / stride), ceil(W / stride))."""
        if values.shape[2:] != (1, 1):
            return self.layer(values)
        return functional.linear(values[:, :, 0, 0], self.centre, self.layer.bias)[:, :, None, None]
