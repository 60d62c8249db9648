"""What stands out in a proxy before anything is learned: where the first saccades go.

Convention:
    Proxies are (B, C, h, w), maps of places (rows, columns) cover them as in `varsac.geometry`; place (i, j) is number
    i * columns + j.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from varsac import geometry

KINDS = ("contrast", "isolation")
FLOOR = 0.02
"""Added to the contrast of the surroundings: below it, contrast is noise."""


def standing_out(kind: str, proxy: Tensor, grid: tuple[int, int], size: float) -> Tensor:
    """`contrast` or `isolation`.

    Args:
        kind: a name in `KINDS`.
        proxy: (B, C, h, w).
        grid: (rows, columns) of the map of places.
        size: side of an object in pixels of the proxy; contrast does not ask for it.

    Returns:
        (B, N) in [0, 1], 1 at the place that stands out most.
    """
    return contrast(proxy, grid) if kind == "contrast" else isolation(proxy, grid, size)


def contrast(proxy: Tensor, grid: tuple[int, int]) -> Tensor:
    """How much each place differs from its surroundings, a quarter of the proxy wide.

    Args:
        proxy: (B, C, h, w).
        grid: (rows, columns) of the map of places.

    Returns:
        (B, N) in [0, 1], 1 at the place that stands out most.
    """
    reach = max(1, min(proxy.shape[2:]) // 8)
    return _relative(_difference(proxy, reach, grid))


def isolation(proxy: Tensor, grid: tuple[int, int], size: float) -> Tensor:
    """How much more each place differs from its surroundings than the places around it do.

    What is small and alone stands out, a texture or a long edge does not: contrast over twice an object's side is
    divided by its mean over three sides.

    Args:
        proxy: (B, C, h, w).
        grid: (rows, columns) of the map of places.
        size: side of an object in pixels of the proxy.

    Returns:
        (B, N) in [0, 1], 1 at the place that stands out most.

    >>> stripes = torch.zeros(1, 1, 16, 16)
    >>> stripes[..., :8:2] = 1.0
    >>> stripes[..., 8:10, 12:14] = 0.3
    >>> [divmod(int(how.argmax()), 8) for how in (contrast(stripes, (8, 8)), isolation(stripes, (8, 8), size=2))]
    [(0, 0), (4, 6)]
    """
    local = _difference(proxy, max(1, round(size)), grid)  # (B, 1, rows, columns)
    reach = max(1, round(1.5 * size * grid[0] / proxy.shape[2]))
    return _relative(local / (_smoothed(local, reach) + FLOOR))


def middles(proxy: Tensor, grid: tuple[int, int], size: float) -> Tensor:
    """The middle of what stands out about each place: the mean point, weighed by the square of the contrast.

    A saccade towards a group of objects lands between them, and one towards a single object on its middle, wherever in
    the place that is (the global effect: Findlay, Vision Research 22, 1982).

    Args:
        proxy: (B, C, h, w).
        grid: (rows, columns) of the map of places.
        size: side of an object in pixels of the proxy; about one and a half of it is looked at.

    Returns:
        (B, N, 2), x and y over the proxy in [-1, 1]; where nothing stands out, the centre of the place.

    >>> proxy = torch.zeros(1, 1, 8, 8)
    >>> proxy[..., 2:4, 3:5] = 1.0  # its middle lies at (4, 3) of 8 px
    >>> middles(proxy, (4, 4), size=2)[0, 5].mul(100).round().tolist()  # of the place whose centre is at (3, 3)
    [-2.0, -25.0]
    """
    height, width = proxy.shape[2:]
    reach = max(1, round(0.75 * size))
    weight = (proxy - _smoothed(proxy, max(1, min(height, width) // 8))).square().mean(1, keepdim=True)
    points = geometry.centres((height, width), proxy.device).T.reshape(1, 2, height, width)
    around = functional.adaptive_avg_pool2d(_smoothed(torch.cat([weight, weight * points], 1), reach), grid)
    around = around.flatten(2).transpose(1, 2)  # (B, N, 3)
    floor = FLOOR**2
    return (around[..., 1:] + floor * geometry.centres(grid, proxy.device)) / (around[..., :1] + floor)


def mean_around(values: Tensor, reach: int, axis: int) -> Tensor:
    """The mean of what is at most `reach` away along an axis, not beyond the ends; costs the same for any reach.

    >>> mean_around(torch.tensor([0.0, 3.0, 6.0, 9.0]), 1, 0).tolist()
    [1.5, 3.0, 6.0, 7.5]
    """
    length = values.shape[axis]
    reach = min(reach, length - 1)
    index = torch.arange(length, device=values.device)
    low, high = (index - reach).clamp(min=0), (index + reach + 1).clamp(max=length)
    sums = values.cumsum(axis)  # up to and with an element; slices of it cost far less than picking single ones
    first, last = torch.zeros_like(sums.narrow(axis, 0, 1)), sums.narrow(axis, length - 1, 1)
    above = torch.cat([sums.narrow(axis, reach, length - reach), *[last] * reach], axis)
    below = torch.cat([*[first] * (reach + 1), sums.narrow(axis, 0, length - reach - 1)], axis)
    shape = [-1 if one == axis else 1 for one in range(values.dim())]
    return (above - below) / (high - low).view(shape)


def _smoothed(values: Tensor, reach: int) -> Tensor:
    return mean_around(mean_around(values, reach, 2), reach, 3)


def _difference(proxy: Tensor, reach: int, grid: tuple[int, int]) -> Tensor:
    """Mean absolute difference from what is around, by place: (B, 1, rows, columns)."""
    return functional.adaptive_avg_pool2d((proxy - _smoothed(proxy, reach)).abs().mean(1, keepdim=True), grid)


def _relative(places: Tensor) -> Tensor:
    flat = places.flatten(1)
    return flat / flat.amax(1, keepdim=True).clamp(min=1e-6)
