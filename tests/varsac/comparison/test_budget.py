"""Budgets become steps by arithmetic that a person can follow, and rates are those of their settings."""

from __future__ import annotations

import pytest

from varsac.comparison.budget import BudgetError, Rate, bare, measured, recorded
from varsac.comparison.runner import Pacing, Run, task_of
from varsac.comparison.work import work

RATE = Rate({}, 0.1, 0.01, 512, {}, {})
TINY = {"task.train": "8", "task.val": "4", "task.test": "4", "train.batch": "2"}


def test_what_validations_leave_is_for_steps():
    """Of 100 s a tenth is for five validations: 2 s or 200 examples each. 90 s are left for 900 steps of 0.1 s."""
    assert RATE.settings(100.0) == {
        "train.steps": "900",
        "train.validate_every": "180",
        "train.validate_examples": "200",
        "train.log_every": "18",
    }


def test_few_seconds_leave_one_validation_of_few_examples():
    """Five times 64 examples would take 3.2 s of 10: so once, 0.64 s, and (10 - 0.64) / 0.1 = 93 steps."""
    settings = RATE.settings(10.0)
    assert settings["train.steps"] == settings["train.validate_every"] == "93"
    assert settings["train.validate_examples"] == "64"


def test_the_log_ends_with_the_last_step():
    for budget in (50.0, 123.0, 777.0):
        settings = RATE.settings(budget)
        assert int(settings["train.steps"]) % int(settings["train.log_every"]) == 0


def test_a_budget_for_no_step_is_refused():
    with pytest.raises(BudgetError, match="less than the 1 that a step"):
        RATE.settings(0.7)


def test_a_rate_is_that_of_its_settings(tmp_path):
    config = work("smoke").config("oracle_saccades", 0, TINY)
    path = tmp_path / "rate.json"
    assert recorded(path, config) is None
    rate = measured(config, task_of(work("smoke"), config, None), 0.5)
    assert 0 < rate.step_seconds < 5 and 0 < rate.example_seconds < 5 and rate.validate_examples == 4
    rate.save(path)
    assert recorded(path, config) == rate
    longer = work("smoke").config("oracle_saccades", 3, {**TINY, "train.steps": "7", "train.log_every": "3"})
    assert bare(longer) == bare(config) and recorded(path, longer) == rate
    with pytest.raises(BudgetError, match="other settings"):
        recorded(path, work("smoke").config("oracle_saccades", 0, {**TINY, "model.features": "8"}))
    path.write_text("{}")
    with pytest.raises(BudgetError, match="holds no rate"):
        recorded(path, config)


def test_all_seeds_take_the_steps_of_one_rate(tmp_path):
    runs = [Run("smoke", "oracle_saccades", seed, TINY, tmp_path, tmp_path, budget=3.0) for seed in (0, 1)]
    with pytest.raises(BudgetError, match="to be measured before"):
        runs[0].config.to_dict()
    Pacing(runs[0]).do()
    first, second = (run.config.train for run in runs)
    assert first.steps == second.steps > 0 and first.validate_examples <= 64
    assert f"train.steps={first.steps}" in runs[1].command()
