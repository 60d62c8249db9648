import dataclasses
import itertools
import math

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from envs import EnvError, NotResetError, SaccadeEnv, SaccadeOptions, Scenes, testing
from envs.actions import ActionError, box_action
from tests.envs.images import COUNT, KINDS, NUMBERS, SIDE, Judge, Squares
from varsac.tasks.task import Example, Objects

OPTIONS = SaccadeOptions(glimpses=3, glimpse_size=16)
FOUR = {"index": 4}
"""An image of four squares."""


def at(env: SaccadeEnv, number: int, square: int, side: float = 16) -> np.ndarray:
    """The action that looks at a square, through a window of `side` px."""
    scene = env.scenes[number]
    x, y = (2 * scene.positions[square] / [scene.width, scene.height] - 1).tolist()
    return box_action((x, y, side / min(scene.height, scene.width)), env.code.scales)


@pytest.mark.parametrize(
    "options",
    [
        SaccadeOptions(glimpses=3),
        SaccadeOptions(glimpses=2, actions="grid", grid=(3, 4, 2), history=2, pixel_cost=100),
        SaccadeOptions(glimpses=2, answer_by_action=True, reward="answer"),
        SaccadeOptions(glimpses=2, answer_by_action=True, actions="grid"),
    ],
)
def test_it_keeps_the_contract(options):
    scenes = Scenes(Squares(heads=(COUNT, KINDS)))
    testing.check_env(lambda: SaccadeEnv(scenes, options, render_mode="rgb_array"), steps=6)


def test_grey_images_and_numbers_keep_the_contract():
    data = Squares(channels=1, heads=(NUMBERS,))
    testing.check_env(lambda: SaccadeEnv(data, SaccadeOptions(glimpses=2), predictor=Judge((NUMBERS,))), steps=6)


def test_an_episode_starts_with_nothing_seen():
    observation, info = SaccadeEnv(Squares(), OPTIONS).reset(seed=0, options=FOUR)
    np.testing.assert_array_equal(observation["proxy"], Squares()[4].proxy)
    assert not observation["glimpse"].any() and not observation["fixation"].any()
    assert observation["glimpses_left"].tolist() == [3]
    assert info.pop("view").tolist() == [-1, -1, 1, 1] and info.pop("image_size").tolist() == [96, 128]
    assert info == {"index": 4, "pixels_read": 0, "objects": 4, "objects_found": 0, "truth": {"squares": 4}}


def test_a_look_shows_the_window_and_finds_what_is_in_it():
    env = SaccadeEnv(Squares(), OPTIONS)
    env.reset(options=FOUR)
    observation, reward, terminated, truncated, info = env.step(at(env, 4, 0))
    assert (reward, terminated, truncated) == (1.0, False, False)
    assert observation["glimpses_left"].tolist() == [2]
    assert observation["fixation"][2] == pytest.approx(1 / 6)  # 16 of 96 px
    expected = Squares()[4].image.window(observation["fixation"], 16)
    np.testing.assert_array_equal(observation["glimpse"], expected)
    assert (observation["glimpse"][4:12, 4:12] == 255).all()  # the square in the middle
    assert info["objects_found"] == 1
    assert info["pixels_read"] <= 34 * 34
    _, again, *_ = env.step(at(env, 4, 0))
    assert again == 0.0  # found before


def test_what_is_too_small_to_see_is_not_found():
    far = SaccadeEnv(Squares(), SaccadeOptions(glimpse_size=16, found_pixels=4))
    far.reset(options=FOUR)
    assert far.step([0, 0, 1])[1] == 0  # the whole image: squares of 8 px are 1.3 px
    assert far.step(at(far, 4, 0, side=33))[1] == 0  # 3.9 px
    assert far.step(at(far, 4, 0, side=31))[1] >= 1  # 4.1 px
    sharp = SaccadeEnv(Squares(), SaccadeOptions(glimpse_size=96, found_pixels=99))
    sharp.reset(options=FOUR)
    assert sharp.step([0, 0, -1])[1] > 0  # as sharp as the image is


def test_an_episode_ends_after_its_glimpses():
    env = SaccadeEnv(Squares(), OPTIONS)
    env.reset(seed=0)
    ends = [env.step([0, 0, 0])[2:4] for _ in range(3)]
    assert ends == [(False, False), (False, False), (True, False)]
    with pytest.raises(NotResetError, match="the episode's end"):
        env.step([0, 0, 0])
    env.reset()
    env.step([0, 0, 0])


def test_pixels_cost():
    env = SaccadeEnv(Squares(), dataclasses.replace(OPTIONS, pixel_cost=1000))
    env.reset(options={"index": 0})
    _, reward, _, _, info = env.step([0, 0, 0])
    assert reward == pytest.approx(-1e-3 * info["pixels_read"])


def test_history_holds_the_glimpses_before_the_last():
    env = SaccadeEnv(Squares(), dataclasses.replace(OPTIONS, history=2))
    env.reset(options=FOUR)
    seen = [env.step(at(env, 4, square))[0] for square in range(3)]
    past, newest_first = seen[2], [seen[1], seen[0]]
    np.testing.assert_array_equal(past["past_glimpses"], [one["glimpse"] for one in newest_first])
    np.testing.assert_array_equal(past["past_fixations"], [one["fixation"] for one in newest_first])
    assert not seen[0]["past_fixations"].any() and not seen[0]["past_glimpses"].any()
    assert seen[1]["past_fixations"][1].tolist() == [0, 0, 0]


def test_the_loss_falls_from_that_of_knowing_nothing():
    env = SaccadeEnv(Squares(), dataclasses.replace(OPTIONS, reward="loss"), predictor=Judge())
    env.reset(options=FOUR)
    rewards = [env.step([0, 0, 0])[1] for _ in range(3)]
    sure = [1 / 5, 1 / 2, 2 / 3, 3 / 4]  # five counts are alike before the first glimpse
    assert rewards == pytest.approx([math.log(now / before) for before, now in itertools.pairwise(sure)])


def test_losses_of_all_kinds_of_heads_add_up():
    heads = (KINDS, NUMBERS)
    env = SaccadeEnv(Squares(heads=heads), dataclasses.replace(OPTIONS, reward="loss"), predictor=Judge(heads))
    env.reset(options=FOUR)
    # Three labels a half each before; numbers 4 and 8, off by all and then by half.
    assert env.step([0, 0, 0])[1] == pytest.approx(3 * math.log(2) - 3 * math.log(2) + 12 - 6)
    assert env.step([0, 0, 0])[1] == pytest.approx(3 * math.log(4 / 3) + 6 - 4)


def test_a_predictor_answers_after_every_glimpse():
    env = SaccadeEnv(Squares(), dataclasses.replace(OPTIONS, reward="answer"), predictor=Judge())
    env.reset(options=FOUR)
    steps = [env.step([0, 0, 0]) for _ in range(3)]
    assert [step[1] for step in steps] == [0, 0, 1]  # at the end
    assert steps[0][4]["answer"] == {"squares": 4}
    assert steps[0][4]["right"] == 1.0


def test_the_agent_answers():
    options = SaccadeOptions(glimpses=2, glimpse_size=16, answer_by_action=True, reward="answer", pixel_cost=1000)
    env = SaccadeEnv(Squares(heads=(COUNT, KINDS)), options)
    four = [0, 0, 0, 0, 1]
    right, wrong = [-1, 1, -1], [1, -1, -1]

    env.reset(options=FOUR)
    _, reward, terminated, _, info = env.step([0, 0, 0, 1, *four, *wrong])  # stops at once
    assert terminated and reward == 0.5
    assert info["answer"]["squares"] == 4 and info["answer"]["kinds"].tolist() == [1, 0, 0]
    assert info["right"] == 0.5 and info["pixels_read"] == 0

    env.reset(options=FOUR)
    looks = [env.step([0, 0, 0, -1, *four, *right]) for _ in range(2)]
    assert not looks[1][2] and "answer" not in looks[1][4]
    _, reward, terminated, _, info = env.step([0, 0, 0, -1, *four, *wrong])  # no glimpse is left: this is the answer
    assert terminated and reward == 0.5
    assert info["pixels_read"] == looks[1][4]["pixels_read"]


def test_images_are_drawn_by_the_seed_or_chosen():
    env = SaccadeEnv(Squares(length=50))
    numbers = [env.reset(seed=seed)[1]["index"] for seed in range(20)]
    assert len(set(numbers)) > 10
    assert env.reset(seed=3)[1]["index"] == numbers[3]
    assert env.reset(options={"index": np.int64(7)})[1]["index"] == 7


@pytest.mark.parametrize("index", [50, -1, 1.5, "first", [1, 2]])
def test_images_that_are_not_there_are_refused(index):
    with pytest.raises(EnvError, match="index"):
        SaccadeEnv(Squares(length=50)).reset(options={"index": index})


def test_what_is_wrong_is_said():
    env = SaccadeEnv(Squares(), OPTIONS)
    with pytest.raises(ResetNeeded, match="call reset first"):
        env.step([0, 0, 0])
    env.reset(seed=0)
    with pytest.raises(ActionError, match="finite"):
        env.step([0, np.nan, 0])
    with pytest.raises(EnvError, match="no options"):
        env.reset(options={"indx": 3})
    with pytest.raises(EnvError, match="empty"):
        SaccadeEnv(Squares(length=0))
    with pytest.raises(EnvError, match="give a predictor"):
        SaccadeEnv(Squares(), SaccadeOptions(reward="loss"))
    with pytest.raises(EnvError, match="needs an answer"):
        SaccadeEnv(Squares(), SaccadeOptions(reward="answer"))
    with pytest.raises(EnvError, match="only one of them"):
        SaccadeEnv(Squares(), SaccadeOptions(answer_by_action=True), predictor=Judge())


def test_a_proxy_of_another_size_is_refused():
    class Odd(Squares):
        def __getitem__(self, index: int) -> Example:
            return dataclasses.replace(super().__getitem__(index), proxy=np.zeros((9, 9, 3), np.uint8))

    with pytest.raises(EnvError, match="proxy of shape"):
        SaccadeEnv(Odd()).reset(seed=0)


def test_images_without_objects_can_be_looked_at():
    class Bare(Squares):
        def __getitem__(self, index: int) -> Example:
            return dataclasses.replace(super().__getitem__(index), objects=Objects.none())

    env = SaccadeEnv(Bare(), OPTIONS)
    env.reset(seed=0)
    assert env.step([0, 0, 0])[1] == 0


def test_squares_are_where_the_tests_say():
    scene = Scenes(Squares())[4]
    assert scene.diameters.tolist() == [SIDE] * 4
