"""What debug commands change: vital values, cheats in force, riches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data.sim import abilities
from sc2data.sim.api.messages import debug_pb

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

RICHES = 5000
"""Minerals and vespene that the cheats for them give."""

_AT_ONCE = {debug_pb.all_resources: (RICHES, RICHES), debug_pb.minerals: (RICHES, 0), debug_pb.gas: (0, RICHES)}

_VITALS = {
    debug_pb.DebugSetUnitValue.Energy: ("energy", "energy_max"),
    debug_pb.DebugSetUnitValue.Life: ("health", "health_max"),
    debug_pb.DebugSetUnitValue.Shields: ("shield", "shield_max"),
}


def set_value(world: World, tag: int, kind: int, value: float) -> bool:
    """Set a unit's energy, life or shields (debug.proto UnitValue) to `value`, 0 for its maximum.

    More than the maximum counts as the maximum. Returns whether the unit lives.
    """
    units = world.state.units
    row = units.row(tag)
    if row < 0 or kind not in _VITALS:
        return False
    name, most = _VITALS[kind]
    whole = float(getattr(units, most)[row])
    getattr(units, name)[row] = min(value, whole) if value > 0 else whole
    return True


def toggle(world: World, player_id: int, cheat: int) -> None:
    """Switch a cheat (debug.proto DebugGameState) on or off; those that give something give it once more.

    Raises KeyError for a player that does not play.
    """
    player = world.state.players[player_id]
    if cheat in _AT_ONCE:
        minerals, vespene = _AT_ONCE[cheat]
        player.minerals += minerals
        player.vespene += vespene
    elif cheat == debug_pb.upgrade:
        player.upgrades |= {upgrade.id for upgrade in abilities.upgrades().values() if upgrade.ability}
        world.refresh_speeds(player_id)
    else:
        player.cheats ^= {cheat}
        world.state.look_due = True
