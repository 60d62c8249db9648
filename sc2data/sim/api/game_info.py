"""`ResponseGameInfo`: the map, the players and the interface options of a game."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sc2data.sim.api import images
from sc2data.sim.api.messages import sc_pb
from sc2data.sim.api.setup import PlayerSetup
from sc2data.sim.maps import grids

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match
    from sc2data.sim.api.seat import Seat

MODS = ("Mods/Core.SC2Mod", "Mods/Liberty.SC2Mod", "Mods/Swarm.SC2Mod", "Mods/Void.SC2Mod", "Mods/VoidMulti.SC2Mod")


def fill(message: sc_pb.ResponseGameInfo, match: Match, seat: Seat) -> None:
    """Write what the client at `seat` may know. The options are told exactly as they were asked for."""
    message.map_name = match.setup.map_name
    message.local_map_path = match.setup.map_path
    message.mod_names.extend(MODS)
    for number, player in match.setup.numbered().items():
        _fill_player(message.player_info.add(player_id=number), player, number == seat.player_id)
    message.options.CopyFrom(seat.optics.options)
    if seat.optics.options.raw:
        _fill_map(message.start_raw, match, seat)


def _fill_player(message: sc_pb.PlayerInfo, player: PlayerSetup, own: bool) -> None:
    message.type = player.type
    message.race_requested = player.race
    if own:
        message.race_actual = player.race_actual
    if player.type == sc_pb.Computer:
        message.difficulty = player.difficulty or sc_pb.VeryEasy
        message.ai_build = player.ai_build or sc_pb.RandomBuild
    if player.name:
        message.player_name = player.name


def _fill_map(message: sc_pb.StartRaw, match: Match, seat: Seat) -> None:
    """Write the raw grids, row 0 in the south, and where the others start."""
    terrain = match.terrain
    left, bottom, right, top = seat.optics.raw_area
    x, y = seat.optics.origin
    message.map_size.x, message.map_size.y = right - left, top - bottom
    for name, grid, bits in (
        ("pathing_grid", grids.pathing_grid(terrain, match.world.blocked()), 1),
        ("terrain_height", grids.height_grid(terrain), 8),
        ("placement_grid", grids.placement_grid(terrain), 1),
    ):
        images.fill(getattr(message, name), grid[bottom:top, left:right], bits)
    playable = terrain.playable
    area = message.playable_area
    area.p0.x, area.p0.y = playable[0] - int(x), playable[1] - int(y)
    area.p1.x, area.p1.y = playable[2] - int(x), playable[3] - int(y)
    for start in _others(match, seat.player_id):
        message.start_locations.add(x=start[0] - x, y=start[1] - y)


def _others(match: Match, player_id: int) -> list[tuple[float, float]]:
    """The start locations, without the player's own: the one that its camera looked at first."""
    starts = list(match.terrain.start_locations)
    if player_id in match.starts and starts:
        starts.remove(min(starts, key=lambda start: math.dist(start, match.starts[player_id])))
    return starts
