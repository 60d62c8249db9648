"""Train a model to answer questions about large images in a few saccades.

    python -m scripts.train --task synthetic --config smoke --output runs/smoke
    python -m scripts.train --task sc2 --data data/battles --output runs/marines --set train.steps=4000
    torchrun --nproc_per_node=2 -m scripts.train --task sc2 --data data/battles --output runs/marines

The output folder gets config.json, log.jsonl, last.pt (the newest step) and best.pt (the best validation). Stop with
Ctrl-C whenever you like and go on with --resume: the run ends with the same bytes. The test split is not touched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from absl import flags

from sc2data.memory import tune_malloc
from scripts import _app

APP = _app.App(__doc__)
TASK = flags.DEFINE_string("task", None, "What is to be learned: synthetic, sc2 or dslr.", flag_values=APP.flags)
DATA = flags.DEFINE_string(
    "data", None, "Folder of the task's data; synthetic: where generated images may be kept.", flag_values=APP.flags
)
OUTPUT = flags.DEFINE_string("output", None, "Folder of the run.", flag_values=APP.flags)
CONFIG = flags.DEFINE_string("config", "default", "Named configuration of model and schedule.", flag_values=APP.flags)
SET = flags.DEFINE_multi_string(
    "set", [], "KEY=VALUE of model., train. or task.; may be given often.", flag_values=APP.flags
)
DIGITS = flags.DEFINE_string(
    "digits_dir", None, "Folder of IDX files (MNIST, Fashion-MNIST) instead of scikit-learn's digits, for tasks that "
    "show digits; short for --set task.digits_dir, with dslr for --set task.hidden.digits_dir.", flag_values=APP.flags,
)  # fmt: skip
RESUME = flags.DEFINE_boolean(
    "resume", False, "Go on with the run in --output, or begin where there is none.", flag_values=APP.flags
)
PRINT_CONFIG = flags.DEFINE_boolean(
    "print_config", False, "Print the resolved configuration as JSON and do nothing.", flag_values=APP.flags
)


def main(arguments: Sequence[str]) -> int:
    """Train; the last validation goes to standard output as JSON."""
    from varsac.config import ConfigError, resolved
    from varsac.engine.loop import train
    from varsac.options import assignments
    from varsac.tasks import registry

    if arguments:
        raise ConfigError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    if not TASK.value:
        raise ConfigError(f"--task is needed: one of {', '.join(registry.TASKS)}")
    settings = assignments(SET.value)
    if DIGITS.value:
        settings["task.hidden.digits_dir" if TASK.value == "dslr" else "task.digits_dir"] = DIGITS.value
    config = resolved(CONFIG.value, settings, TASK.value, registry.entry(TASK.value).config())
    if PRINT_CONFIG.value:
        print(json.dumps(config.to_dict(), indent=2))
        return _app.SUCCESS
    if not OUTPUT.value:
        raise ConfigError("--output is needed: the folder of the run")
    folder = _app.output_folder(OUTPUT.value)
    tune_malloc()  # a step takes and frees hundreds of megabytes; page faults were a fifth of its CPU time
    task = made_task(config, DATA.value)
    measures = train(config, task, folder, RESUME.value)
    if measures:  # process 0 has them, and none where the run was over before
        print(json.dumps(measures))
    return _app.SUCCESS


def made_task(config: Any, data: str | None) -> Any:
    """The task that a run's configuration names. Raises `TaskError` where it cannot be made of the data."""
    from varsac.options import from_plain
    from varsac.tasks import registry

    settings = from_plain(registry.entry(config.task).config, config.task_options, "the task")
    return registry.make(config.task, settings, data, _app.Progress("prepared", "images"))


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
