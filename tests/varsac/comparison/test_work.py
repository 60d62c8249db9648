"""Every work is one that its configurations can be trained on, and unknown ones are refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from varsac.comparison.trials import chosen, grid
from varsac.comparison.work import TUNED, WORKS, WorkError, work
from varsac.config import CONFIGS, named, recipe
from varsac.models import registry
from varsac.options import OptionError

RESULTS = Path(__file__).resolve().parents[3] / "results"
TRIALS = RESULTS / "smoke-85s" / "trials"


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("model", registry.MODELS)
def test_every_work_can_be_set_up(name, model):
    config = WORKS[name].config(named(model), seed=3, settings={"train.batch": "8"})
    assert config.model == model
    assert config.task == WORKS[name].task
    assert config.train.seed == 3 and config.train.batch == 8
    assert WORKS[name].columns


def test_recipes_come_after_the_settings_of_the_work():
    smoke = WORKS["smoke"]
    assert smoke.config("default", 0, {}).options.glimpses == 3
    assert smoke.config("default", 0, {"model.glimpses": "5"}).options.glimpses == 5
    with pytest.raises(OptionError, match="glimpses"):
        smoke.config("proxy_only", 0, {"model.glimpses": "5"})


def test_an_unknown_work_is_refused_with_those_there_are():
    with pytest.raises(WorkError, match="there are smoke, two_digits"):
        work("smok")


def test_recipes_are_of_models_and_configurations_that_there_are():
    assert {name for one in WORKS.values() for name in one.recipes} <= {*registry.MODELS, *CONFIGS}


def test_recipes_of_configurations_come_after_those_of_models():
    hidden = WORKS["hidden"]
    both = [hidden.config(name, 0, {}).options for name in ("attention_sampling", "attention_sampling_hint")]
    assert [one.window for one in both] == [1.3, 1.3]
    assert [one.stands_out for one in both] == ["contrast", "isolation"]


@pytest.mark.parametrize("path", sorted(TRIALS.glob("*.json")), ids=lambda path: path.stem)
def test_rivals_have_what_won_their_trials(path):
    """VarSac keeps its own rate of 2e-3, which lies between those that were tried; its trials differ by 0.01."""
    model = recipe(path.stem).model
    won = chosen(json.loads(path.read_text()).values())
    config = work("two_digits").config(path.stem, 0, {}).to_dict()
    has = {key: config["train" if key.startswith("train.") else "options"][key.split(".")[1]] for key in won}
    assert model == "varsac" or {key: json.loads(value) for key, value in won.items()} == has


@pytest.mark.parametrize("path", sorted(TRIALS.glob("*.json")), ids=lambda path: path.stem)
def test_trials_are_of_the_grid_that_is_kept(path):
    tried = [trial["tried"] for trial in json.loads(path.read_text()).values()]
    assert tried == grid(RESULTS / "grid.json", [path.stem])[path.stem]


def test_all_that_is_tuned_was_tried():
    assert set(TUNED) <= {recipe(path.stem).model for path in TRIALS.glob("*.json")}


def test_counts_of_another_head_are_shown_in_the_same_column():
    assert work("marines").value({"marine/mae": 0.5}, "units/mae") == 0.5
    assert work("marines").value({"units/mae": 0.4, "marine/mae": 0.5}, "units/mae") == 0.4
    assert work("marines").value({"found": 1.0}, "units/mae") is None
