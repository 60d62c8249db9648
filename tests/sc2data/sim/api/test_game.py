"""The API's state machine, without a socket."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from sc2data.sim.api.game import Game
from sc2data.sim.api.legality import LEGAL
from sc2data.sim.api.messages import common_pb, debug_pb, query_pb, sc_pb
from tests.sc2data.sim.clients import (
    MARINE,
    RAW,
    act,
    ask,
    create,
    debug,
    everything,
    join,
    look,
    map_data,
    new_game,
    spawn,
    start,
    step,
    units,
)

STATES = {
    "launched": sc_pb.launched,
    "init_game": sc_pb.init_game,
    "in_game": sc_pb.in_game,
    "in_replay": sc_pb.in_replay,
    "ended": sc_pb.ended,
}


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return new_game(tmp_path)


def replay_request(data: bytes) -> sc_pb.RequestStartReplay:
    return sc_pb.RequestStartReplay(replay_data=data, options=RAW, observed_player_id=1)


def bring_to(game: Game, state: str) -> None:
    """Take a fresh game to a state by the shortest way."""
    if state == "launched":
        return
    create(game)
    if state == "init_game":
        return
    join(game)
    if state == "ended":
        debug(game, end_game=debug_pb.DebugEndGame())
        step(game)
    elif state == "in_replay":
        step(game, 10)
        data = ask(game, save_replay=sc_pb.RequestSaveReplay()).save_replay.data
        ask(game, start_replay=replay_request(data))
    assert game.status == STATES[state]


REQUESTS: dict[str, Any] = {
    "create_game": sc_pb.RequestCreateGame(),
    "join_game": sc_pb.RequestJoinGame(),
    "restart_game": sc_pb.RequestRestartGame(),
    "start_replay": sc_pb.RequestStartReplay(),
    "leave_game": sc_pb.RequestLeaveGame(),
    "quick_save": sc_pb.RequestQuickSave(),
    "quick_load": sc_pb.RequestQuickLoad(),
    "quit": sc_pb.RequestQuit(),
    "game_info": sc_pb.RequestGameInfo(),
    "observation": sc_pb.RequestObservation(),
    "action": sc_pb.RequestAction(),
    "obs_action": sc_pb.RequestObserverAction(),
    "step": sc_pb.RequestStep(),
    "data": sc_pb.RequestData(),
    "query": query_pb.RequestQuery(),
    "save_replay": sc_pb.RequestSaveReplay(),
    "map_command": sc_pb.RequestMapCommand(trigger_cmd="x"),
    "replay_info": sc_pb.RequestReplayInfo(),
    "available_maps": sc_pb.RequestAvailableMaps(),
    "save_map": sc_pb.RequestSaveMap(),
    "ping": sc_pb.RequestPing(),
    "debug": sc_pb.RequestDebug(),
}


def test_every_request_of_the_protocol_has_its_states_and_its_method() -> None:
    parts = {field.name for field in sc_pb.Request.DESCRIPTOR.oneofs_by_name["request"].fields}
    assert parts == LEGAL.keys() == REQUESTS.keys()
    assert all(hasattr(Game, "on_" + name) for name in parts)


@pytest.mark.parametrize("state", STATES)
def test_illegal_requests_are_misuse_and_change_nothing(game: Game, state: str) -> None:
    bring_to(game, state)
    for name, request in REQUESTS.items():
        if STATES[state] in LEGAL[name]:
            continue
        response = ask(game, **{name: request})
        assert response.error, name
        assert response.WhichOneof("response") is None, name
        assert response.status == STATES[state] == game.status, name


@pytest.mark.parametrize("state", ["launched", "init_game", "in_game", "in_replay", "ended"])
def test_legal_requests_are_answered_with_their_own_part(game: Game, state: str) -> None:
    harmless = ("game_info", "observation", "data", "query", "ping", "available_maps", "replay_info", "save_map")
    bring_to(game, state)
    for name in harmless:
        if STATES[state] in LEGAL[name]:
            response = ask(game, **{name: REQUESTS[name]}, id=5)
            assert response.WhichOneof("response") == name
            assert not response.error
            assert (response.status, response.id) == (STATES[state], 5)


def test_texts_that_clients_know(game: Game) -> None:
    assert "CreateGame or specify ports" in join(game).error[0]
    assert list(step(game).error) == ["A game has not been started yet"]
    create(game)
    assert step(game).error[0].startswith("Not in a game")
    join(game)
    debug(game, end_game=debug_pb.DebugEndGame())
    step(game)
    assert list(step(game).error) == ["Game has already ended"]
    assert list(ask(game, action=sc_pb.RequestAction()).error) == ["Game has already ended"]
    assert list(debug(game).error) == ["Not supported if game has already ended"]


def test_an_empty_request_is_misuse(game: Game) -> None:
    assert ask(game).error


_Create = sc_pb.ResponseCreateGame
_Join = sc_pb.ResponseJoinGame


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({}, _Create.MissingMap, "local_map"),
        ({"local_map": sc_pb.LocalMap(map_path="no/such.SC2Map")}, _Create.InvalidMapPath, "file doesn't exist."),
        ({"local_map": sc_pb.LocalMap(map_path="x", map_data=b"MPQ")}, _Create.InvalidMapData, "map"),
        ({"battlenet_map_name": "Nowhere LE"}, _Create.InvalidMapName, "Nowhere LE"),
    ],
)
def test_maps_that_are_not(game: Game, fields: dict[str, Any], code: int, words: str) -> None:
    players = [sc_pb.PlayerSetup(type=sc_pb.Participant)]
    response = ask(game, create_game=sc_pb.RequestCreateGame(player_setup=players, **fields))
    assert response.create_game.error == code
    assert words in response.create_game.error_details
    assert response.status == sc_pb.launched


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([], _Create.MissingPlayerSetup),
        ([sc_pb.Computer], _Create.InvalidPlayerSetup),
        ([sc_pb.Observer], _Create.InvalidPlayerSetup),
        ([sc_pb.Participant, *[sc_pb.Computer] * 4], _Create.InvalidPlayerSetup),
        ([sc_pb.Participant] * 3, _Create.MultiplayerUnsupported),
    ],
)
def test_players_that_cannot_play(game: Game, kinds: list[int], code: int) -> None:
    request = sc_pb.RequestCreateGame(local_map=sc_pb.LocalMap(map_path="a", map_data=map_data()))
    for kind in kinds:
        request.player_setup.add(type=kind)
    assert ask(game, create_game=request).create_game.error == code


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (sc_pb.RequestJoinGame(options=RAW), _Join.MissingParticipation),
        (sc_pb.RequestJoinGame(race=1), _Join.MissingOptions),
        (sc_pb.RequestJoinGame(observed_player_id=0, options=RAW), _Join.GameFull),
        (
            sc_pb.RequestJoinGame(race=1, options=sc_pb.InterfaceOptions(render=sc_pb.SpatialCameraSetup())),
            _Join.FeatureUnsupported,
        ),
        (sc_pb.RequestJoinGame(race=1, options=everything(screen=(5000, 64))), _Join.FeatureUnsupported),
    ],
)
def test_joins_that_fail_leave_the_game_to_be_joined(game: Game, request_: sc_pb.RequestJoinGame, code: int) -> None:
    create(game)
    response = ask(game, join_game=request_)
    assert response.join_game.error == code
    assert response.join_game.error_details
    assert response.status == sc_pb.init_game
    assert join(game).join_game.player_id == 1


def test_a_map_is_found_by_path_by_name_and_once_saved(tmp_path: Path) -> None:
    (tmp_path / "Maps" / "Melee").mkdir(parents=True)
    (tmp_path / "Maps" / "Melee" / "Flat 32.SC2Map").write_bytes(map_data())
    game = new_game(tmp_path)
    listed = ask(game, available_maps=sc_pb.RequestAvailableMaps()).available_maps
    assert list(listed.local_map_paths) == ["Melee/Flat 32.SC2Map"]
    assert list(listed.battlenet_map_names) == ["Flat 32"]
    saved = ask(game, save_map=sc_pb.RequestSaveMap(map_path="mine/own.SC2Map", map_data=map_data()))
    assert not saved.save_map.HasField("error")
    for fields in (
        {"battlenet_map_name": "flat32"},
        {"local_map": sc_pb.LocalMap(map_path="Melee/Flat 32.SC2Map")},
        {"local_map": sc_pb.LocalMap(map_path="mine/own.SC2Map")},
        {"local_map": sc_pb.LocalMap(map_path=str(tmp_path / "Maps" / "Melee" / "Flat 32.SC2Map"))},
    ):
        players = [sc_pb.PlayerSetup(type=sc_pb.Participant)]
        assert ask(game, create_game=sc_pb.RequestCreateGame(player_setup=players, **fields)).status == sc_pb.init_game
        join(game)


@pytest.mark.parametrize(("path", "data"), [("../out.SC2Map", map_data()), ("a.SC2Map", b"junk"), ("", map_data())])
def test_maps_that_cannot_be_saved(game: Game, tmp_path: Path, path: str, data: bytes) -> None:
    response = ask(game, save_map=sc_pb.RequestSaveMap(map_path=path, map_data=data))
    assert response.save_map.error == sc_pb.ResponseSaveMap.InvalidMapData
    assert not list(tmp_path.rglob("*.SC2Map"))


def test_game_info_echoes_the_options_and_hides_what_only_the_opponent_knows(game: Game) -> None:
    options = everything()
    options.feature_layer.crop_to_playable_area = True
    options.show_cloaked = True
    start(game, options, opponent=True)
    info = ask(game, game_info=sc_pb.RequestGameInfo()).game_info
    assert info.options == options
    assert [(p.player_id, p.type, p.race_requested, p.race_actual) for p in info.player_info] == [
        (1, sc_pb.Participant, common_pb.Terran, common_pb.Terran),
        (2, sc_pb.Computer, common_pb.Terran, common_pb.NoRace),
    ]
    assert (info.map_name, info.local_map_path) == ("Flat32", "Flat32.SC2Map")
    raw = info.start_raw
    assert (raw.map_size.x, raw.map_size.y) == (32, 32)
    assert len(raw.start_locations) == 1
    assert (len(raw.pathing_grid.data), len(raw.terrain_height.data)) == (32 * 32 // 8, 32 * 32)


def test_a_cropped_raw_interface_counts_from_the_playable_area(game: Game) -> None:
    cropped = sc_pb.InterfaceOptions(raw=True, raw_crop_to_playable_area=True)
    start(game, cropped, map_name="Flat64")
    raw = ask(game, game_info=sc_pb.RequestGameInfo()).game_info.start_raw
    assert (raw.map_size.x, raw.map_size.y) == (64, 64)
    assert (raw.playable_area.p0.x, raw.playable_area.p1.y) == (0, 64)
    assert (raw.pathing_grid.size.x, len(raw.terrain_height.data)) == (64, 64 * 64)
    spawn(game, MARINE, 30, 30)
    step(game)
    (marine,) = units(look(game), MARINE)
    assert (marine.pos.x, marine.pos.y) == pytest.approx((30, 30), abs=0.5)


def test_steps_count_and_default_to_one(game: Game) -> None:
    start(game)
    assert look(game).observation.game_loop == 0
    assert ask(game, step=sc_pb.RequestStep()).step.simulation_loop == 1
    assert step(game, 9).step.simulation_loop == 10
    assert step(game, 0).step.simulation_loop == 10
    assert look(game).observation.game_loop == 10


def test_restart_begins_anew_and_the_chosen_seed_gives_the_same_game(game: Game) -> None:
    start(game)
    step(game, 3)
    before = look(game).observation.SerializeToString()
    assert ask(game, restart_game=sc_pb.RequestRestartGame()).status == sc_pb.in_game
    assert look(game).observation.game_loop == 0
    step(game, 3)
    assert look(game).observation.SerializeToString() == before


def test_the_results_are_told_once(game: Game) -> None:
    start(game, opponent=True)
    debug(game, end_game=debug_pb.DebugEndGame(end_result=debug_pb.DebugEndGame.DeclareVictory))
    assert step(game).status == sc_pb.ended
    results = {result.player_id: result.result for result in look(game).player_result}
    assert results == {1: sc_pb.Victory, 2: sc_pb.Defeat}
    assert not look(game).player_result
    assert ask(game, restart_game=sc_pb.RequestRestartGame()).status == sc_pb.in_game


def test_quick_load_goes_back_to_the_quick_save(game: Game) -> None:
    start(game)
    assert ask(game, quick_load=sc_pb.RequestQuickLoad()).error
    step(game, 5)
    ask(game, quick_save=sc_pb.RequestQuickSave())
    step(game, 20)
    later = look(game).observation.SerializeToString()
    for _ in range(2):
        ask(game, quick_load=sc_pb.RequestQuickLoad())
        assert look(game).observation.game_loop == 5
        step(game, 20)
        assert look(game).observation.SerializeToString() == later


def test_the_map_has_no_triggers(game: Game) -> None:
    start(game)
    response = ask(game, map_command=sc_pb.RequestMapCommand(trigger_cmd="boom")).map_command
    assert response.error == sc_pb.ResponseMapCommand.NoTriggerError
    assert "boom" in response.error_details


def test_data_has_the_tables_asked_for(game: Game) -> None:
    start(game)
    data = ask(game, data=sc_pb.RequestData(unit_type_id=True)).data
    assert data.units[MARINE].name == "Marine"
    assert not data.abilities


def test_realtime_keeps_the_pace_and_observations_wait_for_their_loop(game: Game) -> None:
    start(game, realtime=True)
    assert step(game).error
    first = look(game).observation.game_loop
    began = time.monotonic()
    seen = look(game, game_loop=first + 11).observation.game_loop
    assert first + 11 <= seen <= first + 14
    assert 0.35 < time.monotonic() - began < 1.0  # 11 loops take 0.49 s
    ask(game, leave_game=sc_pb.RequestLeaveGame())
    assert _ends("realtime")


def test_an_observer_sees_everybody_and_cannot_act(game: Game) -> None:
    request = sc_pb.RequestCreateGame(local_map=sc_pb.LocalMap(map_path="a", map_data=map_data()), random_seed=1)
    for kind in (sc_pb.Computer, sc_pb.Computer, sc_pb.Observer):
        request.player_setup.add(type=kind, race=common_pb.Terran)
    ask(game, create_game=request)
    joined = ask(game, join_game=sc_pb.RequestJoinGame(observed_player_id=0, options=RAW))
    assert joined.status == sc_pb.in_game
    step(game, 2)
    assert {unit.owner for unit in look(game).observation.raw_data.units} >= {1, 2}
    assert ask(game, action=sc_pb.RequestAction()).error
    assert not ask(game, obs_action=sc_pb.RequestObserverAction()).error
    debug(game, game_state=debug_pb.show_map)  # means no player
    assert step(game).status == sc_pb.in_game


def test_a_game_that_fails_within_says_so_and_goes_on(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    start(game)
    monkeypatch.setattr("sc2data.sim.api.game.observe", lambda *_: 1 / 0)
    response = ask(game, observation=sc_pb.RequestObservation())
    assert "ZeroDivisionError" in response.error[0]
    assert step(game).step.simulation_loop == 1


def test_unknown_actions_are_harmless(game: Game) -> None:
    start(game)
    assert act(game, sc_pb.Action(), sc_pb.Action(game_loop=3)) == [1, 1]


def _ends(name: str) -> bool:
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if not any(thread.name == name for thread in threading.enumerate()):
            return True
        time.sleep(0.01)
    return False
