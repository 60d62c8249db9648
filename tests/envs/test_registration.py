import pathlib
import re

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv

import envs
from envs import EnvError, SaccadeVectorEnv, registration, testing
from envs.making import TaskSaccadeEnv, scenes
from tests.text_blocks import blocks
from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_folders
from varsac.tasks.task import TaskError

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "environments.md").read_text(encoding="utf-8")
SMALL = {"height": 128, "width": 128, "proxy": 40, "train": 30}


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> dict[str, dict]:
    """Arguments by id that make its environment from small data."""
    folder = tmp_path_factory.mktemp("data")
    harvest = write_harvest(folder / "harvest")
    photos = write_folders(folder / "photos")
    return {
        "varsac/SaccadeSynthetic-v0": {"settings": SMALL},
        "varsac/SaccadeSC2-v0": {"data": str(harvest)},
        "varsac/SaccadeDSLR-v0": {"data": str(photos), "settings": {"proxy": 40, "workers": 1}},
    }


@pytest.mark.parametrize("name", registration.SACCADES)
def test_every_id_keeps_the_contract(known, name):
    arguments = known[name]

    def make(**more) -> gymnasium.Env:
        return gymnasium.make(f"envs:{name}", glimpses=3, **arguments, **more)

    testing.check_env(lambda: make(render_mode="rgb_array"), steps=8)
    testing.check_vector_env(
        make,
        lambda count, mode: gymnasium.make_vec(f"envs:{name}", count, autoreset_mode=mode, glimpses=3, **arguments),
        steps=8,
    )


@pytest.mark.parametrize("name", registration.SACCADES)
def test_every_id_is_registered_by_names_alone(name):
    spec = gymnasium.spec(name)
    assert re.fullmatch(r"varsac/\w+-v\d+", name)
    assert isinstance(spec.entry_point, str) and isinstance(spec.vector_entry_point, str)
    assert spec.max_episode_steps == 64 and not spec.nondeterministic
    registration.register_all()  # a second time, without a warning


@pytest.mark.parametrize(("name", "limit"), [("varsac/StarCraft2-v0", 256), ("varsac/CameraSaccade-v0", 64)])
def test_live_games_are_registered_by_names_alone(name, limit):
    spec = gymnasium.spec(name)
    assert isinstance(spec.entry_point, str) and spec.max_episode_steps == limit and name in registration.LIVE
    assert f"`{name}`" in PAGE


def test_make_and_make_vec(known):
    env = gymnasium.make("envs:varsac/SaccadeSynthetic-v0", settings=SMALL, max_episode_steps=2)
    env.reset(seed=0)
    assert [env.step([0, 0, 0])[2:4] for _ in range(2)] == [(False, False), (False, True)]
    again = gymnasium.make(env.spec)
    np.testing.assert_array_equal(again.reset(seed=0)[0]["proxy"], env.reset(seed=0)[0]["proxy"])
    vector = gymnasium.make_vec("varsac/SaccadeSynthetic-v0", 3, settings=SMALL, glimpses=100)
    assert isinstance(vector, SaccadeVectorEnv) and vector.num_envs == 3
    vector.reset(seed=0)
    ends = [vector.step(np.zeros((3, 3)))[3].all() for _ in range(64)]
    assert ends == [False] * 63 + [True]


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork")
def test_processes_of_their_own_look_at_the_same(known):
    name, arguments = "envs:varsac/SaccadeSynthetic-v0", {"settings": SMALL, "glimpses": 2}
    vector = gymnasium.make_vec(name, 2, **arguments)
    apart = gymnasium.make_vec(name, 2, vectorization_mode="async", vector_kwargs={"context": "fork"}, **arguments)
    assert isinstance(apart, AsyncVectorEnv)
    try:
        for one, other in zip(vector.reset(seed=3)[0].values(), apart.reset(seed=3)[0].values(), strict=True):
            np.testing.assert_array_equal(one, other)
        actions = vector.action_space.sample()
        np.testing.assert_array_equal(vector.step(actions)[0]["glimpse"], apart.step(actions)[0]["glimpse"])
    finally:
        apart.close()


def test_environments_of_a_process_share_their_images():
    first = TaskSaccadeEnv("synthetic", settings=SMALL)
    assert TaskSaccadeEnv("synthetic", settings=SMALL).scenes is first.scenes
    assert TaskSaccadeEnv("synthetic", "test", settings=SMALL).scenes is not first.scenes
    assert scenes("synthetic", settings={**SMALL, "seed": 1}) is not first.scenes


def test_what_is_wrong_is_said():
    with pytest.raises(TaskError, match=r"scripts\.harvest"):
        gymnasium.make("varsac/SaccadeSC2-v0")
    with pytest.raises(EnvError, match="no options glimpse; there are glimpses"):
        gymnasium.make("varsac/SaccadeSynthetic-v0", glimpse=3)
    with pytest.raises(EnvError, match="split 'all'"):
        gymnasium.make("varsac/SaccadeSynthetic-v0", split="all")


def test_docstrings_tell_what_an_agent_needs_to_know():
    for kind in (envs.SaccadeEnv, envs.SaccadeWrapper, envs.StarCraft2Env, envs.CameraSaccadeEnv):
        for heading in ("## Observation space", "## Action space", "## Episode end", "## Info", "## Version history"):
            assert heading in (kind.__doc__ or ""), (kind, heading)
    env = envs.SaccadeEnv.__doc__ or ""
    assert "## Rewards" in env and "## Starting state" in env
    observed = gymnasium.make("varsac/SaccadeSynthetic-v0", settings=SMALL, history=1).observation_space
    assert all(f"| {name} |" in env for name in observed)
    for kind, more in ((envs.StarCraft2Env, {}), (envs.CameraSaccadeEnv, {"history": 1})):
        text = kind.__doc__ or ""
        assert "## Rewards" in text and "## Starting state" in text
        made = kind(backend="simulator", minimap_size=48, screen_size=64, **more)
        assert all(f"| {name} |" in text for name in made.observation_space)


def test_the_pages_examples_run(warm_games):
    for block in blocks(PAGE, "python"):
        exec(block, {})


def test_the_page_names_every_id_and_option():
    for name in registration.SACCADES:
        assert f"`{name}`" in PAGE
    for options in (envs.SaccadeOptions, envs.StarCraft2Options, envs.CameraOptions):
        for name in options.__dataclass_fields__:
            assert f"`{name}`" in PAGE, (options, name)
