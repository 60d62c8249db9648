"""Measure a trained model on a split: answers, calibration, positions, and what they cost.

    python -m scripts.evaluate --checkpoint runs/smoke/best.pt --json smoke.json --report smoke.html
    python -m scripts.evaluate --checkpoint runs/marines/best.pt --data data/battles --draws 8

The measures are explained in varsac/metrics.py. With --draws above 1 saccades are drawn so many times for each image:
the answers are averaged, and the spread of counts is measured.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from scripts import _app

APP = _app.App(__doc__)
CHECKPOINT = flags.DEFINE_string("checkpoint", None, "The model: a file such as RUN/best.pt.", flag_values=APP.flags)
DATA = flags.DEFINE_string("data", None, "Folder of the task's data, as for scripts.train.", flag_values=APP.flags)
SPLIT = flags.DEFINE_enum("split", "test", ["train", "val", "test"], "What to measure on.", flag_values=APP.flags)
SET = flags.DEFINE_multi_string(
    "set", [], "KEY=VALUE of the task where it is to differ from the training, such as task.height=1024.",
    flag_values=APP.flags,
)  # fmt: skip
EXAMPLES = flags.DEFINE_integer("examples", 0, "How many of the split; 0: all.", 0, flag_values=APP.flags)
BATCH = flags.DEFINE_integer("batch", 64, "Images at once.", 1, flag_values=APP.flags)
DRAWS = flags.DEFINE_integer("draws", 1, "Draws of saccades for each image.", 1, flag_values=APP.flags)
SEED = flags.DEFINE_integer("seed", 0, "Of the draws.", 0, flag_values=APP.flags)
WORKERS = flags.DEFINE_integer("workers", 0, "Processes that make examples.", 0, flag_values=APP.flags)
DEVICE = flags.DEFINE_string("device", "auto", "auto, cpu, cuda or cuda:N.", flag_values=APP.flags)
JSON = flags.DEFINE_string("json", None, "File for the result; also printed.", flag_values=APP.flags)
REPORT = flags.DEFINE_string("report", None, "File for a report with pictures, HTML.", flag_values=APP.flags)


def main(arguments: Sequence[str]) -> int:
    """Measure; the result goes to standard output, and into the file of --json, as JSON."""
    import dataclasses

    from sc2data.format.durable import replace_file
    from scripts.train import made_task
    from varsac.config import ConfigError
    from varsac.engine import checkpoint
    from varsac.engine.cases import Witness
    from varsac.engine.distributed import chosen_device
    from varsac.engine.evaluate import evaluate
    from varsac.engine.report import report
    from varsac.options import assignments, from_plain, to_plain, with_options
    from varsac.tasks import registry

    if arguments:
        raise ConfigError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    if not CHECKPOINT.value:
        raise ConfigError("--checkpoint is needed: a file such as RUN/best.pt")
    json_file, report_file = _app.output_file(JSON.value), _app.output_file(REPORT.value)
    path, device = Path(CHECKPOINT.value), chosen_device(DEVICE.value)
    model, config, spec = checkpoint.load_model(path)
    settings = from_plain(registry.entry(config.task).config, config.task_options, "the task")
    changes = dict[str, str]()
    for key, text in assignments(SET.value).items():
        if not key.startswith("task."):
            raise ConfigError(f"--set {key}: a trained model is what it is; settings of its task begin with task.")
        changes[key.removeprefix("task.")] = text
    config = dataclasses.replace(config, task_options=to_plain(with_options(settings, changes)))
    data = made_task(config, DATA.value).data(SPLIT.value)
    checkpoint.check_spec(spec, data.spec, path)
    witness = Witness(data.spec.heads)
    measures = evaluate(
        model.to(device), data, BATCH.value, EXAMPLES.value, WORKERS.value, device, DRAWS.value, SEED.value,
        watch=witness if report_file else None,
    )  # fmt: skip
    result = {
        "checkpoint": str(path),
        "model": config.model,
        "task": config.task,
        "split": SPLIT.value,
        "examples": min(EXAMPLES.value or len(data), len(data)),
        "draws": DRAWS.value,
        "seed": SEED.value,
        "batch": BATCH.value,
        "device": str(device),
        "peak_memory_mebibytes": round(peak_memory(), 1),
        "measures": measures,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="", flush=True)  # before anything that the disk may refuse
    if json_file:
        replace_file(json_file, text.encode())
    if report_file:
        settings = {"model_options": config.to_dict()["options"], "task_options": dict(config.task_options)}
        replace_file(report_file, report(model, data, result | settings, witness, device).encode())
    return _app.SUCCESS


def peak_memory() -> float:
    """The most memory that this process had resident, MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
