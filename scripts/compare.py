"""Train configurations on the same works with several seeds, measure them on test splits, and make a table.

Runs that are finished are not done again, and one that was cut off goes on: the same command completes a comparison.

Example:
  python -m scripts.compare --works smoke --configs default,proxy_only --seeds 5 --output runs/compare
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
CONFIGS = flags.DEFINE_list("configs", ["default"], "Named configurations to compare.", flag_values=APP.flags)
SEEDS = flags.DEFINE_integer("seeds", 5, "How many seeds, from 0.", 1, flag_values=APP.flags)
DATA = flags.DEFINE_string("data", None, "Folder of the works' data, or where images are kept.", flag_values=APP.flags)
OUTPUT = flags.DEFINE_string("output", None, "Folder of the runs.", flag_values=APP.flags)
RESULTS = flags.DEFINE_string(
    "results", None, "Folder of the results, a small JSON file a run; by default in --output.", flag_values=APP.flags
)
SET = flags.DEFINE_multi_string(
    "set", [], "KEY=VALUE of model., train. or task., for every run.", flag_values=APP.flags
)
JOBS = flags.DEFINE_integer("jobs", 1, "Runs at once, one thread each.", 1, flag_values=APP.flags)
DOCUMENT = flags.DEFINE_string(
    "document", None, "Markdown file whose places for these works' tables are filled.", flag_values=APP.flags
)


def main(arguments: Sequence[str]) -> int:
    """Compare; tables of all results of the works go to standard output."""
    from sc2data.format.durable import replace_file
    from varsac.comparison.result import results_in
    from varsac.comparison.runner import Run, compared
    from varsac.comparison.table import described, table, with_table
    from varsac.comparison.work import work
    from varsac.config import ConfigError
    from varsac.options import assignments

    if arguments:
        raise ConfigError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    if not OUTPUT.value:
        raise ConfigError("--output is needed: the folder of the runs")
    folder = Path(OUTPUT.value)
    results = Path(RESULTS.value) if RESULTS.value else folder / "results"
    settings = assignments(SET.value)
    runs = [
        Run(name, configuration, seed, settings, folder, results, DATA.value)
        for name in WORKS.value
        for configuration in CONFIGS.value
        for seed in range(SEEDS.value)
    ]
    done = 0
    for result in compared(runs, JOBS.value, _say):
        done += 1
        _say(f"[{done}/{len(runs)}] {result.work} {result.configuration} seed {result.seed}: {described(result)}")
    tables = {name: table(work(name), there) for name in WORKS.value if (there := results_in(results, name))}
    for name, text in tables.items():
        print(f"## {work(name).title}\n\n{text}", flush=True)
    if DOCUMENT.value:
        path = Path(DOCUMENT.value)
        document = path.read_text(encoding="utf-8")
        for name, text in tables.items():
            document = with_table(document, name, text)
        replace_file(path, document.encode())
    return _app.SUCCESS if done == len(runs) else _app.PROBLEMS_FOUND


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
