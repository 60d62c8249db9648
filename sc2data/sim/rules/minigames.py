"""Mini-games by the name of their map: what they put down, what scores, when they end.

The rules are those of the scripts in pysc2's own map files. Time is in game loops; when it is over everything stands
still, as in the game, and the client begins anew.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.api.messages import common_pb, sc_pb
from sc2data.sim.api.scoring import CURRICULUM
from sc2data.sim.rules import births, deaths, melee
from sc2data.sim.state import NEUTRAL, MiniGame, Player

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Point = tuple[float, float]
Area = tuple[float, float, float, float]

ME, FOE = 1, 2
"""Player ids: who plays, and whose units it fights."""

_SECOND = 16
"""Game loops in the scripts' seconds, which are Normal ones."""

_MARINE, _ROACH, _ZERGLING, _BANELING, _BEACON, _SHARD, _COMMAND_CENTER, _SCV = 48, 110, 105, 9, 317, 1680, 18, 45

_SMALL: Area = (22, 20, 44, 36)
_LARGE: Area = (10, 12, 54, 44)
_BASE: Area = (20, 19, 46, 37)
"""Playable areas: left, bottom, right, top in world units."""

_LEFT: Area = (23.9748, 25.0637, 27.9787, 31.0483)
_RIGHT: Area = (38.0207, 25.0427, 42.0351, 31.0773)
"""Where the two sides of a battle are put down."""


@dataclasses.dataclass(frozen=True)
class Rules:
    """One mini-game: `set_up` puts down its units, `advance` keeps its score from loop to loop."""

    seconds: int
    area: Area
    revealed: bool
    """Whether the player sees the whole area; a battle's and an economy's it does, hidden Zerglings it has to find."""
    set_up: Callable[[World, MiniGame], None]
    advance: Callable[[World, MiniGame], None]


def set_up(world: World) -> bool:
    """Put down a mini-game's units; False where the map is none of them."""
    rules = RULES.get(world.terrain.name)
    if rules is None:
        return False
    game = MiniGame(world.terrain.name, rules.seconds * _SECOND, rules.area, rules.revealed)
    world.state.minigame = game
    melee.place_neutral(world)
    rules.set_up(world, game)
    _score(world, 0)
    return True


def advance(world: World) -> None:
    """Carry a mini-game's rules on by one loop."""
    game = world.state.minigame
    if game is None:
        return
    RULES[game.name].advance(world, game)
    if world.state.loop >= game.ends:
        game.frozen = True


def _score(world: World, points: float) -> None:
    player = world.state.players.get(ME)
    if player is not None:
        player.score[CURRICULUM] = player.score.get(CURRICULUM, 0.0) + points


def _random_point(world: World, area: Area) -> Point:
    x, y = world.state.random.uniform(area[:2], area[2:])
    return float(x), float(y)


def _away(world: World, area: Area, rows: np.ndarray, distance: float) -> Point:
    """A random point of an area that is at least that far from all of some units."""
    units = world.state.units
    while True:
        x, y = _random_point(world, area)
        if (np.hypot(units.x[rows] - x, units.y[rows] - y) >= distance).all():
            return x, y


def _rows(world: World, type_ids: tuple[int, ...], owner: int) -> np.ndarray:
    units = world.state.units
    return np.flatnonzero(np.isin(units.type, type_ids) & (units.owner == owner))


# --- MoveToBeacon: a point whenever the marine is at the beacon, which then moves -----------------------------------

_BEACON_AREA: Area = (23.5, 21.5, 42.5, 34.5)
_BEACON_RADIUS = 1.25
_BEACON_JUMP = 5.0
_MIDDLE: Point = (33.0, 28.0)


def _set_up_beacon(world: World, game: MiniGame) -> None:
    births.spawn(world, _MARINE, ME, *_random_point(world, _SMALL))
    births.spawn(world, _BEACON, NEUTRAL, *_beacon_point(world))


def _beacon_point(world: World) -> Point:
    """Where the beacon goes: away from the marine and not in the middle, where the camera looks."""
    while True:
        x, y = _away(world, _BEACON_AREA, _rows(world, (_MARINE,), ME), _BEACON_JUMP)
        if math.dist((x, y), _MIDDLE) >= 4.0:
            return x, y


def _advance_beacon(world: World, game: MiniGame) -> None:
    units = world.state.units
    for marine in _rows(world, (_MARINE,), ME).tolist():
        for beacon in _rows(world, (_BEACON,), NEUTRAL).tolist():
            if math.dist(world.place(marine), world.place(beacon)) <= _BEACON_RADIUS:
                _score(world, 1)
                units.x[beacon], units.y[beacon] = _beacon_point(world)


# --- CollectMineralShards: a point for each of twenty shards, then twenty new ones ----------------------------------

_SHARD_AREA: Area = (23, 21, 43, 35)
_SHARDS = 20
_SHARD_GAP = 2.0
_PICKUP = 0.5
"""World units between a marine's edge and a shard's centre within which it picks it up."""


def _set_up_shards(world: World, game: MiniGame) -> None:
    for _ in range(2):
        births.spawn(world, _MARINE, ME, *_random_point(world, _SMALL))
    _scatter_shards(world)


def _scatter_shards(world: World) -> None:
    marines = _rows(world, (_MARINE,), ME)
    for _ in range(_SHARDS):
        x, y = _away(world, _SHARD_AREA, marines, _SHARD_GAP)
        births.spawn(world, _SHARD, NEUTRAL, x, y, facing=float(world.state.random.uniform(0, 2 * np.pi)))


def _advance_shards(world: World, game: MiniGame) -> None:
    units = world.state.units
    marines, shards = _rows(world, (_MARINE,), ME), _rows(world, (_SHARD,), NEUTRAL)
    distance = np.hypot(units.x[shards][:, None] - units.x[marines], units.y[shards][:, None] - units.y[marines])
    taken = shards[(distance <= units.radius[marines] + _PICKUP).any(axis=1)]
    if len(taken):
        world.state.players[ME].minerals += 100 * len(taken)
        _score(world, len(taken))
        deaths.remove(world, taken.tolist())
        if len(taken) == len(shards):
            _scatter_shards(world)


# --- battles: points for every foe and off for every marine; then new foes and fresh marines -------------------------


@dataclasses.dataclass(frozen=True)
class Battle:
    """Two sides: what fights the marines, what it is worth, how many marines come after it is beaten."""

    foes: tuple[tuple[int, int], ...]
    worth: int
    marines: int
    reinforcements: int


_BATTLES = {
    "DefeatRoaches": Battle(((_ROACH, 4),), worth=10, marines=9, reinforcements=5),
    "DefeatZerglingsAndBanelings": Battle(((_ZERGLING, 6), (_BANELING, 4)), worth=5, marines=9, reinforcements=4),
}


def _set_up_battle(world: World, game: MiniGame) -> None:
    _add_foe(world)
    battle = _BATTLES[game.name]
    births.spawn(world, _MARINE, ME, *_MIDDLE, battle.marines)
    _line_up(world, game)


def _add_foe(world: World) -> None:
    world.state.players.setdefault(FOE, Player(FOE, common_pb.Zerg, type=sc_pb.Computer))


def _line_up(world: World, game: MiniGame) -> None:
    """Put the marines on one side, in a column, and new foes on the other; which is which is drawn."""
    battle, units = _BATTLES[game.name], world.state.units
    sides = (_LEFT, _RIGHT) if world.state.random.integers(2) == 0 else (_RIGHT, _LEFT)
    (x, y), (foe_x, foe_y) = (_random_point(world, side) for side in sides)
    tags = units.tag[_rows(world, (_MARINE,), ME)].tolist()
    world.order(ME, tags, 3665)
    for i, row in enumerate(units.rows(tags).tolist(), start=1):
        units.x[row], units.y[row] = x, y + (i // 2) * (1 - 2 * (i % 2))
    for type_id, count in battle.foes:
        births.spawn(world, type_id, FOE, foe_x, foe_y, count)
    world.rows_changed()
    game.own, game.foes = len(tags), sum(count for _, count in battle.foes)


def _advance_battle(world: World, game: MiniGame) -> None:
    battle = _BATTLES[game.name]
    _count_losses(world, game, battle.worth, tuple(type_id for type_id, _ in battle.foes))
    if game.own == 0:
        game.frozen = True
    elif game.foes == 0:
        births.spawn(world, _MARINE, ME, *_MIDDLE, battle.reinforcements)
        _line_up(world, game)


def _count_losses(world: World, game: MiniGame, worth: int, foes: tuple[int, ...]) -> None:
    """Score what died since the last loop."""
    own, left = len(_rows(world, (_MARINE,), ME)), len(_rows(world, foes, FOE))
    _score(world, worth * (game.foes - left) - (game.own - own))
    game.own, game.foes = own, left


# --- FindAndDefeatZerglings: a point for each of the Zerglings hidden over the map ----------------------------------

_SEEKERS = 3
_HIDDEN = 25
_SPREAD, _DISTANCE = 5.0, 9.0
"""World units that hidden Zerglings keep from one another, and at first and later from the marines."""


def _set_up_search(world: World, game: MiniGame) -> None:
    _add_foe(world)
    for i in range(_SEEKERS):
        angle = math.radians(120 * i + 90)
        births.spawn(world, _MARINE, ME, 32 + math.cos(angle), 28 + math.sin(angle))
    _hide(world, game)


def _hide(world: World, game: MiniGame) -> None:
    """Scatter Zerglings; where they no longer keep their distance from one another, it shrinks."""
    spread = _SPREAD
    units = world.state.units
    for _ in range(_HIDDEN):
        for _ in range(50):
            x, y = _away(world, _LARGE, _rows(world, (_MARINE,), ME), _DISTANCE)
            others = _rows(world, (_ZERGLING,), FOE)
            if (np.hypot(units.x[others] - x, units.y[others] - y) >= spread).all():
                break
            spread *= 0.99
        births.spawn(world, _ZERGLING, FOE, x, y)
    game.own, game.foes = len(_rows(world, (_MARINE,), ME)), len(_rows(world, (_ZERGLING,), FOE))


def _advance_search(world: World, game: MiniGame) -> None:
    _count_losses(world, game, 1, (_ZERGLING,))
    if game.own == 0:
        game.frozen = True
    elif game.foes == 0:
        _hide(world, game)


# --- economies: a base; points for what is collected, or for every marine trained ------------------------------------

_BASE_POINT: Point = (29.8251, 28.0083)


def _set_up_base(world: World, game: MiniGame) -> None:
    x, y = _BASE_POINT
    births.spawn(world, _COMMAND_CENTER, ME, x, y)
    side = 1 if world.state.random.integers(2) == 0 else -1
    for dy in (2.5, 1.5, 0.5, -0.5, -1.5, -2.5):
        for dx in (4.5, 3.5):
            births.spawn(world, _SCV, ME, x + side * dx, y + dy)
    world.state.players[ME].minerals = melee.MINERALS
    melee.send_workers(world)


def _advance_collection(world: World, game: MiniGame) -> None:
    score = world.state.players[ME].score
    score[CURRICULUM] = score.get("collected_minerals", 0.0) + score.get("collected_vespene", 0.0)


def _advance_training(world: World, game: MiniGame) -> None:
    marines = _rows(world, (_MARINE,), ME)
    newest = int(world.state.units.tag[marines].max(initial=0))
    _score(world, int((world.state.units.tag[marines] > game.newest).sum()))
    game.newest = max(game.newest, newest)


RULES = {
    "MoveToBeacon": Rules(120, _SMALL, True, _set_up_beacon, _advance_beacon),
    "CollectMineralShards": Rules(120, _SMALL, True, _set_up_shards, _advance_shards),
    "DefeatRoaches": Rules(120, _SMALL, True, _set_up_battle, _advance_battle),
    "DefeatZerglingsAndBanelings": Rules(120, _SMALL, True, _set_up_battle, _advance_battle),
    "FindAndDefeatZerglings": Rules(180, _LARGE, False, _set_up_search, _advance_search),
    "BuildMarines": Rules(900, _BASE, True, _set_up_base, _advance_training),
    "CollectMineralsAndGas": Rules(420, _BASE, True, _set_up_base, _advance_collection),
}
"""By the name of the map."""
