import pickle
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import AddRenderObservation

from envs import EnvError, NotResetError, SaccadeOptions, SaccadeWrapper, testing
from envs.actions import ActionError

pytestmark = [
    pytest.mark.filterwarnings("ignore:pkg_resources"),  # pygame, which these environments draw with
    pytest.mark.filterwarnings("ignore:.*different from the unwrapped version"),
]
TWO = SaccadeOptions(glimpses=2, glimpse_size=40)


class Counter(gymnasium.Env):
    """Frames of one colour that says how many steps were taken; ends after four."""

    observation_space = spaces.Box(0, 255, (64, 96), np.uint8)
    action_space = spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps, self.actions = 0, []
        return self._frame(), {"started": True}

    def step(self, action):
        self.steps += 1
        self.actions.append(int(action))
        return self._frame(), 10, self.steps == 4, False, {"steps": self.steps}

    def _frame(self):
        return np.full((64, 96), 20 * self.steps, np.uint8)


def cart_pole():
    inner = AddRenderObservation(gymnasium.make("CartPole-v1", render_mode="rgb_array"), render_only=True)
    return SaccadeWrapper(inner, options=SaccadeOptions(glimpses=2, actions="grid"), policy=lambda frame: 0)


def mountain_car():
    inner = gymnasium.make("MountainCarContinuous-v0", render_mode="rgb_array")
    named = AddRenderObservation(inner, render_only=False, render_key="pixels")
    return SaccadeWrapper(named, "pixels", SaccadeOptions(glimpses=2))


@pytest.mark.parametrize("make", [cart_pole, mountain_car])
def test_environments_of_others_keep_the_contract(make):
    for check in (testing.check_api, testing.check_stable_baselines, testing.check_determinism):
        check(make)
    for check in (testing.check_seeding, testing.check_errors):
        check(make)
    env = make()
    env.reset(seed=0)
    assert env.render().dtype == np.uint8


def test_games_on_boards_can_be_looked_at():
    inner = AddRenderObservation(gymnasium.make("FrozenLake-v1", render_mode="rgb_array"), render_only=True)
    env = SaccadeWrapper(inner, options=TWO)
    assert env.action_space == spaces.Dict(inner=spaces.Discrete(4), saccade=spaces.Box(-1, 1, (3,), np.float32))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*different from the unwrapped")
        check_env(env, skip_render_check=True)
    with pytest.raises(ActionError, match="dictionary"):
        env.step([0, 0, 0])


def test_the_inner_environment_moves_after_the_looks():
    env = SaccadeWrapper(Counter(), options=SaccadeOptions(glimpses=2, glimpse_size=40, actions="grid", history=1))
    assert env.action_space == spaces.MultiDiscrete([3, 64])
    observation, info = env.reset(seed=0)
    assert info.pop("image_size").tolist() == [64, 96]
    assert info == {"started": True, "frame": 0, "moved": False, "pixels_read": 0}
    assert observation["glimpses_left"].tolist() == [2]
    told = [env.step([turn % 3, 20]) for turn in range(5)]
    # Looks at frame 0, frame 0, then moves by action 2 and looks at frame 1, 1, moves by action 1.
    assert [step[4]["frame"] for step in told] == [0, 0, 1, 1, 2]
    assert [step[4]["moved"] for step in told] == [False, False, True, False, True]
    assert [step[1] for step in told] == [0, 0, 10, 0, 10]
    assert env.unwrapped.actions == [2, 1]
    assert [step[0]["glimpses_left"][0] for step in told] == [1, 0, 1, 0, 1]
    assert [step[0]["glimpse"][0, 0, 0] for step in told] == [0, 0, 20, 20, 40]
    assert [step[0]["proxy"][0, 0, 0] for step in told] == [0, 0, 20, 20, 40]
    assert told[4][0]["past_glimpses"][0, 0, 0, 0] == 20  # of the frame before
    assert told[2][4]["steps"] == 1 and "steps" not in told[3][4]
    ends = [env.step([0, 0])[2] for _ in range(4)]
    assert ends == [False, False, False, True]


def test_a_policy_acts_for_the_agent():
    seen = []

    def policy(frame):
        seen.append(int(frame[0, 0]))
        return 1

    env = SaccadeWrapper(Counter(), options=SaccadeOptions(glimpses=1, pixel_cost=1e3), policy=policy)
    assert env.action_space == spaces.Box(-1, 1, (3,), np.float32)
    env.reset(seed=0)
    _, reward, *_, first = env.step([0, 0, 0])
    assert reward == pytest.approx(-1e-3 * first["pixels_read"])
    for _ in range(2):
        *_, info = env.step([0, 0, 0])
    assert seen == [0, 20] and env.unwrapped.actions == [1, 1]
    assert info["pixels_read"] == 3 * first["pixels_read"]


def test_boxes_are_joined():
    env = mountain_car()
    assert env.action_space == spaces.Box(-1, 1, (4,), np.float32)
    observation, _ = env.reset(seed=0)
    assert observation["state"].shape == (2,) and "pixels" not in observation
    for _ in range(3):
        observation, *_ = env.step([1, 0, 0, 0])
    assert observation["state"][1] > 0  # pushed to the right


def test_what_is_wrong_is_said():
    with pytest.raises(EnvError, match="AddRenderObservation"):
        SaccadeWrapper(gymnasium.make("CartPole-v1"))
    with pytest.raises(EnvError, match="no entry 'pixels'"):
        SaccadeWrapper(Counter(), "pixels")
    with pytest.raises(EnvError, match="those of the inner environment"):
        SaccadeWrapper(Counter(), options=SaccadeOptions(reward="answer"))
    inner = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    taken = AddRenderObservation(inner, render_only=False, render_key="pixels", obs_key="proxy")
    with pytest.raises(EnvError, match=r"\['proxy'\], which are names"):
        SaccadeWrapper(taken, "pixels")
    env = SaccadeWrapper(Counter(), options=TWO)
    with pytest.raises(NotResetError):
        env.step(env.action_space.sample())


def test_it_travels():
    env = SaccadeWrapper(Counter(), options=TWO)
    env.reset(seed=0)
    action = {"inner": 0, "saccade": np.zeros(3, np.float32)}
    env.step(action)
    copy = pickle.loads(pickle.dumps(env))
    np.testing.assert_array_equal(copy.step(action)[0]["glimpse"], env.step(action)[0]["glimpse"])
