"""Saccades of the game's own camera: what is seen, found, counted and paid for."""

import gymnasium
import numpy as np
import pytest

from envs import CameraSaccadeEnv, EnvError, testing
from envs.found_places import FoundPlaces
from envs.policies.making import policy
from envs.predictor import CheckpointFinder
from sc2data.harvest.faults import ConfigError
from tests.envs.live import FEW, MELEE, SMALL
from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.tasks.harvests import write_harvest
from varsac.engine import checkpoint

pytestmark = pytest.mark.usefixtures("warm_games")


class Teller:
    """A finder that knows: what truly stands on the screen of its environment, each as surely."""

    def __init__(self, amount=1.0):
        self.amount, self.env, self.views = amount, None, []

    def __call__(self, screen, minimap, view):
        self.views.append(view)
        assert screen.shape == (64, 64, 3) and minimap.shape == (48, 48, 3)
        units = self.env.frame.units
        shown = (units.type == 48) & (units.alliance == 1) & units.on_screen
        return np.column_stack([units.screen[shown], np.full(shown.sum(), self.amount)])


def made(**values):
    return CameraSaccadeEnv(**{**SMALL, **values})


def told_by(teller, **values):
    teller.env = made(predictor=teller, **values)
    return teller.env


def look_at_all(env):
    """Look where a unit is that was not found yet, until all are; the last step."""
    _, info = env.reset(seed=0)
    step = None
    while info["objects_found"] < info["objects"]:
        place = next(place for place, found in zip(info["positions"], info["found"]) if not found)
        step = env.step(env.code.action(*place))
        info = step[-1]
    return step


@pytest.mark.parametrize(
    "values",
    [
        {"render_mode": "rgb_array"},
        {"actions": "grid", "answer_by_action": True, "reward": "answer"},
        {"loops": 8, "history": 2},
    ],
    ids=["looking", "answering", "running"],
)
def test_it_keeps_the_contract(values):
    few = {**SMALL, "glimpses": 3, **values}
    testing.check_env(lambda: gymnasium.make("envs:varsac/CameraSaccade-v0", **few), steps=5)


def test_a_look_shows_the_screen_at_its_place():
    with made(history=1) as env:
        observation, info = env.reset(seed=1)
        assert not observation["glimpse"].any() and observation["fixation"].tolist() == [0, 0, 0]
        assert observation["glimpses_left"].tolist() == [8] and info["pixels_read"] == 0
        target = np.array([0.25, -0.3], np.float32)
        seen, reward, *_, info = env.step(target)
        np.testing.assert_allclose(seen["fixation"][:2], target, atol=2e-3)
        np.testing.assert_array_equal(seen["glimpse"], env.frame.screen)
        assert seen["glimpses_left"].tolist() == [7] and info["pixels_read"] == 64 * 64
        # The camera's scale: 14.5 cells of ground across the lowest row, of a minimap 96 cells wide and high.
        assert 13 < seen["fixation"][2] * 96 < 16
        again, *_ = env.step([0.0, 0.0])
        np.testing.assert_array_equal(again["past_glimpses"][0], seen["glimpse"])
        np.testing.assert_array_equal(again["past_fixations"][0], seen["fixation"])
        assert (again["proxy"] != seen["proxy"]).any()  # the frame of the camera's view has moved
        assert reward == info["objects_found"]


def test_the_minimap_shows_what_can_be_played_on():
    with made(crop=True) as env:
        _, info = env.reset(seed=0)
        left, bottom, right, top = env.observer.ground.playable
        assert (right - left, top - bottom) == (64, 64)
        assert env.world(-1, -1) == (left, top) and env.world(1, 1) == (right, bottom)
        assert np.abs(info["positions"]).max() <= 1
        seen, *_, info = env.step(env.code.action(*info["positions"][0]))
        assert info["objects_found"] > 0 and 13 < seen["fixation"][2] * 64 < 16


def test_units_on_the_screen_are_found():
    with made() as env:
        _, info = env.reset(seed=0)
        total = info["objects"]
        assert total == len(info["positions"]) == info["truth"]["marine"] == sum(info["units"].type == 48) > 0
        found = set()
        for _ in range(4):
            place = info["positions"][_ % total]
            _, reward, *_, info = env.step(env.code.action(*place))
            units = info["units"]
            shown = set(units.tag[(units.type == 48) & (units.alliance == 1) & units.on_screen].tolist())
            assert shown and reward == len(shown - found)
            found |= shown
            where = env.observer.ground_at(env.frame.camera, units.screen[np.isin(units.tag, list(shown))])
            there = units.world[np.isin(units.tag, list(shown)), :2]
            assert np.abs(where - there).max() < 0.2
            assert info["objects_found"] == len(found) == sum(info["found"])


def test_who_looks_where_they_are_finds_all_and_random_looks_do_not():
    with made(glimpses=20) as env:
        *_, info = look_at_all(env)
        looks = round(info["pixels_read"] / 64**2)
        assert info["objects_found"] == info["objects"] and 1 <= looks <= info["objects"]
        by_chance = []
        for seed in range(3):
            env.reset(seed=0)
            env.action_space.seed(seed)
            for _ in range(looks):
                *_, told = env.step(env.action_space.sample())
            by_chance.append(told["objects_found"])
        assert np.mean(by_chance) < info["objects"] / 2


def test_the_footprint_tells_how_to_scan_the_whole_map():
    with made(glimpses=200) as env:
        _, info = env.reset(seed=4)
        (_, top), _, (right, bottom), (left, _) = info["footprint"].tolist()
        assert (
            left == -right < 0 and top < 0 < bottom
        )  # what every row of the screen shows is as wide as the lowest one
        across, down = np.arange(-1 + right, 1 + right, 2 * right), np.arange(-1 - top, 1 - top, bottom - top)
        for y in down:
            for x in across:
                *_, info = env.step(np.clip([x, y], -1, 1))
        assert info["objects_found"] == info["objects"]
        assert round(info["pixels_read"] / 64**2) == len(across) * len(down) < 50


def followed(env, acting, seed):
    observation, info = env.reset(seed=seed)
    acting.begin(observation, info)
    over = False
    while not over:
        observation, _, over, truncated, info = env.step(acting.act(observation, info))
        assert not truncated
    return info


@pytest.mark.parametrize("actions", ["continuous", "grid"])
def test_policies_for_images_look_around_on_the_map(actions, tmp_path):
    found = {}
    data = write_harvest(tmp_path / "harvest")
    model, config, spec, _ = untrained("sc2", {"answer": "density"}, data)
    checkpoint.save(tmp_path / "counts.pt", config, spec, 0, model)
    with made(actions=actions, glimpses=4, minimap_size=(spec.proxy_size[1], spec.proxy_size[0])) as env:
        for name in ("random", "scan", "saliency", "oracle", "varsac"):
            acting = policy(name, env, tmp_path / "counts.pt" if name == "varsac" else None)
            infos = [followed(env, acting, seed) for seed in range(3)]
            assert all(info["pixels_read"] == 4 * 64 * 64 for info in infos)
            found[name] = sum(info["objects_found"] for info in infos)
            there = sum(info["objects"] for info in infos)
    assert found["oracle"] == max(found.values()) and found["random"] < there * 0.8
    assert found["oracle"] >= there * (0.9 if actions == "continuous" else 0.5)


def test_time_stands_still_or_runs():
    fighting = {**FEW, "count": (6, 6), "clutter": (8, 8), "enemies": ("Zergling",), "motions": {"fight": 1.0}}
    fighting |= {"loops": (1, 1), "army": ()}
    with made(scenes=fighting) as env:
        _, info = env.reset(seed=0)
        first, loop = env.frame.units, info["game_loop"]
        screens = []
        for place in ((0.2, 0.1), (-0.4, 0.4), (0.2, 0.1)):
            seen, *_, info = env.step(place)
            screens.append(seen["glimpse"])
            assert info["game_loop"] == loop + 1
        np.testing.assert_array_equal(screens[0], screens[2])
        assert np.abs(env.frame.units.world - first.world).max() < 0.5  # one loop, a tenth of a cell or two
    with made(scenes=fighting, loops=16) as env:
        _, info = env.reset(seed=0)
        for turn in range(3):
            *_, info = env.step((0.2, 0.1))
            assert info["game_loop"] == loop + 16 * (turn + 1)
        same = np.isin(env.frame.units.tag, first.tag)
        before = first.select(np.isin(first.tag, env.frame.units.tag))
        assert np.abs(env.frame.units.world[same] - before.world).max() > 1


def test_what_is_found_twice_counts_once():
    with told_by(Teller(), glimpses=20, reward="answer") as env:
        *_, info = look_at_all(env)
        assert info["answer"] == {"marine": info["objects"]} and info["right"] == 1.0
        for _ in range(2):  # the same places again
            *_, info = env.step(env.code.action(*info["positions"][0]))
        assert info["answer"] == {"marine": info["objects"]}
        np.testing.assert_allclose(info["view"], env._finder.views[-1], atol=1e-6)
    places = FoundPlaces(1.0)
    places.add(np.array([[0, 0, 0.6], [0.4, 0, 0.6]]))  # two objects that stand close
    places.add(np.array([[0.3, 0, 0.2], [0.1, 0, 1.0], [5, 5, 0.5]]))
    assert places.count == pytest.approx(1.0 + 0.6 + 0.5)


def test_rewards_are_what_is_found_what_is_learned_or_the_answer():
    for reward, amount, expected in (
        ("loss", 1.0, "all"),
        ("loss", 0.5, "half"),
        ("answer", 1.0, "one"),
        ("answer", 0.4, "none"),
    ):
        with told_by(Teller(amount), glimpses=10, reward=reward, pixel_cost=100.0) as env:
            _, info = env.reset(seed=0)
            total, over, steps = 0.0, False, 0
            while not over:
                place = next((p for p, found in zip(info["positions"], info["found"]) if not found), (0, 0))
                _, gained, over, truncated, info = env.step(env.code.action(*place))
                total, steps = total + gained, steps + 1
            worth = {"all": info["objects"], "half": info["objects"] / 2, "one": 1.0, "none": 0.0}[expected]
            assert steps == 10 and not truncated
            assert total == pytest.approx(worth - 10 * 100e-6 * 64 * 64)


@pytest.mark.parametrize("actions", ["grid", "continuous"])
def test_the_agent_may_answer_itself(actions):
    with made(answer_by_action=True, reward="answer", actions=actions, grid=(4, 4, 1), most=12, glimpses=2) as env:

        def act(stop, count):
            if actions == "grid":
                return [16 if stop else 5, count]
            scores = np.full(13, -1.0)
            scores[count] = 1
            return [0.1, 0.1, 1.0 if stop else -1.0, *scores]

        _, info = env.reset(seed=0)
        truth = info["objects"]
        assert env.step(act(False, truth))[1:3] == (0.0, False)
        _, reward, over, _, info = env.step(act(True, truth))
        assert (reward, over, info["answer"], info["right"]) == (1.0, True, {"marine": truth}, 1.0)
        env.reset(seed=0)
        for _ in range(2):
            assert not env.step(act(False, truth))[2]
        _, reward, over, _, info = env.step(act(False, truth + 1))  # no look is left: this is the answer
        assert (reward, over, info["right"], info["pixels_read"]) == (0.0, True, 0.0, 2 * 64 * 64)
    with made(answer_by_action=True, most=1) as env, pytest.raises(EnvError, match="raise `most`"):
        env.reset(seed=0)


def test_other_units_and_other_sides_can_be_counted():
    with made(unit="Marauder") as env:
        _, info = env.reset(seed=0)
        assert info["objects"] == info["units"].counts()["self"]["Marauder"] > 0 and "marauder" in info["truth"]
    with made(unit="MineralField", owner="neutral", glimpses=2) as env:
        _, info = env.reset(seed=0)
        assert info["objects"] == info["units"].counts()["neutral"]["MineralField"] > 8
        *_, info = env.step(env.code.action(*info["positions"][0]))
        assert info["objects_found"] >= 1
    with CameraSaccadeEnv(**MELEE, unit="SCV", loops=22, glimpses=1) as env:
        _, info = env.reset(seed=0)
        assert info["objects"] == 12
        *_, terminated, _, info = env.step(env.code.action(*info["positions"][0]))
        assert terminated and info["objects_found"] > 5


def test_a_trained_model_counts_on_the_screens(tmp_path):
    data = write_harvest(tmp_path / "harvest")
    settings = {"answer": "density", "proxy": "screen", "proxy_size": "32"}
    model, config, spec, _ = untrained("sc2", settings, data)
    checkpoint.save(tmp_path / "counts.pt", config, spec, 0, model)
    with made(predictor=tmp_path / "counts.pt", reward="loss", glimpses=2) as env:
        env.reset(seed=0)
        *_, first = env.step([0.1, 0.1])
        *_, info = env.step([0.1, 0.1])
        finder = CheckpointFinder(tmp_path / "counts.pt")
        expected = finder(env.frame.screen, env.frame.minimap, tuple(info["view"].tolist()))
        assert info["answer"]["marine"] == pytest.approx(expected[:, 2].sum(), abs=1e-4)
        assert first["answer"] == info["answer"]  # the same ground twice
    model, config, spec, _ = untrained("synthetic", DIGITS)
    checkpoint.save(tmp_path / "digits.pt", config, spec, 0, model)
    with pytest.raises(EnvError, match=r"only densities say where"):
        made(predictor=tmp_path / "digits.pt")
    with pytest.raises(FileNotFoundError):
        made(predictor=tmp_path / "none.pt")


def test_what_is_wrong_is_said():
    wrong = {
        "no options glimpse;": {"glimpse": 3},
        "unit: .*Mariner.*Marine": {"unit": "Mariner"},
        "owner 'me'": {"owner": "me"},
        "glimpses 0": {"glimpses": 0},
        "loops -1": {"loops": -1},
        "a camera has one": {"grid": (4, 4, 2)},
        "give a predictor": {"reward": "loss"},
        "needs an answer": {"reward": "answer"},
        "only one of them": {"predictor": Teller(), "answer_by_action": True},
        "nobody knows": {**MELEE, "fog": True},
    }
    for message, values in wrong.items():
        with pytest.raises(EnvError, match=message):
            made(**values)
    with pytest.raises(ConfigError, match="clutter too"):
        made(scenes={"counted": "Marauder", "army": ("Marauder",)})
