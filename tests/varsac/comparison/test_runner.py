"""Every model can be compared: a named configuration of each trains on the works and goes on to its result."""

from __future__ import annotations

import dataclasses

import pytest

from tests.varsac.tasks.harvests import write_harvest
from varsac.comparison import runner
from varsac.comparison.budget import BudgetError
from varsac.comparison.runner import Run
from varsac.comparison.work import work
from varsac.config import named
from varsac.models import registry

TINY = {"train.steps": "1", "train.batch": "2", "train.validate_examples": "2"}
PAINTED = {"task.train": "4", "task.val": "2", "task.test": "2"}
FEWER = {
    "differentiable_selection": {"model.samples": "5"},
    "paper": {"model.state": "16"},
    "full_image": {"model.width": "16"},
    "crop_sum": {"model.width": "16", "model.features": "16"},
    "patch_selection": {"model.width": "16"},
}
"""What makes large networks quick; the rest is as it is compared."""


def run_of(folder, work, configuration, painted=True, **fields):
    settings = {**TINY, **(PAINTED if painted else {}), **FEWER.get(configuration, {})}
    return Run(work, configuration, 0, settings, folder / "runs", folder / "results", **fields)


@pytest.mark.parametrize("model", registry.MODELS)
def test_every_model_is_trained_and_measured(tmp_path, model):
    run = run_of(tmp_path, "smoke", named(model))
    result = run.do()
    assert result.config["model"] == model and result.images == 2
    assert 0 <= result.measures["digits/right"] <= 1
    assert run.finished() == result
    assert result.command[:4] == ("--task", "synthetic", "--config", named(model))


def test_the_code_is_that_of_when_training_began(tmp_path, monkeypatch):
    versions = iter([{"commit": "before"}, {"commit": "after"}])
    monkeypatch.setattr(runner, "code_version", lambda: next(versions))
    trained = runner.train

    def train_while_the_working_copy_moves_on(*arguments, **options):
        trained(*arguments, **options)
        assert next(versions) == {"commit": "after"}

    monkeypatch.setattr(runner, "train", train_while_the_working_copy_moves_on)
    assert run_of(tmp_path, "smoke", "random_saccades").do().code == {"commit": "before"}


@pytest.mark.slow
@pytest.mark.parametrize("work", ["two_digits", "majority"])
@pytest.mark.parametrize("model", registry.MODELS)
def test_every_model_learns_painted_works(tmp_path, work, model):
    result = run_of(tmp_path, work, named(model)).do()
    assert result.config["model"] == model and result.measures["pixels_decoded"] >= 0


@pytest.mark.slow
@pytest.mark.parametrize("model", registry.MODELS)
def test_every_model_counts_marines(tmp_path, model):
    data = write_harvest(tmp_path / "data", 10, (512, 512))
    run = run_of(tmp_path, "marines_512", named(model), painted=False, data=str(data))
    result = run.do()
    assert work("marines_512").value(result.measures, "units/mae") >= 0


def test_a_budget_and_steps_are_one_too_many(tmp_path):
    with pytest.raises(BudgetError, match=r"train\.steps, train\.validate_examples and a budget"):
        run_of(tmp_path, "smoke", "default", budget=10.0).finished()


def test_places_of_budgets_are_their_own(tmp_path):
    run = run_of(tmp_path, "smoke", "default")
    paced = dataclasses.replace(run, budget=85.0)
    assert (run.place, paced.place) == ("smoke", "smoke-85s")
    assert run.file != paced.file and run.trained != paced.trained
