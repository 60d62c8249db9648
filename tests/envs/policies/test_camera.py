"""Policies that move the camera of a live game."""

import numpy as np
import pytest

from envs import CameraSaccadeEnv, EnvError
from envs.policies.making import policy
from envs.rollouts.episode import episodes
from tests.envs.live import SMALL
from tests.varsac.engine.models import untrained
from tests.varsac.tasks.harvests import write_harvest
from varsac.engine import checkpoint

pytestmark = pytest.mark.usefixtures("warm_games")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Checkpoints of models that learn from minimaps and from screens."""
    root = tmp_path_factory.mktemp("camera")
    harvest = write_harvest(root / "harvest")
    for name in ("minimap", "screen"):
        model, config, spec, _ = untrained("sc2", {"answer": "density", "proxy": name}, harvest)
        checkpoint.save(root / f"{name}.pt", config, spec, 0, model)
    return root


def test_a_trained_model_moves_the_camera_to_where_it_has_not_looked(folder):
    env = CameraSaccadeEnv(**SMALL, glimpses=4)
    acting = policy("varsac", env, folder / "minimap.pt")
    (episode,) = episodes(env, acting, 1)
    info, looks = episode.infos[1], episode.observations["fixation"][1:]
    assert len(episode) == 4 and env.action_space.shape == (2,)
    width = np.ptp(info["footprint"][:, 0])
    apart = np.abs(looks[:, None, :2] - looks[None, :, :2]).max(2) + 9 * np.eye(4)
    assert apart.min() > 0.2 * width  # what a screen showed is taken to be covered
    env.close()


def test_baselines_move_it_too():
    env = CameraSaccadeEnv(**SMALL, glimpses=4, actions="grid", grid=(4, 4, 1))
    for name in ("random", "scan", "saliency", "oracle"):
        (episode,) = episodes(env, policy(name, env, seed=1), 1)
        assert len(episode) == 4
    assert episode.infos[-1]["objects_found"] >= 1  # of the oracle
    env.close()


def test_a_model_that_knows_no_minimaps_is_refused(folder):
    env = CameraSaccadeEnv(**SMALL)
    acting = policy("varsac", env, folder / "screen.pt")
    with pytest.raises(EnvError, match=r"has not learned where to look from minimaps.*task\.proxy=minimap"):
        next(episodes(env, acting, 1))
    env.close()
