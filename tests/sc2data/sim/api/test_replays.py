"""Replays: saved as real archives, described, played again to the same observations."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import mpyq
import pytest

from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, debug_pb, sc_pb
from sc2data.sim.api.recording import ACTION, Event, Recording, ReplayError
from sc2data.sim.api.setup import PlayerSetup, Setup
from tests.sc2data.sim.clients import (
    MARINE,
    RAW,
    ZERGLING,
    act,
    ask,
    debug,
    everything,
    look,
    map_data,
    new_game,
    spawn,
    start,
    step,
    units,
)
from tests.shared_data import shared_data

_Start = sc_pb.ResponseStartReplay
LOOPS = 48


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return new_game(tmp_path)


def play(game: Game) -> list[bytes]:
    """A short game with orders, a fight, a selection and camera moves; every loop's observation."""
    start(game, everything(), opponent=True, map_name="Flat64")
    seen = []
    for loop in range(LOOPS):
        if loop == 3:
            spawn(game, MARINE, 42, 44, count=4)
            spawn(game, ZERGLING, 47, 44, count=4, owner=2)
        elif loop == 6:
            camera = sc_pb.Action()
            camera.action_feature_layer.camera_move.center_minimap.x = 16
            camera.action_feature_layer.camera_move.center_minimap.y = 16
            army = sc_pb.Action()
            army.action_ui.select_army.selection_add = False
            attack = sc_pb.Action()
            attack.action_feature_layer.unit_command.ability_id = 3674
            attack.action_feature_layer.unit_command.target_minimap_coord.x = 20
            attack.action_feature_layer.unit_command.target_minimap_coord.y = 16
            assert act(game, camera, army, attack) == [1, 1, 1]
        step(game)
        seen.append(look(game).SerializeToString())
    return seen


def save(game: Game) -> bytes:
    response = ask(game, save_replay=sc_pb.RequestSaveReplay())
    assert response.HasField("save_replay"), response
    return response.save_replay.data


def watch(game: Game, data: bytes, player: int = 1, **fields: Any) -> sc_pb.Response:
    request = sc_pb.RequestStartReplay(
        **{"replay_data": data, "options": everything(), "observed_player_id": player, **fields}
    )
    return ask(game, start_replay=request)


def test_a_replay_shows_every_loop_as_it_was(game: Game) -> None:
    played = play(game)
    assert watch(game, save(game)).status == sc_pb.in_replay
    for loop, seen in enumerate(played, start=1):
        step(game)
        again = look(game)
        again.ClearField("player_result")
        assert again.SerializeToString() == seen, loop


def test_a_replay_ends_at_its_last_loop(game: Game) -> None:
    start(game)
    step(game, 100)
    watch(game, save(game))
    response = step(game, 1000)
    assert (response.step.simulation_loop, response.status) == (100, sc_pb.ended)
    assert [result.result for result in look(game).player_result] == [sc_pb.Undecided]
    assert look(game).observation.game_loop == 100
    assert ask(game, save_replay=sc_pb.RequestSaveReplay()).error


def test_a_replay_is_watched_through_any_interface_from_any_side(game: Game) -> None:
    play(game)
    data = save(game)
    watch(game, data, player=2, options=RAW)
    step(game, 10)
    assert look(game).observation.player_common.player_id == 2
    watch(game, data, player=0, options=RAW)
    step(game, 10)
    assert {unit.owner for unit in look(game).observation.raw_data.units} >= {1, 2}
    perspective = sc_pb.ObserverAction(player_perspective=sc_pb.ActionObserverPlayerPerspective(player_id=1))
    assert ask(game, obs_action=sc_pb.RequestObserverAction(actions=[perspective])).HasField("obs_action")
    assert look(game).observation.player_common.player_id == 1


def test_an_observers_camera_goes_where_it_is_sent_and_back(game: Game) -> None:
    play(game)
    watch(game, save(game))
    step(game, 10)
    own = look(game).observation.raw_data.player.camera
    away = sc_pb.ActionObserverCameraMove(world_pos=common_pb.Point2D(x=30, y=60))
    for action, expected in (
        (sc_pb.ObserverAction(camera_move=away), (30, 60)),
        (sc_pb.ObserverAction(camera_follow_player=sc_pb.ActionObserverCameraFollowPlayer()), (own.x, own.y)),
    ):
        ask(game, obs_action=sc_pb.RequestObserverAction(actions=[action]))
        camera = look(game).observation.raw_data.player.camera
        assert (camera.x, camera.y) == expected


def test_a_replay_may_be_recorded(game: Game) -> None:
    start(game)
    step(game, 20)
    data = save(game)
    watch(game, data, record_replay=True)
    step(game, 5)
    assert save(game) == data


def test_clients_read_a_replay_with_mpyq(game: Game) -> None:
    play(game)
    debug(game, end_game=debug_pb.DebugEndGame(end_result=debug_pb.DebugEndGame.DeclareVictory))
    step(game)
    archive = mpyq.MPQArchive(io.BytesIO(save(game)))
    metadata = json.loads(archive.read_file("replay.gamemetadata.json"))
    assert metadata["GameVersion"] == "4.10.0.75689"
    assert metadata["BaseBuild"] == "Base75689"
    assert metadata["Title"] == "Flat64"
    assert [player["Result"] for player in metadata["Players"]] == ["Win", "Loss"]


def test_replay_info_describes_without_playing(game: Game) -> None:
    play(game)
    info = ask(game, replay_info=sc_pb.RequestReplayInfo(replay_data=save(game))).replay_info
    assert (info.map_name, info.game_duration_loops, info.base_build) == ("Flat64", LOOPS, 75689)
    assert info.game_duration_seconds == pytest.approx(LOOPS / 22.4)
    kinds = [(extra.player_info.player_id, extra.player_info.type) for extra in info.player_info]
    assert kinds == [(1, sc_pb.Participant), (2, sc_pb.Computer)]
    assert info.player_info[0].player_info.race_actual == common_pb.Terran


def test_replays_of_the_real_game_are_described_and_refused(game: Game) -> None:
    data = sorted((shared_data() / "replays").glob("*.SC2Replay"))[0].read_bytes()
    info = ask(game, replay_info=sc_pb.RequestReplayInfo(replay_data=data)).replay_info
    assert (info.map_name, info.game_version) == ("Cyber Forest LE", "4.10.0.75689")
    assert info.player_info[0].player_apm == 148
    failure = watch(game, data).start_replay
    assert failure.error == _Start.InvalidReplayData
    assert "only its own" in failure.error_details


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"replay_data": b"junk"}, _Start.InvalidReplayData),
        ({"replay_path": "no/such.SC2Replay"}, _Start.InvalidReplayPath),
        ({"observed_player_id": 7}, _Start.InvalidObservedPlayerId),
        ({"map_data": b"junk"}, _Start.InvalidMapData),
    ],
)
def test_replays_that_cannot_be_played(game: Game, fields: dict[str, Any], code: int) -> None:
    start(game)
    step(game, 5)
    data = save(game)
    request = sc_pb.RequestStartReplay(**{"replay_data": data, "options": RAW, "observed_player_id": 1, **fields})
    response = ask(game, start_replay=request)
    assert response.start_replay.error == code
    assert response.start_replay.error_details or code == _Start.InvalidObservedPlayerId
    assert response.status == sc_pb.in_game
    assert step(game).step.simulation_loop == 6


def test_a_replay_without_options_or_of_nothing(game: Game) -> None:
    start(game)
    data = save(game)
    assert ask(game, start_replay=sc_pb.RequestStartReplay()).start_replay.error == _Start.MissingReplay
    request = sc_pb.RequestStartReplay(replay_data=data, observed_player_id=1)
    assert ask(game, start_replay=request).start_replay.error == _Start.MissingOptions


def test_replays_are_found_in_the_installation(game: Game, tmp_path: Path) -> None:
    start(game)
    step(game, 5)
    (tmp_path / "Replays").mkdir()
    (tmp_path / "Replays" / "mine.SC2Replay").write_bytes(save(game))
    request = sc_pb.RequestStartReplay(replay_path="mine.SC2Replay", options=RAW, observed_player_id=1)
    assert ask(game, start_replay=request).status == sc_pb.in_replay


def test_the_map_may_be_given_anew(game: Game) -> None:
    start(game)
    step(game, 5)
    assert watch(game, save(game), map_data=map_data("Flat64")).status == sc_pb.in_replay
    info = ask(game, game_info=sc_pb.RequestGameInfo()).game_info
    assert info.start_raw.map_size.x == 88


def test_fights_go_the_same_way(game: Game) -> None:
    play(game)
    survivors = [unit.tag for unit in units(look(game), MARINE)]
    watch(game, save(game))
    step(game, LOOPS)
    assert [unit.tag for unit in units(look(game), MARINE)] == survivors


def recording() -> Recording:
    setup = Setup("Some Map", "Some/Map.SC2Map", 5, [PlayerSetup(sc_pb.Participant, name="me")])
    return Recording(setup, b"a map", {1: b"options"}, [Event(3, 1, ACTION, b"abc")], 7, {1: 2})


def test_recordings_survive_the_archive() -> None:
    assert Recording.from_replay(recording().to_replay("4.10.0.75689", 75689, "D")) == recording()


@pytest.mark.parametrize("cut", [10, 200, -5, -200])
def test_damaged_replays_are_refused(cut: int) -> None:
    data = recording().to_replay("4.10.0.75689", 75689, "D")
    with pytest.raises(ReplayError):
        Recording.from_replay(data[:cut])
