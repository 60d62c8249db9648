"""Settings tried for each configuration on the validation split, the same way for all of them, and written down.

A grid is a JSON file: for each configuration the values of some keys; every combination is one trial. "*" stands for
all configurations that are compared, and its keys come before a configuration's own.

    {"*": {"train.learning_rate": [0.001, 0.003]}, "default": {"model.glimpses": [3, 4]}}
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sc2data.errors import UserError
from sc2data.format.durable import replace_file
from sc2data.format.provenance import code_version
from varsac.comparison.budget import measured, recorded
from varsac.comparison.processes import apart
from varsac.comparison.result import here
from varsac.comparison.runner import Run, Tell, task_of
from varsac.comparison.work import work
from varsac.engine import checkpoint, logs
from varsac.engine.evaluate import evaluate
from varsac.engine.loop import BEST, LAST, score_of, train

SEED = 100
"""Of all trials; no seed of a comparison."""
EVERY = "*"

Settings = Mapping[str, str]


class TrialError(UserError, ValueError):
    """A grid that is none, or trials of another one."""


def grid(path: pathlib.Path, configurations: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """The settings to be tried, by configuration; only those that have some.

    Raises:
        TrialError: no such file, or none that is a grid.
    """
    try:
        asked = json.loads(path.read_text(encoding="utf-8"))
        grids = {name: {key: list(map(_text, values)) for key, values in keys.items()} for name, keys in asked.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise TrialError(
            f'{path} is no grid of trials ({error}); it is to be like {{"default": {{"train.learning_rate": [0.001]}}}}'
        ) from None
    found = {}
    for name in configurations:
        keys = {**grids.get(EVERY, {}), **grids.get(name, {})}
        if keys:
            found[name] = [dict(zip(keys, values)) for values in itertools.product(*keys.values())]
    return found


def _text(value: Any) -> str:
    """
    >>> _text(0.001), _text(True), _text("signs")
    ('0.001', 'true', 'signs')
    """
    return value if isinstance(value, str) else json.dumps(value)


@dataclasses.dataclass(frozen=True)
class Trial:
    """One of a configuration's settings.

    Args:
        run: with the settings, `SEED` and the budget.
        number: of the trial, from 0.
        tried: the settings alone that the grid gives.
    """

    run: Run
    number: int
    tried: Settings

    @property
    def _folder(self) -> pathlib.Path:
        return self.run.folder / self.run.place / "trials" / f"{self.run.configuration}-{self.number}"

    @property
    def progress(self) -> pathlib.Path:
        """Beside its folder."""
        return self._folder.with_suffix(".txt")

    @property
    def expected(self) -> dict[str, Any]:
        """All that it follows from but its budget, plain."""
        return self.run.unpaced().to_dict()

    def do(self) -> dict[str, Any]:
        """Train and measure on the validation split; plain values."""
        run, config = self.run, self.run.unpaced()
        task = task_of(work(run.work), config, run.data)
        rate_file = self._folder.with_suffix(".json")
        settings = dict(run.settings)
        if run.budget:
            rate = recorded(rate_file, config)
            if rate is None:
                rate = measured(config, task, run.budget)
                rate.save(rate_file)
            settings |= rate.settings(run.budget)
            config = work(run.work).config(run.configuration, SEED, settings)
        train(config, task, self._folder, resume=(self._folder / LAST).exists())
        model, _, _ = checkpoint.load_model(self._folder / BEST)
        measures = evaluate(model, task.data("val"), config.train.batch, localise=False)
        return {
            "tried": dict(self.tried),
            "score": score_of(measures, config.train.best),
            "steps": config.train.steps,
            "images": config.train.steps * config.train.batch,
            "cpu_seconds": round(logs.cpu_seconds(self._folder), 1),
            "measures": measures,
            "expected": self.expected,
            "code": code_version(),
            "machine": here(),
        }


def file_of(run: Run) -> pathlib.Path:
    """Where the trials of a run's configuration are kept."""
    return run.results / run.place / "trials" / f"{run.configuration}.json"


def tuned(runs: Sequence[Run], grids: Mapping[str, Sequence[Settings]], jobs: int, tell: Tell) -> list[Run]:
    """Runs with the settings of their configurations' best trials; those that were not tried yet are tried first.

    Args:
        runs: any.
        grids: as `grid` gives them.
        jobs: trials at once.
        tell: is told of every trial.

    Raises:
        TrialError: trials of another grid are in the way, or one failed.
    """
    first: dict[pathlib.Path, Run] = {}
    for run in runs:
        if run.configuration in grids:
            first.setdefault(file_of(run), run)
    missing: list[Trial] = []
    done: dict[pathlib.Path, dict[int, dict[str, Any]]] = {}
    for path, run in first.items():
        trials = _trials(run, grids[run.configuration])
        done[path] = _kept(path, trials)
        missing += [trial for trial in trials if trial.number not in done[path]]
    told = ((trial, _teller(trial, tell)) for trial in missing)
    for job, outcome in apart(told, jobs):
        assert isinstance(job, Trial)
        path = file_of(job.run)
        done[path][job.number] = outcome
        _teller(job, tell)(f"{job.tried}: {outcome['score']:.3f}")
        _save(path, done[path])
    best = {}
    for path, run in first.items():
        wanted = len(grids[run.configuration])
        if len(done[path]) < wanted:
            raise TrialError(
                f"{path}: {wanted - len(done[path])} of {wanted} trials failed; mend them or change the grid"
            )
        best[path] = chosen(done[path].values())
    return [
        dataclasses.replace(run, settings={**run.settings, **best[file_of(run)]}, trials=len(grids[run.configuration]))
        if file_of(run) in best
        else run
        for run in runs
    ]


def chosen(trials: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The settings of the trial with the highest score, the first of equals.

    >>> chosen([{"tried": {"a": "1"}, "score": 0.5}, {"tried": {"a": "2"}, "score": 0.7}])
    {'a': '2'}
    """
    return dict(max(trials, key=lambda trial: float(trial["score"]))["tried"])


def _trials(run: Run, settings: Sequence[Settings]) -> list[Trial]:
    return [
        Trial(dataclasses.replace(run, seed=SEED, settings={**run.settings, **tried}), number, tried)
        for number, tried in enumerate(settings)
    ]


def _kept(path: pathlib.Path, trials: Sequence[Trial]) -> dict[int, dict[str, Any]]:
    """Outcomes that are there already, by number."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kept = {int(number): outcome for number, outcome in content.items()}
        fits = all(number < len(trials) and kept[number]["expected"] == trials[number].expected for number in kept)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TrialError(f"{path} holds no trials ({error}); remove it, or choose another --results") from None
    if not fits:
        raise TrialError(f"{path} holds trials of another grid or other settings; give the same, or another --results")
    return kept


def _save(path: pathlib.Path, outcomes: Mapping[int, Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = {str(number): outcomes[number] for number in sorted(outcomes)}
    replace_file(path, (json.dumps(ordered, indent=1) + "\n").encode())


def _teller(trial: Trial, tell: Tell) -> Tell:
    run = trial.run
    return lambda line: tell(f"{run.place} {run.configuration} trial {trial.number} {line}")
