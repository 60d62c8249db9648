"""Workers fetch minerals and gas: to a free patch, dig, back to the nearest town hall, and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim.api.messages import error_pb
from sc2data.sim.rules import deaths, movement, scores
from sc2data.sim.rules.verbs import GATHER, RETURN, Verb, candidates, verb
from sc2data.sim.state import NEUTRAL, Mode, Order

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

MINING_LOOPS, GAS_LOOPS = 62, 44
"""Game loops that a worker digs (2.786 s) and draws gas (1.981 s): published measurements, at 22.4 loops a second."""

MINERALS, RICH_MINERALS, GAS = 5, 7, 4
"""What a worker carries."""

START_UP = 13
"""Game loops that a worker loses at each end of its way, turning and getting up to speed. With them a worker at a near
patch earns 58 minerals a minute, as published; elsewhere the simulator's units are at full speed at once."""

_GO, _DIG, _BACK, _TURN = 0, 1, 2, 3
"""Stages of a gathering order."""

_TOUCH = 0.1
"""World units between a worker's edge and the resource's or town hall's from which it works."""

_RETRY = 6
"""Game loops after which a worker at an occupied patch looks again."""

_NEAR = 9.0
"""World units within which a worker looks for another patch."""

_GAS_BUFFS = {"Terran": 273, "Protoss": 274, "Zerg": 275}
_MINERAL_BUFF, _RICH_BUFF = 271, 272
_CARRIED = (271, 272, 273, 274, 275)

_REFINERIES = {"Refinery", "RefineryRich", "Assimilator", "AssimilatorRich", "Extractor", "ExtractorRich"}

_FOREVER = 1 << 30


def is_resource(world: World, row: int) -> bool:
    """Whether workers can gather from a unit: a mineral field, or a complete structure on a geyser."""
    units = world.state.units
    return is_mineral(world, row) or (_is_refinery(world, row) and units.build_progress[row] >= 1)


def is_mineral(world: World, row: int) -> bool:
    """Whether a unit is a mineral field."""
    kind = world.statistics[int(world.state.units.type[row])]
    return kind.is_resource and "Mineral" in kind.name


def _is_refinery(world: World, row: int) -> bool:
    return world.statistics[int(world.state.units.type[row])].name in _REFINERIES


def may_gather(world: World, row: int, ability_id: int, point: object, target: int) -> int:
    """Whether a worker may gather from unit `target`, as an error.proto ActionResult."""
    if target < 0 or not is_resource(world, target):
        return error_pb.CantTargetThatUnit
    owner = world.state.units.owner[target]
    return error_pb.Success if owner in (NEUTRAL, world.state.units.owner[row]) else error_pb.CantTargetThatUnit


def start_gathering(world: World, row: int, order: Order) -> None:
    """Send a worker to its patch; one that carries something brings it home first."""
    units = world.state.units
    units.mode[row] = Mode.GATHER
    if units.contents[row] > 0:
        start_returning(world, row, order)
        return
    order.stage = _GO
    target = units.row(order.tag)
    if target < 0 or units.contents[target] <= 0:
        target = _another(world, row, order)
        if target < 0:
            world.finish(row)
            return
        order.tag = int(units.tag[target])
        order.x, order.y = world.place(target)
    movement.send(world, row, *world.place(target), reach=_reach(world, row, target))


def start_returning(world: World, row: int, order: Order) -> None:
    """Send a worker to the nearest town hall of its own; a gathering order says so while it goes."""
    units = world.state.units
    hall = _nearest_hall(world, row)
    if hall < 0 or units.contents[row] <= 0:
        world.finish(row)
        return
    if verb(order.ability) is Verb.GATHER:
        units.partner[row] = order.tag
        order.ability = candidates(RETURN, int(units.type[row]))[0]
    units.mode[row] = Mode.GATHER
    order.stage, order.tag = _BACK, int(units.tag[hall])
    movement.send(world, row, *world.place(hall), reach=_reach(world, row, hall))


def arrive(world: World, row: int, order: Order) -> None:
    """A worker is at its patch or at the town hall, or cannot get there."""
    units = world.state.units
    if order.stage == _BACK:
        hall = _nearest_hall(world, row)
        if hall >= 0 and world.gap(row, hall) <= _TOUCH + 0.5:
            _deliver(world, row)
            if not units.partner[row]:
                world.finish(row)
                return
            order.ability = candidates(GATHER, int(units.type[row]))[0]
            order.tag, units.partner[row] = int(units.partner[row]), 0
        _turn_round(world, row, order)
        return
    target = units.row(order.tag)
    if target < 0 or world.gap(row, target) > _TOUCH + 0.6:
        units.wake[row] = world.state.loop + _RETRY
        return
    if _occupied(world, target, row):
        other = _another(world, row, order) if is_mineral(world, target) else -1
        if other >= 0 and not _occupied(world, other, row):
            order.tag = int(units.tag[other])
            start_gathering(world, row, order)
        else:
            units.wake[row] = world.state.loop + _RETRY
        return
    order.stage = _DIG
    units.partner[target] = units.tag[row]
    units.wake[row] = world.state.loop + (MINING_LOOPS if is_mineral(world, target) else GAS_LOOPS)


def wake(world: World, row: int, order: Order) -> None:
    """A worker has dug long enough, or looks again whether its patch is free."""
    if order.stage == _DIG:
        _take(world, row, order)
        _turn_round(world, row, order)
    elif verb(order.ability) is Verb.RETURN:
        start_returning(world, row, order)
    else:
        start_gathering(world, row, order)


def _turn_round(world: World, row: int, order: Order) -> None:
    """Let a worker stand for as long as it takes to get going the other way."""
    order.stage = _TURN
    world.state.units.wake[row] = world.state.loop + START_UP


def _take(world: World, row: int, order: Order) -> None:
    """Load what a worker dug, and remove a patch that is used up."""
    units = world.state.units
    target = units.row(order.tag)
    if target < 0:
        return
    units.partner[target] = 0
    mineral = is_mineral(world, target)
    kind = world.statistics[int(units.type[target])]
    rich = "Rich" in kind.name
    amount = min((RICH_MINERALS if rich else MINERALS) if mineral else GAS, int(units.contents[target]))
    units.contents[target] -= amount
    units.contents[row] = amount
    race = world.statistics[int(units.type[row])].race
    buff = (_RICH_BUFF if rich else _MINERAL_BUFF) if mineral else _GAS_BUFFS.get(race, _GAS_BUFFS["Terran"])
    if amount:
        units.buffs[row][buff] = _FOREVER
    if mineral and units.contents[target] <= 0:
        deaths.condemn(world, target)


def _deliver(world: World, row: int) -> None:
    """Put what a worker carries into its player's stock."""
    units = world.state.units
    player = world.state.players[int(units.owner[row])]
    carried = units.buffs[row]
    amount = float(units.contents[row])
    if _MINERAL_BUFF in carried or _RICH_BUFF in carried:
        player.minerals += amount
        scores.add(player, "collected_minerals", amount)
    else:
        player.vespene += amount
        scores.add(player, "collected_vespene", amount)
    units.contents[row] = 0
    for buff in _CARRIED:
        carried.pop(buff, None)


def _nearest_hall(world: World, row: int) -> int:
    """Row of the nearest complete town hall of a worker's player, -1 where there is none."""
    units = world.state.units
    halls = world.statistics.townhall[units.type] & (units.owner == units.owner[row]) & (units.build_progress >= 1)
    return _nearest(world, row, np.flatnonzero(halls & ~units.flying))


def _another(world: World, row: int, order: Order) -> int:
    """Row of another mineral patch near an order's, -1 where none is."""
    return patch_near(world, row, order.x, order.y)


def patch_near(world: World, row: int, x: float, y: float) -> int:
    """Row of the mineral patch near (x, y) with the fewest workers, of those the nearest to worker `row`; or -1."""
    units = world.state.units
    rows = np.flatnonzero(world.statistics.resource[units.type] & (units.contents > 0))
    rows = rows[np.hypot(units.x[rows] - x, units.y[rows] - y) < _NEAR]
    minerals = [target for target in rows.tolist() if is_mineral(world, target)]
    if not minerals:
        return -1
    wanted = busy(world)
    fewest = min(wanted.get(int(units.tag[target]), 0) for target in minerals)
    free = [target for target in minerals if wanted.get(int(units.tag[target]), 0) == fewest]
    return _nearest(world, row, np.array(free))


def busy(world: World) -> dict[int, int]:
    """How many workers each resource has, by its tag."""
    units = world.state.units
    count: dict[int, int] = {}
    for row in np.flatnonzero(units.mode == Mode.GATHER).tolist():
        if units.orders[row]:
            tag = int(units.partner[row]) or units.orders[row][0].tag
            count[tag] = count.get(tag, 0) + 1
    return count


def _nearest(world: World, row: int, rows: np.ndarray) -> int:
    units = world.state.units
    if not len(rows):
        return -1
    square = (units.x[rows] - units.x[row]) ** 2 + (units.y[rows] - units.y[row]) ** 2
    return int(rows[int(square.argmin())])


def _reach(world: World, row: int, target: int) -> float:
    units = world.state.units
    return float(units.radius[row] + units.radius[target]) + _TOUCH


def _occupied(world: World, target: int, row: int) -> bool:
    """Whether another worker digs at a resource now."""
    units = world.state.units
    other = units.row(int(units.partner[target])) if units.partner[target] else -1
    if other in (-1, row) or not units.orders[other]:
        return False
    current = units.orders[other][0]
    return current.tag == int(units.tag[target]) and current.stage == _DIG
