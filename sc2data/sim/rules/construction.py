"""Structures go up: an SCV builds them, a probe warps them in, a drone turns into them, parents grow add-ons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sc2data.sim import abilities
from sc2data.sim.api.messages import debug_pb, error_pb
from sc2data.sim.maps import footprints
from sc2data.sim.rules import births, deaths, movement, placement, production
from sc2data.sim.state import Mode, Order

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Point = tuple[float, float]

_GO, _AT_WORK = 0, 1
"""Stages of a building order."""

_FIRST_HEALTH = 0.1
"""Share of its health that a structure starts with."""

_ADDON_OFFSET = (2.5, -0.5)
"""Where an add-on stands from its parent, world units."""

_REFUND = 0.75

_TAKEN = 1.0
"""World units beyond the footprint from which a worker builds."""


def may_build(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    """Whether a unit may build here now, as an ActionResult."""
    units = world.state.units
    made = abilities.ability(ability_id)
    code = production.allowed(world, row, ability_id)
    if code != error_pb.Success:
        return code
    if made.instant_placement:
        if units.partner[row]:
            return error_pb.NotSupported
        x, y = addon_place(world, row)
        return placement.check(world, made.produces, x, y)
    place = world.place(target) if target >= 0 else point
    if place is None:
        return error_pb.MustTargetUnit
    return placement.check(world, made.produces, *place, owner=int(units.owner[row]))


def addon_place(world: World, row: int) -> Point:
    """Where the add-on of a structure stands."""
    x, y = world.place(row)
    return x + _ADDON_OFFSET[0], y + _ADDON_OFFSET[1]


def start(world: World, row: int, order: Order) -> None:
    """Send a worker to its site; add-ons begin at once."""
    units = world.state.units
    made = abilities.ability(order.ability)
    if made.instant_placement:
        order.x, order.y = addon_place(world, row)
        _lay_down(world, row, order)
        return
    if order.stage == _AT_WORK:
        return
    units.mode[row] = Mode.WORK
    x, y = footprints.snapped(footprints.size(world.statistics[made.produces]), order.x, order.y)
    movement.send(world, row, x, y, reach=made.footprint_radius + float(units.radius[row]) + _TAKEN)


def arrive(world: World, row: int, order: Order) -> None:
    """A worker is at its site: pay and lay down the structure, or give up."""
    units = world.state.units
    made = abilities.ability(order.ability)
    away = np.hypot(units.x[row] - order.x, units.y[row] - order.y)
    near = away <= made.footprint_radius + units.radius[row] + 2 * _TAKEN + 1
    code = may_build(world, row, order.ability, (order.x, order.y), -1)
    if not near or code != error_pb.Success:
        world.report_error(row, order.ability, code if code != error_pb.Success else error_pb.CantBuildLocationInvalid)
        world.finish(row)
        return
    _lay_down(world, row, order)


def _lay_down(world: World, row: int, order: Order) -> None:
    """Begin a structure; what its builder does next depends on its race."""
    units = world.state.units
    owner = int(units.owner[row])
    player = world.state.players[owner]
    made = abilities.ability(order.ability)
    kind = world.statistics[made.produces]
    production.pay(world, row, player, production.price(world, row, order.ability))
    geyser = placement.geyser_at(world, order.x, order.y)
    contents = int(units.contents[geyser]) if geyser >= 0 else 0
    values: dict[str, Any] = {
        "build_progress": 0.0,
        "health": kind.max_health * _FIRST_HEALTH,
        "shield": kind.max_shield * _FIRST_HEALTH,
        "mode": Mode.BUSY,
        "contents": contents,
        "partner": int(units.tag[row]),
    }
    tag = births.spawn(world, kind.id, owner, order.x, order.y, **values)[0]
    race = world.statistics[int(units.type[row])].race
    if made.instant_placement:
        units.partner[row] = tag
        units.mode[row] = Mode.BUSY
        order.stage, order.tag = _AT_WORK, tag
    elif race == "Terran":
        units.mode[row] = Mode.BUSY
        order.stage, order.tag = _AT_WORK, tag
    elif race == "Zerg":
        deaths.condemn(world, row)
    else:
        world.finish(row)


def wake(world: World, row: int, order: Order) -> None:
    """Building has no time of its own: the structure says when it is complete."""


def advance(world: World) -> None:
    """Let every structure under construction grow by one loop."""
    units = world.state.units
    for row in np.flatnonzero(units.build_progress < 1).tolist():
        kind = world.statistics[int(units.type[row])]
        builder = units.row(int(units.partner[row])) if units.partner[row] else -1
        if kind.race == "Terran" and not _at_work(world, builder, int(units.tag[row])):
            continue
        pace = 16.0 if debug_pb.fast_build in production.cheats_of(world, row) else 1.0
        before = float(units.build_progress[row])
        after = min(1.0, before + pace / max(kind.build_time, 1.0))
        grown = (1 - _FIRST_HEALTH) * (after - before)
        units.build_progress[row] = after
        units.health[row] = min(units.health[row] + grown * kind.max_health, kind.max_health)
        units.shield[row] = min(units.shield[row] + grown * kind.max_shield, kind.max_shield)
        if after >= 1:
            _complete(world, row, builder)


def _at_work(world: World, builder: int, site: int) -> bool:
    """Whether a builder, worker or parent structure, works on the structure `site` (its tag)."""
    orders = world.state.units.orders[builder] if builder >= 0 else []
    return bool(orders) and orders[0].stage == _AT_WORK and orders[0].tag == site


def _complete(world: World, row: int, builder: int) -> None:
    """A structure stands; its builder goes on, an add-on stays with its parent."""
    units = world.state.units
    world.state.look_due = True
    if _at_work(world, builder, int(units.tag[row])):
        if not units.structure[builder]:
            units.partner[row] = 0
        world.finish(builder)
    world.idle(row)


def cancel(world: World, row: int) -> int:
    """Tear down a structure under construction; three quarters of its price come back, rounded up."""
    units = world.state.units
    player = world.state.players.get(int(units.owner[row]))
    if player is None or units.build_progress[row] >= 1:
        return error_pb.NotSupported
    kind = world.statistics[int(units.type[row])]
    production.pay(world, row, player, abilities.Cost(kind.minerals, kind.vespene), share=-_REFUND)
    builder = units.row(int(units.partner[row])) if units.partner[row] else -1
    if builder >= 0 and units.structure[builder]:
        units.partner[builder] = 0
    if _at_work(world, builder, int(units.tag[row])):
        world.finish(builder)
    world.kill([int(units.tag[row])])
    return error_pb.Success
