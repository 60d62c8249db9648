"""Positions with scores from what a model looked at: the peaks of its densities, or its glimpses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from varsac import geometry
from varsac.heads import DensityField
from varsac.models.output import Output

Positions = npt.NDArray[np.float32]


def positions(output: Output, extent: Tensor, least: float = 0.2) -> list[Positions]:
    """Where the model says that something is.

    Args:
        output: of a model for B examples.
        extent: (B, 2) width and height, px.
        least: score below which a peak of a density is none.

    Returns:
        For each example (P, 3): x and y in image px and a score, best first. With a "density" head the peaks of its
        density (all kinds together), the score being the amount around the peak; else the glimpses' centres, scored
        by how probable their places were.
    """
    if output.fields:
        field = next(iter(output.fields.values()))
        return [peaks(*arrays, least) for arrays in zip(*_arrays(field, extent))]
    pixels = geometry.to_pixels(output.fixations[..., :2], extent).detach().cpu().numpy()  # (B, T, 2)
    scores = output.scores.detach().cpu().numpy()[..., None]
    return [best_first(one) for one in np.concatenate([pixels, scores], -1)]


def peaks(points: Positions, amounts: Positions, reach: Positions, least: float) -> Positions:
    """Gather a density into positions: the richest point takes what lies within its reach, and so on.

    Args:
        points: (P, 2) px.
        amounts: (P,) how much each point holds.
        reach: (P,) px, how far each point gathers.
        least: stop when no point holds as much as this by itself or with its neighbours.

    Returns:
        (Q, 3): the centre of mass and amount of each gathering, best first; the amount is at most 1, for one object is
        at one place, and what is above stays for the next.

    >>> points = np.array([[0, 0], [1, 0], [9, 0]], np.float32)
    >>> found = peaks(points, np.array([0.6, 0.3, 0.1], np.float32), np.full(3, 2, np.float32), 0.2)
    >>> found.astype(float).round(2).tolist()
    [[0.33, 0.0, 0.9]]
    """
    left = amounts.astype(np.float64)
    found = []
    while len(left) and left.max() * 4 >= least:
        best = int(left.argmax())
        near = np.hypot(*(points - points[best]).T) <= reach[best]
        total = left[near].sum()
        if total < least:
            left[best] = 0
            continue
        centre = (left[near, None] * points[near]).sum(0) / total
        found.append((*centre, min(total, 1.0)))
        left[near] *= max(0.0, 1 - 1 / total)
    return best_first(np.array(found, np.float32).reshape(-1, 3))


def best_first(scored: Positions) -> Positions:
    """Rows (x, y, score) by falling score; of equal ones the earlier first."""
    return scored[np.argsort(-scored[:, 2], kind="stable")]


def _arrays(field: DensityField, extent: Tensor) -> tuple[Positions, Positions, Positions]:
    pixels = geometry.to_pixels(field.points, extent)  # (B, P, 2)
    reach = 1.5 * field.size * extent.amin(1)[:, None]  # (B, P): a cell and its neighbours
    points, amounts, sizes = (one.detach().float().cpu().numpy() for one in (pixels, field.amounts.sum(-1), reach))
    return points, amounts, sizes
