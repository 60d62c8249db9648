import numpy as np
import pytest

from envs.rollouts.episode import Episode
from envs.rollouts.measures import Tally, table
from varsac.tasks.task import HeadSpec


def episode(rewards, **info):
    over = np.zeros(len(rewards), bool)
    return Episode(0, {}, np.zeros(len(rewards)), np.array(rewards, float), over, over, ({},) * len(rewards) + (info,))


def test_measures_by_hand():
    heads = HeadSpec("marines", "count", 9), HeadSpec("map", "classes", 3), HeadSpec("units", "density", 2)
    tally = Tally(heads)
    for steps, found, there, said in (([1, 0], 1, 4, 5), ([2], 2, 2, 2)):
        tally.add(
            episode(
                steps,
                pixels_read=1000 * len(steps),
                objects=there,
                objects_found=found,
                right=0.5,
                truth={"marines": there, "map": 2, "units": np.array([1.0, 3.0])},
                answer={"marines": said, "map": 0, "units": np.array([1.5, 3.0])},
            )
        )
    assert tally.measures() == pytest.approx(
        {
            "episodes": 2,
            "steps": 1.5,
            "return": 1.5,
            "pixels_read": 1500,
            "right": 0.5,
            "objects": 3,
            "objects_found": 1.5,
            "found": 3 / 6,
            "marines/mae": 0.5,
            "marines/mae_expected": 0.5,
            "units/mae": 0.5,  # 1.5 is rounded to 2
            "units/mae_expected": 0.25,
        }
    )


def test_tables_have_what_there_is():
    both = table(
        {"scan": {"episodes": 3, "found": 0.25, "steps": 8, "m/mae": 1.5, "right": 0.5}, "none": {"episodes": 0}}
    )
    assert both.splitlines() == [
        "policy  episodes  right  MAE m  found  steps",
        "scan    3         0.500  1.500  0.250  8.0",
        "none    0         -      -      -      -",
    ]
    assert Tally().measures() == {"episodes": 0}
