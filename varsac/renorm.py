"""Batch norms for inputs whose kind changes from batch to batch: they compute in training what they will in evaluation.

Source:
    Ioffe, "Batch Renormalization", NeurIPS 2017. Departures: the limits widen over thousands of batches, not tens of
    thousands, for our runs are short; the running variance is used where the paper keeps a running deviation.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

PLAIN, FULL = 400, 2000
"""Batches up to which it is a plain batch norm, and from which the limits are widest."""
SCALE, SHIFT = 3.0, 5.0
"""Widest limits of the corrections r and d."""
MOMENTUM = 0.03


class Renorm(_BatchNorm):
    """A batch norm over axis 1 that corrects a batch's own statistics towards the running ones.

    The first glimpses of images show objects and the last ones clutter, once a model knows where to look. A plain
    batch norm measures each of these batches by its own statistics in training, and by those of all together in
    evaluation: the better saccades become, the less the two agree. Here x is normed as (x - m) / s r + d with the
    batch's mean m and deviation s, r = s / s' and d = (m - m') / s' by the running m' and s', within limits: inside of
    them that is (x - m') / s'. r and d are constants to the gradient.

    Attributes are those of `torch.nn.BatchNorm2d`; in evaluation it is one.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(B, C) or (B, C, H, W) to the same shape."""
        if not self.training:
            return super().forward(input)
        self._check_input_dim(input)
        scale, shift = self._corrections(*self._moments(input.detach()))
        weight, bias = scale * self.weight, shift * self.weight + self.bias
        return functional.batch_norm(input, None, None, weight, bias, True, 0.0, self.eps)

    @torch.no_grad()
    def _corrections(self, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        """r and d (C,) of a batch, by which the running statistics move on."""
        assert self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None
        share = ((self.num_batches_tracked - PLAIN) / (FULL - PLAIN)).clamp(0, 1)
        deviation, running = (variance + self.eps).sqrt(), (self.running_var + self.eps).sqrt()
        widest, farthest = 1 + (SCALE - 1) * share, SHIFT * share
        scale = torch.minimum(torch.maximum(deviation / running, 1 / widest), widest)
        shift = torch.minimum(torch.maximum((mean - self.running_mean) / running, -farthest), farthest)
        self.running_mean.lerp_(mean, MOMENTUM)
        self.running_var.lerp_(variance, MOMENTUM)
        self.num_batches_tracked += 1
        return scale, shift

    @torch.no_grad()
    def _moments(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance (C,) of a batch.

        A batch norm that forgets at once what it knew leaves them behind; where channels come last, `torch.var_mean`
        takes ten times as long.
        """
        assert self.running_mean is not None
        mean, variance = torch.zeros_like(self.running_mean), torch.zeros_like(self.running_mean)
        functional.batch_norm(values, mean, variance, None, None, True, 1.0, self.eps)
        number = values.numel() // values.shape[1]
        return mean, variance * ((number - 1) / number)  # which it leaves as an estimate of all values' variance


class Renorm1d(Renorm, nn.BatchNorm1d):
    """`Renorm` of vectors, (B, C)."""


class Renorm2d(Renorm, nn.BatchNorm2d):
    """`Renorm` of maps, (B, C, H, W)."""
