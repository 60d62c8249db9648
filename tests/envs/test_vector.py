import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import TimeLimit

from envs import EnvError, NotResetError, SaccadeEnv, SaccadeOptions, SaccadeVectorEnv, Scenes, testing
from envs.actions import ActionError
from tests.envs.images import COUNT, KINDS, NUMBERS, Judge, Squares

HEADS = (COUNT, KINDS)


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return Scenes(Squares(length=9, heads=HEADS))


@pytest.mark.parametrize(
    "options",
    [
        SaccadeOptions(glimpses=3, pixel_cost=50),
        SaccadeOptions(glimpses=2, history=3),
        SaccadeOptions(glimpses=2, actions="grid", grid=(3, 3, 2)),
        SaccadeOptions(glimpses=3, answer_by_action=True, reward="answer"),
        SaccadeOptions(glimpses=6, answer_by_action=True, actions="grid", grid=(2, 2, 1)),
    ],
)
def test_each_is_the_single_one(scenes, options):
    testing.check_vector_env(
        lambda: SaccadeEnv(scenes, options),
        lambda count, mode: SaccadeVectorEnv(scenes, count, options, autoreset_mode=mode),
        num_envs=4,
        steps=24,
    )


@pytest.mark.parametrize("heads", [HEADS, (NUMBERS,)])
def test_each_is_the_single_one_with_a_predictor(heads):
    images = Scenes(Squares(heads=heads))
    options = SaccadeOptions(glimpses=3, reward="loss")
    testing.check_vector_env(
        lambda: SaccadeEnv(images, options, predictor=Judge(heads)),
        lambda count, mode: SaccadeVectorEnv(images, count, options, predictor=Judge(heads), autoreset_mode=mode),
        steps=9,
    )


def test_each_is_cut_off_as_the_single_one_is(scenes):
    options = SaccadeOptions(glimpses=5, answer_by_action=True)
    testing.check_vector_env(
        lambda: TimeLimit(SaccadeEnv(scenes, options), 3),
        lambda count, mode: SaccadeVectorEnv(scenes, count, options, autoreset_mode=mode, max_episode_steps=3),
    )


def test_actions_of_episodes_that_wait_are_not_looked_at(scenes):
    vector = SaccadeVectorEnv(scenes, 2, SaccadeOptions(glimpses=1))
    vector.reset(seed=0)
    vector.step(np.zeros((2, 3)))
    _, rewards, terminated, _, infos = vector.step(np.full((2, 3), np.nan))
    assert not terminated.any() and not rewards.any() and not infos["pixels_read"].any()


def test_seeds_and_images_can_be_given_one_by_one(scenes):
    vector = SaccadeVectorEnv(scenes, 3)
    first = vector.reset(seed=[5, 6, 7])[1]["index"]
    assert vector.reset(seed=5)[1]["index"].tolist() == first.tolist()
    single = [SaccadeEnv(scenes).reset(seed=5 + row)[1]["index"] for row in range(3)]
    assert first.tolist() == single
    assert vector.reset(options={"index": [4, 0, 2]})[1]["index"].tolist() == [4, 0, 2]
    assert vector.reset(options={"index": 3})[1]["index"].tolist() == [3, 3, 3]


def test_a_mask_resets_some(scenes):
    vector = SaccadeVectorEnv(scenes, 3, autoreset_mode="Disabled")
    vector.reset(seed=0)
    before, *_ = vector.step(np.zeros((3, 3)))
    after, infos = vector.reset(options={"reset_mask": np.array([False, True, False]), "index": 1})
    assert infos["_index"].tolist() == [False, True, False] and infos["index"][1] == 1
    assert after["glimpses_left"][:, 0].tolist() == [7, 8, 7]
    np.testing.assert_array_equal(after["glimpse"][[0, 2]], before["glimpse"][[0, 2]])


def test_pictures_come_one_each(scenes):
    vector = SaccadeVectorEnv(scenes, 2, render_mode="rgb_array")
    vector.reset(seed=0)
    vector.step(np.zeros((2, 3)))
    single = SaccadeEnv(scenes, render_mode="rgb_array")
    single.reset(seed=1)
    single.step(np.zeros(3))
    np.testing.assert_array_equal(vector.render()[1], single.render())


def test_what_is_wrong_is_said(scenes):
    vector = SaccadeVectorEnv(scenes, 2, SaccadeOptions(glimpses=1), autoreset_mode=AutoresetMode.DISABLED)
    with pytest.raises(NotResetError, match="call reset first"):
        vector.step(np.zeros((2, 3)))
    with pytest.raises(EnvError, match="begins all episodes"):
        vector.reset(options={"reset_mask": np.array([True, False])})
    vector.reset(seed=0)
    for actions in (np.zeros((3, 3)), np.zeros(3), np.full((2, 3), 2.0), np.full((2, 3), np.nan)):
        with pytest.raises(ActionError):
            vector.step(actions)
    vector.step(np.zeros((2, 3)))
    with pytest.raises(NotResetError, match=r"environments \[0, 1\] are over"):
        vector.step(np.zeros((2, 3)))
    for options in ({"reset_mask": [1, 0]}, {"reset_mask": np.zeros(2, np.bool_)}, {"index": [1]}, {"mask": 1}):
        with pytest.raises(EnvError):
            vector.reset(options=options)
    with pytest.raises(EnvError, match="3 seeds for 2"):
        vector.reset(seed=[1, 2, 3])
    with pytest.raises(EnvError, match="num_envs 0"):
        SaccadeVectorEnv(scenes, 0)
    with pytest.raises(EnvError, match="'rgb_array' only"):
        SaccadeVectorEnv(scenes, 1, render_mode="human")
    with pytest.raises(EnvError, match="nothing to render"):
        vector.render()
