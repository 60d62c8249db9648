"""Trials: every combination of a grid, the same for all, kept, and the best of them taken."""

from __future__ import annotations

import json

import pytest

from varsac.comparison import trials
from varsac.comparison.runner import Run
from varsac.comparison.trials import SEED, TrialError, chosen, file_of, grid, tuned

TINY = {
    "task.train": "8",
    "task.val": "4",
    "task.test": "4",
    "train.batch": "2",
    "train.steps": "1",
    "train.validate_examples": "2",
}


def written(path, content):
    path.write_text(json.dumps(content))
    return path


def test_a_grid_is_every_combination_and_the_star_is_for_all(tmp_path):
    path = written(
        tmp_path / "grid.json",
        {"*": {"train.learning_rate": [0.001, 0.01]}, "default": {"model.glimpses": [2, 3]}, "other": {"a": [1]}},
    )
    found = grid(path, ["default", "proxy_only"])
    assert found["proxy_only"] == [{"train.learning_rate": "0.001"}, {"train.learning_rate": "0.01"}]
    assert len(found["default"]) == 4
    assert found["default"][1] == {"train.learning_rate": "0.001", "model.glimpses": "3"}
    assert grid(written(path, {"other": {"a": [1]}}), ["default"]) == {}


@pytest.mark.parametrize("content", [[1], {"default": 1}, {"default": {"a": 1}}])
def test_what_is_no_grid_is_refused(tmp_path, content):
    with pytest.raises(TrialError, match="is no grid"):
        grid(written(tmp_path / "grid.json", content), ["default"])
    with pytest.raises(TrialError, match="is no grid"):
        grid(tmp_path / "missing.json", ["default"])


def test_the_first_of_the_best_is_chosen():
    outcomes = [{"tried": {"a": str(n)}, "score": score} for n, score in enumerate((0.5, 0.8, 0.8))]
    assert chosen(outcomes) == {"a": "1"}


def test_runs_get_the_best_settings_and_trials_are_done_once(tmp_path):
    """The second command only reads; its runs say how much was tried."""
    runs = [Run("smoke", name, 0, TINY, tmp_path / "runs", tmp_path / "results") for name in ("oracle_saccades", "ram")]
    grids = {"oracle_saccades": [{"model.features": "8"}, {"model.features": "16"}]}
    lines: list[str] = []
    first = tuned(runs, grids, 1, lines.append)
    assert [run.trials for run in first] == [2, 0] and first[1] == runs[1]
    assert len(lines) == 2 and all("oracle_saccades trial" in line for line in lines)
    kept = json.loads(file_of(runs[0]).read_text())
    assert [kept[number]["tried"] for number in ("0", "1")] == grids["oracle_saccades"]
    assert {one["expected"]["train"]["seed"] for one in kept.values()} == {SEED}
    best = max(kept.values(), key=lambda one: one["score"])
    assert first[0].settings["model.features"] == best["tried"]["model.features"]
    again = tuned(runs, grids, 1, lines.append)
    assert again == first and len(lines) == 2
    with pytest.raises(TrialError, match="another grid"):
        tuned(runs, {"oracle_saccades": [{"model.features": "4"}]}, 1, lines.append)


def test_a_trial_that_fails_stops_the_comparison(tmp_path):
    run = Run("smoke", "attention_sampling", 0, TINY, tmp_path / "runs", tmp_path / "results")
    lines: list[str] = []
    with pytest.raises(TrialError, match="1 of 1 trials failed"):
        tuned([run], {"attention_sampling": [{"model.glimpses": "5000"}]}, 1, lines.append)
    assert "1024 places" in lines[0]


def test_words_of_json():
    assert [trials._text(value) for value in (0.001, True, "signs", 3)] == ["0.001", "true", "signs", "3"]
