"""The networks that attention sampling and its peers see patches with: those of its two scripts, and VarSac's own.

Source of the two: Katharopoulos and Fleuret, "Processing Megapixel Images with Deep Attention-Sampling Models", ICML
2019. VarSac's is there so that methods can be compared by where they look, whatever they look with.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from varsac.encoders import GlimpseEncoder
from varsac.tasks.task import TaskError

NETWORKS = ("digits", "signs", "glimpses")
WIDTH = 32
"""Length of the vectors of "digits" and "signs"."""
GLIMPSE_WIDTH = 128
"""Length of the vectors of "glimpses"."""
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


class GlimpseFeatures(nn.Module):
    """VarSac's network of glimpses, three strided convolutions and a layer, each normed: as it stands there.

    Args:
        channels: of the patches.
        size: side of the patches, px; fixes the layer.
    """

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.body = GlimpseEncoder(channels, size, features=GLIMPSE_WIDTH, normalised=True)

    def forward(self, patches: Tensor) -> Tensor:
        """(B, C, S, S) to (B, 128)."""
        vector: Tensor = self.body(patches)[1]
        return vector


def patch_features(network: str, channels: int, size: int) -> tuple[nn.Module, int]:
    """The network of a name in `NETWORKS`, for patches (B, channels, size, size), and the length of its vectors.

    Raises:
        TaskError: patches too small for it.
    """
    if network == "glimpses":
        return GlimpseFeatures(channels, size), GLIMPSE_WIDTH
    if network == "digits" and size < SMALLEST:
        least = f"the network for digits needs at least {SMALLEST} px"
        raise TaskError(f"glimpse_size={size}: {least}; or take network=signs or network=glimpses")
    return DigitFeatures(channels) if network == "digits" else SignFeatures(channels), WIDTH
