"""The checks find what is broken."""

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from envs import SaccadeEnv, SaccadeOptions, SaccadeVectorEnv, Scenes, testing
from tests.envs.images import Squares

SCENES = Scenes(Squares())
OPTIONS = SaccadeOptions(glimpses=2)


class Restless(SaccadeEnv):
    """Its pictures depend on how often it was asked."""

    asked = 0

    def step(self, action):
        observation, *rest = super().step(action)
        Restless.asked += 1
        observation["glimpse"][:] = Restless.asked
        return (observation, *rest)


class Deaf(SaccadeEnv):
    """Does not listen to the seed."""

    def reset(self, *, seed=None, options=None):
        return super().reset(seed=0, options=options)


class Lenient(SaccadeEnv):
    """Takes anything for an action."""

    def step(self, action):
        return super().step(np.zeros(3))


class Forgetful(SaccadeEnv):
    """Begins anew when it is pickled."""

    def __reduce__(self):
        fresh = Forgetful(SCENES, OPTIONS)
        fresh.reset(seed=9)
        return _fresh, ()


def _fresh() -> SaccadeEnv:
    env = SaccadeEnv(SCENES, OPTIONS)
    env.reset(seed=9)
    return env


class Taken(SaccadeEnv):
    """Tells its number where others write."""

    def step(self, action):
        *rest, info = super().step(action)
        return (*rest, info | {"episode": 7})


class Shifted(SaccadeVectorEnv):
    """Looks elsewhere than single environments do."""

    def step(self, actions):
        return super().step(np.asarray(actions) * 0.5)


class Shy(gymnasium.Env):
    """Paints pictures of changing size."""

    observation_space = spaces.Box(0, 1, (1,), np.float32)
    action_space = spaces.Discrete(2)
    render_mode = "rgb_array"
    turn = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        return np.zeros(1, np.float32), 0.0, False, False, {}

    def render(self):
        Shy.turn += 1
        return np.zeros((Shy.turn, 4, 3), np.uint8)


@pytest.mark.parametrize(
    ("check", "kind", "message"),
    [
        (testing.check_determinism, Restless, r"same seed and actions: \[1\]\[0\]\['glimpse'\] is"),
        (testing.check_seeding, Deaf, "the seed is not used"),
        (testing.check_errors, Lenient, "not a number raised nothing"),
        (testing.check_statistics, Taken, "is taken"),
        (testing.check_pickling, Forgetful, "its copy through pickle"),
    ],
)
def test_broken_promises_are_found(check, kind, message):
    with pytest.raises(AssertionError, match=message):
        check(lambda: kind(SCENES, OPTIONS))


def test_pictures_of_changing_size_are_found():
    with pytest.raises(AssertionError, match="pictures of shapes"):
        testing.check_rendering(Shy)


def test_warnings_fail():
    pytest.importorskip("stable_baselines3")
    with pytest.raises(AssertionError, match="minimal resolution"):
        testing.check_stable_baselines(lambda: SaccadeEnv(SCENES, SaccadeOptions(glimpse_size=16)))


def test_vectors_that_go_other_ways_are_found():
    def make(count: int, mode: AutoresetMode) -> SaccadeVectorEnv:
        return Shifted(SCENES, count, OPTIONS, autoreset_mode=mode)

    with pytest.raises(AssertionError, match="step 0"):
        testing.check_vector_env(lambda: SaccadeEnv(SCENES, OPTIONS), make)
    with pytest.raises(AssertionError, match="no episode ended in 1 steps"):
        testing.check_vector_env(
            lambda: SaccadeEnv(SCENES, OPTIONS), lambda n, mode: SaccadeVectorEnv(SCENES, n, OPTIONS), steps=1,
            modes=(AutoresetMode.NEXT_STEP,),
        )  # fmt: skip
    with pytest.raises(AssertionError, match="metadata does not say"):
        testing.check_vector_env(
            lambda: SaccadeEnv(SCENES, OPTIONS), lambda n, mode: SaccadeVectorEnv(SCENES, n, OPTIONS),
            modes=(AutoresetMode.DISABLED,),
        )  # fmt: skip
