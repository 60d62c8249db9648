"""True positions as numbers in the cells of maps: what densities may be held against, besides the counts.

Convention:
    An object lies in the one cell that its position lies in; a cell's upper and left edges belong to it. Cells are
    numbered row by row.
"""

from __future__ import annotations

import torch
from torch import Tensor

from varsac import geometry
from varsac.tasks.batch import ObjectBatch
from varsac.tasks.task import DataSpec, TaskError


def in_places(objects: ObjectBatch, kinds: int, grid: tuple[int, int], view: Tensor, extent: Tensor) -> Tensor:
    """How many objects of each kind lie in each place of the proxy's map.

    Args:
        objects: the true ones; their classes are the kinds, unless there is one kind alone.
        kinds: K.
        grid: (rows, columns) of the map.
        view: (B, 4).
        extent: (B, 2), px.

    Returns:
        (B, K, N).
    """
    corners = geometry.through_view(view.new_tensor([[-1.0, -1.0], [1.0, 1.0]]), view)  # (B, 2, 2)
    positions = geometry.from_pixels(objects.positions, extent)
    return numbers(positions, _kinds(objects, kinds), kinds, corners[:, 0], corners[:, 1], grid)


def in_windows(objects: ObjectBatch, kinds: int, side: int, fixations: Tensor, extent: Tensor) -> Tensor:
    """How many objects of each kind lie in each of the side x side cells of windows.

    Args:
        objects: as of `in_places`.
        kinds: K.
        side: cells along a window's side.
        fixations: (B, T, 3).
        extent: (B, 2), px.

    Returns:
        (B, T, K, side * side).
    """
    batch, glimpses, _ = fixations.shape
    each = fixations.flatten(0, 1)  # (B T, 3)
    half = geometry.half_extent(each[:, 2], extent.repeat_interleave(glimpses, 0))  # (B T, 2)
    positions = geometry.from_pixels(objects.positions, extent).repeat_interleave(glimpses, 0)
    kind = _kinds(objects, kinds).repeat_interleave(glimpses, 0)
    found = numbers(positions, kind, kinds, each[:, :2] - half, each[:, :2] + half, (side, side))
    return found.view(batch, glimpses, kinds, side * side)


def numbers(points: Tensor, kind: Tensor, kinds: int, low: Tensor, high: Tensor, grid: tuple[int, int]) -> Tensor:
    """How many points of each kind lie in each cell of a box.

    Args:
        points: (B, J, 2), x and y.
        kind: (B, J), from 0; -1 where there is no point.
        kinds: K.
        low: (B, 2), the box's upper left corner.
        high: (B, 2), its lower right one.
        grid: (rows, columns) of its cells.

    Returns:
        (B, K, rows * columns) of the points' dtype.

    >>> points, corner = torch.tensor([[[0.6, 0.1], [0.7, 0.2], [1.1, 0.1]]]), torch.zeros(1, 2)
    >>> numbers(points, torch.tensor([[0, 0, 0]]), 1, corner, corner + 1, (1, 2)).tolist()
    [[[0.0, 2.0]]]
    """
    rows, columns = grid
    cells = (points - low[:, None]) / (high - low)[:, None] * points.new_tensor([columns, rows])
    column, row = cells.floor().long().unbind(-1)  # (B, J)
    inside = (kind >= 0) & (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    index = inside * ((kind * rows + row) * columns + column)
    found = points.new_zeros(len(points), kinds * rows * columns)
    return found.scatter_add_(1, index, inside.to(points.dtype)).view(len(points), kinds, rows * columns)


def check_kinds(spec: DataSpec) -> None:
    """That the objects' classes are the kinds that "density" heads count.

    Raises:
        TaskError: they are not, so positions cannot tell what is to be counted where.
    """
    for head in spec.heads:
        if head.kind == "density" and head.size not in (1, spec.object_classes):
            raise TaskError(
                f"head {head.name!r} counts {head.size} kinds, but objects are of {spec.object_classes} classes: "
                "their positions do not tell which kind lies where; set model.points=0"
            )


def _kinds(objects: ObjectBatch, kinds: int) -> Tensor:
    """(B, J), the kind of each object; -1 for padding."""
    kind = objects.classes if kinds > 1 else torch.zeros_like(objects.classes)
    return kind.where(objects.present, -torch.ones_like(kind))
