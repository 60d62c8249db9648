"""Debug commands: the game's own ways to cheat, which scenes and tests are made with."""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sc2data import units as unit_table
from sc2data.sim.api.messages import debug_pb, sc_pb
from sc2data.sim.api.scoring import CURRICULUM
from sc2data.sim.rules.births import Birth
from sc2data.sim.state import NEUTRAL

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match

_log = logging.getLogger(__name__)

CREATE_LIMIT = 2000
"""Units that one command may make."""

_FOR_PLAYERS = ("game_state", "score", "end_game")
"""Commands that mean the player who gives them: from an observer they mean nobody."""


def carry_out(match: Match, commands: Iterable[tuple[int, debug_pb.DebugCommand]]) -> None:
    """Carry out commands, each of a player, in order. What makes no sense (unknown types, dead tags) does nothing."""
    for creating, run in itertools.groupby(commands, lambda one: one[1].HasField("create_unit")):
        if creating:
            births = [birth for player_id, command in run for birth in _births(match, player_id, command.create_unit)]
            match.world.spawn_all(births)
            continue
        for player_id, command in run:
            _carry_out(match, player_id, command)


def _carry_out(match: Match, player_id: int, command: debug_pb.DebugCommand) -> None:
    kind = command.WhichOneof("command")
    world = match.world
    if kind in _FOR_PLAYERS and player_id not in world.state.players:
        return
    if kind == "draw":
        match.drawings = [command.draw]
    elif kind == "game_state":
        world.cheat(player_id, command.game_state)
    elif kind == "kill_unit":
        world.kill([int(tag) for tag in command.kill_unit.tag])
    elif kind == "score":
        world.state.players[player_id].score[CURRICULUM] = command.score.score
    elif kind == "end_game":
        won = command.end_game.end_result == debug_pb.DebugEndGame.DeclareVictory
        world.end_game(player_id, sc_pb.Victory if won else sc_pb.Defeat)
    elif kind == "unit_value" and math.isfinite(command.unit_value.value):
        value = command.unit_value
        world.set_value(int(value.unit_tag), value.unit_value, value.value)


def surrender(match: Match, player_id: int) -> None:
    """A player gives up."""
    match.world.end_game(player_id, sc_pb.Defeat)


def _births(match: Match, player_id: int, command: debug_pb.DebugCreateUnit) -> list[Birth]:
    """The birth that a player commands; none where it makes no sense."""
    if command.unit_type not in unit_table.unit_types():
        _log.warning("debug command: no unit type %d", command.unit_type)
        return []
    owner = command.owner or NEUTRAL
    if owner != NEUTRAL and owner not in match.world.state.players:
        owner = NEUTRAL
    quantity = min(command.quantity if command.HasField("quantity") else 1, CREATE_LIMIT)
    origin = match.seats[player_id].optics.origin if player_id in match.seats else (0.0, 0.0)
    x, y = command.pos.x + origin[0], command.pos.y + origin[1]
    return [Birth(command.unit_type, owner, x, y, quantity)] if quantity and math.isfinite(x + y) else []
