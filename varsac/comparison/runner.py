"""Trains and measures configurations on works, several runs side by side; what is finished is not done again."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from sc2data.format.provenance import code_version
from varsac.comparison.budget import SET, BudgetError, Rate, measured, recorded
from varsac.comparison.processes import apart
from varsac.comparison.result import Result, ResultError, here, place_of, result_file
from varsac.comparison.work import Work, WorkError, work
from varsac.config import RunConfig
from varsac.engine import checkpoint, logs
from varsac.engine.evaluate import evaluate
from varsac.engine.loop import BEST, LAST, train
from varsac.options import from_plain
from varsac.tasks import registry
from varsac.tasks.task import Task

EVALUATION_BATCH = 64

Tell = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Run:
    """One run to be done.

    Args:
        work: its name; configuration: likewise.
        seed: of weights, order and draws.
        settings: text by key, that come after all others.
        folder: of runs; this one trains in `folder/PLACE/configuration-seedN`, see `place_of`.
        results: folder of results.
        data: folder of the task's data.
        budget: CPU-seconds; 0: as many steps as the work says.
        trials: how many settings were tried before.
    """

    work: str
    configuration: str
    seed: int
    settings: Mapping[str, str]
    folder: pathlib.Path
    results: pathlib.Path
    data: str | None = None
    budget: float = 0.0
    trials: int = 0

    @property
    def place(self) -> str:
        """The folder of its work."""
        return place_of(self.work, self.budget)

    @property
    def name(self) -> str:
        """What it is called there."""
        return f"{self.configuration}-seed{self.seed}"

    @property
    def trained(self) -> pathlib.Path:
        """The folder that it trains in."""
        return self.folder / self.place / self.name

    @property
    def progress(self) -> pathlib.Path:
        """Where its progress is kept."""
        return self.folder / self.place / f"{self.name}.txt"

    @property
    def file(self) -> pathlib.Path:
        """Of its result."""
        return result_file(self.results, self.place, self.configuration, self.seed)

    @property
    def rate_file(self) -> pathlib.Path:
        """Of the rate that its steps follow from; one for all seeds."""
        return self.results / self.place / "rates" / f"{self.configuration}.json"

    def rate(self) -> Rate | None:
        """The rate, where there is a budget and it was measured.

        Raises:
            BudgetError: it is one of other settings.
        """
        return recorded(self.rate_file, self.unpaced()) if self.budget else None

    def unpaced(self) -> RunConfig:
        """Everything that it follows from but the budget.

        Raises:
            BudgetError: settings of what the budget settles.
        """
        both = [key for key in SET if self.budget and key in self.settings]
        if both:
            raise BudgetError(f"{', '.join(both)} and a budget: the budget says how long training is; give one of them")
        return work(self.work).config(self.configuration, self.seed, self.settings)

    @property
    def asked(self) -> dict[str, str]:
        """Its settings, those of its budget among them.

        Raises:
            BudgetError: the rate is not measured yet, or one of other settings.
        """
        if not self.budget:
            return dict(self.settings)
        rate = self.rate()
        if rate is None:
            raise BudgetError(f"{self.rate_file} is not there: the rate is to be measured before")
        return {**self.settings, **rate.settings(self.budget)}

    @property
    def config(self) -> RunConfig:
        """Everything that it follows from; errors as of `asked`."""
        return work(self.work).config(self.configuration, self.seed, self.asked)

    def command(self) -> tuple[str, ...]:
        """The arguments of `scripts.train` that train the same."""
        one = work(self.work)
        settings = {**one.settled(self.configuration), **self.asked}
        pairs = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        return ("--task", one.task, "--config", self.configuration, *pairs, "--set", f"train.seed={self.seed}")

    def finished(self) -> Result | None:
        """Its result, None where there is none yet.

        Raises:
            ResultError: the result is one of other settings.
            UserError: there is no such work or configuration.
        """
        self.unpaced()  # complains of names and settings before anything is run
        if not self.file.exists():
            return None
        result = Result.load(self.file)
        if result.config != self.config.to_dict():
            raise ResultError(f"{self.file} is the result of other settings; give the same, or another --results")
        return result

    def do(self) -> Result:
        """Train, or go on with it, and measure `best.pt` on the test split.

        Raises:
            UserError: what training or the data raise.
        """
        code = code_version()  # of what is loaded: a working copy may move on while it trains
        config, task = self.config, task_of(work(self.work), self.config, self.data)
        train(config, task, self.trained, resume=(self.trained / LAST).exists())
        model, _, _ = checkpoint.load_model(self.trained / BEST)
        data = task.data("test")
        measures = evaluate(model, data, EVALUATION_BATCH)
        result = Result(
            self.work,
            self.configuration,
            self.seed,
            config.to_dict(),
            self.command(),
            code,
            here(),
            sum(one.numel() for one in model.parameters()),
            round(logs.cpu_seconds(self.trained), 1),
            config.train.steps * config.train.batch,
            len(data),
            measures,
            dict(self.settings),
            self.budget,
            self.trials,
        )
        result.save(self.file)
        return result


@dataclasses.dataclass(frozen=True)
class Pacing:
    """The job of measuring a run's rate."""

    run: Run

    @property
    def progress(self) -> pathlib.Path:
        """Beside the runs' own."""
        return self.run.folder / self.run.place / f"{self.run.configuration}-rate.txt"

    def do(self) -> Rate:
        """Measure and write down."""
        config = self.run.unpaced()
        rate = measured(config, task_of(work(self.run.work), config, self.run.data), self.run.budget)
        rate.save(self.run.rate_file)
        return rate


def task_of(one: Work, config: RunConfig, data: str | None) -> Task:
    """The task of a run.

    Raises:
        WorkError: it needs data and there are none.
        UserError: the data are none.
    """
    if one.needs_data and not data:
        raise WorkError(f"the work {one.title!r} needs --data: the folder of its data")
    settings = from_plain(registry.entry(config.task).config, config.task_options, "the task")
    return registry.make(config.task, settings, data)


def compared(runs: Sequence[Run], jobs: int = 1, tell: Tell = lambda line: None) -> Iterator[Result]:
    """The results of runs as they come, those that are there already first.

    Args:
        runs: to be done.
        jobs: how many at once.
        tell: is given a line for every run that failed; the others go on.

    Raises:
        ResultError, BudgetError: a result or a rate of other settings is in the way; nothing is run then.
    """
    results = [(run, run.finished()) for run in runs]
    yield from (result for _, result in results if result is not None)
    missing = [run for run, result in results if result is None]
    without = {run.rate_file: run for run in missing if run.budget and run.rate() is None}
    for _ in apart(((Pacing(run), _teller(run, tell)) for run in without.values()), jobs):
        pass
    ready = [run for run in missing if not run.budget or run.rate() is not None]
    for _, result in apart(((run, _teller(run, tell)) for run in ready), jobs):
        yield result


def _teller(run: Run, tell: Tell) -> Tell:
    return lambda line: tell(f"{run.place} {run.configuration} seed {run.seed} {line}")
