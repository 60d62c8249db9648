"""Convolutional networks: of the proxy to a map of places, of a glimpse to features, of a whole image.

Convention:
    Images are (B, C, H, W) in [0, 1]. Maps keep the layout: row i, column j of an (h, w) map looks at the part of the
    image around x = (2 j + 1) / w - 1, y = (2 i + 1) / h - 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from torch import Tensor, nn

from varsac.renorm import Renorm1d, Renorm2d

Norm = Callable[[int], nn.Module]
"""Makes a norm of so many channels."""
Activation = Callable[[], nn.Module]


def rectified() -> nn.Module:
    """A ReLU that writes over what it is given."""
    return nn.ReLU(True)


def conv(
    inputs: int,
    outputs: int,
    kernel: int,
    stride: int = 1,
    norm: Norm = nn.BatchNorm2d,
    activation: Activation = rectified,
) -> nn.Sequential:
    """Convolution, norm, activation; the size is divided by the stride, rounded up."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), norm(outputs), activation()
    )


class ProxyEncoder(nn.Module):
    """The proxy as a map of places at half its size, and as a vector.

    Args:
        channels: of the proxy.
        size: (height, width) of the proxy; fixes the vector's layer.
        width: channels of the map F.
        features: length of the vector E.
        layers: convolutions that make the map: by one a place sees 5 px of the proxy, by each further one 4 px more.
    """

    def __init__(
        self,
        channels: int,
        size: tuple[int, int],
        width: int = 32,
        features: int = 128,
        layers: int = 2,
    ) -> None:
        super().__init__()
        first = width // 2 if layers > 1 else width
        further = [conv(first if number == 0 else width, width, 3) for number in range(layers - 1)]
        self.places = nn.Sequential(conv(channels, first, 5, 2), *further)
        self.grid = halved(size, 1)
        rows, columns = halved(size, 3)
        self.summary = nn.Sequential(
            conv(width, width, 3, 2), conv(width, 48, 3, 2), nn.Flatten(), nn.Linear(48 * rows * columns, features)
        )

    def forward(self, proxy: Tensor) -> tuple[Tensor, Tensor]:
        """Encode.

        Args:
            proxy: (B, C, h, w).

        Returns:
            Map (B, F, ceil(h / 2), ceil(w / 2)) and vector (B, E), rectified.
        """
        places = self.places(proxy)
        return places, self.summary(places).relu()


class GlimpseEncoder(nn.Module):
    """A glimpse as a map of cells at an eighth of its size, and as a vector.

    Args:
        channels: of the image.
        size: side of the glimpse S, px.
        width: channels of the map D.
        features: length of the vector; 0: only the map is needed.
        normalised: batch norm of the vector too.

    Its norms are `varsac.renorm.Renorm`, for the glimpses of one batch are all of one kind: the first, or the last.
    """

    def __init__(
        self, channels: int, size: int, width: int = 64, features: int = 128, normalised: bool = False
    ) -> None:
        super().__init__()
        self.cells = nn.Sequential(
            conv(channels, width // 4, 5, 2, Renorm2d),
            conv(width // 4, width // 2, 3, 2, Renorm2d),
            conv(width // 2, width, 3, 2, Renorm2d),
        )
        self.grid = halved((size, size), 3)
        inputs = width * self.grid[0] * self.grid[1]
        self.features = None
        if features:
            norm = [Renorm1d(features)] if normalised else []
            self.features = nn.Sequential(nn.Flatten(), nn.Linear(inputs, features), *norm, nn.ReLU())

    def forward(self, glimpses: Tensor) -> tuple[Tensor, Tensor]:
        """Encode.

        Args:
            glimpses: (B, C, S, S).

        Returns:
            Map (B, D, ceil(S / 8), ceil(S / 8)) and vector (B, features), rectified.
        """
        cells = self.cells(glimpses)
        return cells, cells.new_zeros(len(cells), 0) if self.features is None else self.features(cells)


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions and a way around them.

    Args:
        inputs: channels.
        outputs: channels.
        stride: of the first convolution.
        norm: after each convolution.
        activation: after the first one, and of the sum.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int,
        norm: Norm = nn.BatchNorm2d,
        activation: Activation = rectified,
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv(inputs, outputs, 3, stride, norm, activation),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            norm(outputs),
        )
        self.stride = stride
        self.around: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), norm(outputs))
        self.activation = activation()

    def forward(self, values: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, outputs, ceil(H / stride), ceil(W / stride))."""
        # Thinned out before the convolution, which is the same as a stride: torch 2.13's gradient of a strided one of
        # 1 x 1 ends the process on processors with AMX (channels last, fewer than 16 channels in, large maps).
        thinned = values[:, :, :: self.stride, :: self.stride]
        return self.activation(self.body(values) + self.around(thinned))


class ResNet(nn.Module):
    """A residual network on images of any size, averaged over places; the widths (64, 128, 256, 512) make ResNet-18.

    Args:
        channels: of the image.
        widths: channels of the stages, two blocks each; every stage after the first halves the size.
        stride: of the first convolution; 2 adds a pooling by 2 too, as ResNet-18 has it.

    Attributes:
        features: length of the vector.
    """

    def __init__(self, channels: int, widths: Sequence[int] = (64, 128, 256, 512), stride: int = 2) -> None:
        super().__init__()
        stem = (
            [conv(channels, widths[0], 7, 2), nn.MaxPool2d(3, 2, 1)] if stride == 2 else [conv(channels, widths[0], 3)]
        )
        blocks: list[nn.Module] = [ResidualBlock(widths[0], widths[0], 1), ResidualBlock(widths[0], widths[0], 1)]
        for inputs, outputs in itertools.pairwise(widths):
            blocks += [ResidualBlock(inputs, outputs, 2), ResidualBlock(outputs, outputs, 1)]
        self.body = nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.features = widths[-1]

    def forward(self, images: Tensor) -> Tensor:
        """(B, C, H, W) to (B, features)."""
        return self.body(images)


def halved(size: tuple[int, int], times: int) -> tuple[int, int]:
    """The size after so many convolutions of stride 2.

    >>> halved((64, 50), 3)
    (8, 7)
    """
    return -(-size[0] // 2**times), -(-size[1] // 2**times)
