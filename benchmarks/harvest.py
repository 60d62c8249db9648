"""What a harvested record costs: CPU of client and simulator together, records per second, memory, and where it goes.

    python -m benchmarks.harvest [--scenes 40] [--workers 1,2]

Prints JSON. CPU times are exact sums of the scheduler's run times (Linux); they hardly depend on what else the machine
does, which records per second do. The simulator is warmed up first: it draws its sprites once and keeps them. So is the
machine's free memory: in a fresh virtual machine the host provides each page when it is first touched, which costs six
times as much as writing a file into memory that has been in use (2.0 and 0.3 ms a megabyte where it was measured).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import mmap
import multiprocessing
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from sc2data.format import provenance
from sc2data.format.writer import DatasetWriter
from sc2data.harvest import backend as backends
from sc2data.harvest import run as runs
from sc2data.harvest.backend import Backend
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.jobs import Supervision, Worker
from sc2data.harvest.observe import Observer
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.scene_config import FIGHT, STILL, SceneConfig
from sc2data.harvest.session import Session
from sc2data.memory import calm_garbage_collection, tune_malloc

UNITS = 200
WARM_UP = 30
LEFT_FREE = 512 << 20  # bytes that `touch_free_memory` leaves to others

MIXED = SceneConfig(
    count=(0, 22), elsewhere=(10, 10), clutter=(150, 160), frames=8, frame_loops=(4, 4), aftermath_loops=16
)
"""About 200 units with those of the map; half of the scenes stand, a quarter walk, a quarter fight."""

CASES: dict[str, tuple[RenderSizes, SceneConfig]] = {
    "minimap 256, screen 1024, 8 frames a scene": (RenderSizes((256, 256), (1024, 1024)), MIXED),
    "the same, one frame a scene": (
        RenderSizes((256, 256), (1024, 1024)), dataclasses.replace(MIXED, frames=1, aftermath_loops=0)
    ),
    "the same, one side alone: nobody fights": (
        RenderSizes((256, 256), (1024, 1024)),
        dataclasses.replace(MIXED, enemies=(), motions={STILL: 1.0}),
    ),
    "the same, all fighting": (
        RenderSizes((256, 256), (1024, 1024)), dataclasses.replace(MIXED, motions={FIGHT: 1.0})
    ),
    "minimap 128 alone, 8 frames a scene": (RenderSizes((128, 128), (0, 0)), MIXED),
}  # fmt: skip


class Meter:
    """Sums CPU time by name, of this process and of the game."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, whose CPU time in this thread is added to `name`."""

        def wrapped(*arguments: Any, **options: Any) -> Any:
            start = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds[name] += time.thread_time() - start

        return wrapped


class MeteredSession(Session):
    """A session that sends one request at a time and adds up what each kind costs the game."""

    meter: Meter

    def post(self, *requests: Any) -> list[Any]:
        """Send each and wait for it."""
        answers = []
        for request in requests:
            before = game_seconds(self.process.pid)
            answers += super().collect(super().post(request))
            self.meter.seconds[f"game: {request.WhichOneof('request')}"] += game_seconds(self.process.pid) - before
        return answers

    def collect(self, ids: Iterable[Any]) -> list[Any]:
        """The answers are there already."""
        return list(ids)


def game_seconds(pid: int) -> float:
    """CPU time of a process, all its threads, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def peak_mebibytes(pid: int) -> float:
    """The most memory that a process ever had resident."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024, 1)


def touch_free_memory() -> None:
    """Let a process of its own write to all memory that nobody uses, but `LEFT_FREE`, and give it back."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemFree")) * 1024
    if free > LEFT_FREE:
        toucher = multiprocessing.get_context("spawn").Process(target=_touch, args=(free - LEFT_FREE,))
        toucher.start()
        toucher.join()


def _touch(size: int) -> None:
    with mmap.mmap(-1, size) as memory:
        for start in range(0, size, mmap.PAGESIZE):
            memory[start] = 1


def measure_cpu(backend: Backend, sizes: RenderSizes, scenes: SceneConfig, count: int, folder: Path) -> dict[str, Any]:
    """CPU ms per record of one worker that writes what it harvests."""
    config = HarvestConfig(seed=1, sizes=sizes, scenes=scenes)
    worker = Worker(backend, config, Supervision())
    try:
        greeting = worker.greet()
        made_by = provenance.collect({"name": backend.kind, "version": greeting.version})
        with DatasetWriter(folder, config.to_dict(), config.schema(greeting.map_info), made_by) as writer:
            for scene in range(WARM_UP):
                worker.run(scene)
            pid = worker.session.process.pid
            client, game = time.process_time(), game_seconds(pid)
            units = size = 0
            for scene in range(WARM_UP, WARM_UP + count):
                for record in worker.run(scene).records:
                    writer.append(record)
                    units += len(record.units)
                    size += 1
            game = game_seconds(pid) - game
        client = time.process_time() - client  # with what finishing the shard takes
        return {
            "cpu_ms_per_record": round((client + game) / size * 1e3, 2),
            "client_ms": round(client / size * 1e3, 2),
            "game_ms": round(game / size * 1e3, 2),
            "units_per_record": round(units / size, 1),
            "records": size,
            "megabytes_per_record": round(sum(f.stat().st_size for f in folder.glob("*.h5")) / size / 1e6, 3),
            "peak_mebibytes": {
                "client": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                "game": peak_mebibytes(pid),
            },
        }
    finally:
        worker.close()


def measure_parts(
    backend: Backend, sizes: RenderSizes, scenes: SceneConfig, count: int, folder: Path
) -> dict[str, float]:
    """Where the CPU time of a record goes, in ms; requests go one by one here, which costs a little more."""
    config = HarvestConfig(seed=1, sizes=sizes, scenes=scenes)
    worker = Worker(backend, config, Supervision(), MeteredSession)
    meter = worker.session.meter = Meter()  # type: ignore[attr-defined]
    originals = [(Observer, "read"), (Observer, "units"), (Session, "pictures")]
    saved = [(owner, name, getattr(owner, name)) for owner, name in originals]
    try:
        greeting = worker.greet()
        made_by = provenance.collect({"name": backend.kind, "version": greeting.version})
        for owner, name, function in saved:
            setattr(owner, name, meter.timed(f"client: {owner.__name__}.{name}", function))
        with DatasetWriter(folder, config.to_dict(), config.schema(greeting.map_info), made_by) as writer:
            append = meter.timed("client: compress and write", writer.append)
            for scene in range(WARM_UP):
                worker.run(scene)
            meter.seconds.clear()
            collect = worker.session.process.controller.collect
            worker.session.process.controller.collect = meter.timed("client: receive and parse", collect)
            size = 0
            start = time.process_time()
            for scene in range(WARM_UP, WARM_UP + count):
                for record in worker.run(scene).records:
                    append(record)
                    size += 1
        total = time.process_time() - start
    finally:
        for owner, name, function in saved:
            setattr(owner, name, function)
        worker.close()
    known = sum(seconds for name, seconds in meter.seconds.items() if name.startswith("client"))
    meter.seconds["client: everything else"] = total - known
    return {name: round(seconds / size * 1e3, 3) for name, seconds in sorted(meter.seconds.items())}


def measure_rate(backend: Backend, workers: int, records: int, folder: Path) -> float:
    """Records per second of a whole harvest, the start of the games not counted."""
    sizes, scenes = CASES["minimap 256, screen 1024, 8 frames a scene"]
    config = HarvestConfig(seed=1, sizes=sizes, scenes=scenes)
    report = runs.harvest(folder, records, config, backend, workers=workers, progress=False)
    return round(report.records_per_second, 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=40, help="scenes per case after warming up")
    parser.add_argument("--workers", default="1,2", help="numbers of workers to measure rates with; empty for none")
    parser.add_argument("--cases", default="", help="only cases whose name has this in it")
    options = parser.parse_args()
    touch_free_memory()
    tune_malloc()
    calm_garbage_collection()
    backend = backends.choose(backends.SIMULATOR)
    result: dict[str, Any] = {"machine": machine(), "units": UNITS, "cases": {}}
    with tempfile.TemporaryDirectory(prefix="sc2-benchmark-") as name:
        folder = Path(name)
        for index, (case, (sizes, scenes)) in enumerate(CASES.items()):
            if options.cases in case:
                result["cases"][case] = measure_cpu(backend, sizes, scenes, options.scenes, folder / f"case{index}")
        sizes, scenes = next(iter(CASES.values()))
        result["parts_ms_per_record"] = measure_parts(backend, sizes, scenes, options.scenes, folder / "parts")
        result["records_per_second"] = {
            number: measure_rate(backend, int(number), 16 * options.scenes, folder / f"rate{number}")
            for number in filter(None, options.workers.split(","))
        }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
