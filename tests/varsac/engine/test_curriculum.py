"""Clutter rises over the first part of training, the same way after a stop; data that cannot be eased say so."""

from __future__ import annotations

import doctest
import pickle

import numpy as np
import pytest
import torch

from tests.varsac.digits import TwoDigitsTask
from varsac.config import ConfigError, TrainConfig, resolved
from varsac.engine import curriculum
from varsac.engine.curriculum import STAGES, CurriculumError, StagedData, StagedSampler
from varsac.engine.loop import LAST, train
from varsac.engine.sampler import StepSampler
from varsac.tasks.synthetic import SyntheticConfig, SyntheticTask
from varsac.tasks.two_digits import TwoDigits

TASK = SyntheticTask(
    SyntheticConfig(
        height=64,
        width=64,
        proxy=16,
        train=12,
        val=4,
        test=4,
        two_digits=TwoDigits(digit=0.25, fragment=0.1, clutter=20),
    )
)
TINY = {
    "model.glimpses": "2",
    "model.glimpse_size": "16",
    "model.state": "16",
    "model.features": "16",
    "train.batch": "4",
    "train.steps": "6",
    "train.curriculum": "0.5",
    "train.validate_every": "2",
    "train.device": "cpu",
}


def test_doctests():
    assert doctest.testmod(curriculum).failed == 0


def brightness(example):
    return int(np.asarray(example.image.level(0)).astype(np.int64).sum())


def test_clutter_rises_with_the_stage_and_nothing_else_changes():
    data = StagedData(TASK.data("train"))
    light = [brightness(data[stage, 3]) for stage in range(STAGES + 1)]
    assert light == sorted(light) and light[0] < light[5] < light[-1]
    assert light[-1] == brightness(TASK.data("train")[3])
    easy, full = data[0, 3], data[STAGES, 3]
    assert np.array_equal(easy.objects.positions, full.objects.positions)
    assert np.array_equal(easy.labels["digits"], full.labels["digits"])


def test_staged_data_travel_to_other_processes():
    copy = pickle.loads(pickle.dumps(StagedData(TASK.data("train"))))
    assert len(copy) == 12 and brightness(copy[0, 1]) == brightness(TASK.data("train").eased(0.0)[1])


def test_stages_follow_from_the_step_alone():
    whole = list(StagedSampler(StepSampler(12, 4, 6, seed=0), steps=3))
    rest = list(StagedSampler(StepSampler(12, 4, 6, seed=0, first=2), steps=3))
    assert rest == whole[2:]
    assert [batch[0][0] for batch in whole] == [0, 3, 6, 10, 10, 10]


def test_a_run_with_a_curriculum_ends_with_the_same_bytes(tmp_path):
    config = resolved("default", TINY)
    train(config, TASK, tmp_path / "whole")
    weights = torch.load(tmp_path / "whole" / LAST, weights_only=True)["weights"]
    plain = resolved("default", TINY | {"train.curriculum": "0"})
    train(plain, TASK, tmp_path / "plain")
    others = torch.load(tmp_path / "plain" / LAST, weights_only=True)["weights"]
    assert any(not torch.equal(weights[name], others[name]) for name in weights)
    train(config, TASK, tmp_path / "again")
    again = torch.load(tmp_path / "again" / LAST, weights_only=True)["weights"]
    assert all(torch.equal(weights[name], again[name]) for name in weights)


def test_pictures_that_exist_already_cannot_be_eased(tmp_path):
    task = TwoDigitsTask(lengths=(8, 4, 4), side=64, clutter=2, proxy=16)
    with pytest.raises(CurriculumError, match="cannot be painted with less clutter"):
        train(resolved("default", TINY), task, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_share_is_a_share():
    with pytest.raises(ConfigError, match="0 to 1"):
        TrainConfig(curriculum=1.5)
