"""How many examples a second the tasks give: `python -m benchmarks.tasks [--photos DIR] [--dataset DIR]` prints JSON.

`paint` makes a picture with its pyramid and proxy; `file` reads what was painted before from a file, and four windows
of 32 px of it as a model does; `write` is what it took to put it there (with `file_kb` a picture). `--photos` converts
the photographs below a folder (megapixels a second) and hides objects in them, `--dataset` reads records of a harvested
data set that has a train split. All in one process; seconds of CPU time, all threads together.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from varsac.tasks.dslr import DSLRConfig, DSLRTask
from varsac.tasks.photos.hidden import Hidden
from varsac.tasks.sc2 import SC2Config, SC2Task
from varsac.tasks.synthetic import SyntheticConfig, SyntheticTask
from varsac.tasks.task import Example, TaskData
from varsac.tasks.two_digits import PUBLISHED, T1_SMOKE

SCENES = {
    "two digits, 256 px": SyntheticConfig(height=256, width=256, proxy=32, two_digits=T1_SMOKE),
    "two digits, 512 px": SyntheticConfig(),
    "two digits, 2528 px": SyntheticConfig(height=2528, width=2528),
    "two digits, 2528 px, enlarged": SyntheticConfig(height=2528, width=2528, proxy=100, two_digits=PUBLISHED),
    "two digits, 4096 px": SyntheticConfig(height=4096, width=4096),
    "megapixel, 512 px": SyntheticConfig(scene="megapixel"),
    "megapixel, 1500 px": SyntheticConfig(scene="megapixel", height=1500, width=1500, proxy=180),
}
WINDOW, GLIMPSES = 32, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=128, help="of each kind")
    parser.add_argument("--photos", type=Path, help="a folder of photographs")
    parser.add_argument("--dataset", type=Path, help="a harvested data set with splits")
    arguments = parser.parse_args()
    report: dict[str, Any] = {
        "synthetic": {name: synthetic(config, arguments.examples) for name, config in SCENES.items()}
    }
    if arguments.photos:
        report["photos"] = photos(arguments.photos, arguments.examples)
    if arguments.dataset:
        report["dataset"] = records(arguments.dataset, arguments.examples)
    print(json.dumps(report | {"machine": machine()}, indent=1))


def synthetic(config: SyntheticConfig, examples: int) -> dict[str, float]:
    """Examples a second of one kind of picture."""
    sized = dataclasses.replace(config, train=examples, val=1, test=1, workers=1)
    painted = SyntheticTask(dataclasses.replace(sized, storage="none")).data("train")
    with tempfile.TemporaryDirectory() as folder:
        task = SyntheticTask(dataclasses.replace(sized, storage="files"), folder)
        written = _seconds(lambda: task.data("train"))
        stored = task.data("train")
        size = sum(path.stat().st_size for path in Path(folder).rglob("part-*"))
        rates = {
            "paint": _rate(painted),
            "write": examples / written,
            "file": _rate(stored),
            "file_kb": size / examples / 1e3,
        }
    return {name: round(value, 1) for name, value in rates.items()}


def photos(folder: Path, examples: int) -> dict[str, float]:
    """Megapixels a second converted, and examples a second of objects hidden in photographs."""
    hidden = Hidden(what="signs", most=4, train=examples, val=1, test=1)
    with tempfile.TemporaryDirectory() as store:
        config = DSLRConfig(layout="hidden", hidden=hidden, workers=1, damaged="skip", pyramids_dir=store)
        seconds = _seconds(lambda: DSLRTask(config, folder))
        task = DSLRTask(config, folder)
        pixels = sum(height * width for height, width in task.sizes)
        rates = {
            "photographs": len(task.sizes),
            "megapixels": pixels / 1e6,
            "convert_megapixels": pixels / 1e6 / seconds,
            "hidden": _rate(task.data("train")),
        }
    return {name: round(value, 1) for name, value in rates.items()}


def records(folder: Path, examples: int) -> dict[str, float]:
    """Records a second of a harvested data set, by the proxy."""
    rates = {}
    for proxy in ("minimap", "screen"):
        data = SC2Task(SC2Config(proxy=proxy, answer="density", levels="made"), folder).data("train")
        rates[proxy] = round(_rate(data, examples), 1)
    return rates


def _rate(data: TaskData, examples: int | None = None) -> float:
    """Examples a second, each looked at through four windows."""
    count = examples or len(data)
    _look(data[0])
    return count / _seconds(lambda: [_look(data[index % len(data)]) for index in range(count)])


def _look(example: Example) -> None:
    scale = WINDOW / min(example.image.height, example.image.width)
    for step in range(GLIMPSES):
        example.image.window((0.4 * step - 0.6, 0.2, scale), WINDOW)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
