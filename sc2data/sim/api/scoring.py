"""The score of an observation: what was counted as it happened, and what a player's units are worth now."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from sc2data import units as unit_table
from sc2data.sim import abilities
from sc2data.sim.api.messages import score_pb
from sc2data.sim.state import Player
from sc2data.sim.view import SELF, SNAPSHOT, WorldView
from sc2data.units import UnitType

if TYPE_CHECKING:
    from sc2data.sim.rules.world import World

CURRICULUM = "curriculum"
"""Key of `Player.score` that holds the score of maps that keep their own, mini-games; the debug command sets it."""

_LATER = ("current_apm", "current_effective_apm")
"""Fields that came after game 4.10."""

_CATEGORIES = ("none", "army", "economy", "technology", "upgrade")
_VITALS = ("life", "shields", "energy")
_ECONOMY = ("Refinery", "Assimilator", "Extractor", "SupplyDepot", "Pylon", "Overlord", "Overseer")


def fill(message: score_pb.Score, world: World, view: WorldView) -> None:
    """Write the score of the view's player.

    A melee game's score is the resources in hand plus the worth of everything that stands, lives, is being made or is
    researched, as in all recordings of the real game.
    """
    player = world.state.players.get(view.player)
    counted = player.score if player else {}
    details = message.score_details
    _fill_all(details, counted)
    worth = _worth(view, player)
    for resource in ("minerals", "vespene"):
        _fill_categories(getattr(details, f"used_{resource}"), worth[resource])
        if f"total_used_{resource}.army" not in counted:
            _fill_categories(getattr(details, f"total_used_{resource}"), worth[resource])
    _fill_categories(details.food_used, worth["food"])
    details.total_value_units, details.total_value_structures = _made(view)
    if CURRICULUM in counted:
        message.score_type = score_pb.Score.Curriculum
        message.score = round(counted[CURRICULUM])
    else:
        hand = int(player.minerals) + int(player.vespene) if player else 0
        message.score_type = score_pb.Score.Melee
        message.score = round(hand + sum(worth["minerals"].values()) + sum(worth["vespene"].values()))


def _fill_all(details: score_pb.ScoreDetails, counted: dict[str, float]) -> None:
    """Set every field that game 4.10 sets, to 0 where nothing was counted."""
    details.CopyFrom(_nothing())
    for name, amount in counted.items():
        field, _, part = name.partition(".")
        if field != CURRICULUM:
            setattr(getattr(details, field) if part else details, part or field, amount)


@functools.cache
def _nothing() -> score_pb.ScoreDetails:
    """Every field that game 4.10 sets, at 0."""
    details = score_pb.ScoreDetails()
    for field in details.DESCRIPTOR.fields:
        if field.name in _LATER:
            continue
        if field.message_type is None:
            setattr(details, field.name, 0.0)
        else:
            part = getattr(details, field.name)
            for name in _VITALS if field.message_type.name == "VitalScoreDetails" else _CATEGORIES:
                setattr(part, name, 0.0)
    return details


def _fill_categories(message: Any, values: dict[str, float]) -> None:
    for name in _CATEGORIES:
        setattr(message, name, values.get(name, 0.0))


def _worth(view: WorldView, player: Player | None) -> dict[str, dict[str, float]]:
    """Minerals, vespene and food by category in own units, in what they make and in upgrades."""
    worth: dict[str, dict[str, float]] = {"minerals": {}, "vespene": {}, "food": {}}

    def add(category: str, minerals: float, vespene: float, food: float) -> None:
        for name, amount in (("minerals", minerals), ("vespene", vespene), ("food", food)):
            worth[name][category] = worth[name].get(category, 0.0) + amount

    own = np.flatnonzero((view.alliance == SELF) & (view.display_type != SNAPSHOT) & ~view.hallucination)
    table = unit_table.unit_types()
    kinds, counts = np.unique(view.type[own], return_counts=True)
    for type_id, count in zip(kinds.tolist(), counts.tolist()):
        kind = table.get(type_id)
        if kind is not None:
            add(_category(kind), kind.minerals * count, kind.vespene * count, max(kind.food, 0) * count)
    for row in own.tolist():
        for order in view.orders[row]:
            made = table.get(abilities.ability(order.ability).produces)
            if made is not None and order.progress > 0 and view.structure[row]:
                price = abilities.cost(order.ability, int(view.type[row]))
                add(_category(made), price.minerals, price.vespene, max(price.food, 0))
    for upgrade in player.upgrades if player else ():
        it = abilities.upgrades().get(upgrade)
        if it is not None:
            add("upgrade", it.minerals, it.vespene, 0.0)
    return worth


def _made(view: WorldView) -> tuple[float, float]:
    """What the own complete units and structures cost. (The game goes on counting those that were lost.)"""
    own = (view.alliance == SELF) & (view.display_type != SNAPSHOT) & ~view.hallucination & (view.build_progress >= 1)
    table, made = unit_table.unit_types(), [0.0, 0.0]
    for type_id, count in zip(*(part.tolist() for part in np.unique(view.type[own], return_counts=True))):
        kind = table.get(type_id)
        if kind is not None:
            made[kind.is_structure] += (kind.minerals + kind.vespene) * count
    return made[0], made[1]


def _category(kind: UnitType) -> str:
    if kind.is_worker or kind.is_townhall or kind.name.startswith(_ECONOMY):
        return "economy"
    return "technology" if kind.is_structure else "army"
