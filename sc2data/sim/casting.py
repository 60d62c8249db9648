"""Abilities that units cast: stimpacks, hallucinations, the guardian shield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data.sim import abilities, births, buffs
from sc2data.sim.messages import debug_pb, error_pb
from sc2data.sim.state import Effect, Mode, Order

if TYPE_CHECKING:
    from sc2data.sim.world import World

Point = tuple[float, float]

_STIM_COST = {48: 10.0, 51: 20.0}
"""Health that a stimpack takes, by unit type id: the marine's and the marauder's."""

_STIM_BUFF = {48: buffs.STIMPACK_MARINE, 51: buffs.STIMPACK_MARAUDER}

_GUARDIAN_SHIELD, _SHIELD_EFFECT = 76, 2
_SHIELD_RADIUS = 4.5

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
    if ability_id != _GUARDIAN_SHIELD and ability_id not in _HALLUCINATIONS:
        return error_pb.NotSupported
    return world.allowed(row, ability_id)


def start(world: World, row: int, order: Order) -> None:
    """Cast what needs no walk, and go on with the next order."""
    units = world.state.units
    player = world.state.players.get(int(units.owner[row]))
    if player is not None and debug_pb.free not in player.cheats:
        units.energy[row] -= abilities.ability(order.ability).energy_cost
    if order.ability == _GUARDIAN_SHIELD:
        _shield(world, row)
    else:
        _conjure(world, row, _HALLUCINATIONS[order.ability])
    world.finish(row)


def arrive(world: World, row: int, order: Order) -> None:
    """A caster is near enough: nothing that is modelled needs it to walk."""
    world.finish(row)


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
