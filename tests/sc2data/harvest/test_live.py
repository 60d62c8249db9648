"""Games that go on by request: what an episode begins with, what is done to it, and copies that do it again."""

import gc
import pickle

import numpy as np
import psutil
import pytest

from sc2data import units
from sc2data.harvest import requests
from sc2data.harvest.backend import MapFile
from sc2data.harvest.faults import ConfigError, GameFault
from sc2data.harvest.jobs import Supervision
from sc2data.harvest.live import LiveGame, Order
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.play_config import PlayConfig
from sc2data.harvest.scene_config import SceneConfig
from sc2data.harvest.session import GameSetup, Patience

PATIENT = Supervision(patience=Patience(60, 60, 20))
MARINE = units.unit_type("Marine").id
SIZES = RenderSizes((32, 32), (64, 64))
SCENE = SceneConfig(
    count=(4, 4),
    elsewhere=(0, 0),
    clutter=(0, 0),
    structures_count=(0, 0),
    motions={"still": 1.0},
    layouts={"crowd": 1},
)


@pytest.fixture(scope="module")
def game(simulator):
    """One game for all tests: what was played before makes no difference."""
    made = LiveGame(simulator, GameSetup(MapFile.read(simulator, "Simple64"), SIZES), SCENE, 3, PATIENT)
    yield made
    made.close()


def marines(frame):
    return frame.units.select(frame.units.type == MARINE)


def test_orders_are_carried_out_by_the_numbers_of_units(game):
    first = game.begin(0)
    assert len(marines(first)) == 4 and first.loop == 2 and first.result == "" and first.losses == (0, 0)
    one = marines(first).select(np.array([0]))
    x, y = (one.world[0, :2] + (0, 6)).tolist()
    frame = game.step([Order(requests.MOVE, (int(one.tag[0]),), x, y)], camera=(40.0, 40.0), loops=10)
    assert frame.loop == 12 and frame.camera[:2] == (40.0, 40.0)
    moved = np.abs(marines(frame).world - marines(first).world).max(axis=1)
    # 3.15 a second at 22.4 loops a second are 0.14 a loop; the others make way at most.
    assert 1.0 < moved[marines(frame).tag == one.tag[0]] < 1.5 and np.sort(moved)[:-1].max() < 0.5
    assert not np.shares_memory(frame.screen, first.screen) and frame.screen.flags.writeable


def test_a_moment_that_is_kept_can_be_looked_at_from_everywhere(game):
    first = game.begin(1)
    game.hold()
    there, elsewhere, again = (game.peek(place) for place in ((30.0, 30.0), (50.0, 60.0), (30.0, 30.0)))
    assert there.loop == elsewhere.loop == again.loop == first.loop + 1
    np.testing.assert_array_equal(there.screen, again.screen)
    assert (there.screen != elsewhere.screen).any()
    np.testing.assert_array_equal(there.units.world, elsewhere.units.world)


def test_a_copy_does_again_what_was_done(game):
    game.begin(2)
    game.step(loops=5)
    game.hold()
    game.peek((40.0, 40.0))
    copy = pickle.loads(pickle.dumps(game))
    assert copy.pid == 0
    mine, its = game.peek((35.0, 45.0)), copy.peek((35.0, 45.0))
    np.testing.assert_array_equal(mine.screen, its.screen)
    np.testing.assert_array_equal(mine.units.tag, its.units.tag)
    pid = copy.pid
    assert pid not in (0, game.pid)
    del copy
    gc.collect()
    assert not psutil.pid_exists(pid)


def test_a_game_that_fails_is_gone_and_the_next_episode_has_another(game):
    before = game.begin(0)
    pid = game.pid
    psutil.Process(pid).kill()
    with pytest.raises(GameFault, match="crash"):
        game.step()
    assert game.pid == 0
    after = game.begin(0)
    assert game.pid != pid
    np.testing.assert_array_equal(before.screen, after.screen)


OLD = Supervision(scenes_per_process=2)
LARGE = Supervision(memory_mebibytes=1, check_memory_every=2)


@pytest.mark.parametrize("worn", [OLD, LARGE], ids=["old", "large"])
def test_a_process_that_is_worn_is_replaced_between_episodes(simulator, worn):
    game = LiveGame(simulator, GameSetup(MapFile.read(simulator, "Simple64"), SIZES), SCENE, 3, worn)
    try:
        frames, pids = [], []
        for _ in range(3):
            frames.append(game.begin(0))
            pids.append(game.pid)
        assert pids[0] == pids[1] != pids[2]
        np.testing.assert_array_equal(frames[0].screen, frames[2].screen)
    finally:
        game.close()


def test_who_loses_all_structures_has_lost_and_the_next_scene_is_as_ever(game):
    first = game.begin(0)
    theirs = game._tags.tags(first.units.tag[(first.units.alliance == 4)].tolist())
    game._send(requests.debug([requests.kill(theirs)]))
    assert game.step(loops=4).result == "victory"
    np.testing.assert_array_equal(game.begin(0).screen, first.screen)


def test_melee_episodes_are_games_of_their_own(simulator):
    config = PlayConfig(armies=(2, 2), army=("Marine",), enemies=("Zergling",))
    setup = GameSetup(
        MapFile.read(simulator, "Simple64"), SIZES, race="Protoss", enemy_race="Zerg", difficulty="Medium"
    )
    game = LiveGame(simulator, setup, config, 3)
    try:
        first, other, again = (game.begin(number) for number in (0, 1, 0))
        np.testing.assert_array_equal(first.screen, again.screen)
        assert (first.minimap != other.minimap).any()
        names = {units.unit_type(kind).name for kind in first.units.type[first.units.alliance != 3].tolist()}
        assert names >= {"Nexus", "Probe", "Marine", "Hatchery", "Drone", "Zergling"}
    finally:
        game.close()


def test_what_cannot_be_played_is_said(simulator):
    map_file = MapFile.read(simulator, "Simple64")
    with pytest.raises(ConfigError, match="enemy_race 'Orc' is none of Terran"):
        GameSetup(map_file, SIZES, enemy_race="Orc")
    with pytest.raises(ConfigError, match="is for one player"):
        LiveGame(simulator, GameSetup(MapFile.read(simulator, "DefeatRoaches"), SIZES), SCENE)
