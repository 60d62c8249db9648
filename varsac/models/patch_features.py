"""The two networks that attention sampling's scripts see patches with, for it and for its peers.

Source: Katharopoulos and Fleuret, "Processing Megapixel Images with Deep Attention-Sampling Models", ICML 2019.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from varsac.tasks.task import TaskError

WIDTH = 32
"""Length of the vectors of both."""
SMALLEST = 13
"""Side, px, of the smallest patch that unpadded convolutions leave anything of."""


class DigitFeatures(nn.Module):
    """Four convolutions without padding and the largest value of each channel: for marks on an even ground.

    Args:
        channels: of the patches.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, WIDTH, 7), nn.ReLU()]
        for _ in range(3):
            layers += [nn.Conv2d(WIDTH, WIDTH, 3), nn.ReLU()]
        self.body = nn.Sequential(*layers)

    def forward(self, patches: Tensor) -> Tensor:
        """(B, C, S, S) to (B, 32)."""
        return self.body(patches).amax((2, 3))


class PreActivationBlock(nn.Module):
    """Batch norm, ReLU and convolution twice, at half the size, and a convolution around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.BatchNorm2d(width), nn.ReLU())
        self.around = nn.Conv2d(width, width, 1, 2, bias=False)
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, 2, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
        )

    def forward(self, values: Tensor) -> Tensor:
        """(B, width, H, W) to (B, width, ceil(H / 2), ceil(W / 2))."""
        active = self.before(values)
        return self.around(active) + self.body(active)


class SignFeatures(nn.Module):
    """A residual network with activations before the convolutions, averaged: for photographs.

    Args:
        channels: of the patches.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, WIDTH, 3, 1, 1, bias=False),
            *(PreActivationBlock(WIDTH) for _ in range(3)),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
        )

    def forward(self, patches: Tensor) -> Tensor:
        """(B, C, S, S) to (B, 32)."""
        return functional.adaptive_avg_pool2d(self.body(patches), 1).flatten(1)


def patch_features(network: str, channels: int, size: int) -> nn.Module:
    """The network of a name, "digits" or "signs", for patches (B, channels, size, size).

    Raises:
        TaskError: patches too small for it.
    """
    if network == "digits" and size < SMALLEST:
        raise TaskError(f"glimpse_size={size}: the network for digits needs at least {SMALLEST} px; or network=signs")
    return DigitFeatures(channels) if network == "digits" else SignFeatures(channels)
