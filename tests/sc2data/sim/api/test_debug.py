"""Debug commands, and queries about what they made."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, debug_pb, error_pb, query_pb, sc_pb
from tests.sc2data.sim.clients import (
    COMMAND_CENTER,
    MARINE,
    SCV,
    SIEGE_TANK,
    ZERGLING,
    Client,
    act,
    ask,
    debug,
    look,
    new_game,
    simulator,
    spawn,
    start,
    step,
    units,
)

_Value = debug_pb.DebugSetUnitValue
_Test = debug_pb.DebugTestProcess
DEPOT = 319


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = new_game(tmp_path)
    start(game, opponent=True, map_name="Flat64")
    return game


def value(game: Game, tag: int, kind: int, amount: float) -> None:
    debug(game, unit_value=_Value(unit_tag=tag, unit_value=kind, value=amount))
    step(game)


def query(game: Game, **parts: Any) -> query_pb.ResponseQuery:
    response = ask(game, query=query_pb.RequestQuery(**parts))
    assert response.HasField("query"), response
    return response.query


def test_commands_are_answered_and_take_effect_with_the_next_step(game: Game) -> None:
    spawn(game, MARINE, 44, 44, count=5)
    assert not units(look(game), MARINE)
    step(game)
    made = units(look(game), MARINE)
    assert len(made) == 5
    assert {unit.owner for unit in made} == {1}
    assert all(abs(unit.pos.x - 44) < 3 and abs(unit.pos.y - 44) < 3 for unit in made)


def test_units_for_nobody_belong_to_the_map(game: Game) -> None:
    spawn(game, ZERGLING, 44, 44, owner=0)
    spawn(game, SIEGE_TANK, 40, 44, owner=9)
    step(game)
    seen = look(game, disable_fog=True)
    assert [unit.owner for unit in units(seen, ZERGLING) + units(seen, SIEGE_TANK)] == [16, 16]


def test_senseless_commands_do_nothing(game: Game) -> None:
    before = len(look(game).observation.raw_data.units)
    spawn(game, 999_999, 44, 44)
    spawn(game, MARINE, 44, 44, count=0)
    debug(game, kill_unit=debug_pb.DebugKillUnit(tag=[1, 2, 3]))
    debug(game, unit_value=_Value(unit_tag=5, unit_value=_Value.Life, value=3))
    spawn(game, MARINE, float("nan"), 44)
    debug(game, unit_value=_Value(unit_tag=5, unit_value=_Value.Life, value=float("nan")))
    debug(game, draw=debug_pb.DebugDraw(text=[debug_pb.DebugText(text="hello")]))
    debug(game)
    assert step(game).status == sc_pb.in_game
    assert len(look(game).observation.raw_data.units) == before


def test_killing(game: Game) -> None:
    spawn(game, MARINE, 44, 44, count=3)
    step(game)
    first = units(look(game), MARINE)[0].tag
    debug(game, kill_unit=debug_pb.DebugKillUnit(tag=[first]))
    assert len(units(look(game), MARINE)) == 3
    step(game)
    assert first not in [unit.tag for unit in units(look(game), MARINE)]
    assert len(units(look(game), MARINE)) == 2


def test_values_of_units(game: Game) -> None:
    spawn(game, MARINE, 44, 44)
    step(game)
    (marine,) = units(look(game), MARINE)
    for amount, health in ((5, 5), (0, 45), (1000, 45)):
        value(game, marine.tag, _Value.Life, amount)
        assert units(look(game), MARINE)[0].health == health


def test_riches(game: Game) -> None:
    debug(game, game_state=debug_pb.all_resources)
    step(game)
    common = look(game).observation.player_common
    assert common.minerals >= 5000
    assert common.vespene == 5000


def test_the_whole_map_is_shown_and_hidden_again(game: Game) -> None:
    def halls() -> int:
        return len([unit for unit in units(look(game), COMMAND_CENTER) if unit.display_type == 1])

    for expected in (2, 1):
        debug(game, game_state=debug_pb.show_map)
        step(game)
        assert halls() == expected


def test_the_enemys_units_obey_once_that_is_switched_on(game: Game) -> None:
    spawn(game, ZERGLING, 44, 44, owner=2)
    spawn(game, MARINE, 40, 44)
    step(game)
    (zergling,) = units(look(game), ZERGLING)
    action = sc_pb.Action()
    action.action_raw.unit_command.ability_id = 3794
    action.action_raw.unit_command.unit_tags.append(zergling.tag)
    action.action_raw.unit_command.target_world_space_pos.CopyFrom(common_pb.Point2D(x=60, y=44))
    assert act(game, action) != [1]
    debug(game, game_state=debug_pb.control_enemy)
    step(game)
    assert act(game, action) == [1]


@pytest.mark.parametrize(
    ("how", "result"),
    [
        (debug_pb.DebugEndGame(), sc_pb.Defeat),
        (debug_pb.DebugEndGame(end_result=debug_pb.DebugEndGame.Surrender), sc_pb.Defeat),
        (debug_pb.DebugEndGame(end_result=debug_pb.DebugEndGame.DeclareVictory), sc_pb.Victory),
    ],
)
def test_ending_the_game(game: Game, how: debug_pb.DebugEndGame, result: int) -> None:
    assert debug(game, end_game=how).status == sc_pb.in_game
    assert step(game).status == sc_pb.ended
    assert {r.player_id: r.result for r in look(game).player_result}[1] == result


@pytest.mark.parametrize("delay", [0, 200])
@pytest.mark.parametrize(("test", "code"), [(_Test.crash, -signal.SIGSEGV), (_Test.exit, 0)])
def test_the_process_can_be_brought_down(tmp_path: Path, test: Any, code: int, delay: int) -> None:
    with simulator(tmp_path) as (process, port), Client(port) as client:
        start(client)
        request = sc_pb.RequestDebug(debug=[debug_pb.DebugCommand(test_process=_Test(test=test, delay_ms=delay))])
        client.socket.send_binary(sc_pb.Request(debug=request).SerializeToString())
        began = time.monotonic()
        assert process.wait(5) == code
        assert time.monotonic() - began >= delay / 1000 * 0.5


def test_the_process_can_be_made_to_hang(tmp_path: Path) -> None:
    with simulator(tmp_path) as (process, port), Client(port) as client:
        start(client)
        client.socket.settimeout(0.5)
        with pytest.raises(TimeoutError, match="timed out"):
            _wait(client, debug_pb.DebugCommand(test_process=_Test(test=_Test.hang)))
        assert process.poll() is None


def _wait(client: Client, command: debug_pb.DebugCommand) -> None:
    from websocket import WebSocketTimeoutException

    try:
        ask(client, debug=sc_pb.RequestDebug(debug=[command]))
    except WebSocketTimeoutException as error:
        raise TimeoutError("timed out") from error


# Queries --------------------------------------------------------------------------------------------------------------


def point(x: float, y: float) -> common_pb.Point2D:
    return common_pb.Point2D(x=x, y=y)


def test_walking_distances(game: Game) -> None:
    spawn(game, MARINE, 40, 44)
    step(game)
    (marine,) = units(look(game), MARINE)
    paths = [
        query_pb.RequestQueryPathing(start_pos=point(40, 44), end_pos=point(43, 48)),
        query_pb.RequestQueryPathing(start_pos=point(40, 44), end_pos=point(-5, 48)),
        query_pb.RequestQueryPathing(unit_tag=marine.tag, end_pos=point(marine.pos.x + 3, marine.pos.y)),
        query_pb.RequestQueryPathing(unit_tag=1, end_pos=point(43, 44)),
    ]
    distances = [answer.distance for answer in query(game, pathing=paths).pathing]
    assert distances == pytest.approx([5, 0, 3, 0], abs=0.01)


def test_what_units_can_do(game: Game) -> None:
    (hall,) = units(look(game), COMMAND_CENTER)
    scv = units(look(game), SCV)[0]
    tags = [query_pb.RequestQueryAvailableAbilities(unit_tag=tag) for tag in (scv.tag, hall.tag, 7)]
    worker, base, nobody = query(game, abilities=tags).abilities
    assert (worker.unit_tag, worker.unit_type_id) == (scv.tag, SCV)
    assert {(a.ability_id, a.requires_point) for a in worker.abilities} >= {(4, False), (16, True), (295, True)}
    assert 524 in [ability.ability_id for ability in base.abilities]
    assert not nobody.abilities
    assert DEPOT not in [ability.ability_id for ability in worker.abilities]  # 50 minerals of 100
    rich = query(game, abilities=tags[:1], ignore_resource_requirements=True).abilities[0]
    assert DEPOT in [ability.ability_id for ability in rich.abilities]


def test_where_structures_can_stand(game: Game) -> None:
    (hall,) = units(look(game), COMMAND_CENTER)
    places = [
        query_pb.RequestQueryBuildingPlacement(ability_id=DEPOT, target_pos=target)
        for target in (point(44, 44), point(hall.pos.x, hall.pos.y), point(1, 1))
    ]
    places.append(query_pb.RequestQueryBuildingPlacement(ability_id=23, target_pos=point(44, 44)))
    results = [answer.result for answer in query(game, placements=places).placements]
    assert results[0] == error_pb.Success
    assert error_pb.Success not in results[1:]
    assert results[3] == error_pb.NotSupported
