"""The game as an environment: what is seen and told, what commands do, and how episodes end."""

import gymnasium
import numpy as np
import pytest

from envs import EnvError, SaccadeOptions, SaccadeWrapper, StarCraft2Env, testing
from envs.actions import ActionError
from envs.commands import KINDS, Command, CommandCode
from sc2data.format.record import UNIT_COLUMNS
from sc2data.harvest.backend import choose
from sc2data.harvest.faults import BackendError, ConfigError, MapNotFoundError
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.jobs import Supervision, Worker
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.scene_config import SceneConfig
from tests.envs.live import FEW, MELEE, SMALL

pytestmark = pytest.mark.usefixtures("warm_games")
FIGHT = {
    **FEW,
    "count": (8, 8),
    "clutter": (6, 6),
    "enemies": ("Zergling",),
    "army": ("Marauder",),
    "layouts": {"crowd": 1},
}


@pytest.fixture
def env():
    with StarCraft2Env(**SMALL) as made:
        yield made


def centre(env, side):
    """The middle of a side's units that are no structures, on the minimap."""
    units = env._units
    return env.place(units.world[units.of_side(side) & ~units.structures()]).mean(0)


@pytest.mark.parametrize("actions", ["grid", "continuous"])
def test_it_keeps_the_contract(actions):
    few = {**SMALL, "actions": actions, "render_mode": "rgb_array"}
    testing.check_env(lambda: gymnasium.make("envs:varsac/StarCraft2-v0", **few), steps=5)


def test_an_episode_begins_with_the_harvested_scene_of_its_number(env):
    worker = Worker(
        choose("simulator"),
        HarvestConfig(sizes=RenderSizes((48, 48), (64, 64)), scenes=SceneConfig(**FEW)),
        Supervision(),
    )
    try:
        for scene in (0, 3):
            (record,) = worker.run(scene).records
            observation, info = env.reset(options={"index": scene})
            np.testing.assert_array_equal(observation["minimap"], record.minimap)
            np.testing.assert_array_equal(observation["screen"], record.screen)
            for name in UNIT_COLUMNS:
                np.testing.assert_array_equal(getattr(info["units"], name), getattr(record.units, name), name)
            assert (info["index"], info["game_loop"]) == (scene, record.scene.game_loop)
    finally:
        worker.close()


def test_units_are_told_in_the_world_and_in_both_pictures(env):
    observation, info = env.reset(seed=1)
    units = info["units"]
    marines = int(((units.type == 48) & (units.alliance == 1)).sum())
    assert info["counts"]["self"]["Marine"] == marines > 0
    shown = int(((units.type == 48) & (units.alliance == 1) & units.on_screen).sum())
    assert info["counts_on_screen"]["self"].get("Marine", 0) == shown
    # Simple64 is 88 x 96 cells: half a pixel of 48 is a cell, counted from the upper left corner.
    np.testing.assert_allclose(units.minimap[0], [units.world[0, 0] / 2, 48 - units.world[0, 1] / 2], atol=1e-4)
    np.testing.assert_allclose(env.place(units.world[:1]), 2 * units.minimap[:1] / 48 - 1, atol=1e-6)
    assert observation["camera"] == pytest.approx(env.place([env.frame.camera])[0])
    assert info["losses"] == {"self": 0, "enemy": 0} and "result" not in info and "fault" not in info


def test_the_camera_looks_where_it_is_told(env):
    observation, begun = env.reset(seed=1)
    target = -0.5 * np.sign(observation["camera"])
    place = env.code.places[env.code.encode("camera", *target)[1]]
    seen, *_, info = env.step(env.code.encode("camera", *target))
    np.testing.assert_allclose(seen["camera"], place, atol=0.02)
    assert (seen["screen"] != observation["screen"]).any() and info["game_loop"] == begun["game_loop"] + 8
    corners = info["footprint"] + seen["camera"]  # what the screen shows on level ground
    units = info["units"]
    inside = (env.place(units.world) > corners.min(0)).all(1) & (env.place(units.world) < corners.max(0)).all(1)
    assert not (units.on_screen & ~inside).any()
    same, *_ = env.step(env.code.encode("noop"))
    np.testing.assert_array_equal(same["camera"], seen["camera"])


def test_soldiers_go_where_they_are_sent(env):
    env.reset(seed=2)
    soldiers = env._units.soldiers() & (env._units.type == 48)
    assert 0 < soldiers.sum() < env._units.of_side("self").sum()
    tags, before = env._units.tag[soldiers], env._units.world[soldiers, :2]
    goal = env.world(*env.place([np.add(before.mean(0), (0, 12))])[0])
    for _ in range(4):
        env.step(env.code.encode("move", *env.place([goal])[0]))
    for tag, start in zip(tags, before):
        (now,) = env._units.world[env._units.tag == tag, :2]
        assert np.hypot(*(now - goal)) < np.hypot(*(start - goal)) - 1, "32 loops at 3.15 a second are 4.5 cells"


def test_those_on_the_screen_can_be_sent_alone():
    peaceful = {**FEW, "count": (4, 4), "elsewhere": (4, 4), "army": ("Marauder",), "enemies": ()}
    peaceful["motions"] = {"still": 1.0}
    with StarCraft2Env(**{**SMALL, "scenes": peaceful, "loops": 16}) as env:
        env.reset(seed=0)
        before = env._units
        soldiers, shown = before.soldiers(), before.on_screen
        env.step(env.code.encode("move_shown", 0.0, 0.0))
        rows = {tag: row for row, tag in enumerate(env._units.tag.tolist())}
        moved = [
            np.abs(env._units.world[rows[tag]] - before.world[row]).max() for row, tag in enumerate(before.tag.tolist())
        ]
        assert np.array(moved)[soldiers & shown].min() > 0.5 > np.array(moved)[soldiers & ~shown].max()


def test_a_battle_is_fought_for_kills_until_a_side_is_gone():
    with StarCraft2Env(**{**SMALL, "scenes": FIGHT}) as env:
        env.reset(seed=0)
        rewards, over, steps = [], False, 0
        while not over and steps < 100:
            _, reward, over, truncated, info = env.step(env.code.encode("attack", *centre(env, "enemy")))
            assert not truncated
            rewards.append(reward)
            steps += 1
        lost = info["losses"]
        assert over and info["result"] == "victory" and lost["enemy"] > 0
        assert sum(rewards) == lost["enemy"] - lost["self"]
        assert not (env._units.of_side("enemy") & ~env._units.structures()).any()
        with pytest.raises(gymnasium.error.ResetNeeded):
            env.step(env.code.encode("noop"))
        again = env.reset(seed=0)[1]
        assert again["losses"] == {"self": 0, "enemy": 0}


@pytest.mark.parametrize("reward", ["outcome", "score", "none"])
def test_rewards_may_be_the_outcome_the_score_or_none(reward):
    with StarCraft2Env(**{**SMALL, "scenes": FIGHT, "reward": reward}) as env:
        env.reset(seed=0)
        score, rewards, over = env.frame.score, [], False
        while not over and (reward == "outcome" or len(rewards) < 3):
            _, gained, over, *_ = env.step(env.code.encode("attack", *centre(env, "enemy")))
            rewards.append(gained)
        expected = {"outcome": 1.0, "score": env.frame.score - score, "none": 0.0}
        assert sum(rewards) == expected[reward]
        assert rewards[:-1] == [0.0] * (len(rewards) - 1) or reward == "score"


def test_a_game_against_the_built_in_ai():
    options = {**MELEE, "armies": (3, 3), "army": ("Marine",), "enemies": ("Zergling",), "loops": 4}
    with StarCraft2Env(**options, enemy_race="Zerg", difficulty="Easy") as env:
        observation, info = env.reset(seed=0)
        assert info["counts"]["self"]["Marine"] == 3 and info["counts"]["self"]["SCV"] == 12
        assert info["counts"]["enemy"]["Zergling"] == 3 and info["counts"]["enemy"]["Hatchery"] == 1
        assert env._units.soldiers().sum() == 3
        for _ in range(3):
            *_, terminated, truncated, info = env.step(env.code.encode("attack", 0.1, 0.1))
        assert not terminated and not truncated and info["game_loop"] == 4 + 12
        other, told = env.reset()
        assert told["index"] != info["index"] and (other["minimap"] != observation["minimap"]).any()
        env.reset(seed=0)
        env.game._send(_end_of_game())
        *_, terminated, truncated, info = env.step(env.code.encode("noop"))
        assert terminated and not truncated and info["result"] == "victory"
        env.reset(seed=0)


def _end_of_game():
    from sc2data.harvest.requests import debug, debug_pb2

    won = debug_pb2.DebugEndGame(end_result=debug_pb2.DebugEndGame.DeclareVictory)
    return debug([debug_pb2.DebugCommand(end_game=won)])


def test_maps_for_one_player_are_played_alone():
    with StarCraft2Env(**{**MELEE, "map": "DefeatRoaches"}, armies=(0, 0), reward="score") as env:
        _, info = env.reset(seed=0)
        assert info["counts"]["self"] == {"Marine": 9} and info["counts"]["enemy"] == {"Roach": 4}
        gained = [env.step(env.code.encode("attack", *centre(env, "enemy")))[1] for _ in range(12)]
        assert sum(gained) == env.frame.score != 0
    with pytest.raises(ConfigError, match="is for one player"):
        StarCraft2Env(**{**SMALL, "map": "DefeatRoaches"})


def test_saccades_over_the_live_game():
    with StarCraft2Env(**SMALL) as env:
        options = SaccadeOptions(glimpses=2, glimpse_size=40)
        seeing = SaccadeWrapper(env, "screen", options, policy=lambda frame: env.code.encode("noop"))
        observation, info = seeing.reset(seed=0)
        assert set(observation) >= {"proxy", "glimpse", "fixation", "camera", "minimap"} and info["units"] is not None
        begun, loops = env.frame.loop, []
        for _ in range(5):
            observation, *_, info = seeing.step([0, 0, 1])
            loops.append(env.frame.loop - begun)
        assert loops == [0, 0, 8, 8, 16] and info["frame"] == 2  # two looks at each frame
        whole = testing_glimpse(env.frame.screen)
        np.testing.assert_array_equal(observation["glimpse"], whole)
    few = {**SMALL, "actions": "continuous"}
    testing.check_determinism(lambda: SaccadeWrapper(StarCraft2Env(**few), "screen", options), steps=5)


def testing_glimpse(screen):
    from sc2data.pyramid import Pyramid

    return Pyramid.of(screen).window((0.0, 0.0, 1.0), 40)


testing_glimpse.__test__ = False


def test_commands_are_told_apart():
    code = CommandCode((4, 2))
    assert code.space == gymnasium.spaces.MultiDiscrete([len(KINDS), 8])
    assert code.decode(code.encode("attack", 0.6, -0.9)) == Command("attack", 0.5, -0.75)
    assert code.decode([3, 7]) == Command("move", 0.5, 0.75)
    code = CommandCode(None)
    assert code.space == gymnasium.spaces.Box(-1, 1, (8,), np.float32)
    command = code.decode(code.encode("camera", 0.25, -1.0))
    assert command == Command("camera", 0.25, -1.0)
    assert code.decode(np.zeros(8)).kind == "noop"
    for what in (("fly", 0, 0), ("move", 2, 0)):
        with pytest.raises(ActionError):
            code.encode(*what)


def test_what_is_wrong_is_said(monkeypatch, tmp_path):
    with pytest.raises(MapNotFoundError, match=r"'Simple65'.*Simple64"):
        StarCraft2Env(**{**SMALL, "map": "Simple65"})
    with pytest.raises(ConfigError, match="Mariner"):
        StarCraft2Env(**{**SMALL, "scenes": {"counted": "Mariner"}})
    wrong = {
        "no options loop; there are play, map": {"loop": 3},
        "loops 0": {"loops": 0},
        "play 'chess'": {"play": "chess"},
        "reward 'found'": {"reward": "found"},
        "grid": {"grid": (0, 3)},
        "fog True in scenes": {"fog": True},
        "race 'Zerg' in scenes": {"race": "Zerg"},
        "scenes .* in melee": {"play": "melee"},
        "patience": {"patience": 0},
        "game_seed": {"game_seed": -1},
        "must be at least as large as the minimap": {"screen_size": 32},
        "render_mode 'ansi'": {"render_mode": "ansi"},
    }
    for message, values in wrong.items():
        with pytest.raises(EnvError, match=message):
            StarCraft2Env(**{**SMALL, **values})
    for message, values in {"difficulty 'Nice'": {"difficulty": "Nice"}, "race 'Orc'": {"enemy_race": "Orc"}}.items():
        with pytest.raises(ConfigError, match=message):
            StarCraft2Env(**MELEE, **values)
    monkeypatch.setenv("SC2PATH", str(tmp_path))
    with pytest.raises(BackendError, match="holds no StarCraft II"):
        StarCraft2Env(**{**SMALL, "backend": "game"})


def test_resets_take_an_episode_and_nothing_else(env):
    for options in ({"scene": 1}, {"index": -1}, {"index": 0.5}, {"index": [1]}):
        with pytest.raises(EnvError):
            env.reset(options=options)
