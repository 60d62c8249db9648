"""Checks of who plays and with which interface, before a game is made."""

from __future__ import annotations

import os

from sc2data.sim.errors import NOTHING_TO_JOIN, MisuseError, RequestFailedError
from sc2data.sim.messages import sc_pb
from sc2data.sim.setup import PlayerSetup
from sc2data.sim.terrain import Terrain

IMAGE_LIMIT = 8192
"""Pixels along one side of an image."""

_Create, _Join = sc_pb.ResponseCreateGame, sc_pb.ResponseJoinGame


def check_players(players: list[PlayerSetup], terrain: Terrain) -> None:
    """Raise `RequestFailedError` where these players cannot play on this map."""
    if not players:
        raise RequestFailedError(_Create.MissingPlayerSetup, "name at least one player in player_setup")
    kinds = [player.type for player in players]
    if kinds.count(sc_pb.Participant) > 1:
        raise RequestFailedError(
            _Create.MultiplayerUnsupported, "the simulator plays one participant against computer players only"
        )
    playing = len(kinds) - kinds.count(sc_pb.Observer)
    if playing > max(2, len(terrain.start_locations)) or not playing:
        raise RequestFailedError(
            _Create.InvalidPlayerSetup, f"{playing} players on a map of {len(terrain.start_locations)} start locations"
        )
    if sc_pb.Participant not in kinds and sc_pb.Observer not in kinds:
        raise RequestFailedError(_Create.InvalidPlayerSetup, "nobody could join: no participant and no observer")


def check_interface(request: sc_pb.RequestJoinGame, created: bool) -> None:
    """Raise where a client cannot join: `MisuseError` without a game `created`, else `RequestFailedError`."""
    if request.HasField("server_ports") or request.client_ports:
        raise RequestFailedError(_Join.FeatureUnsupported, "the simulator plays one participant only: send no ports")
    if not created:
        raise MisuseError(NOTHING_TO_JOIN)
    if request.WhichOneof("participation") is None:
        raise RequestFailedError(_Join.MissingParticipation, "name a race or an observed_player_id")
    if not request.HasField("options"):
        raise RequestFailedError(_Join.MissingOptions, "Missing interface options")
    check_sizes(request.options, _Join.FeatureUnsupported)


def check_sizes(options: sc_pb.InterfaceOptions, code: int) -> None:
    """Raise `RequestFailedError` with `code` where an image has no size, or one beyond all reason."""
    for space in ("feature_layer", "render"):
        if not options.HasField(space):
            continue
        setup = getattr(options, space)
        for part in ("resolution", "minimap_resolution"):
            size = getattr(setup, part)
            if not (0 < size.x <= IMAGE_LIMIT and 0 < size.y <= IMAGE_LIMIT):
                raise RequestFailedError(
                    code, f"{space}.{part} is {size.x} x {size.y}; each side must be 1 to {IMAGE_LIMIT} pixels"
                )
        if setup.HasField("width") and not setup.width > 0:
            raise RequestFailedError(code, f"{space}.width is {setup.width}; it must be more than zero world units")


def fresh_seed() -> int:
    """A seed for a game whose client names none."""
    return int.from_bytes(os.urandom(4), "little")
