import numpy as np
import pytest
from gymnasium import spaces

from envs.actions import ActionCode, ActionError, Scales, box_action, grid_fixations
from envs.options import EnvError, SaccadeOptions
from tests.envs.images import COUNT, KINDS, NUMBERS

ONE = np.ones(1, np.bool_)


def code(*heads, **options) -> ActionCode:
    return ActionCode(SaccadeOptions(glimpse_size=24, **options), heads, (96, 128))


def test_continuous_actions_are_windows():
    plain = code()
    assert plain.space == spaces.Box(-1, 1, (3,), np.float32)
    decoded = plain.decode([[0.5, -1, -1], [0, 0, 1]], 2, np.ones(2, np.bool_))
    assert decoded.fixations.tolist() == [[0.5, -1, 0.25], [0, 0, 1]]  # 24 of 96 px are 24 px
    assert not decoded.stop.any() and decoded.answers == {}


def test_the_action_of_a_fixation_leads_back_to_it():
    plain = code()
    for fixation in ([0.25, -0.75, 0.4], [1, 1, 1], [-1, 0, 0.25]):
        action = box_action(fixation, plain.scales)
        assert plain.decode([action], 1, ONE).fixations[0] == pytest.approx(fixation, abs=1e-6)
    assert box_action((3, 0, 9), plain.scales).tolist() == [1, 0, 1]
    assert Scales(0.5, 0.5).back(0.5) == 0


def test_a_grid_has_its_windows_row_by_row():
    grid = code(actions="grid", grid=(2, 2, 2))
    assert grid.space == spaces.Discrete(8)
    assert grid_fixations((2, 2, 2), grid.scales).tolist() == [
        [-0.5, -0.5, 0.25],
        [0.5, -0.5, 0.25],
        [-0.5, 0.5, 0.25],
        [0.5, 0.5, 0.25],
        [-0.5, -0.5, 1],
        [0.5, -0.5, 1],
        [-0.5, 0.5, 1],
        [0.5, 0.5, 1],
    ]
    assert grid.decode([6], 1, ONE).fixations.tolist() == [[-0.5, 0.5, 1]]


def test_answers_are_part_of_the_action():
    both = code(COUNT, KINDS, answer_by_action=True)
    assert both.space.shape == (3 + 1 + 5 + 3,)
    action = [0, 0, 0, 0.1, *(-1, 0.2, 0.3, 0, 0), *(-0.5, 0.5, 0.1)]
    decoded = both.decode([action], 1, ONE)
    assert decoded.stop.tolist() == [True]
    assert decoded.answers["squares"].tolist() == [2]
    assert decoded.answers["kinds"].tolist() == [[0, 1, 1]]
    grid = code(COUNT, KINDS, answer_by_action=True, actions="grid", grid=(2, 3, 1))
    assert grid.space == spaces.MultiDiscrete([7, 5, 2, 2, 2])
    decoded = grid.decode([[6, 4, 1, 0, 1], [5, 0, 0, 0, 0]], 2, np.ones(2, np.bool_))
    assert decoded.stop.tolist() == [True, False]
    assert decoded.answers["squares"].tolist() == [4, 0]
    assert decoded.answers["kinds"].tolist() == [[1, 0, 1], [0, 0, 0]]
    with pytest.raises(EnvError, match="numbers without an upper limit"):
        code(NUMBERS, answer_by_action=True)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ([np.nan, 0, 0], "finite"),
        ([0, 0, 1.01], "from -1 to 1"),
        ([0, 0], r"\(1, 3\) is needed"),
        (["a", 0, 0], "give 3 numbers"),
        ([[1], 0, 0], "give 3 numbers"),
        (None, "needed"),
    ],
)
def test_bad_numbers_are_refused(action, message):
    with pytest.raises(ActionError, match=message):
        code().decode([action], 1, ONE)


@pytest.mark.parametrize("action", [64, -1, 0.5, [1, 2], "left", None, np.nan])
def test_bad_choices_are_refused(action):
    with pytest.raises(ActionError, match=r"whole numbers|from 0 to below 64"):
        code(actions="grid").decode([action], 1, ONE)


def test_an_error_names_the_environment_and_spares_those_that_wait():
    actions = np.zeros((3, 3))
    actions[1] = np.nan
    with pytest.raises(ActionError, match="of environment 1"):
        code().decode(actions, 3, np.ones(3, np.bool_))
    decoded = code().decode(actions, 3, np.array([True, False, True]))
    assert np.isfinite(decoded.fixations).all()


@pytest.mark.parametrize(
    "options",
    [
        {"glimpses": 0},
        {"glimpse_size": 1},
        {"actions": "polar"},
        {"reward": "fun"},
        {"grid": (0, 8, 1)},
        {"scales": (0.5, 0.1)},
        {"scales": (0.0, 1.0)},
        {"pixel_cost": float("nan")},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(EnvError, match=next(iter(options))):
        SaccadeOptions(**options)
