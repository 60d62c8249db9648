"""Sessions tell failures apart and refuse games without pictures."""

import pytest

from sc2data.harvest import requests
from sc2data.harvest.backend import MapFile
from sc2data.harvest.faults import BAD_FRAME, CLOSED, CRASH, ERROR, HANG, GameFault, HarvestError
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.session import GameSetup, Patience, Session

SIZES = RenderSizes((32, 32), (64, 48))


@pytest.fixture
def joined(simulator):
    with Session(simulator, Patience(launch=60, game=60, call=6)) as session:
        session.new_game(GameSetup(MapFile.read(simulator, "Simple64"), SIZES))
        yield session


def test_requests_are_answered_in_order(joined):
    step, observation, more = joined.send(requests.step(3), requests.observe(), requests.step(2))
    assert [r.WhichOneof("response") for r in (step, observation, more)] == ["step", "observation", "step"]
    assert (observation.observation.observation.game_loop, joined.loop, joined.player_id) == (3, 3, 1)
    pictures = joined.pictures(observation.observation, SIZES)
    assert (pictures.minimap.shape, pictures.screen.shape) == ((32, 32, 3), (48, 64, 3))
    assert joined.version.startswith("4.10.0")


def test_a_new_game_begins_anew_in_the_same_process(joined, simulator):
    pid = joined.process.pid
    joined.send(requests.step(30))
    joined.new_game(GameSetup(MapFile.read(simulator, "Flat64"), SIZES))
    assert (joined.process.pid, joined.starts) == (pid, 1)
    assert joined.send(requests.observe())[0].observation.observation.game_loop == 0


def test_a_game_that_is_over_says_so(joined, simulator):
    surrender = requests.debug_pb2.DebugCommand(end_game=requests.debug_pb2.DebugEndGame())
    joined.send(requests.debug([surrender]), requests.observe())
    assert not joined.ended
    joined.send(requests.step(1), requests.observe())
    assert joined.ended
    joined.new_game(GameSetup(MapFile.read(simulator, "Simple64"), SIZES))
    assert not joined.ended


def test_a_game_that_does_not_render_is_refused(joined):
    with pytest.raises(HarvestError, match=r"asked for a screen of 64x64 .* it granted 64x48"):
        joined._check_render(RenderSizes((32, 32), (64, 64)))
    assert not joined.alive


def test_a_picture_of_another_size_is_a_bad_frame(joined):
    observation = joined.send(requests.observe())[0].observation
    with pytest.raises(GameFault, match="the screen is 64x48") as caught:
        joined.pictures(observation, RenderSizes((32, 32), (64, 64)))
    assert caught.value.kind == BAD_FRAME


@pytest.mark.parametrize(
    ("mishap", "kind"),
    [({"test": 2}, CRASH), ({"test": 3}, CRASH), ({"test": 1}, HANG)],
)
def test_the_games_own_test_of_mishaps_is_told_apart(joined, mishap, kind):
    """debug.proto's test_process: hang 1, crash 2, exit 3."""
    from sc2data.harvest.requests import debug_pb2

    command = debug_pb2.DebugCommand(test_process=debug_pb2.DebugTestProcess(**mishap))
    with pytest.raises(GameFault) as caught:
        joined.send(requests.debug([command]), requests.step(1), requests.observe())
    assert caught.value.kind == kind
    assert caught.value.needs_new_process
    joined.kill()
    assert joined.process.running
    assert joined.starts == 2


def test_errors_and_lost_connections_are_told_apart(joined, simulator):
    with pytest.raises(GameFault) as caught:
        joined.send(requests.sc2api_pb2.Request())
    assert caught.value.kind == ERROR
    joined.kill()
    joined.process.controller.drop()
    with pytest.raises(GameFault) as caught:
        joined.send(requests.observe())
    assert caught.value.kind == CLOSED
