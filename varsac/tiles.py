"""Windows that cover a whole image, for models that look at all of it by parts.

Convention:
    Fixations as in `varsac.glimpse`. Windows follow each other by rows from the upper left; the last one of a row or
    column is moved inwards so that it ends with the image.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def tiles(extent: Tensor, side: Tensor) -> tuple[Tensor, Tensor]:
    """The windows of a side that cover each image.

    Args:
        extent: (B, 2), width and height of the images, px.
        side: (B,), px; an image that is smaller is covered by one window around its middle.

    Returns:
        Fixations (B, N, 3), N of the image that takes most, and (B, N) bool, False where there is only padding: the
        first window again.

    >>> fixations, real = tiles(torch.tensor([[8.0, 4.0], [4.0, 4.0]]), torch.tensor([4.0, 4.0]))
    >>> fixations[..., 0].tolist(), real.tolist()
    ([[-0.5, 0.5], [0.0, 0.0]], [[True, True], [True, False]])
    """
    each = [_covering(width, height, one) for (width, height), one in zip(extent.tolist(), side.tolist())]
    most = max(len(windows) for windows in each)
    padded = [windows + windows[:1] * (most - len(windows)) for windows in each]
    numbers = torch.tensor([[len(windows)] for windows in each])
    return torch.tensor(padded, device=extent.device), (torch.arange(most) < numbers).to(extent.device)


def _covering(width: float, height: float, side: float) -> list[tuple[float, float, float]]:
    scale = side / min(width, height)
    return [(x, y, scale) for y in _along(height, side) for x in _along(width, side)]


def _along(length: float, side: float) -> list[float]:
    """The centres of windows along an axis, in [-1, 1]."""
    if side >= length:
        return [0.0]
    number = math.ceil(length / side - 1e-4)  # a window more for rounding would see nothing new
    return [(2 * min(index * side, length - side) + side) / length - 1 for index in range(number)]
