"""Agents learn a little, act, and come back from their files as they were."""

import json

import numpy as np
import pytest
import torch
from gymnasium.vector import AutoresetMode

import envs
from envs import EnvError
from envs.agents.course import Budget, Course, found, outcome
from envs.agents.place_net import PlaceNet
from envs.agents.school import made, taught
from envs.policies.making import policy
from envs.rollouts.episode import episodes
from envs.rollouts.making import made as made_env

NAME = "varsac/SaccadeSynthetic-v0"
SMALL = {"height": 64, "width": 64, "proxy": 36, "train": 16, "test": 12, "two_digits": {"digit": 0.2, "clutter": 0}}
OPTIONS = {"settings": SMALL, "grid": (4, 4, 1), "glimpse_size": 36, "glimpses": 3, "scales": (0.25, 0.25)}


@pytest.fixture(scope="module")
def course():
    torch.set_num_threads(1)
    return Course(NAME, OPTIONS, envs=8)


@pytest.fixture(scope="module", params=["ppo", "reinforce"])
def pupil(request, course, tmp_path_factory):
    """An agent's name, folder and result."""
    if request.param == "ppo":
        pytest.importorskip("stable_baselines3")
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, taught(request.param, course, Budget(steps=192), 0, 12, folder)


def test_what_it_came_to_is_written(pupil):
    name, folder, result = pupil
    assert json.loads((folder / "outcome.json").read_text()) == json.loads(json.dumps(result))
    assert (result["agent"], result["env"], result["steps"], result["images"]) == (name, NAME, 192, 12)
    assert result["objects"] == 2 and 0 <= result["found_by_random"] <= 2
    assert result["times_random"] == pytest.approx(result["found"] / result["found_by_random"], abs=0.01)


def test_it_acts_from_its_file(pupil, course):
    name, folder, result = pupil
    env = made_env(NAME, {**course.options, "split": "test"}, pictures=False)
    file = next(folder.glob("agent.*"))
    acting = policy({"ppo": "sb3"}.get(name, name), env, file)
    lived = list(episodes(env, acting, 12, options=lambda number: {"index": number}))
    assert np.mean([episode.infos[-1]["objects_found"] for episode in lived]) == pytest.approx(result["found"])
    other = made_env(NAME, {**course.options, "grid": (2, 2, 1)}, pictures=False)
    with pytest.raises(EnvError, match="options that the agent learned with"):
        policy({"ppo": "sb3"}.get(name, name), other, file)


def test_the_same_seed_learns_the_same(pupil, course, tmp_path):
    name, _, result = pupil
    again = taught(name, course, Budget(steps=192), 0, 12, tmp_path)
    assert [point[1:] for point in again["curve"]] == [point[1:] for point in result["curve"]]
    assert again["found"] == result["found"]
    with pytest.raises(EnvError, match="is there already"):
        taught(name, course, Budget(steps=192), 0, 12, tmp_path)


def test_reward_teaches_where_to_look(course):
    agent = made("reinforce", course, 0)
    agent.learn(Budget(steps=4800))
    came_to = outcome(agent, course, 12)
    assert came_to.found > 1.5 * came_to.random and came_to.times == came_to.found / came_to.random


def test_random_windows_find_their_share(course):
    vector = course.vector("test", AutoresetMode.DISABLED)
    seen = np.concatenate([found(None, vector, 12, seed) for seed in range(20)])
    assert seen.shape == (240, 2) and (seen[:, 1] == 2).all()
    expected = 2 * (1 - (15 / 16) ** 3)  # each digit's middle lies in one of 16 windows
    assert seen[:, 0].mean() == pytest.approx(expected, abs=0.12)


def test_a_place_is_what_the_proxy_shows_there():
    torch.manual_seed(0)
    net = PlaceNet(1, (64, 64), (8, 8), 8)
    proxy = torch.zeros(1, 1, 64, 64)
    proxy[0, 0, 24:32, 24:32] = 1
    nowhere = torch.zeros(1, 1, 3)
    first, moved = net(proxy, nowhere), net(proxy.roll(8, 3), nowhere)
    torch.testing.assert_close(first[..., 3, 3], moved[..., 3, 4])  # away from the edges the same a place on
    looked = net(proxy, torch.tensor([[[-0.1, -0.1, 0.25]]]))
    assert (looked != first)[0, :, 3, 3].any() and torch.equal(looked[..., 7, 7], first[..., 7, 7])
    assert not torch.equal(looked, first)
    with pytest.raises(EnvError, match="at most one window for 2 px"):
        PlaceNet(1, (32, 32), (32, 32))


def test_what_is_wrong_is_said(course, tmp_path):
    assert envs is not None
    with pytest.raises(EnvError, match="one of them must be above 0"):
        Budget()
    with pytest.raises(EnvError, match="windows of a grid"):
        Course(NAME, {"actions": "continuous"})
    with pytest.raises(EnvError, match="'varsac/None-v0' is unknown; there are varsac/Saccade"):
        Course("varsac/None-v0").vector("train", AutoresetMode.SAME_STEP)
    with pytest.raises(EnvError, match="agent 'dqn': choose one of ppo, reinforce"):
        taught("dqn", course, Budget(steps=1), 0, 1, tmp_path)
    (tmp_path / "agent.pt").write_bytes(b"nothing")
    env = made_env(NAME, {**course.options, "split": "test"}, pictures=False)
    for name in ("sb3", "reinforce"):
        if name == "sb3":
            pytest.importorskip("stable_baselines3")
        with pytest.raises(EnvError, match="is no"):
            policy(name, env, tmp_path / "agent.pt")


def test_a_vector_is_one_for_stable_baselines(course):
    ppo = pytest.importorskip("envs.agents.ppo")
    vector = ppo.SaccadeVecEnv(course.vector("train", AutoresetMode.SAME_STEP))
    vector.seed(3)
    observed = vector.reset()
    assert set(observed) == {"proxy", "fixation", "past_fixations", "glimpses_left"}
    assert vector.observation_space["proxy"].shape == (1, 36, 36) and observed["proxy"].shape == (8, 1, 36, 36)
    for turn in range(3):
        observed, rewards, over, told = vector.step(np.full(8, turn))
    assert over.all() and rewards.dtype == np.float32
    assert [one["episode"]["l"] for one in told] == [3] * 8
    last = told[0]["terminal_observation"]
    assert last["glimpses_left"] == 0 and observed["glimpses_left"][0] == 3  # another episode has begun
    assert not told[0]["TimeLimit.truncated"]
    with pytest.raises(EnvError, match="SAME_STEP"):
        ppo.SaccadeVecEnv(course.vector("train", AutoresetMode.DISABLED))
