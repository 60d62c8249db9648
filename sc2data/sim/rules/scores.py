"""The score that a player's observation shows, kept by the field names of score.proto's ScoreDetails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data.sim.state import NEUTRAL, Player

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World


def add(player: Player | None, name: str, amount: float) -> None:
    """Add to one field of a player's score; nobody's score (None) is not kept.

    Fields that ScoreDetails splits into categories are kept as "field.category", those of vitals as "field.life".
    """
    if player is not None and amount:
        player.score[name] = player.score.get(name, 0.0) + amount


def add_damage(world: World, attacker: int, target: int, life: float, shields: float) -> None:
    """Count damage that one unit does to another."""
    players, owner = world.state.players, world.state.units.owner
    giver, taker = players.get(int(owner[attacker])), players.get(int(owner[target]))
    for name, amount in (("life", life), ("shields", shields)):
        add(taker, f"total_damage_taken.{name}", amount)
        if owner[attacker] != owner[target]:
            add(giver, f"total_damage_dealt.{name}", amount)


def add_death(world: World, row: int, killer: int | None) -> None:
    """Count a unit's value as lost by its owner and killed by the killer's, by category."""
    units, statistics, players = world.state.units, world.statistics, world.state.players
    type_id = int(units.type[row])
    if type_id not in statistics or units.owner[row] == NEUTRAL or units.hallucination[row]:
        return
    kind = statistics[type_id]
    category = "economy" if kind.is_worker or kind.is_townhall else "technology" if kind.is_structure else "army"
    value = float(kind.minerals + kind.vespene)
    owner = players.get(int(units.owner[row]))
    for resource, amount in (("minerals", kind.minerals), ("vespene", kind.vespene)):
        add(owner, f"lost_{resource}.{category}", amount)
    if killer is None or killer == units.owner[row]:
        return
    giver = players.get(killer)
    add(giver, "killed_value_structures" if kind.is_structure else "killed_value_units", value)
    for resource, amount in (("minerals", kind.minerals), ("vespene", kind.vespene)):
        add(giver, f"killed_{resource}.{category}", amount)
