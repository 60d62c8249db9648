"""The network that both agents share: what the proxy says of each window of a grid, and which were looked at."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from envs.options import EnvError


class PlaceNet(nn.Module):
    """From a proxy and the fixations until now to a vector for each place of the grid.

    Convolutions halve the proxy down to about the grid, whose cells then know which of them were looked at; nothing in
    it depends on where a place lies, so that what is learned at one place holds at all.

    Args:
        channels: of the proxy.
        proxy_size: (height, width), px.
        grid: (rows, columns) of the windows to choose from.
        width: D, channels of the map.

    Raises:
        EnvError: a grid finer than half the proxy.
    """

    def __init__(self, channels: int, proxy_size: tuple[int, int], grid: tuple[int, int], width: int = 32) -> None:
        super().__init__()
        self.grid, self.width = grid, width
        finest = min(side // cells for side, cells in zip(proxy_size, grid, strict=True))
        if finest < 2:
            raise EnvError(f"a grid of {grid} over a proxy of {proxy_size} px: at most one window for 2 px is needed")
        layers: list[nn.Module] = []
        inputs, outputs = channels, width // 2
        for _ in range(finest.bit_length() - 1):
            layers += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.ReLU()]
            inputs, outputs = outputs, width
        self.proxy = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(grid))
        self.places = nn.Sequential(nn.Conv2d(inputs + 1, width, 3, padding=1), nn.ReLU())

    def forward(self, proxy: Tensor, fixations: Tensor) -> Tensor:
        """(B, D, rows, columns).

        Args:
            proxy: (B, C, h, w) in [0, 1].
            fixations: (B, t, 3), (x, y, scale); those of scale 0 are none.
        """
        seen = self.proxy(proxy)
        return self.places(torch.cat([seen, visits(fixations, self.grid)], 1))


def visits(fixations: Tensor, grid: tuple[int, int]) -> Tensor:
    """How often each place was looked at, (B, 1, rows, columns).

    >>> visits(torch.tensor([[[-0.5, 0.0, 0.3], [0.5, 0.0, 0.0]]]), (1, 2)).tolist()
    [[[[1.0, 0.0]]]]
    """
    rows, columns = grid
    across = ((fixations[..., 0] + 1) / 2 * columns).long().clamp(0, columns - 1)
    down = ((fixations[..., 1] + 1) / 2 * rows).long().clamp(0, rows - 1)
    looked = (fixations[..., 2] > 0).to(fixations.dtype)
    counted = fixations.new_zeros(len(fixations), rows * columns)
    return counted.scatter_add(1, down * columns + across, looked).reshape(-1, 1, rows, columns)
