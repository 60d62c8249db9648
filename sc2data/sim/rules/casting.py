"""Abilities that units cast: stimpacks, hallucinations, the guardian shield, the graviton beam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sc2data.sim import abilities
from sc2data.sim.api.messages import debug_pb, error_pb
from sc2data.sim.rules import births, buffs, movement, targets
from sc2data.sim.state import Effect, Mode, Order

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

Point = tuple[float, float]

_STIM_COST = {48: 10.0, 51: 20.0}
"""Health that a stimpack takes, by unit type id: the marine's and the marauder's."""

_STIM_BUFF = {48: buffs.STIMPACK_MARINE, 51: buffs.STIMPACK_MARAUDER}

_GUARDIAN_SHIELD, _SHIELD_EFFECT = 76, 2
_SHIELD_RADIUS = 4.5

_GRAVITON_BEAM = 173

_GO, _CASTING = 0, 1
"""Stages of an order to cast at a unit."""

_HALLUCINATIONS = {
    146: 141, 148: 4, 150: 75, 152: 83, 154: 78, 156: 84, 158: 74, 160: 80, 162: 81, 164: 73, 2114: 495, 2389: 694,
    2391: 311,
}  # fmt: skip
"""Ability -> unit type that it conjures up."""

_HALLUCINATION_LOOPS = 963
"""43 s at 22.4 loops a second."""


def stim(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    """Let a unit use its stimpack now."""
    units = world.state.units
    kind = int(units.type[row])
    needed = world.allowed(row, ability_id)
    if needed != error_pb.Success:
        return needed
    if kind not in _STIM_COST:
        return error_pb.NotSupported
    if units.health[row] <= _STIM_COST[kind]:
        return error_pb.NotEnoughLife
    units.health[row] -= _STIM_COST[kind]
    buff = _STIM_BUFF[kind]
    units.buffs[row][buff] = world.state.loop + buffs.LOOPS[buff]
    world.refresh_speed(row)
    return error_pb.Success


def may_cast(world: World, row: int, ability_id: int, point: Point | None, target: int) -> int:
    """Whether a unit may cast an ability now, as an error.proto ActionResult."""
    if ability_id == _GRAVITON_BEAM and not _can_be_lifted(world, row, target):
        return error_pb.CantTargetThatUnit
    if ability_id not in (_GRAVITON_BEAM, _GUARDIAN_SHIELD) and ability_id not in _HALLUCINATIONS:
        return error_pb.NotSupported
    return world.allowed(row, ability_id)


def _can_be_lifted(world: World, row: int, target: int) -> bool:
    """Whether a beam lifts unit `target`: others' units on the ground that are neither structures nor massive."""
    units = world.state.units
    if target < 0 or units.owner[target] == units.owner[row] or units.flying[target] or units.structure[target]:
        return False
    return "Massive" not in world.statistics[int(units.type[target])].attributes


def start(world: World, row: int, order: Order) -> None:
    """Cast what needs no walk and go on with the next order; else fly to within range of the target."""
    units = world.state.units
    if order.ability != _GRAVITON_BEAM:
        _pay(world, row, order)
        if order.ability == _GUARDIAN_SHIELD:
            _shield(world, row)
        else:
            _conjure(world, row, _HALLUCINATIONS[order.ability])
        world.finish(row)
        return
    target = units.row(order.tag)
    if target < 0:
        world.finish(row)
        return
    units.mode[row] = Mode.WORK
    movement.send(world, row, *world.place(target), reach=_range(world, row, target, order))


def _range(world: World, row: int, target: int, order: Order) -> float:
    """World units between the centres of a caster and its target from which it can cast."""
    units = world.state.units
    return float(units.radius[row] + units.radius[target]) + abilities.ability(order.ability).cast_range


def _pay(world: World, row: int, order: Order) -> None:
    player = world.state.players.get(int(world.state.units.owner[row]))
    if player is not None and debug_pb.free not in player.cheats:
        world.state.units.energy[row] -= abilities.ability(order.ability).energy_cost


def arrive(world: World, row: int, order: Order) -> None:
    """A caster is where it was sent: cast, or follow a target that went away."""
    units = world.state.units
    target = units.row(order.tag)
    if target < 0 or order.stage == _CASTING:
        world.finish(row)
    elif world.gap(row, target) > abilities.ability(order.ability).cast_range + 0.1:
        start(world, row, order)
    else:
        _pay(world, row, order)
        _lift(world, target)
        order.stage = _CASTING
        units.wake[row] = world.state.loop + buffs.LOOPS[buffs.GRAVITON_BEAM]


def wake(world: World, row: int, order: Order) -> None:
    """A spell that takes its caster's time is over."""
    world.finish(row)


def _lift(world: World, target: int) -> None:
    """Hold a unit in the air, where it can do nothing."""
    units = world.state.units
    units.orders[target] = []
    targets.forget(world, np.array([target]))
    units.mode[target] = Mode.BUSY
    units.flying[target] = True
    units.buffs[target][buffs.GRAVITON_BEAM] = world.state.loop + buffs.LOOPS[buffs.GRAVITON_BEAM]
    world.rows_changed()


def put_down(world: World, row: int) -> None:
    """Let a unit that was lifted stand on its own feet again."""
    world.state.units.flying[row] = world.statistics[int(world.state.units.type[row])].is_flying
    world.rows_changed()
    world.idle(row)


def _shield(world: World, row: int) -> None:
    """Raise a guardian shield around a sentry: an effect on the ground, a buff on its player's units inside."""
    units, until = world.state.units, world.state.loop + buffs.LOOPS[buffs.GUARDIAN_SHIELD]
    x, y = world.place(row)
    owner = int(units.owner[row])
    world.state.effects.append(Effect(_SHIELD_EFFECT, [(x, y)], _SHIELD_RADIUS, owner, until))
    for other in world.within(x, y, _SHIELD_RADIUS, owner):
        units.buffs[other][buffs.GUARDIAN_SHIELD] = until


def _conjure(world: World, row: int, type_id: int) -> None:
    """Put a hallucination beside its caster."""
    units = world.state.units
    owner, (x, y) = int(units.owner[row]), world.place(row)
    until = world.state.loop + _HALLUCINATION_LOOPS
    births.spawn(world, type_id, owner, x, y, hallucination=True, death_loop=until, mode=Mode.IDLE)
