"""Where structures may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.api.messages import error_pb
from sc2data.sim.maps import footprints
from sc2data.units import UnitType

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

_RESOURCE_GAP = 3
"""Cells that must lie between a town hall and a resource."""

_POWER_RADIUS = 6.5
_PYLONS = (60, 894)
_NEEDS_NO_POWER = frozenset({59, 60, 61})
_NEEDS_NO_CREEP = frozenset({86, 88})
_ON_GEYSER = frozenset({20, 61, 88})


def check(world: World, type_id: int, x: float, y: float, owner: int = 0) -> int:
    """Whether a structure of a type may be put at (x, y), as an ActionResult.

    The point is moved to whole cells first, as the game does. With `owner` 0, creep and power are not asked.
    """
    kind = world.statistics[type_id]
    footprint = footprints.size(kind)
    if not any(footprint):
        inside = world.in_bounds(np.array([x]), np.array([y]))[0]
        return error_pb.Success if inside else error_pb.CantBuildLocationInvalid
    if type_id in _ON_GEYSER:
        return error_pb.Success if geyser_at(world, x, y) >= 0 else error_pb.MustBuildRefineryFirst
    column, row = footprints.corner(footprint, x, y)
    area = np.s_[row : row + footprint[1], column : column + footprint[0]]
    inside = row >= 0 and column >= 0 and row + footprint[1] <= world.terrain.length
    if not inside or column + footprint[0] > world.terrain.width or not world.terrain.placeable[area].all():
        return error_pb.CantBuildLocationInvalid
    if world.blocked()[area].any():
        return error_pb.CantBuildLocationInvalid
    if kind.is_townhall and _near_resources(world, footprint, x, y):
        return error_pb.CantBuildTooCloseToResources
    return _own_needs(world, kind, area, x, y, owner)


def geyser_at(world: World, x: float, y: float) -> int:
    """Row of a geyser at a point on which nothing stands yet, -1 where there is none."""
    units = world.state.units
    near = np.hypot(units.x - x, units.y - y) < 1.0
    taken = near & units.structure & ~world.statistics.resource[units.type]
    found = np.flatnonzero(near & world.statistics.resource[units.type]).tolist()
    rows = [row for row in found if "Geyser" in world.statistics[int(units.type[row])].name]
    return rows[0] if rows and not taken.any() else -1


def _near_resources(world: World, footprint: tuple[int, int], x: float, y: float) -> bool:
    units = world.state.units
    rows = np.flatnonzero(world.statistics.resource[units.type])
    reach_x, reach_y = footprint[0] / 2 + _RESOURCE_GAP, footprint[1] / 2 + _RESOURCE_GAP
    sizes = [footprints.size(world.statistics[kind]) for kind in units.type[rows].tolist()]
    half = np.array(sizes, np.float64).reshape(-1, 2) / 2
    close = (np.abs(units.x[rows] - x) < reach_x + half[:, 0]) & (np.abs(units.y[rows] - y) < reach_y + half[:, 1])
    return bool(close.any())


def _own_needs(world: World, kind: UnitType, area: tuple[slice, slice], x: float, y: float, owner: int) -> int:
    """Zerg structures stand on creep and all others off it; Protoss structures stand near a pylon."""
    if owner == 0:
        return error_pb.Success
    creep = world.creep()[area]
    if kind.race == "Zerg" and kind.id not in _NEEDS_NO_CREEP:
        return error_pb.Success if creep.all() else error_pb.CantBuildTooFarFromCreepSource
    if kind.race != "Zerg" and creep.any():
        return error_pb.CantBuildTooCloseToCreepSource
    if kind.race == "Protoss" and kind.id not in _NEEDS_NO_POWER and not powered(world, x, y, owner):
        return error_pb.CantBuildTooFarFromBuildPowerSource
    return error_pb.Success


def powered(world: World, x: float, y: float, owner: int) -> bool:
    """Whether a point lies within the power field of a player's complete pylon."""
    units = world.state.units
    pylons = np.isin(units.type, _PYLONS) & (units.owner == owner) & (units.build_progress >= 1)
    return bool((np.hypot(units.x[pylons] - x, units.y[pylons] - y) <= _POWER_RADIUS).any())
