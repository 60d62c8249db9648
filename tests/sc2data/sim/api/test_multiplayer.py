"""Two participants, each with a simulator of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sc2data.sim.api import multiplayer
from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, sc_pb
from tests.sc2data.sim.clients import (
    COMMAND_CENTER,
    MARINE,
    RAW,
    act,
    ask,
    free_port,
    look,
    map_data,
    new_game,
    spawn,
    step,
    units,
)

_Join = sc_pb.ResponseJoinGame


class Pair:
    """Two simulators whose clients ask at the same time."""

    def __init__(self, folder: Path) -> None:
        self.games = [new_game(folder / "host"), new_game(folder / "guest")]
        self._pool = ThreadPoolExecutor(2)
        self.port = free_port()

    def both(self, ask_one: Callable[..., Any], *arguments: tuple[Any, ...]) -> list[Any]:
        """Call `ask_one` for both games at once, with arguments for each."""
        each = arguments or ((), ())
        futures = [self._pool.submit(ask_one, game, *args) for game, args in zip(self.games, each)]
        return [future.result(30) for future in futures]

    def create(self) -> None:
        request = sc_pb.RequestCreateGame(
            local_map=sc_pb.LocalMap(map_path="Flat64.SC2Map", map_data=map_data("Flat64")), random_seed=1
        )
        request.player_setup.add(type=sc_pb.Participant)
        request.player_setup.add(type=sc_pb.Participant)
        assert ask(self.games[0], create_game=request).status == sc_pb.init_game

    def join(self) -> list[sc_pb.Response]:
        return self.both(join, (self.port,), (self.port,))

    def close(self) -> None:
        for game in self.games:
            ask(game, quit=sc_pb.RequestQuit())
        self._pool.shutdown()


def join(game: Game, port: int) -> sc_pb.Response:
    ports = sc_pb.PortSet(game_port=port, base_port=port)
    request = sc_pb.RequestJoinGame(
        race=common_pb.Terran, options=RAW, server_ports=ports, client_ports=[ports], player_name=f"{port}"
    )
    return ask(game, join_game=request)


@pytest.fixture
def pair(tmp_path: Path) -> Any:
    pair = Pair(tmp_path)
    pair.create()
    joined = pair.join()
    assert [response.join_game.player_id for response in joined] == [1, 2]
    assert [response.status for response in joined] == [sc_pb.in_game] * 2
    yield pair
    pair.close()


def move(tag: int) -> sc_pb.Action:
    action = sc_pb.Action()
    action.action_raw.unit_command.ability_id = 3794
    action.action_raw.unit_command.unit_tags.append(tag)
    action.action_raw.unit_command.target_world_space_pos.CopyFrom(common_pb.Point2D(x=40, y=40))
    return action


def test_steps_wait_for_each_other_whatever_their_counts(pair: Pair) -> None:
    pair.both(step, (4,), (4,))
    assert [seen.observation.game_loop for seen in pair.both(look)] == [4, 4]
    slow, quick = pair.both(
        lambda game, counts: [step(game, n).step.simulation_loop for n in counts], ([6],), ([2, 4],)
    )
    assert slow == [10]
    assert quick[-1] == 10


def test_each_sees_its_own_side(pair: Pair) -> None:
    pair.both(step)
    seen = pair.both(look)
    assert [one.observation.player_common.player_id for one in seen] == [1, 2]
    owners = [[unit.owner for unit in units(one, COMMAND_CENTER) if unit.alliance == 1] for one in seen]
    assert owners == [[1], [2]]
    infos = pair.both(lambda game: ask(game, game_info=sc_pb.RequestGameInfo()).game_info)
    assert [info.start_raw.start_locations[0].x for info in infos] != [infos[0].start_raw.start_locations[0].x] * 2
    assert [player.player_name for player in infos[0].player_info] == [str(pair.port)] * 2


def test_an_action_takes_two_loops(pair: Pair) -> None:
    spawn(pair.games[0], MARINE, 44, 44)
    pair.both(step, (2,), (2,))
    sent = look(pair.games[0])
    (marine,) = units(sent, MARINE)
    assert act(pair.games[0], move(marine.tag)) == [1]
    pair.both(step)
    assert not look(pair.games[0]).actions
    pair.both(step)
    seen = look(pair.games[0])
    (told,) = [action for action in seen.actions if action.HasField("action_raw")]
    assert told.game_loop == sent.observation.game_loop + 1
    assert units(seen, MARINE)[0].orders[0].ability_id == 16


def test_what_goes_wrong_later_is_told_as_an_error(pair: Pair) -> None:
    assert act(pair.games[1], move(999)) == [1]
    pair.both(step, (2,), (2,))
    assert len(look(pair.games[1]).action_errors) == 1
    assert not look(pair.games[0]).action_errors


def test_who_leaves_loses_and_both_can_play_again(pair: Pair) -> None:
    pair.both(step)
    assert ask(pair.games[0], leave_game=sc_pb.RequestLeaveGame()).status == sc_pb.launched
    told = ask(pair.games[1], observation=sc_pb.RequestObservation())
    assert told.status == sc_pb.ended
    results = {result.player_id: result.result for result in told.observation.player_result}
    assert results == {1: sc_pb.Defeat, 2: sc_pb.Victory}
    assert ask(pair.games[1], leave_game=sc_pb.RequestLeaveGame()).status == sc_pb.launched
    pair.create()
    assert [response.status for response in pair.join()] == [sc_pb.in_game] * 2
    pair.both(step, (3,), (3,))
    assert [seen.observation.game_loop for seen in pair.both(look)] == [3, 3]


def test_nobody_is_waited_for_who_has_gone(pair: Pair) -> None:
    waiting = pair._pool.submit(step, pair.games[0], 5)
    ask(pair.games[1], leave_game=sc_pb.RequestLeaveGame())
    assert waiting.result(10).status == sc_pb.ended


def test_a_guest_without_its_host_is_launched_again(pair: Pair) -> None:
    assert pair.games[1]._link is not None
    pair.games[1]._link._socket.shutdown(2)
    response = ask(pair.games[1], observation=sc_pb.RequestObservation())
    assert "lost" in response.error[0]
    assert response.status == sc_pb.launched


def test_a_replay_of_two_shows_both_sides(pair: Pair) -> None:
    spawn(pair.games[1], MARINE, 44, 44, owner=2)
    pair.both(step, (4,), (4,))
    (marine,) = units(look(pair.games[1]), MARINE)
    act(pair.games[1], move(marine.tag))
    pair.both(step, (10,), (10,))
    before = units(look(pair.games[1]), MARINE)
    data = ask(pair.games[1], save_replay=sc_pb.RequestSaveReplay()).save_replay.data
    pair.both(lambda game: ask(game, leave_game=sc_pb.RequestLeaveGame()))
    for number, game in enumerate(pair.games, start=1):
        request = sc_pb.RequestStartReplay(replay_data=data, options=RAW, observed_player_id=number)
        assert ask(game, start_replay=request).status == sc_pb.in_replay
        step(game, 14)
    assert units(look(pair.games[1]), MARINE) == before


def test_some_requests_are_for_one_participant_only(pair: Pair) -> None:
    assert ask(pair.games[0], quick_save=sc_pb.RequestQuickSave()).error
    restarted = pair.both(lambda game: ask(game, restart_game=sc_pb.RequestRestartGame()))
    assert [response.restart_game.error for response in restarted] == [sc_pb.ResponseRestartGame.LaunchError] * 2


def test_two_need_ports(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.create()
    response = ask(pair.games[0], join_game=sc_pb.RequestJoinGame(race=1, options=RAW))
    assert response.join_game.error == _Join.MissingPorts
    pair.close()


def test_who_waits_in_vain_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiplayer, "PATIENCE", 0.3)
    pair = Pair(tmp_path)
    assert join(pair.games[1], pair.port).join_game.error == _Join.NetworkError  # no host
    pair.create()
    response = join(pair.games[0], pair.port)  # no guest
    assert response.join_game.error == _Join.NetworkError
    assert response.status == sc_pb.init_game
    pair.close()
