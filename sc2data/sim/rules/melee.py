"""How a melee game begins and ends: neutral units, town halls and workers; who has no structure left has lost."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from sc2data import units as unit_table
from sc2data.sim.api.messages import common_pb, sc_pb
from sc2data.sim.rules import births, economy, larvae, vision
from sc2data.sim.rules.verbs import GATHER, candidates
from sc2data.sim.state import NEUTRAL

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

_TOWNHALL = {common_pb.Terran: 18, common_pb.Zerg: 86, common_pb.Protoss: 59}
_WORKER = {common_pb.Terran: 45, common_pb.Zerg: 104, common_pb.Protoss: 84}
_OVERLORD = 106

_WORKERS = 12

_SIDE = 3.0
"""World units between a town hall's edge and its first workers."""

MINERALS = 50.0


def set_up(world: World) -> None:
    """Put down what the map places and what each player starts with.

    The seed says at which of the map's start locations the first player starts; the others follow in the map's order.
    """
    place_neutral(world)
    starts = world.terrain.start_locations
    for i, player in enumerate(world.state.players.values()):
        player.minerals = MINERALS
        x, y = starts[(world.state.seed + i) % len(starts)] if i < len(starts) else _spare(world, i)
        _base(world, player.id, player.race, x, y)
    vision.remember_neutral(world)
    send_workers(world)


def place_neutral(world: World) -> None:
    """Put down the map's own units: minerals, geysers, rocks, towers. Names not in the table are left out."""
    for thing in world.terrain.units:
        kind = _named(thing.name)
        if kind is not None and kind.id in world.statistics:
            births.spawn(world, kind.id, NEUTRAL, thing.x, thing.y, facing=thing.facing)


@functools.cache
def _named(name: str) -> unit_table.UnitType | None:
    try:
        return unit_table.unit_type(name)
    except unit_table.UnknownUnitTypeError:
        return None


def _spare(world: World, index: int) -> tuple[float, float]:
    """A place for a player for whom the map has no start location: corners of the playable area, counter-clockwise."""
    left, bottom, right, top = world.terrain.playable
    corner = index % 4
    x = left + (right - left) * (0.2 if corner in (0, 3) else 0.8)
    y = bottom + (top - bottom) * (0.2 if corner in (0, 1) else 0.8)
    return world.navigation.nearest_open(x, y)


def _base(world: World, owner: int, race: int, x: float, y: float) -> None:
    """A town hall, workers beside it toward its minerals, and for Zerg an overlord and larvae."""
    hall = births.spawn(world, _TOWNHALL.get(race, _TOWNHALL[common_pb.Terran]), owner, x, y)[0]
    units = world.state.units
    row = units.row(hall)
    x, y = world.place(row)
    minerals = [i for i in np.flatnonzero(units.contents > 0).tolist() if economy.is_mineral(world, i)]
    near = [i for i in minerals if np.hypot(units.x[i] - x, units.y[i] - y) < 10]
    toward = np.array([units.x[near].mean() - x, units.y[near].mean() - y]) if near else np.array([0.0, -1.0])
    toward /= max(float(np.hypot(*toward)), 1e-6)
    away = float(units.radius[row]) + _SIDE / 2
    births.spawn(world, _WORKER.get(race, 45), owner, x + toward[0] * away, y + toward[1] * away, _WORKERS)
    if race == common_pb.Zerg:
        births.spawn(world, _OVERLORD, owner, x, y)
        larvae.breed(world, row, larvae.MOST)


def send_workers(world: World) -> None:
    """Let every idle worker of the start gather: each goes to the patch near it that the fewest go to."""
    units = world.state.units
    halls = world.statistics.townhall[units.type]
    for owner in world.state.players:
        own = np.flatnonzero(halls & (units.owner == owner))
        for row in np.flatnonzero(world.statistics.worker[units.type] & (units.owner == owner)).tolist():
            if units.orders[row] or not len(own):
                continue
            near = own[int(((units.x[own] - units.x[row]) ** 2 + (units.y[own] - units.y[row]) ** 2).argmin())]
            patch = economy.patch_near(world, row, *world.place(int(near)))
            gather = candidates(GATHER, int(units.type[row]))
            if patch >= 0 and gather:
                world.order(owner, [int(units.tag[row])], gather[0], target_tag=int(units.tag[patch]))


def decide(world: World) -> None:
    """End the game where one side of several is left: a player that had structures and has none has lost.

    A game in which fewer than two players ever had a structure has nobody to beat and goes on.
    """
    state, units = world.state, world.state.units
    alive = set(units.owner[units.structure & ~units.hallucination].tolist()) & set(state.players)
    state.contenders |= alive
    if len(state.contenders) < 2:
        return
    for number in sorted(state.contenders - alive):
        if state.players[number].result == 0:
            state.players[number].result = sc_pb.Defeat
    left = [number for number in sorted(alive) if state.players[number].result == 0]
    if len(left) == 1 and all(player.result for player in state.players.values() if player.id != left[0]):
        state.players[left[0]].result = sc_pb.Victory
