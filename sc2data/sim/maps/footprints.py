"""The cells that structures and resources stand on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sc2data.units import UnitType

_WALKED_OVER = frozenset(
    {
        47,  # SupplyDepotLowered
        87,  # CreepTumor
        137,  # CreepTumorBurrowed
        138,  # CreepTumorQueen
    }
)


def size(kind: UnitType) -> tuple[int, int]:
    """Cells (across, up) that a unit type blocks; (0, 0) where units walk over or under it.

    The API's tables have no footprints: these follow from the radius, which each common footprint has its own of.

    >>> from sc2data.units import unit_type
    >>> size(unit_type("CommandCenter")), size(unit_type("Barracks")), size(unit_type("MineralField"))
    ((5, 5), (3, 3), (2, 1))
    """
    if kind.is_flying or kind.id in _WALKED_OVER or not (kind.is_structure or kind.is_resource):
        return 0, 0
    if kind.is_resource and "Mineral" in kind.name:
        return 2, 1
    if kind.radius >= 2.3:
        return 5, 5
    if kind.radius >= 1.4:
        return 3, 3
    if kind.radius >= 0.9:
        return 2, 2
    return 1, 1


def corner(footprint: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    """(column, row) of a footprint's south-western cell for a centre at (x, y).

    >>> corner((5, 5), 30.5, 40.5), corner((2, 1), 12.0, 7.5)
    ((28, 38), (11, 7))
    """
    return round(x - footprint[0] / 2), round(y - footprint[1] / 2)


def snapped(footprint: tuple[int, int], x: float, y: float) -> tuple[float, float]:
    """The point nearest to (x, y) at which the footprint lies on whole cells."""
    column, row = corner(footprint, x, y)
    return column + footprint[0] / 2, row + footprint[1] / 2


def stamp(grid: npt.NDArray[np.bool_], footprint: tuple[int, int], x: float, y: float) -> None:
    """Set the cells of a footprint centred at (x, y) in `grid` (H, W)."""
    column, row = corner(footprint, x, y)
    grid[max(row, 0) : max(row + footprint[1], 0), max(column, 0) : max(column + footprint[0], 0)] = True
