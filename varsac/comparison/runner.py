"""Trains and measures configurations on works, several runs side by side; what is finished is not done again."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures

import torch

from sc2data.errors import UserError
from sc2data.format.provenance import code_version
from sc2data.memory import tune_malloc
from varsac.comparison.result import Result, ResultError, here, result_file
from varsac.comparison.work import WorkError, work
from varsac.config import RunConfig
from varsac.engine import checkpoint, logs
from varsac.engine.evaluate import evaluate
from varsac.engine.loop import BEST, LAST, train
from varsac.options import from_plain
from varsac.tasks import registry
from varsac.tasks.task import Task

EVALUATION_BATCH = 64


@dataclasses.dataclass(frozen=True)
class Run:
    """One run to be done.

    Args:
        work: its name; configuration: likewise.
        seed: of weights, order and draws.
        settings: text by key, that come after all others.
        folder: of runs; this one trains in `folder/work/configuration-seedN`.
        results: folder of results.
        data: folder of the task's data.
    """

    work: str
    configuration: str
    seed: int
    settings: Mapping[str, str]
    folder: pathlib.Path
    results: pathlib.Path
    data: str | None = None

    @property
    def config(self) -> RunConfig:
        """Everything that it follows from."""
        return work(self.work).config(self.configuration, self.seed, self.settings)

    @property
    def file(self) -> pathlib.Path:
        """Of its result."""
        return result_file(self.results, self.work, self.configuration, self.seed)

    def command(self) -> tuple[str, ...]:
        """The arguments of `scripts.train` that train the same."""
        asked = work(self.work)
        settings = {**asked.settled(self.configuration), **self.settings}
        pairs = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        return ("--task", asked.task, "--config", self.configuration, *pairs, "--set", f"train.seed={self.seed}")

    def finished(self) -> Result | None:
        """Its result, None where there is none yet.

        Raises:
            ResultError: the result is one of other settings.
            UserError: there is no such work or configuration.
        """
        expected = self.config.to_dict()
        if not self.file.exists():
            return None
        result = Result.load(self.file)
        if result.config != expected:
            raise ResultError(f"{self.file} is the result of other settings; give the same, or another --results")
        return result

    def do(self) -> Result:
        """Train, or go on with it, and measure `best.pt` on the test split.

        Raises:
            UserError: what training or the data raise.
        """
        folder = self.folder / self.work / f"{self.configuration}-seed{self.seed}"
        config, task = self.config, self._task()
        train(config, task, folder, resume=(folder / LAST).exists())
        model, _, _ = checkpoint.load_model(folder / BEST)
        data = task.data("test")
        measures = evaluate(model, data, EVALUATION_BATCH)
        result = Result(
            self.work,
            self.configuration,
            self.seed,
            config.to_dict(),
            self.command(),
            code_version(),
            here(),
            sum(one.numel() for one in model.parameters()),
            round(logs.cpu_seconds(folder), 1),
            config.train.steps * config.train.batch,
            len(data),
            measures,
        )
        result.save(self.file)
        return result

    def _task(self) -> Task:
        config = self.config
        if work(self.work).needs_data and not self.data:
            raise WorkError(f"work {self.work!r} needs --data: the folder of its data")
        settings = from_plain(registry.entry(config.task).config, config.task_options, "the task")
        return registry.make(config.task, settings, self.data)


def done(run: Run) -> Result:
    """A run in a process of its own, on one thread, its progress kept in a file beside it."""
    torch.set_num_threads(1)
    tune_malloc()
    folder = run.folder / run.work
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.configuration}-seed{run.seed}.txt"
    with path.open("a", encoding="utf-8") as progress, contextlib.redirect_stderr(progress):
        return run.do()


def compared(runs: Sequence[Run], jobs: int = 1, tell: Callable[[str], None] = lambda line: None) -> Iterator[Result]:
    """The results of runs as they come, those that are there already first.

    Args:
        runs: to be done.
        jobs: how many at once.
        tell: is given a line for every run that failed; the others go on.

    Raises:
        ResultError: a result of other settings is in the way; nothing is run then.
    """
    results = [(run, run.finished()) for run in runs]
    yield from (result for _, result in results if result is not None)
    missing = [run for run, result in results if result is None]
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool:
        waiting = {pool.submit(done, run): run for run in missing}
        for future in futures.as_completed(waiting):
            try:
                yield future.result()
            except UserError as error:
                run = waiting[future]
                tell(f"{run.work} {run.configuration} seed {run.seed} failed: {error}")
