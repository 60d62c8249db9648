"""How units come into the world: where there is room, with their type's statistics."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sc2data.sim.maps import footprints
from sc2data.sim.maps.terrain import height_at
from sc2data.sim.rules import movement, room_loops
from sc2data.sim.state import NEUTRAL, Mode
from sc2data.units import UnitType

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

SOUTH = 4.712389
"""Facing of resources and other neutral things, as recorded games have it."""

SOUTH_WEST = 3.926991
"""Facing of players' structures, as recorded games have it."""

_GAP = 0.02
"""World units left between units that are put down together."""

_CONTENTS = {"MineralField750": 900, "MineralField450": 450, "MineralField": 1800, "Geyser": 2250}

_UNDERGROUND = 2
"""The layer of what is burrowed, beside 0 for the ground and 1 for the air."""

_GROWTH = 256
_DOUBLINGS = 6

Points = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Birth:
    """Units that are to come into the world: how many of a type and an owner, around which point (world units)."""

    type_id: int
    owner: int
    x: float
    y: float
    count: int = 1


def spawn(world: World, type_id: int, owner: int, x: float, y: float, count: int = 1, **fields: Any) -> list[int]:
    """Put down `count` units around (x, y), as `spawn_all` does. `fields` overrides any of `state.ALL_FIELDS`."""
    return spawn_all(world, [Birth(type_id, owner, x, y, count)], **fields)


def spawn_all(world: World, births: Sequence[Birth], **fields: Any) -> list[int]:
    """Put down units one birth after the other: the first at its point if it is free, the others beside it, all on open
    ground. Returns the tags.

    Structures are put on whole cells at the point asked, whatever stands there. Mobile units face a
    direction drawn from the game's seed and the place alone, so that a scene set up once more is the same. `fields`
    overrides any field of `state.ALL_FIELDS`. A point off the map stands for the nearest on it. Many at once cost far
    less than one by one.

    Raises:
      KeyError: a unit type has no statistics. Then nothing is put down.
      ValueError: x or y of one is not a finite number; likewise.
    """
    kinds = [world.statistics[birth.type_id] for birth in births]
    for birth in births:
        if not (math.isfinite(birth.x) and math.isfinite(birth.y)):
            raise ValueError(f"units cannot be put down at ({birth.x}, {birth.y}): give finite world coordinates")
    tags: list[int] = []
    litter = _Litter(world)
    for birth, kind in zip(births, kinds, strict=True):
        footprint = footprints.size(kind)
        if any(footprint):  # what comes after it has to walk around it
            tags += litter.settle(fields)
            litter.add(birth, kind, _site(world, footprint, birth))
            tags += litter.settle(fields)
            world.state.layout += 1
        else:
            litter.add(birth, kind, litter.room(birth, kind))
    return tags + litter.settle(fields)


def _inside(world: World, x: float, y: float) -> tuple[float, float]:
    """The point nearest to (x, y) at which units may be."""
    left, bottom, right, top = world.bounds
    return min(max(x, left), right - movement.INSIDE), min(max(y, bottom), top - movement.INSIDE)


def _site(world: World, footprint: tuple[int, int], birth: Birth) -> Points:
    """Where a structure stands, once for each of `birth.count`."""
    left, bottom, right, top = world.bounds
    x, y = footprints.snapped(footprint, *_inside(world, birth.x, birth.y))
    x = min(max(x, left + footprint[0] / 2), right - footprint[0] / 2)
    y = min(max(y, bottom + footprint[1] / 2), top - footprint[1] / 2)
    return np.full((birth.count, 2), (x, y), np.float32)


class _Litter:
    """Units that have their places and are not in the world yet, which takes them all at once: `settle`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._begin()

    def _begin(self) -> None:
        """Forget the units, and take in who is in the world already."""
        units = self._world.state.units
        self._count = len(units)
        self._born: list[tuple[Birth, UnitType, Points]] = []
        self._circles = np.empty((3, self._count + _GROWTH), np.float32)
        self._circles[:, : self._count] = units.x, units.y, units.radius
        self._layers = np.empty(self._count + _GROWTH, np.int8)
        self._layers[: self._count] = np.where(units.burrowed, _UNDERGROUND, units.flying)

    def add(self, birth: Birth, kind: UnitType, points: Points) -> None:
        """Take in `birth` at `points` (count, 2)."""
        first, self._count = self._count, self._count + len(points)
        if self._count > len(self._layers):
            more = self._count + _GROWTH
            self._circles = np.concatenate([self._circles[:, :first], np.empty((3, more - first), np.float32)], axis=1)
            self._layers = np.concatenate([self._layers[:first], np.empty(more - first, np.int8)])
        new = slice(first, self._count)
        self._circles[:2, new], self._circles[2, new] = points.T, kind.radius
        self._layers[new] = _UNDERGROUND if kind.is_burrowed else kind.is_flying
        self._born.append((birth, kind, points))

    def room(self, birth: Birth, kind: UnitType) -> Points:
        """Points (count, 2) for `birth` on open ground beside what is there, and beside the rest of the litter.

        The nearest such points around its place are taken. Where there is no room for all, the others share the nearest
        open point.
        """
        world, navigation = self._world, self._world.navigation
        x, y = _inside(world, birth.x, birth.y)
        spacing, rings = 2 * kind.radius + _GAP, int(2 + np.sqrt(birth.count)) + 1
        there = (self._circles, self._layers, self._count, navigation.cells_open, navigation.columns, world.bounds)
        found = np.empty((birth.count, 2), np.float32)
        for rings in (0, *(rings << doubling for doubling in range(_DOUBLINGS))):
            free = room_loops.free_points(
                lattice(rings), x, y, spacing, kind.radius, int(kind.is_flying), *there, found
            )
            if free == birth.count:
                return found
        found[free:] = navigation.nearest_open(x, y)
        return found

    def settle(self, fields: dict[str, Any]) -> list[int]:
        """Put the litter into the world; returns the tags."""
        if not self._born:
            return []
        world = self._world
        each = np.array([birth.count for birth, _, _ in self._born])
        tags = [world.issue_tag() for _ in range(int(each.sum()))]
        points = np.concatenate([points for _, _, points in self._born])
        alike = {(birth.type_id, birth.owner): (birth, kind) for birth, kind, _ in self._born}
        which = {names: number for number, names in enumerate(alike)}
        index = np.repeat([which[birth.type_id, birth.owner] for birth, _, _ in self._born], each)
        rows = [_values(world, birth, kind) for birth, kind in alike.values()]
        values = {name: np.array([row[name] for row in rows])[index] for name in rows[0]}
        standing = values["structure"]
        south = np.where(values["owner"] == NEUTRAL, SOUTH, SOUTH_WEST)
        values["facing"] = np.where(standing, south, _facings(world.state.seed, values["type"], points))
        values["z"] = values.pop("hover") + height_at(world.terrain, points[:, 0], points[:, 1])
        values |= {"tag": np.array(tags, np.uint64), "x": points[:, 0], "y": points[:, 1]}
        world.state.units.extend(len(tags), **(values | fields))
        world.state.look_due = True
        world.rows_changed()
        self._begin()
        return tags


def _values(world: World, birth: Birth, kind: UnitType) -> dict[str, Any]:
    """What the fields of units follow from their birth alone, and how high they hover."""
    contents = next((amount for name, amount in _CONTENTS.items() if name in kind.name), 0) if kind.is_resource else 0
    return {
        "type": birth.type_id,
        "owner": birth.owner,
        "hover": movement.hover(kind.is_flying, kind.is_structure),
        "radius": kind.radius,
        "health": kind.max_health,
        "health_max": kind.max_health,
        "shield": kind.max_shield,
        "shield_max": kind.max_shield,
        "energy": kind.start_energy,
        "energy_max": kind.max_energy,
        "build_progress": 1.0,
        "contents": contents,
        "speed": world.speed_of(kind, birth.owner),
        "flying": kind.is_flying,
        "burrowed": kind.is_burrowed,
        "cloaked": birth.type_id in _CLOAKED,
        "structure": kind.is_structure or kind.is_resource or (birth.owner == NEUTRAL and kind.speed == 0),
        "mode": Mode.IDLE,
        "seen_by": 1 << birth.owner,
        "hurt": -(1 << 20),
    }


def _facings(seed: int, type_id: npt.NDArray[np.intp], points: Points) -> npt.NDArray[np.float32]:
    """Directions in radians (N,) scattered by a hash of the seed, the types (N,) and the places (N, 2)."""
    bits = points.astype(np.float32).view(np.uint32).astype(np.uint64)
    hashed = np.uint64(seed & (1 << 64) - 1) ^ type_id.astype(np.uint64) << np.uint64(32)
    for part in (bits[:, 0], bits[:, 1]):
        hashed = (hashed ^ part) * np.uint64(0x9E3779B97F4A7C15)  # the golden ratio of 64 bits
        hashed ^= hashed >> np.uint64(29)
    return ((hashed >> np.uint64(40)) * (2 * np.pi / (1 << 24))).astype(np.float32)


_CLOAKED = frozenset({76, 82})
"""Unit types that are always cloaked: the dark templar and the observer."""


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
