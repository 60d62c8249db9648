"""CPU time of pictures: `python -m benchmarks.scene [--map NAME] [--size 1024] [--scenes 24]` prints JSON.

Scenes of 200 units, about half of them on the screen, under a new camera each, 8 frames a scene: in the first frame the
camera has moved, in the others it rests while every mobile unit walks and turns. `cold` figures are of the first time,
when few sprites are drawn yet; `warm` ones are of the same scenes once more. CPU milliseconds, all threads together.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.machine import machine
from sc2data import units
from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing.scene import ScenePainter
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.maps.terrain import Terrain, height_at
from sc2data.sim.state import NEUTRAL, UNIT_FIELDS
from sc2data.sim.view import NOT_CLOAKED, VISIBLE, WorldView, alliances, camera_height

FRAMES = 8
UNITS = 200
TYPES = ("Marine",) * 6 + ("Marauder",) * 3 + ("SiegeTank", "SiegeTankSieged", "SCV", "Barracks", "SupplyDepot")
ZERG = ("Zergling",) * 5 + ("Baneling",) * 3 + ("Hydralisk",) * 3 + ("Drone", "SpineCrawler")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--map", default="Battlefield96")
    parser.add_argument("--size", type=int, default=1024, help="side of the screen, px")
    parser.add_argument("--minimap", type=int, default=256, help="side of the minimap, px")
    parser.add_argument("--scenes", type=int, default=24)
    arguments = parser.parse_args()
    terrain = synthetic_terrain(arguments.map)
    scenes = [_scene(terrain, np.random.default_rng(number)) for number in range(arguments.scenes)]
    with tempfile.TemporaryDirectory() as directory:
        start = time.process_time()
        ScenePainter(terrain, directory)
        build = time.process_time() - start
        start = time.process_time()
        painter = ScenePainter(terrain, directory)
        load = time.process_time() - start
        cold = _measure(painter, scenes, arguments.size, arguments.minimap)
        warm = _measure(painter, scenes, arguments.size, arguments.minimap)
    result = {
        "map": arguments.map,
        "screen": arguments.size,
        "minimap": arguments.minimap,
        "units": UNITS,
        "texture_built_ms": round(1e3 * build, 1),
        "texture_read_ms": round(1e3 * load, 1),
        "cold": cold,
        "warm": warm,
        "machine": machine(),
    }
    print(json.dumps(result, indent=1))


def _measure(painter: ScenePainter, scenes: list[WorldView], size: int, minimap: int) -> dict[str, Any]:
    """Mean CPU milliseconds of each kind of frame."""
    moved, rest, maps, on_screen = [], [], [], []
    area = (0.0, 0.0, float(painter.terrain.width), float(painter.terrain.length))
    for number, scene in enumerate(scenes):
        camera = ScreenCamera(scene.camera, size, size)
        pixels, _ = camera.project(np.stack([scene.x, scene.y, scene.z], axis=1))
        on_screen.append(int(((pixels > 0) & (pixels < size)).all(1).sum()))
        random = np.random.default_rng(number)
        view = scene
        for frame in range(FRAMES):
            (rest if frame else moved).append(
                _milliseconds(lambda view=view, camera=camera: painter.screen(view, camera))
            )
            maps.append(_milliseconds(lambda view=view: painter.minimap(view, minimap, minimap, area)))
            view = _walked(view, random)
    figures = {"moved": moved, "rest": rest, "all": moved + rest, "minimap": maps}
    return {"on_screen": round(float(np.mean(on_screen)), 1)} | {
        f"{name}_ms": round(float(np.mean(times)), 3) for name, times in figures.items()
    }


def _milliseconds(call: Callable[[], Any]) -> float:
    start = time.process_time()
    call()
    return 1e3 * (time.process_time() - start)


def _scene(terrain: Terrain, random: np.random.Generator) -> WorldView:
    """A battle around a random point of the map."""
    spots = np.argwhere(terrain.pathable[12:-12, 12:-12]) + 12.5
    cy, cx = spots[random.integers(len(spots))]
    near = spots[(np.abs(spots[:, 1] - cx) < 18) & (np.abs(spots[:, 0] - cy) < 18)]
    at = near[random.integers(len(near), size=UNITS)] + random.uniform(-0.5, 0.5, (UNITS, 2))
    half = np.arange(UNITS) < UNITS // 2
    names = [str(random.choice(TYPES if first else ZERG)) for first in half]
    kinds = [units.unit_type(name) for name in names]
    values: dict[str, Any] = {name: np.zeros(UNITS, kind) for name, kind in UNIT_FIELDS.items()}
    values["tag"] = (np.arange(UNITS, dtype=np.uint64) + 1) << 18
    values["type"] = np.array([kind.id for kind in kinds], np.int32)
    values["owner"] = np.where(half, 1, 2).astype(np.int16)
    values["x"], values["y"] = at[:, 1].astype(np.float32), at[:, 0].astype(np.float32)
    values["z"] = height_at(terrain, values["x"], values["y"]).astype(np.float32)
    values["radius"] = np.array([kind.radius for kind in kinds], np.float32)
    values["structure"] = np.array([kind.is_structure for kind in kinds])
    values["facing"] = np.where(values["structure"], 1.5 * math.pi, random.uniform(0, 6.28, UNITS)).astype(np.float32)
    values["build_progress"] = np.ones(UNITS, np.float32)
    return WorldView(
        loop=0,
        player=1,
        camera=(float(cx), float(cy), camera_height(terrain, float(cx), float(cy))),
        terrain=terrain,
        **values,
        display_type=np.full(UNITS, VISIBLE, np.int8),
        alliance=alliances(values["owner"], 1),
        cloak=np.full(UNITS, NOT_CLOAKED, np.int8),
        selected=np.zeros(UNITS, bool),
        on_screen=np.ones(UNITS, bool),
        orders=[[] for _ in range(UNITS)],
        buffs=[{} for _ in range(UNITS)],
        cargo=[[] for _ in range(UNITS)],
        visibility=np.full(terrain.level.shape, 2, np.uint8),
        creep=np.zeros(terrain.level.shape, bool),
        effects=[],
        blasts=[],
    )


def _walked(view: WorldView, random: np.random.Generator) -> WorldView:
    """The same view a moment later."""
    walks = (~view.structure & (view.owner != NEUTRAL)).astype(np.float32)
    facing = view.facing + walks * random.uniform(-0.3, 0.3, len(view)).astype(np.float32)
    x, y = view.x + 0.2 * walks * np.cos(facing), view.y + 0.2 * walks * np.sin(facing)
    return dataclasses.replace(view, loop=view.loop + 4, facing=facing, x=x, y=y, z=height_at(view.terrain, x, y))


if __name__ == "__main__":
    main()
