"""Requests about replays: finding, describing and playing them."""

from __future__ import annotations

from typing import Any

from sc2data.sim.api import recording
from sc2data.sim.api.admission import check_sizes
from sc2data.sim.api.errors import RequestFailedError
from sc2data.sim.api.match import Match
from sc2data.sim.api.messages import sc_pb
from sc2data.sim.api.optics import Optics
from sc2data.sim.api.recording import LOOPS_PER_SECOND, Recording, ReplayError
from sc2data.sim.api.seat import Seat
from sc2data.sim.api.settings import Settings
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import EVERYONE

_RACES = {"Terr": 1, "Zerg": 2, "Prot": 3, "Rand": 4}
_RESULTS = {"Win": 1, "Loss": 2, "Tie": 3, "Undecided": 4}


def replay_bytes(request: Any, settings: Settings, response: Any) -> bytes:
    """The replay that a request names by data or path; `response` is the class whose error codes to use."""
    if request.HasField("replay_data"):
        data: bytes = request.replay_data
        return data
    if not request.replay_path:
        raise RequestFailedError(response.MissingReplay, "name a replay by replay_path or replay_data")
    for path in (settings.data_dir / "Replays" / request.replay_path, settings.temp_dir / request.replay_path):
        if path.is_file():
            return path.read_bytes()
    raise RequestFailedError(response.InvalidReplayPath, f"replay_path '{request.replay_path}' file doesn't exist.")


def read(data: bytes, settings: Settings) -> Recording:
    """The recording in a replay that is to be played now."""
    codes = sc_pb.ResponseStartReplay
    try:
        build = recording.read_metadata(data).get("BaseBuild")
        if build != f"Base{settings.base_build}":
            raise RequestFailedError(codes.LaunchError, "The version required to play this game is unavailable.")
        return Recording.from_replay(data)
    except ReplayError as error:
        raise RequestFailedError(codes.InvalidReplayData, str(error)) from error


def playback(replay: Recording, terrain: Terrain, player: int, options: sc_pb.InterfaceOptions) -> Match:
    """A match that plays `replay`, with `player` (`EVERYONE` for all) watched through an interface of `options`."""
    check_sizes(options, sc_pb.ResponseStartReplay.LaunchError)
    match = Match(replay.setup, terrain, replay.map_data)
    match.follow(replay)
    kept = sc_pb.InterfaceOptions()
    kept.CopyFrom(options)
    optics = Optics(kept, terrain)
    for number in (EVERYONE, *replay.setup.numbered()):
        if number not in match.seats:
            match.sit(number, kept)
        match.seats[number].optics = optics
    return match


def observe_as(match: Match, seat: Seat, action: sc_pb.ObserverAction) -> int:
    """Do an observer's action; returns the player who is watched afterwards."""
    kind = action.WhichOneof("action")
    if kind == "player_perspective" and action.player_perspective.player_id in match.seats:
        return action.player_perspective.player_id
    if kind == "camera_move":
        seat.free_camera = seat.entry.to_world(action.camera_move.world_pos)
    elif kind == "camera_follow_player":
        seat.free_camera = None
    elif kind == "camera_follow_units":
        units = match.world.state.units
        rows = units.rows(list(action.camera_follow_units.unit_tags))
        if len(rows):
            seat.free_camera = (float(units.x[rows].mean()), float(units.y[rows].mean()))
    return seat.player_id


def fill_info(response: sc_pb.ResponseReplayInfo, data: bytes) -> None:
    """Describe a replay by its metadata, without playing it; those of the real game have them too."""
    try:
        metadata = recording.read_metadata(data)
        _fill_info(response, metadata)
    except (ReplayError, KeyError, TypeError, ValueError, AttributeError) as error:
        response.Clear()
        raise RequestFailedError(sc_pb.ResponseReplayInfo.ParsingError, f"{error}") from error


def _fill_info(response: sc_pb.ResponseReplayInfo, metadata: dict[str, Any]) -> None:
    response.map_name = metadata["Title"]
    response.local_map_path = metadata.get("MapName", "")
    response.game_version = metadata["GameVersion"]
    response.data_version = metadata["DataVersion"]
    response.data_build = int(metadata["DataBuild"])
    response.base_build = int(metadata["BaseBuild"].removeprefix("Base"))
    loops = metadata.get("ElapsedGameLoops", round(metadata["Duration"] * LOOPS_PER_SECOND))
    response.game_duration_loops = loops
    response.game_duration_seconds = loops / LOOPS_PER_SECOND
    for player in metadata["Players"]:
        extra = response.player_info.add(player_apm=round(player["APM"]), player_mmr=round(player.get("MMR", 0)))
        info = extra.player_info
        info.player_id = extra.player_result.player_id = player["PlayerID"]
        info.type = sc_pb.PlayerType.Value(player.get("Type", "Participant"))
        info.race_requested = _RACES.get(player["SelectedRace"], 0)
        info.race_actual = _RACES.get(player["AssignedRace"], 0)
        info.player_name = player.get("Name", "")
        extra.player_result.result = _RESULTS.get(player["Result"], sc_pb.Undecided)
