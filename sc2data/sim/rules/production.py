"""Making units: costs, supply, technology, queues of structures, and units that turn into others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim import abilities
from sc2data.sim.abilities import Cost
from sc2data.sim.api.messages import debug_pb, error_pb
from sc2data.sim.maps import footprints
from sc2data.sim.rules import births, movement, placement, scores, transformation
from sc2data.sim.rules.verbs import Verb, verb
from sc2data.sim.state import Mode, Order, Player

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Point = tuple[float, float]

FOOD_LIMIT = 200

_QUEUE, _REACTOR_QUEUE = 5, 8

_COCOONS = {104: 103, 105: 103, 106: 103, 107: 103, 108: 103, 110: 103, 111: 103, 112: 103, 109: 103, 499: 103,
            494: 103, 9: 8, 114: 113, 688: 687, 502: 501, 129: 128, 893: 892}  # fmt: skip
"""Unit type id -> what its larva or forerunner is while it turns into it."""

_FAST = 16.0
"""How many times faster things are made with the cheat for it."""


def price(world: World, row: int, ability_id: int) -> Cost:
    """What a specific ability of unit `row` costs its player; nothing with the cheat for it."""
    cost = abilities.cost(ability_id, int(world.state.units.type[row]))
    cheats = cheats_of(world, row)
    if debug_pb.free in cheats:
        cost = Cost(food=cost.food, time=cost.time)
    return cost


def cheats_of(world: World, row: int) -> set[int]:
    """The cheats in force for the player of unit `row`."""
    player = world.state.players.get(int(world.state.units.owner[row]))
    return player.cheats if player else set()


def allowed(world: World, row: int, ability_id: int, ignore_resources: bool = False) -> int:
    """Whether a unit's player has the technology, resources, supply and energy for an ability: an ActionResult."""
    player = world.state.players.get(int(world.state.units.owner[row]))
    if player is None:
        return error_pb.Error
    if debug_pb.tech_tree not in player.cheats and not _has_technology(world, row, ability_id):
        return error_pb.TechRequirementsNotMet
    upgrade = abilities.ability(ability_id).upgrade
    if upgrade and upgrade not in abilities.upgrades():
        return error_pb.NotSupported  # an upgrade of a later patch
    if upgrade and (upgrade in player.upgrades or _in_research(world, player.id, ability_id)):
        return error_pb.NotSupported
    if ignore_resources:
        return error_pb.Success
    return affordable(world, row, player, price(world, row, ability_id))


def affordable(world: World, row: int, player: Player, cost: Cost) -> int:
    """Whether a player can pay a cost now with unit `row`, as an ActionResult."""
    if cost.minerals > player.minerals:
        return error_pb.NotEnoughMinerals
    if cost.vespene > player.vespene:
        return error_pb.NotEnoughVespene
    if cost.energy > world.state.units.energy[row]:
        return error_pb.NotEnoughEnergy
    if cost.food > 0 and food_used(world, player.id) + cost.food > food_cap(world, player.id):
        return error_pb.NotEnoughFood
    return error_pb.Success


def pay(world: World, row: int, player: Player, cost: Cost, share: float = 1.0) -> None:
    """Take a cost from a player, or with a negative share give that part of it back (rounded up)."""
    sign = math.copysign(1.0, share)
    minerals, vespene = (sign * math.ceil(abs(share) * amount) for amount in (cost.minerals, cost.vespene))
    player.minerals -= minerals
    player.vespene -= vespene
    scores.add(player, "spent_minerals", minerals)
    scores.add(player, "spent_vespene", vespene)
    if share > 0:
        world.state.units.energy[row] -= cost.energy


def _has_technology(world: World, row: int, ability_id: int) -> bool:
    units = world.state.units
    owner = int(units.owner[row])
    player = world.state.players[owner]
    for need in abilities.requirements(ability_id, int(units.type[row])):
        if need.kind == "upgrade" and need.id not in player.upgrades:
            return False
        if need.kind == "building" and not has(world, owner, need.id):
            return False
        if need.kind == "addon" and not _attached(world, row, need.id):
            return False
        if need.kind == "addon_to" and not _attached(world, row, need.id):
            return False
    return True


def has(world: World, owner: int, type_id: int) -> bool:
    """Whether a player has a complete structure of a type, or one that stands for it."""
    units = world.state.units
    own = set(units.type[(units.owner == owner) & (units.build_progress >= 1)].tolist())
    if type_id in own:
        return True
    return any(type_id in world.statistics[kind].tech_alias for kind in own if kind in world.statistics)


def _attached(world: World, row: int, type_id: int) -> bool:
    """Whether the add-on of unit `row`, or the structure that it is attached to, is of a type or stands for it."""
    units = world.state.units
    other = units.row(int(units.partner[row])) if units.partner[row] else -1
    if other < 0 or units.build_progress[other] < 1:
        return False
    kind = world.statistics[int(units.type[other])]
    return kind.id == type_id or type_id in kind.tech_alias or kind.unit_alias == type_id


def _in_research(world: World, owner: int, ability_id: int) -> bool:
    units = world.state.units
    rows = np.flatnonzero((units.owner == owner) & (units.mode == Mode.PRODUCE)).tolist()
    return any(order.ability == ability_id for row in rows for order in units.orders[row])


def food_used(world: World, owner: int) -> float:
    """Supply that a player's units take, those in production too."""
    units, statistics = world.state.units, world.statistics
    own = (units.owner == owner) & ~units.hallucination
    total = float(np.maximum(statistics.food[units.type[own]], 0).sum())
    for row in np.flatnonzero(own & (units.mode == Mode.PRODUCE)).tolist():
        current = units.orders[row][:1]
        total += sum(abilities.cost(order.ability, int(units.type[row])).food for order in current if order.stage)
    for row in np.flatnonzero(own & (units.mode == Mode.BUSY)).tolist():
        total += transformation.food_pending(world, row)
    return total


def food_cap(world: World, owner: int) -> float:
    """Supply that a player's structures and overlords provide."""
    units, statistics = world.state.units, world.statistics
    player = world.state.players.get(owner)
    if player is not None and debug_pb.food in player.cheats:
        return float(FOOD_LIMIT)
    own = (units.owner == owner) & (units.build_progress >= 1) & ~units.hallucination
    return min(float(np.maximum(-statistics.food[units.type[own]], 0).sum()), float(FOOD_LIMIT))


def train(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    """Queue a unit or a research in a structure; paid now."""
    units = world.state.units
    player = world.state.players.get(int(units.owner[row]))
    if player is None:
        return error_pb.Error
    queue = units.orders[row]
    if len(queue) >= (_REACTOR_QUEUE if _has_reactor(world, row) else _QUEUE):
        return error_pb.QueueIsFull
    code = allowed(world, row, ability_id)
    if code != error_pb.Success:
        return code
    pay(world, row, player, price(world, row, ability_id))
    queue.append(Order(ability_id))
    if len(queue) == 1:
        start(world, row, queue[0])
    return error_pb.Success


def _has_reactor(world: World, row: int) -> bool:
    units = world.state.units
    other = units.row(int(units.partner[row])) if units.partner[row] else -1
    return other >= 0 and "Reactor" in world.statistics[int(units.type[other])].name


def start(world: World, row: int, order: Order) -> None:
    """Let a structure begin the first order of its queue."""
    world.state.units.mode[row] = Mode.PRODUCE


def advance(world: World) -> None:
    """Let every producing structure work for one loop; a reactor makes two at a time."""
    units = world.state.units
    for row in np.flatnonzero(units.mode == Mode.PRODUCE).tolist():
        queue = units.orders[row]
        for order in queue[: 2 if _has_reactor(world, row) else 1]:
            if order.stage or _begin(world, row, order):
                _work(world, row, order)


def _begin(world: World, row: int, order: Order) -> bool:
    """Whether a production may start: its supply must be there."""
    food = abilities.cost(order.ability, int(world.state.units.type[row])).food
    owner = int(world.state.units.owner[row])
    if food > 0 and food_used(world, owner) + food > food_cap(world, owner):
        return False
    order.stage = 1
    return True


def _work(world: World, row: int, order: Order) -> None:
    units = world.state.units
    time = max(abilities.cost(order.ability, int(units.type[row])).time, 1.0)
    pace = _FAST if debug_pb.fast_build in cheats_of(world, row) else 1.0
    order.progress = min(order.progress + pace / time, 1.0)
    if order.progress >= 1 - 1e-6:
        made = abilities.ability(order.ability)
        if made.upgrade:
            world.state.players[int(units.owner[row])].upgrades.add(made.upgrade)
            world.refresh_speeds(int(units.owner[row]))
        else:
            _bring_out(world, row, made.produces, made.count)
        units.orders[row] = [other for other in units.orders[row] if other is not order]
        if not units.orders[row]:
            world.idle(row)


def _bring_out(world: World, row: int, type_id: int, count: int) -> None:
    """Put trained units in front of their structure and send them where it rallies."""
    units = world.state.units
    x, y = world.place(row)
    kind = world.statistics[type_id]
    y -= float(units.radius[row]) + kind.radius + 0.1
    tags = births.spawn(world, type_id, int(units.owner[row]), x, y, count)
    if units.rallied[row]:
        goal = float(units.rally_x[row]), float(units.rally_y[row])
        world.order(int(units.owner[row]), tags, abilities.SMART, goal, int(units.rally_tag[row]) or None)


def cancel_last(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    """Cancel the last thing in a structure's queue, or what a unit is turning into, or a structure being built."""
    units = world.state.units
    if units.build_progress[row] < 1:
        return world.cancel_construction(row)
    if not units.orders[row] or verb(units.orders[row][-1].ability) not in (Verb.TRAIN, Verb.RESEARCH):
        return error_pb.NotSupported
    return cancel(world, row, len(units.orders[row]) - 1)


def cancel(world: World, row: int, index: int) -> int:
    """Cancel the order at `index` of a structure's queue; its whole price comes back."""
    units = world.state.units
    queue = units.orders[row]
    if not 0 <= index < len(queue) or verb(queue[index].ability) not in (Verb.TRAIN, Verb.RESEARCH):
        return error_pb.NotSupported
    order = queue.pop(index)
    pay(world, row, world.state.players[int(units.owner[row])], price(world, row, order.ability), share=-1.0)
    if not queue:
        world.idle(row)
    return error_pb.Success


def may_morph(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    """Whether a unit may turn into another now, as an ActionResult; takes the price if it may.

    A flying structure that lands turns into its form on the ground at the point asked, where it must have room.
    """
    code = allowed(world, row, ability_id)
    if abilities.ability(ability_id).target == "point":
        landing = world.place(target) if target >= 0 or point is None else point
        if placement.check(world, abilities.ability(ability_id).produces, *landing) != error_pb.Success:
            return error_pb.CantLandLocationInvalid
    player = world.state.players.get(int(world.state.units.owner[row]))
    if code == error_pb.Success and player is not None:
        pay(world, row, player, price(world, row, ability_id))
    return code


def start_morph(world: World, row: int, order: Order) -> None:
    """Let a unit begin to turn into another: as a cocoon, where its kind has one; flying structures go there first."""
    units = world.state.units
    product = abilities.ability(order.ability).produces
    if order.has_point:
        site = footprints.snapped(footprints.size(world.statistics[product]), order.x, order.y)
        if world.place(row) != site:
            units.mode[row] = Mode.WORK
            movement.send(world, row, *site)
            return
    time = transformation.time(world, int(units.type[row]), product)
    if debug_pb.fast_build in cheats_of(world, row):
        time /= _FAST
    units.mode[row] = Mode.BUSY
    units.moving[row] = False
    units.wake[row] = world.state.loop + max(1, round(time))
    order.stage = 1
    cocoon = _COCOONS.get(product)
    if cocoon is not None:
        transformation.become(world, row, cocoon)


def arrive(world: World, row: int, order: Order) -> None:
    """A flying structure is over its site: land, if nothing stands there by now."""
    product = abilities.ability(order.ability).produces
    code = placement.check(world, product, *world.place(row))
    if code == error_pb.Success:
        order.has_point = False
        start_morph(world, row, order)
    else:
        world.report_error(row, order.ability, error_pb.CantLandLocationInvalid)
        world.finish(row)


def finish_morph(world: World, row: int, order: Order) -> None:
    """A unit has turned into another; of zerglings there are two."""
    units = world.state.units
    made = abilities.ability(order.ability)
    transformation.become(world, row, made.produces)
    owner, (x, y) = int(units.owner[row]), world.place(row)
    if made.count > 1:
        births.spawn(world, made.produces, owner, x, y, made.count - 1)
    units.build_progress[row] = 1
    world.finish(row)
