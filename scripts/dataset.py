"""Looks at data sets and works on them.

Usage: dataset COMMAND DIR... [flags]

  inspect DIR         what it holds, where it came from, how it is stored
  validate DIR        list everything that is wrong with it; exits with 1 if anything is
  stats DIR           how many units of which type, mean colours
  split DIR           draw splits by episode (--fractions, --seed) and write them to the manifest
  merge DIR... --output NEW   join data sets into a new one
  card DIR            write README.md with a table, provenance and a picture into the data set
  plot DIR            write contact-sheet.png and counts.png (into --output, or into the data set)

Examples:
  dataset validate data/battles --nodeep
  dataset split data/battles --fractions=train=0.8,val=0.1,test=0.1 --seed=3
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from absl import flags

from sc2data.errors import UserError
from sc2data.format import Dataset, card, contact_sheet, inspect, merge, plot, split, stats, validate
from scripts import _app

APP = _app.App(__doc__)
JSON = flags.DEFINE_boolean("json", False, "inspect, validate, stats, split: print JSON.", flag_values=APP.flags)
DEEP = flags.DEFINE_boolean(
    "deep", True, "validate: hash every shard and decode every picture too.", flag_values=APP.flags
)
OUTPUT = flags.DEFINE_string("output", None, "merge: the new data set; plot: a folder.", flag_values=APP.flags)
FRACTIONS = flags.DEFINE_list(
    "fractions", ["train=0.8", "val=0.1", "test=0.1"], "split: NAME=SHARE of the episodes.", flag_values=APP.flags
)
SEED = flags.DEFINE_integer("seed", 0, "split: what the splits are drawn from.", lower_bound=0, flag_values=APP.flags)
SPLIT = flags.DEFINE_string("split", None, "stats, plot: only this split.", flag_values=APP.flags)
RECORDS = flags.DEFINE_integer(
    "records",
    contact_sheet.RECORDS,
    "plot: how many records to show.",
    lower_bound=1,
    upper_bound=contact_sheet.MOST_RECORDS,
    flag_values=APP.flags,
)


class UsageError(UserError):
    """The command line does not make sense."""


def main(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names."""
    if not arguments or arguments[0] not in COMMANDS:
        said = repr(arguments[0]) if arguments else "nothing"
        raise UsageError(f"{said} is no command; choose one of {', '.join(COMMANDS)} (see --help)")
    command, *folders = arguments
    if not folders:
        raise UsageError(f"{command} which data set? Name its folder")
    if command != "merge" and len(folders) > 1:
        raise UsageError(f"{command} takes one data set, not {len(folders)}: {' '.join(folders)}")
    return COMMANDS[command](folders)


def run() -> None:
    """Start as a console script."""
    APP.run(main)


def _inspect(folders: Sequence[str]) -> int:
    with Dataset(folders[0]) as dataset:
        facts = inspect.summary(dataset)
    _print(facts, inspect.as_text)
    return _app.SUCCESS


def _validate(folders: Sequence[str]) -> int:
    found = validate.validate(folders[0], DEEP.value)
    bad = [problem for problem in found if not problem.harmless]
    values = [{"file": problem.file, "what": problem.what, "harmless": problem.harmless} for problem in found]
    verdict = f"{len(bad)} problem{'s' if len(bad) > 1 else ''}" if bad else "valid"
    _print(values, lambda _: "\n".join([*map(str, found), f"{folders[0]}: {verdict}"]))
    return _app.PROBLEMS_FOUND if bad else _app.SUCCESS


def _stats(folders: Sequence[str]) -> int:
    with Dataset(folders[0]) as dataset:
        numbers = stats.statistics(dataset, SPLIT.value)
    _print(numbers.to_dict(), lambda _: stats.as_text(numbers))
    return _app.SUCCESS


def _split(folders: Sequence[str]) -> int:
    drawn = split.split(folders[0], _fractions(FRACTIONS.value), SEED.value)
    _print(drawn, lambda _: "\n".join(f"{name}: {len(ids)} episodes" for name, ids in drawn.items()))
    return _app.SUCCESS


def _merge(folders: Sequence[str]) -> int:
    if OUTPUT.value is None:
        raise UsageError("merge into what? Name a new folder with --output")
    manifest = merge.merge(folders, OUTPUT.value)
    print(f"{OUTPUT.value}: {manifest.records:,} records in {len(manifest.shards)} shards")
    return _app.SUCCESS


def _card(folders: Sequence[str]) -> int:
    print(card.write_card(folders[0]))
    return _app.SUCCESS


def _plot(folders: Sequence[str]) -> int:
    target = pathlib.Path(OUTPUT.value or folders[0])
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target} cannot hold pictures ({error.strerror}): name a folder with --output") from error
    with Dataset(folders[0]) as dataset:
        contact_sheet.write_contact_sheet(dataset, target / card.PICTURE, RECORDS.value, SPLIT.value)
        where = "map" if dataset.schema.screen is None else "screen"
        plot.write_histograms(stats.statistics(dataset, SPLIT.value, sample=0), target / "counts.png", where)
    print(target / card.PICTURE, target / "counts.png", sep="\n")
    return _app.SUCCESS


def _fractions(words: Sequence[str]) -> dict[str, float]:
    fractions: dict[str, float] = {}
    for word in words:
        name, _, share = word.partition("=")
        if name in fractions:
            raise UsageError(f"--fractions {','.join(words)}: {name} is there twice; give each split one share")
        try:
            fractions[name] = float(share)
        except ValueError as error:
            raise UsageError(f"--fractions {word!r}: write NAME=SHARE, for instance train=0.8") from error
        if not name:
            raise UsageError(f"--fractions {word!r}: the split has no name; write NAME=SHARE, for instance train=0.8")
    return fractions


def _print(values: Any, as_text: Callable[[Any], str]) -> None:
    print(json.dumps(values, indent=1) if JSON.value else as_text(values))


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "inspect": _inspect,
    "validate": _validate,
    "stats": _stats,
    "split": _split,
    "merge": _merge,
    "card": _card,
    "plot": _plot,
}


if __name__ == "__main__":
    run()
