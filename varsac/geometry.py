"""Where the places of a proxy's map lie in the image, and which parts of it a window covers.

Convention:
    Image coordinates are (x, y) in [-1, 1] over the image, as in fixations. A map of h x w places covers the proxy:
    place (i, j), number i * w + j, is a cell of it. A view (left, top, right, bottom) says where in the proxy the image
    lies, see `varsac.tasks.task`.
"""

from __future__ import annotations

import torch
from torch import Tensor


def centres(grid: tuple[int, int], device: torch.device | str = "cpu") -> Tensor:
    """(N, 2), x and y of each cell's centre over the map itself.

    >>> centres((1, 2)).tolist()
    [[-0.5, 0.0], [0.5, 0.0]]
    """
    rows, columns = grid
    x = (2 * torch.arange(columns, device=device) + 1) / columns - 1
    y = (2 * torch.arange(rows, device=device) + 1) / rows - 1
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).reshape(-1, 2)


def through_view(points: Tensor, view: Tensor) -> Tensor:
    """Points of the proxy in the coordinates of the image.

    Args:
        points: (N, 2), or (B, N, 2).
        view: (B, 4).

    Returns:
        (B, N, 2); outside of [-1, 1] where the proxy shows more than the image.

    >>> through_view(torch.tensor([[0.5, 0.0]]), torch.tensor([[0.0, -1.0, 1.0, 1.0]])).tolist()
    [[[0.0, 0.0]]]
    """
    low, high = view[:, None, :2], view[:, None, 2:]
    return (points - low) / (high - low) * 2 - 1


def half_extent(scale: Tensor, extent: Tensor) -> Tensor:
    """(B, 2), half a window's width and height in image coordinates.

    Args:
        scale: (B,), window side over the shorter image side.
        extent: (B, 2), width and height of the image, px.

    >>> half_extent(torch.tensor([0.5]), torch.tensor([[200.0, 100.0]])).tolist()
    [[0.25, 0.5]]
    """
    return scale[:, None] * extent.amin(1, keepdim=True) / extent


def within(points: Tensor, fixation: Tensor, extent: Tensor, share: float = 1.0) -> Tensor:
    """Which points lie in a window, or in its inner `share`.

    Args:
        points: (B, N, 2) in image coordinates.
        fixation: (B, 3).
        extent: (B, 2), px.
        share: of the window's side.

    Returns:
        (B, N) bool; the window's edges belong to it.
    """
    half = share * half_extent(fixation[:, 2], extent)
    return ((points - fixation[:, None, :2]).abs() <= half[:, None]).all(-1)


def to_pixels(points: Tensor, extent: Tensor) -> Tensor:
    """Image coordinates (B, N, 2) as pixels, edges at integers.

    >>> to_pixels(torch.tensor([[[0.0, 1.0]]]), torch.tensor([[200.0, 100.0]])).tolist()
    [[[100.0, 100.0]]]
    """
    return (points + 1) / 2 * extent[:, None]


def from_pixels(pixels: Tensor, extent: Tensor) -> Tensor:
    """Pixels (B, N, 2) as image coordinates; the inverse of `to_pixels`."""
    return pixels / extent[:, None] * 2 - 1
