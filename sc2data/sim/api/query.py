"""`RequestQuery`: walking distances, what units can do, where structures can stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sc2data.sim import abilities
from sc2data.sim.api import panels
from sc2data.sim.api.messages import error_pb, query_pb

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match
    from sc2data.sim.api.seat import Seat


def answer(response: query_pb.ResponseQuery, request: query_pb.RequestQuery, match: Match, seat: Seat) -> None:
    """Answer every part of a query, in the order asked."""
    for path in request.pathing:
        response.pathing.add(distance=_distance(path, match, seat))
    for unit in request.abilities:
        _abilities(response.abilities.add(), unit.unit_tag, match, seat, request.ignore_resource_requirements)
    for placement in request.placements:
        response.placements.add(result=_placement(placement, match, seat))


def _distance(path: query_pb.RequestQueryPathing, match: Match, seat: Seat) -> float:
    """Length of the way in world units, 0 where there is none. A unit that flies goes straight."""
    end = seat.optics.to_world(path.end_pos)
    if path.WhichOneof("start") == "unit_tag":
        units = match.world.state.units
        row = units.row(path.unit_tag)
        if row < 0:
            return 0.0
        start = (float(units.x[row]), float(units.y[row]))
        if units.flying[row]:
            return float(((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    else:
        start = seat.optics.to_world(path.start_pos)
    return match.world.pathing_distance(start, end)


def _abilities(
    message: query_pb.ResponseQueryAvailableAbilities, tag: int, match: Match, seat: Seat, ignore_resources: bool
) -> None:
    """What a unit of the player's can do now; nothing for all others."""
    message.unit_tag = tag
    units = match.world.state.units
    row = units.row(tag)
    if row < 0 or units.owner[row] != seat.player_id:
        return
    message.unit_type_id = int(units.type[row])
    for ability in match.world.available(seat.player_id, tag, ignore_resources):
        message.abilities.add(ability_id=ability, requires_point=panels.requires_point(ability))


def _placement(request: query_pb.RequestQueryBuildingPlacement, match: Match, seat: Seat) -> int:
    """Whether a structure can stand there, as an error.proto ActionResult."""
    it = abilities.abilities().get(request.ability_id)
    if it is None or not it.produces:
        return int(error_pb.NotSupported)
    return match.world.placement(it.produces, *seat.optics.to_world(request.target_pos))
