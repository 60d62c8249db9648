"""Small worlds for tests of the rules."""

from __future__ import annotations

import hashlib

import numpy as np

from sc2data.sim.maps.terrain import MapObject, Terrain
from sc2data.sim.rules.world import World
from sc2data.sim.state import ALL_FIELDS, Player
from sc2data.units import unit_type

TERRAN, ZERG, PROTOSS = 1, 2, 3

PATCHES = [
    (13.0, 17.5),
    (13.0, 19.5),
    (13.0, 21.5),
    (14.0, 23.5),
    (17.0, 13.5),
    (19.0, 13.5),
    (21.0, 13.5),
    (23.0, 14.5),
]


def plain(side: int = 64, high: slice | None = None, wall: tuple[slice, slice] | None = None) -> Terrain:
    """Flat ground of height 8 and cliff level 64; columns `high` one level up, cells `wall` closed.

    Start locations have eight mineral patches and a geyser each, mirrored.
    """
    height = np.full((side + 1, side + 1), 8, np.float32)
    level = np.full((side, side), 64, np.uint8)
    open_cells = np.ones((side, side), bool)
    if high is not None:
        height[:, high.start : high.stop + 1] = 10
        level[:, high] = 128
    if wall is not None:
        open_cells[wall] = False
    units = [MapObject("MineralField", x, y) for x, y in PATCHES] + [MapObject("VespeneGeyser", 13.5, 13.5)]
    units += [MapObject(unit.name, side - unit.x, side - unit.y) for unit in units]
    starts = ((20.5, 20.5), (side - 20.5, side - 20.5))
    return Terrain("plain", height, level, open_cells, open_cells, (0, 0, side, side), starts, units=tuple(units))


def world(terrain: Terrain | None = None, seed: int = 1, races: tuple[int, ...] = (TERRAN, ZERG)) -> World:
    """A world without units, with a player of each race."""
    made = World(terrain or plain(), seed)
    for number, race in enumerate(races, start=1):
        made.add_player(Player(number, race))
    return made


def put(made: World, name: str, owner: int, x: float, y: float, count: int = 1, **fields: object) -> list[int]:
    """Put down units by name; returns their tags."""
    return made.spawn(unit_type(name).id, owner, x, y, count, **fields)


def value(made: World, tag: int, field: str) -> float:
    """One field of a unit."""
    return float(getattr(made.state.units, field)[made.state.units.row(tag)])


def place(made: World, tag: int) -> tuple[float, float]:
    """Where a unit is, rounded to what float32 can tell."""
    return round(value(made, tag, "x"), 4), round(value(made, tag, "y"), 4)


def digest(made: World) -> str:
    """A hash of everything that the rules know of a world."""
    made.refresh_visibility()
    units, state = made.state.units, made.state
    found = hashlib.sha256()
    for name in ALL_FIELDS:
        found.update(np.ascontiguousarray(getattr(units, name)).tobytes())
    rest = (units.orders, units.buffs, state.players, state.snapshots, state.effects, state.loop, state.tags_issued)
    found.update(repr(rest).encode())
    found.update(repr(state.random.bit_generator.state).encode())
    for player in sorted(state.explored):
        found.update(state.explored[player].tobytes())
    return found.hexdigest()
