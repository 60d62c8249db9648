"""What drawing all feature layers costs: `python -m benchmarks.layers`.

200 units of the paper's types in one screen, the camera moved before each frame. Prints JSON: CPU milliseconds a frame
by resolution, screen and minimap (of 128 pixels at most) apart.
"""

from __future__ import annotations

import json
import time

from benchmarks.machine import machine
from sc2data.sim import state, view
from sc2data.sim.drawing.layers import FeatureLayers, LayerSetup
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.rules.world import World
from sc2data.units import unit_type

UNITS = {"Marine": 80, "Marauder": 30, "SiegeTank": 20, "Zergling": 40, "Baneling": 20, "Hydralisk": 10}
SIZES = (64, 128, 256, 512)


def frame() -> view.WorldView:
    """A view of `UNITS` mixed around one point."""
    terrain = synthetic_terrain("Flat64")
    world = World(terrain, 0, disable_fog=True)
    world.add_player(state.Player(1, race=1))
    x, y = terrain.width / 2, terrain.length / 2
    for name, count in UNITS.items():
        world.spawn(unit_type(name).id, 1, x, y, count=count)
    return view.view_of(world, 1, (x, y))


def milliseconds(painter: FeatureLayers, seen: view.WorldView, setup: LayerSetup, minimap: bool, frames: int) -> float:
    """CPU milliseconds a frame."""
    x, y, z = seen.camera
    draw = painter.minimap if minimap else painter.screen
    draw(seen, setup)
    begin = time.process_time()
    for i in range(frames):
        seen.camera = (x + 0.3 * (i % 7), y, z)
        draw(seen, setup)
    seen.camera = (x, y, z)
    return round((time.process_time() - begin) / frames * 1000, 2)


def measure(frames: int = 100) -> dict[str, object]:
    """The report."""
    seen = frame()
    painter = FeatureLayers(seen.terrain)
    costs = {}
    for size in SIZES:
        setup = LayerSetup(size, size, min(size, 128), min(size, 128))
        costs[str(size)] = {
            "screen_ms": milliseconds(painter, seen, setup, minimap=False, frames=frames),
            "minimap_ms": milliseconds(painter, seen, setup, minimap=True, frames=frames),
        }
    return {"machine": machine(), "units": len(seen), "cpu_ms_per_frame": costs}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
