"""Train configurations on the same works with several seeds, measure them on test splits and beside each other, tell.

Runs that are finished are not done again, and one that was cut off goes on: the same command completes a comparison.
With --budget all runs train for the same CPU-seconds. With --trials settings are tried for each configuration first, on
the validation split. At the end all configurations of a work are asked about the same images in turn, and what answers
take is measured. Results are JSON files, one a run; tables go to standard output, a page with pictures to --output.

Example:
  python -m scripts.compare --works smoke --configs default,proxy_only --seeds 5 --budget 85 --output runs/compare
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from scripts import _app

APP = _app.App(__doc__)
WORKS = flags.DEFINE_list(
    "works", ["smoke"], "What is to be learned; see varsac/comparison/work.py.", flag_values=APP.flags
)
CONFIGS = flags.DEFINE_list(
    "configs", ["default"], "Named configurations to compare, or models by name.", flag_values=APP.flags
)
flags.DEFINE_alias("tasks", "works", flag_values=APP.flags)
flags.DEFINE_alias("models", "configs", flag_values=APP.flags)
SEEDS = flags.DEFINE_integer("seeds", 5, "How many seeds, from 0.", 1, flag_values=APP.flags)
BUDGET = flags.DEFINE_float(
    "budget",
    0.0,
    "CPU-seconds of training a run, validations included; each configuration's rate is measured once and decides on "
    "its steps. 0: as many steps as the works say.",
    0.0,
    flag_values=APP.flags,
)
TRIALS = flags.DEFINE_string(
    "trials",
    None,
    "JSON file of settings to try for each configuration first; see varsac/comparison/trials.py.",
    flag_values=APP.flags,
)
DATA = flags.DEFINE_string("data", None, "Folder of the works' data, or where images are kept.", flag_values=APP.flags)
OUTPUT = flags.DEFINE_string("output", None, "Folder of the runs and of the page.", flag_values=APP.flags)
RESULTS = flags.DEFINE_string(
    "results", None, "Folder of the results, a small JSON file a run; by default in --output.", flag_values=APP.flags
)
SET = flags.DEFINE_multi_string(
    "set", [], "KEY=VALUE of model., train. or task., for every run.", flag_values=APP.flags
)
JOBS = flags.DEFINE_integer("jobs", 1, "Runs at once, one thread each.", 1, flag_values=APP.flags)
COSTS = flags.DEFINE_boolean("costs", True, "Measure what answers take.", flag_values=APP.flags)
DOCUMENT = flags.DEFINE_string(
    "document",
    None,
    "Markdown file whose places for these works' tables are filled; pictures go to pictures/ beside it.",
    flag_values=APP.flags,
)


def main(arguments: Sequence[str]) -> int:
    """Compare; tables of all results of the works go to standard output."""
    from varsac.comparison.comparison import Comparison
    from varsac.comparison.telling import filled, told, written
    from varsac.config import ConfigError, named
    from varsac.options import assignments

    if arguments:
        raise ConfigError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    if not OUTPUT.value:
        raise ConfigError("--output is needed: the folder of the runs")
    folder = Path(OUTPUT.value)
    comparison = Comparison(
        WORKS.value,
        [named(name) for name in CONFIGS.value],
        SEEDS.value,
        assignments(SET.value),
        folder,
        Path(RESULTS.value) if RESULTS.value else folder / "results",
        DATA.value,
        BUDGET.value,
        Path(TRIALS.value) if TRIALS.value else None,
        JOBS.value,
        COSTS.value,
    )
    complete = comparison.run(_say)
    sections = comparison.sections()
    print(told(sections), end="", flush=True)
    if sections:
        _say(f"page: {written(folder / 'comparison.html', sections)}")
    if DOCUMENT.value:
        filled(Path(DOCUMENT.value), sections)
    return _app.SUCCESS if complete else _app.PROBLEMS_FOUND


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
