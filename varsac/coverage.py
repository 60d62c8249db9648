"""How much of a density no window has covered yet, and where the next window would cover most of it.

Convention:
    Densities are (B, N) over the places of a proxy's map, see `varsac.geometry`. Windows and places are boxes, so that
    shares of areas are products of shares along x and along y.
"""

from __future__ import annotations

import torch
from torch import Tensor

from varsac import geometry

LEAST = 1e-3
"""Taken to lie under every window: where nothing is left to cover, all places are alike."""


class Uncovered:
    """What is left of a density while windows cover more and more of it.

    Args:
        density: (B, N), not negative.
        grid: (rows, columns) of the map.
        view: (B, 4), where in the proxy the image lies.
        extent: (B, 2), px.
        scale: of the windows that are planned.
        share: of a window's side that it is taken to cover: what is at its edge is seen in part only.
    """

    def __init__(
        self,
        density: Tensor,
        grid: tuple[int, int],
        view: Tensor,
        extent: Tensor,
        scale: float,
        share: float = 1.0,
    ) -> None:
        self.extent, self.share = extent, share
        self.left = density.unflatten(1, grid)  # (B, h, w)
        self._down, self._across = edges(grid[0], view[:, 1], view[:, 3]), edges(grid[1], view[:, 0], view[:, 2])
        half = geometry.half_extent(extent.new_full((len(extent),), share * scale), extent)  # (B, 2)
        self._rows = shares(self._down, middles(self._down), half[:, 1])  # (B, h, h)
        self._columns = shares(self._across, middles(self._across), half[:, 0])  # (B, w, w)

    def under_windows(self) -> Tensor:
        """(B, N), how much is left under a window in the middle of each place."""
        return torch.einsum("bij,bjk,blk->bil", self._rows, self.left, self._columns).flatten(1)

    def logits(self, focus: float) -> Tensor:
        """(B, N), of the places of the next window: the higher the more it covers.

        Args:
            focus: the power of what is covered that a place is drawn by.
        """
        return focus * (self.under_windows() + LEAST).log()

    def cover(self, fixation: Tensor) -> None:
        """Take away what lies under a window (B, 3)."""
        half = self.share * geometry.half_extent(fixation[:, 2], self.extent)
        rows = shares(self._down, fixation[:, 1:2], half[:, 1])[:, 0]  # (B, h)
        columns = shares(self._across, fixation[:, 0:1], half[:, 0])[:, 0]  # (B, w)
        self.left = self.left * (1 - rows[:, :, None] * columns[:, None, :])


def edges(cells: int, low: Tensor, high: Tensor) -> Tensor:
    """(B, cells + 1), the edges of a map's cells along one axis of the image.

    Args:
        cells: how many.
        low: (B,) where in the proxy the image begins, along that axis; high: where it ends.

    >>> edges(2, torch.tensor([-1.0, 0.0]), torch.tensor([1.0, 1.0])).tolist()
    [[-1.0, 0.0, 1.0], [-3.0, -1.0, 1.0]]
    """
    over_map = torch.linspace(-1, 1, cells + 1, device=low.device)
    return (over_map - low[:, None]) / (high - low)[:, None] * 2 - 1


def middles(edges: Tensor) -> Tensor:
    """(B, n) of (B, n + 1): the middle between every two edges."""
    return (edges[:, 1:] + edges[:, :-1]) / 2


def shares(edges: Tensor, centres: Tensor, half: Tensor) -> Tensor:
    """How much of each cell lies in each interval.

    Args:
        edges: (B, n + 1) of the cells, ascending.
        centres: (B, m) of the intervals.
        half: (B,) half of the intervals' length.

    Returns:
        (B, m, n) in [0, 1].

    >>> shares(torch.tensor([[-1.0, 0.0, 1.0]]), torch.tensor([[0.5]]), torch.tensor([0.75])).tolist()
    [[[0.25, 1.0]]]
    """
    first, last = centres - half[:, None], centres + half[:, None]  # (B, m)
    low = torch.maximum(first[:, :, None], edges[:, None, :-1])
    high = torch.minimum(last[:, :, None], edges[:, None, 1:])
    return (high - low).clamp(min=0) / (edges[:, 1:] - edges[:, :-1])[:, None]
