"""How many steps a second environments take: `python -m benchmarks.envs [--dataset DIR]` prints JSON.

Glimpses of 48 px anywhere in the image, from one px of the image a px to all of it, eight an episode, resets included.
`screens` are 64 images of 1024 px in memory; `single` is gymnasium's SyncVectorEnv and AsyncVectorEnv over the same
environment with the wrappers that `gymnasium.make` adds (64 of them, and 8 for processes), in turns with
SaccadeVectorEnv. `large` compares pyramids by the side of the image: in memory, and in files that are larger than
`memory` allows, so that every window is read from its tiles; at any scale, with the tiles that a glimpse decodes on
average, and at full resolution, where every image has as many tiles to a window. `episodes` makes each image when an
episode asks for it: painted digits of 512 px, and with `--dataset` harvested screens. `live` is the game, see
`benchmarks.live_envs`.

Steps of single environments a second. `per_cpu` divides by CPU time of this process, all threads together, and tells
what one core does; `per_wall` by the clock, which other work on the machine slows down. Of AsyncVectorEnv only the
clock tells, as its work is done by other processes. The best of nine rounds counts: what else the machine does makes
every round slower, and none faster.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv, VectorEnv
from gymnasium.wrappers import OrderEnforcing, PassiveEnvChecker, TimeLimit

from benchmarks.live_envs import live
from benchmarks.machine import machine
from benchmarks.pyramid import picture
from envs import SaccadeEnv, SaccadeOptions, SaccadeVectorEnv, Scenes
from envs.actions import Scales
from envs.registration import MAX_EPISODE_STEPS
from sc2data.pyramid import Pyramid, PyramidWriter
from varsac.tasks.stored import StoredPyramid
from varsac.tasks.task import DataSpec, Example, HeadSpec, Objects

SCREEN, SCREENS = 1024, 64
PROXY = 64
OBJECTS = 22
GLIMPSE, TILE = 48, 64
ROUNDS = 9
PROCESSES = 8


@dataclasses.dataclass
class Images:
    """Images with 22 objects each."""

    side: int
    pyramids: Sequence[Pyramid]

    @property
    def spec(self) -> DataSpec:
        """See `TaskData`."""
        head = HeadSpec("objects", "count", OBJECTS + 1)
        return DataSpec((head,), 3, (PROXY, PROXY), (self.side, self.side), self.side / 22, objects=OBJECTS)

    def __len__(self) -> int:
        return len(self.pyramids)

    def __getitem__(self, index: int) -> Example:
        random = np.random.default_rng(index)
        places = random.uniform(0, self.side, (OBJECTS, 2)).astype(np.float32)
        radius = np.full(OBJECTS, self.side / 44, np.float32)
        objects = Objects(places, np.zeros(OBJECTS, np.int64), radius)
        proxy = random.integers(0, 256, (PROXY, PROXY, 3), np.uint8)
        return Example(proxy, self.pyramids[index], {"objects": np.array(OBJECTS)}, objects)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--envs", type=int, nargs="+", default=[1, 16, 64, 256])
    parser.add_argument("--steps", type=int, default=1000, help="of single environments, a round")
    parser.add_argument("--large", type=int, nargs="*", default=[1024, 4096, 16384], help="sides of the images, px")
    parser.add_argument("--dataset", type=Path, help="a harvested data set with splits")
    parser.add_argument("--scenes", type=int, default=40, help="of the live game; 0: leave it out")
    parser.add_argument("--only_live", action="store_true", help="leave all else out")
    arguments = parser.parse_args()
    report: dict[str, Any] = {} if arguments.only_live else images(arguments)
    if arguments.scenes:
        report["live"] = live(arguments.scenes)
    print(json.dumps(report | {"machine": machine()}, indent=1))


def images(arguments: argparse.Namespace) -> dict[str, Any]:
    """All about images."""
    pixels = picture(SCREEN)
    screens = Scenes(Images(SCREEN, [Pyramid.of(np.roll(pixels, 16 * turn, axis=1)) for turn in range(SCREENS)]))
    return {
        "screens": {count: rates(SaccadeVectorEnv(screens, count), arguments.steps) for count in arguments.envs},
        "single": single(screens, arguments.steps),
        "large": large(arguments.large, arguments.steps),
        "episodes": episodes(arguments.dataset, arguments.steps),
    }


def single(screens: Scenes, steps: int) -> dict[str, dict[str, float]]:
    """SaccadeVectorEnv beside gymnasium's vectors of the single environment."""

    def make() -> gymnasium.Env[Any, Any]:
        checked = OrderEnforcing(PassiveEnvChecker(SaccadeEnv(screens)))
        return TimeLimit(checked, MAX_EPISODE_STEPS)

    found = {
        "SaccadeVectorEnv, 64": rates(SaccadeVectorEnv(screens, 64), steps),
        "SyncVectorEnv, 64": rates(SyncVectorEnv([make] * 64), steps),
    }
    processes = AsyncVectorEnv([make] * PROCESSES)
    try:
        found[f"AsyncVectorEnv, {PROCESSES}"] = {"per_wall": rates(processes, steps)["per_wall"]}
    finally:
        processes.close()
    return found


def large(sides: Sequence[int], steps: int) -> dict[int, dict[str, dict[str, float]]]:
    """By the image's side, pyramids in memory and in files."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for side in sides:
            path = Path(folder) / f"{side}.h5"
            pixels = picture(side)
            with PyramidWriter(path) as writer:
                writer.add("image", pixels)
            in_memory = Scenes(Images(side, [Pyramid.of(pixels)]))
            in_file = Scenes(Images(side, [StoredPyramid(path, "image")]), memory=0)
            sharp = SaccadeOptions(scales=(GLIMPSE / side, GLIMPSE / side))
            found[side] = {
                "memory": rates(SaccadeVectorEnv(in_memory, 64), steps),
                "file": rates(SaccadeVectorEnv(in_file, 64), steps) | {"tiles": tiles(StoredPyramid(path, "image"))},
                "file, full resolution": rates(SaccadeVectorEnv(in_file, 64, sharp), steps),
            }
    return found


def tiles(pyramid: Pyramid, count: int = 2000) -> float:
    """Tiles that a glimpse decodes, where x, y and s are drawn evenly; a level may be smaller than one."""
    random, scales = np.random.default_rng(0), Scales(*SaccadeOptions().scale_range((pyramid.height, pyramid.width)))
    actions = random.uniform(-1, 1, (count, 3))
    fixations = np.column_stack([actions[:, :2], scales.of(actions[:, 2])])
    decoded = [pyramid.read_window(fixation, GLIMPSE).decoded for fixation in fixations]
    return round(float(np.mean(decoded)) / TILE**2, 2)


def episodes(dataset: Path | None, steps: int) -> dict[str, dict[str, float]]:
    """What it comes to where images are made for each episode."""
    found = {"painted digits, 512 px": rates(gymnasium.make_vec("envs:varsac/SaccadeSynthetic-v0", 64), steps)}
    if dataset is not None:
        vector = gymnasium.make_vec("envs:varsac/SaccadeSC2-v0", 64, data=dataset, settings={"answer": "density"})
        found["harvested screens"] = rates(vector, steps)
    return found


def rates(vector: VectorEnv[Any, Any, Any], steps: int) -> dict[str, float]:
    """Steps of single environments a second."""
    vector.reset(seed=0)
    vector.action_space.seed(0)
    actions = [vector.action_space.sample() for _ in range(32)]
    calls = max(steps // vector.num_envs, 20)
    _run(vector, actions, calls)  # levels are made when they are first looked at
    cpu = [_seconds(time.process_time, lambda: _run(vector, actions, calls)) for _ in range(ROUNDS)]
    wall = [_seconds(time.perf_counter, lambda: _run(vector, actions, calls)) for _ in range(ROUNDS)]
    taken = calls * vector.num_envs
    return {"per_cpu": round(taken / min(cpu)), "per_wall": round(taken / min(wall))}


def _run(vector: VectorEnv[Any, Any, Any], actions: Sequence[Any], calls: int) -> None:
    for call in range(calls):
        vector.step(actions[call % len(actions)])


def _seconds(clock: Callable[[], float], work: Callable[[], None]) -> float:
    start = clock()
    work()
    return clock() - start


if __name__ == "__main__":
    main()
