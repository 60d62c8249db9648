import gymnasium
import numpy as np
import pytest

from envs import EnvError
from envs.policies.making import policy
from envs.rollouts.episode import episodes
from envs.rollouts.minari_data import check_name, write_minari

minari = pytest.importorskip("minari")
SMALL = {"height": 128, "width": 128, "proxy": 40, "train": 6}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))


@pytest.mark.parametrize("actions", ["continuous", "grid"])
def test_a_data_set_has_the_same_bytes(actions):
    env = gymnasium.make("envs:varsac/SaccadeSynthetic-v0", settings=SMALL, glimpses=2, actions=actions)
    lived = list(episodes(env, policy("random", env), 3, 7))
    write_minari("saccades/random-v0", lived, env, "random")
    stored = minari.load_dataset("saccades/random-v0")
    assert (stored.total_episodes, stored.total_steps) == (3, 6)
    assert stored.observation_space == env.observation_space and stored.action_space == env.action_space
    for one, other in zip(lived, stored, strict=True):
        for name, values in one.observations.items():
            np.testing.assert_array_equal(values, other.observations[name])  # images too: no JPEG
        np.testing.assert_array_equal(one.actions, other.actions)
        np.testing.assert_array_equal(one.rewards, other.rewards)
        np.testing.assert_array_equal(one.terminated, other.terminations)
    again = stored.recover_environment()
    first, _ = again.reset(seed=7)
    np.testing.assert_array_equal(first["proxy"], lived[0].observations["proxy"][0])
    with pytest.raises(EnvError, match="already: choose another name"):
        check_name("saccades/random-v0")


def test_names_are_checked():
    with pytest.raises(EnvError, match="is no name of a Minari data set"):
        check_name("a b")
