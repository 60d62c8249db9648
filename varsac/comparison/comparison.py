"""Works, configurations and seeds as one undertaking: tried, trained, weighed; what is done is not done again."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

from varsac.comparison import costs as answer_costs
from varsac.comparison.costs import Costs, costs_file
from varsac.comparison.result import Result, place_of, results_in
from varsac.comparison.runner import Run, Tell, compared
from varsac.comparison.table import described
from varsac.comparison.trials import grid, tuned
from varsac.comparison.work import Work, work


@dataclasses.dataclass(frozen=True)
class Section:
    """What came of one work.

    Args:
        place: its folder's name, see `varsac.comparison.result.place_of`.
        task: the work.
        budget: CPU-seconds a run; 0: none was given.
        results: all there are, of earlier commands too.
        costs: of their configurations, where they were measured.
    """

    place: str
    task: Work
    budget: float
    results: Sequence[Result]
    costs: Costs | None

    @property
    def pictured(self) -> bool:
        """Whether there are several configurations to be shown beside each other, with their costs."""
        return self.costs is not None and len({result.configuration for result in self.results}) > 1


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What is to be compared.

    Args:
        works: names.
        configurations: names.
        seeds: how many, from 0.
        settings: text by key, for every run.
        folder: of runs.
        results: folder of results.
        data: folder of the works' data.
        budget: CPU-seconds a run; 0: as many steps as the works say.
        trials: file with what is tried first, see `varsac.comparison.trials`.
        jobs: runs at once.
        weigh: measure what answers cost.
    """

    works: Sequence[str]
    configurations: Sequence[str]
    seeds: int
    settings: Mapping[str, str]
    folder: pathlib.Path
    results: pathlib.Path
    data: str | None = None
    budget: float = 0.0
    trials: pathlib.Path | None = None
    jobs: int = 1
    weigh: bool = True

    def run(self, tell: Tell) -> bool:
        """Do what is not done yet.

        Args:
            tell: is told of everything that is finished or fails.

        Returns:
            Whether nothing failed.

        Raises:
            UserError: what cannot be, and results of other settings in the way.
        """
        runs = [
            Run(name, configuration, seed, self.settings, self.folder, self.results, self.data, self.budget)
            for name in self.works
            for seed in range(self.seeds)  # all configurations once before any a second time: a stop leaves a whole
            for configuration in self.configurations
        ]
        for run in runs:
            run.unpaced()  # names and settings that cannot be are refused before anything begins
        if self.trials is not None:
            runs = tuned(runs, grid(self.trials, self.configurations), self.jobs, tell)
        done = 0
        for result in compared(runs, self.jobs, tell):
            done += 1
            where = f"{place_of(result.work, result.budget)} {result.configuration} seed {result.seed}"
            tell(f"[{done}/{len(runs)}] {where}: {described(result)}")
        weighed = all([self._weighed(name, tell) for name in self.works]) if self.weigh else True
        return done == len(runs) and weighed

    def sections(self) -> list[Section]:
        """What there is of the works, those without results left out."""
        found = []
        for name in self.works:
            place = place_of(name, self.budget)
            if results := results_in(self.results, place):
                costs = Costs.load(costs_file(self.results, place))
                found.append(Section(place, work(name), self.budget, results, costs))
        return found

    def _weighed(self, name: str, tell: Tell) -> bool:
        """Measure what answers cost, for all configurations at once, if one is missing; whether it went well."""
        place = place_of(name, self.budget)
        results, path = results_in(self.results, place), costs_file(self.results, place)
        known = Costs.load(path)
        if not results or (known and {one.configuration for one in results} <= known.by_configuration.keys()):
            return True
        tell(f"{place}: measuring what answers cost")
        trained = self.folder / place
        costs = answer_costs.measured(results, trained, self.data, trained / "costs.txt", tell)
        if costs is None:
            return False
        costs.save(path)
        return True
