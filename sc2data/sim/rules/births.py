"""How units come into the world: where there is room, with their type's statistics."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.maps import footprints
from sc2data.sim.maps.terrain import height_at
from sc2data.sim.rules import movement
from sc2data.sim.state import NEUTRAL, Mode

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

SOUTH = 4.712389
"""Facing of resources and other neutral things, as recorded games have it."""

SOUTH_WEST = 3.926991
"""Facing of players' structures, as recorded games have it."""

_GAP = 0.02
"""World units left between units that are put down together."""

_CONTENTS = {"MineralField750": 900, "MineralField450": 450, "MineralField": 1800, "Geyser": 2250}

Points = npt.NDArray[np.float32]


def spawn(world: World, type_id: int, owner: int, x: float, y: float, count: int = 1, **fields: Any) -> list[int]:
    """Put down `count` units around (x, y): the first there if it is free, the others beside it, all on open ground.

    Structures are put on whole cells at the point asked, whatever stands there. Mobile units face a
    direction drawn from the game's seed and the place alone, so that a scene set up once more is the same. `fields`
    overrides any field of `state.ALL_FIELDS`. A point off the map stands for the nearest on it. Returns the tags.

    Raises:
      KeyError: the unit type has no statistics.
      ValueError: x or y is not a finite number.
    """
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"units cannot be put down at ({x}, {y}): give finite world coordinates")
    kind = world.statistics[type_id]
    footprint = footprints.size(kind)
    left, bottom, right, top = world.bounds
    x, y = min(max(x, left), right - movement.INSIDE), min(max(y, bottom), top - movement.INSIDE)
    standing = kind.is_structure or kind.is_resource or (owner == NEUTRAL and kind.speed == 0)
    if any(footprint):
        x, y = footprints.snapped(footprint, x, y)
        x = min(max(x, left + footprint[0] / 2), right - footprint[0] / 2)
        y = min(max(y, bottom + footprint[1] / 2), top - footprint[1] / 2)
        points = np.full((count, 2), (x, y), np.float32)
    else:
        points = room(world, kind.radius, kind.is_flying, x, y, count)
    if standing:
        facing = np.full(count, SOUTH if owner == NEUTRAL else SOUTH_WEST, np.float32)
    else:
        facing = _facings(world.state.seed, type_id, points)
    contents = next((amount for name, amount in _CONTENTS.items() if name in kind.name), 0) if kind.is_resource else 0
    tags = [world.issue_tag() for _ in range(count)]
    z = height_at(world.terrain, points[:, 0], points[:, 1])
    values = {
        "tag": np.array(tags, np.uint64),
        "type": type_id,
        "owner": owner,
        "x": points[:, 0],
        "y": points[:, 1],
        "z": z + movement.hover(kind.is_flying, kind.is_structure),
        "facing": facing,
        "radius": kind.radius,
        "health": kind.max_health,
        "health_max": kind.max_health,
        "shield": kind.max_shield,
        "shield_max": kind.max_shield,
        "energy": kind.start_energy,
        "energy_max": kind.max_energy,
        "build_progress": 1.0,
        "contents": contents,
        "speed": world.speed_of(kind, owner),
        "flying": kind.is_flying,
        "burrowed": kind.is_burrowed,
        "cloaked": type_id in _CLOAKED,
        "structure": standing,
        "mode": Mode.IDLE,
        "seen_by": 1 << owner,
        "hurt": -(1 << 20),
    }
    world.state.units.extend(count, **(values | fields))
    if any(footprint):
        world.state.layout += 1
    world.state.look_due = True
    world.rows_changed()
    return tags


def _facings(seed: int, type_id: int, points: Points) -> npt.NDArray[np.float32]:
    """Directions in radians (count,) scattered by a hash of the seed, the type and the places (count, 2)."""
    bits = points.astype(np.float32).view(np.uint32).astype(np.uint64)
    hashed = np.full(len(points), (seed ^ type_id << 32) & (1 << 64) - 1, np.uint64)
    for part in (bits[:, 0], bits[:, 1]):
        hashed = (hashed ^ part) * np.uint64(0x9E3779B97F4A7C15)  # the golden ratio of 64 bits
        hashed ^= hashed >> np.uint64(29)
    return ((hashed >> np.uint64(40)) * (2 * np.pi / (1 << 24))).astype(np.float32)


_CLOAKED = frozenset({76, 82})
"""Unit types that are always cloaked: the dark templar and the observer."""


def room(world: World, radius: float, flying: bool, x: float, y: float, count: int) -> Points:
    """Points (count, 2) around (x, y) where units of a radius have room beside one another and beside what is there.

    The nearest such points are taken. Where the ground has no room for all, the others share the nearest open point.
    """
    units = world.state.units
    spacing = 2 * radius + _GAP
    near = np.hypot(units.x - x, units.y - y)
    reach = spacing * (2 + np.sqrt(count))
    others = np.flatnonzero((units.flying == flying) & (near < reach + 4 + units.radius) & ~units.burrowed)
    for _ in range(6):
        points = np.array([x, y], np.float32) + lattice(int(reach / spacing) + 1) * np.float32(spacing)
        free = world.in_bounds(points[:, 0], points[:, 1])
        points, free = points[free], free[free]
        if not flying:
            free &= world.navigation.is_open(points[:, 0], points[:, 1])
        apart = np.hypot(points[:, :1] - units.x[others], points[:, 1:] - units.y[others])
        free &= (apart >= units.radius[others] + radius).all(axis=1)
        if free.sum() >= count:
            return points[free][:count]
        reach *= 2
        others = np.flatnonzero((units.flying == flying) & (near < reach + 4 + units.radius) & ~units.burrowed)
    rest = np.full((count, 2), world.navigation.nearest_open(x, y), np.float32)
    found = points[free][:count]
    rest[: len(found)] = found
    return rest


@functools.lru_cache(maxsize=32)
def lattice(rings: int) -> Points:
    """Points of a triangular lattice with unit spacing, nearest to the origin first, out to `rings`.

    >>> len(lattice(1)), lattice(1)[0].tolist()
    (7, [0.0, 0.0])
    """
    a, b = np.meshgrid(np.arange(-2 * rings, 2 * rings + 1), np.arange(-2 * rings, 2 * rings + 1))
    points = np.stack([(a + b / 2).ravel(), (b * np.sqrt(0.75)).ravel()], axis=1)
    square = np.round((points**2).sum(axis=1), 6)
    order = np.lexsort((points[:, 0], points[:, 1], square))
    return points[order][square[order] <= rings * rings + 1e-6].astype(np.float32)
