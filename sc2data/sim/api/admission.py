"""Who plays, on which map and with which interface: what is settled before a game is made."""

from __future__ import annotations

import os

from sc2data.sim.api.errors import NOTHING_TO_JOIN, MisuseError, RequestFailedError
from sc2data.sim.api.messages import common_pb, sc_pb
from sc2data.sim.api.setup import NAME_LIMIT, PlayerSetup, Setup
from sc2data.sim.drawing import scene
from sc2data.sim.maps.map_file import MapError
from sc2data.sim.maps.map_store import MapStore
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import EVERYONE

SIZES = {"feature_layer": (1, scene.LARGEST), "render": (scene.SMALLEST, scene.LARGEST)}
"""Fewest and most pixels along one side of an image, by interface."""

_Create, _Join = sc_pb.ResponseCreateGame, sc_pb.ResponseJoinGame


def find_map(request: sc_pb.RequestCreateGame, maps: MapStore) -> tuple[str, bytes, Terrain]:
    """Path, bytes and terrain of the map that a request asks for; raises `RequestFailedError`."""
    local = request.local_map
    try:
        if request.battlenet_map_name:
            path, data = maps.load_named(request.battlenet_map_name)
        elif local.map_data:
            path, data = local.map_path, local.map_data
        elif local.map_path:
            path, data = local.map_path, maps.load(local.map_path)
        else:
            raise RequestFailedError(_Create.MissingMap, "name a map by local_map or battlenet_map_name")
        return path, data, maps.terrain(data, path)
    except FileNotFoundError as error:
        if request.battlenet_map_name:
            raise RequestFailedError(_Create.InvalidMapName, f"no installed map is called {error}") from error
        details = f"map_path '{local.map_path}' file doesn't exist."
        raise RequestFailedError(_Create.InvalidMapPath, details) from error
    except MapError as error:
        raise RequestFailedError(_Create.InvalidMapData, str(error)) from error


def check_players(players: list[PlayerSetup], terrain: Terrain) -> None:
    """Raise `RequestFailedError` where these players cannot play on this map."""
    if not players:
        raise RequestFailedError(_Create.MissingPlayerSetup, "name at least one player in player_setup")
    kinds = [player.type for player in players]
    if kinds.count(sc_pb.Participant) > 2:
        raise RequestFailedError(_Create.MultiplayerUnsupported, "at most two participants can play, as in the game")
    playing = len(kinds) - kinds.count(sc_pb.Observer)
    if playing > max(2, len(terrain.start_locations)) or not playing:
        raise RequestFailedError(
            _Create.InvalidPlayerSetup, f"{playing} players on a map of {len(terrain.start_locations)} start locations"
        )
    if sc_pb.Participant not in kinds and sc_pb.Observer not in kinds:
        raise RequestFailedError(_Create.InvalidPlayerSetup, "nobody could join: no participant and no observer")


def check_interface(request: sc_pb.RequestJoinGame, created: bool) -> None:
    """Raise where a client cannot join: `MisuseError` without a game `created`, else `RequestFailedError`."""
    if not created and not request.server_ports.game_port:
        raise MisuseError(NOTHING_TO_JOIN)
    if request.WhichOneof("participation") is None:
        raise RequestFailedError(_Join.MissingParticipation, "name a race or an observed_player_id")
    if not request.HasField("options"):
        raise RequestFailedError(_Join.MissingOptions, "Missing interface options")
    check_sizes(request.options, _Join.FeatureUnsupported)


def choose_seat(request: sc_pb.RequestJoinGame, setup: Setup) -> int:
    """The player id that a client gets by its request; raises `RequestFailedError` where there is none for it."""
    if request.WhichOneof("participation") == "observed_player_id":
        if not any(player.type == sc_pb.Observer for player in setup.players):
            raise RequestFailedError(_Join.GameFull, "the game was created without an observer")
        if request.observed_player_id not in (EVERYONE, *setup.numbered()):
            raise RequestFailedError(
                _Join.InvalidObservedPlayerId, f"there is no player {request.observed_player_id}; 0 is everyone"
            )
        return request.observed_player_id
    participants = setup.participants()
    if not participants:
        raise RequestFailedError(_Join.GameFull, "the game was created without a participant")
    if len(participants) > 1 and not request.server_ports.game_port:
        raise RequestFailedError(_Join.MissingPorts, "two participants need the same server_ports and client_ports")
    return participants[0]


def note_player(request: sc_pb.RequestJoinGame, number: int, setup: Setup) -> None:
    """Take over the race and name with which a participant joins."""
    if request.WhichOneof("participation") == "race":
        player = setup.numbered()[number]
        player.race = request.race or common_pb.Random
        player.name = request.player_name[:NAME_LIMIT] or player.name


def check_sizes(options: sc_pb.InterfaceOptions, code: int) -> None:
    """Raise `RequestFailedError` with `code` where an image has no size, or one beyond all reason."""
    for space, (least, most) in SIZES.items():
        if not options.HasField(space):
            continue
        setup = getattr(options, space)
        for part in ("resolution", "minimap_resolution"):
            size = getattr(setup, part)
            if not (least <= size.x <= most and least <= size.y <= most):
                raise RequestFailedError(
                    code, f"{space}.{part} is {size.x} x {size.y}; each side must be {least} to {most} pixels"
                )
        if setup.HasField("width") and not setup.width > 0:
            raise RequestFailedError(code, f"{space}.width is {setup.width}; it must be more than zero world units")


def fresh_seed() -> int:
    """A seed for a game whose client names none."""
    return int.from_bytes(os.urandom(4), "little")
