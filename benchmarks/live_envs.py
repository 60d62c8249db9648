"""Frames a second of the environments over the live game, beside the harvester's records of the same scenes.

The harvester and `StarCraft2Env` see the same scenes of about 200 units, eight frames each, four game loops apart, with
a minimap of 256 px and a screen of 1024 px; nothing is written. `StarCraft2Env` resets to the scene and then does
nothing seven times. `CameraSaccadeEnv` looks eight times at random places of it while time stands still. They take
turns, scene by scene, and each has a simulator of its own, warmed up before. `cpu_ms` is client and simulator together,
a frame.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable
from typing import Any

from benchmarks.harvest import MIXED, game_seconds
from envs import CameraSaccadeEnv, StarCraft2Env
from sc2data.harvest.backend import SIMULATOR, choose
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.jobs import Supervision, Worker
from sc2data.harvest.pictures import RenderSizes

FRAMES, LOOPS = 8, 4
SIZES = RenderSizes((256, 256), (1024, 1024))
SCENES = dataclasses.replace(MIXED, frames=FRAMES, frame_loops=(LOOPS, LOOPS), aftermath_loops=0)
WARM_UP = 10


@dataclasses.dataclass
class _Spent:
    """What the frames of one of them took, in seconds."""

    client: float = 0.0
    game: float = 0.0
    wall: float = 0.0
    frames: int = 0

    def add(self, play: Callable[[], int], pid: int) -> None:
        client, game, wall = time.process_time(), game_seconds(pid), time.perf_counter()
        self.frames += play()
        self.client += time.process_time() - client
        self.game += game_seconds(pid) - game
        self.wall += time.perf_counter() - wall

    def told(self) -> dict[str, float]:
        return {
            "frames": self.frames,
            "cpu_ms": round((self.client + self.game) / self.frames * 1e3, 2),
            "client_ms": round(self.client / self.frames * 1e3, 2),
            "game_ms": round(self.game / self.frames * 1e3, 2),
            "per_wall": round(self.frames / self.wall, 1),
        }


def live(scenes: int) -> dict[str, dict[str, float]]:
    """By who sees them, what a frame takes over so many scenes."""
    options: dict[str, Any] = {
        "backend": SIMULATOR,
        "map": "Simple64",
        "crop": False,
        "minimap_size": SIZES.minimap,
        "screen_size": SIZES.screen,
        "scenes": SCENES.to_dict(),
        "game_seed": 1,
    }
    worker = Worker(choose(SIMULATOR), HarvestConfig(seed=1, sizes=SIZES, scenes=SCENES), Supervision())
    with (
        contextlib.closing(worker),
        StarCraft2Env(**options, loops=LOOPS) as game,
        CameraSaccadeEnv(**options, glimpses=FRAMES) as camera,
    ):

        def play(scene: int) -> int:
            game.reset(options={"index": scene})
            over, frames = False, 1
            while frames < FRAMES and not over:
                over = game.step(game.code.encode("noop"))[2]
                frames += 1
            return frames

        def look(scene: int) -> int:
            camera.reset(options={"index": scene})
            camera.action_space.seed(scene)
            for _ in range(FRAMES):
                camera.step(camera.action_space.sample())
            return FRAMES

        rivals: dict[str, tuple[Callable[[int], int], Callable[[], int]]] = {
            "harvester": (lambda scene: len(worker.run(scene).records), lambda: worker.session.process.pid),
            "StarCraft2Env": (play, lambda: game.game.pid),
            "CameraSaccadeEnv": (look, lambda: camera.game.pid),
        }
        spent = {name: _Spent() for name in rivals}
        for scene in range(WARM_UP + scenes):
            for name, (act, pid) in rivals.items():
                if scene < WARM_UP:
                    act(scene)
                else:
                    spent[name].add(lambda act=act, scene=scene: act(scene), pid())  # type: ignore[misc]
    return {name: one.told() for name, one in spent.items()}
