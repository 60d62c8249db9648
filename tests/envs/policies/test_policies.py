"""What policies do in environments of every kind."""

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.wrappers import AddRenderObservation

from envs import EnvError, SaccadeEnv, SaccadeOptions, SaccadeWrapper
from envs.actions import ActionCode
from envs.policies.making import POLICIES, policy
from envs.policies.policy import aimed
from envs.policies.saliency import saliency
from envs.policies.scan import tiles
from tests.envs.images import COUNT, Squares

KINDS = [
    SaccadeOptions(glimpses=3, glimpse_size=16),
    SaccadeOptions(glimpses=3, glimpse_size=16, actions="grid", grid=(3, 4, 2)),
    SaccadeOptions(glimpses=3, glimpse_size=16, answer_by_action=True, reward="answer"),
    SaccadeOptions(glimpses=3, glimpse_size=16, answer_by_action=True, reward="answer", actions="grid"),
]


class Bright(Squares):
    """Images whose proxies show their squares."""

    def __getitem__(self, index):
        example = super().__getitem__(index)
        example.proxy[:] = 20
        for x, y in example.objects.positions * [48 / 128, 40 / 96]:
            example.proxy[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] = 255
        return example


def followed(env, acting, index=4):
    """All that happens in an episode over image 4, which has four squares."""
    observation, info = env.reset(seed=0, options={"index": index})
    acting.begin(observation, info)
    over, steps = False, []
    while not over:
        action = acting.act(observation, info)
        assert env.action_space.contains(action), action
        observation, _, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        steps.append((observation["fixation"], info))
    return steps


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("name", ["random", "scan", "saliency", "oracle"])
def test_they_act_in_every_kind_of_space(name, options):
    env = SaccadeEnv(Squares(), options)
    steps = followed(env, policy(name, env))
    assert len(steps) == 3 + options.answer_by_action  # no glimpse left over, and no answer before the last one
    assert ("answer" in steps[-1][1]) is options.answer_by_action


def test_actions_are_aimed():
    code = ActionCode(SaccadeOptions(glimpse_size=16), (), (64, 64))  # scales from 1/4 to 1
    np.testing.assert_allclose(aimed(code, (0.5, -2, 0.5)), [0.5, -1, 0])
    grid = ActionCode(SaccadeOptions(glimpse_size=16, actions="grid", grid=(2, 3, 2)), (), (64, 64))
    assert aimed(grid, (0.6, 0.6, 0.3)) == 5  # the lower right one of the smaller windows
    assert aimed(grid, (0.6, 0.6, 0.9)) == 11  # of the larger ones
    answering = ActionCode(SaccadeOptions(actions="grid", grid=(2, 2, 1), answer_by_action=True), (COUNT,), (64, 64))
    assert aimed(answering, (-1, 1, 1)).tolist() == [2, 0]


def test_a_scan_tiles_the_image():
    placed = tiles(8, (100, 200))
    assert len(placed) == 8  # two rows of four squares
    np.testing.assert_allclose(placed[:5, 0], [-0.75, -0.25, 0.25, 0.75, -0.75])
    np.testing.assert_allclose(placed[:, 1], [-0.5] * 4 + [0.5] * 4)
    np.testing.assert_allclose(placed[:, 2], 0.5)
    assert len(tiles(7, (100, 100))) == 6  # two rows of three, and one look left over
    env = SaccadeEnv(Squares(), SaccadeOptions(glimpses=7))
    steps = followed(env, policy("scan", env))
    np.testing.assert_array_equal(steps[6][0], steps[0][0])


def test_what_stands_out_is_looked_at_once():
    env = SaccadeEnv(Bright(), SaccadeOptions(glimpses=4, glimpse_size=16))
    steps = followed(env, policy("saliency", env))
    assert steps[-1][1]["objects_found"] == 4
    assert saliency(np.full((20, 30, 3), 99, np.uint8)).max() == pytest.approx(0, abs=1e-3)


def test_an_oracle_finds_all_and_then_looks_at_them_again():
    env = SaccadeEnv(Squares(), SaccadeOptions(glimpses=6, glimpse_size=16))
    steps = followed(env, policy("oracle", env))
    found = [info["objects_found"] for _, info in steps]
    assert found[3] == 4 and (np.diff([0, *found[:4]]) >= 0).all()
    nothing = followed(env, policy("oracle", env), index=0)  # without squares
    assert all((fixation[:2] == 0).all() for fixation, _ in nothing)


def test_random_windows_follow_their_seed():
    env = SaccadeEnv(Squares(), SaccadeOptions(glimpses=4))
    first, again, other = (np.stack([f for f, _ in followed(env, policy("random", env, seed=s))]) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_they_act_over_frames_of_other_environments():
    inner = AddRenderObservation(gymnasium.make("FrozenLake-v1", render_mode="rgb_array"), render_only=True)
    env = SaccadeWrapper(inner, options=SaccadeOptions(glimpses=2), policy=lambda frame: 1)
    for name in ("random", "scan", "saliency"):
        observation, info = env.reset(seed=0)
        acting = policy(name, env)
        acting.begin(observation, info)
        for _ in range(5):
            observation, *_, info = env.step(acting.act(observation, info))
        assert info["frame"] == 2
    with pytest.raises(EnvError, match="does not know where objects are"):
        policy("oracle", env).act(observation, info)
    both = SaccadeWrapper(inner, options=SaccadeOptions(glimpses=2))
    with pytest.raises(EnvError, match="more than saccades: give SaccadeWrapper a `policy`"):
        policy("scan", both)


def test_what_is_wrong_is_said(tmp_path):
    env = SaccadeEnv(Squares())
    with pytest.raises(EnvError, match="policy 'lazy': choose one of varsac, random"):
        policy("lazy", env)
    with pytest.raises(EnvError, match="has no saccades"):
        policy("scan", gymnasium.make("CartPole-v1"))
    for name in ("varsac", "sb3", "reinforce"):
        with pytest.raises(EnvError, match="was learned: give its checkpoint"):
            policy(name, env)
        with pytest.raises(EnvError, match="there is no checkpoint"):
            policy(name, env, tmp_path / "none")
    assert isinstance(env.action_space, spaces.Box) and len(POLICIES) == 7
