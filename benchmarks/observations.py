"""CPU time of the simulator's observations: `python -m benchmarks.observations [--units 200] [--frames 100]`.

Prints, as JSON, milliseconds of CPU for one request and its answer within the process (no socket), the loop stepped
before each, for several interfaces, and for a step of one loop.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import machine
from sc2data.memory import tune_malloc
from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, debug_pb, sc_pb
from sc2data.sim.api.settings import Settings
from sc2data.sim.maps.map_file import write_map
from sc2data.sim.maps.synthetic_maps import synthetic_terrain

MARINE = 48


def interfaces() -> dict[str, sc_pb.InterfaceOptions]:
    """The interfaces that are measured, by name."""

    def setup(screen: int, minimap: int) -> sc_pb.SpatialCameraSetup:
        size, small = common_pb.Size2DI(x=screen, y=screen), common_pb.Size2DI(x=minimap, y=minimap)
        return sc_pb.SpatialCameraSetup(resolution=size, minimap_resolution=small)

    return {
        "raw": sc_pb.InterfaceOptions(raw=True, score=True),
        "raw, layers 84 and 64": sc_pb.InterfaceOptions(raw=True, score=True, feature_layer=setup(84, 64)),
        "raw, render 1024 and 256": sc_pb.InterfaceOptions(raw=True, score=True, render=setup(1024, 256)),
    }


def measure(options: sc_pb.InterfaceOptions, units: int, frames: int) -> dict[str, float]:
    """Milliseconds of CPU for an observation and for a step, and the observation's size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        game = Game(Settings(port=1, data_dir=Path(folder), temp_dir=Path(folder)))
        _start(game, options, units)
        look = sc_pb.Request(observation=sc_pb.RequestObservation()).SerializeToString()
        step = sc_pb.Request(step=sc_pb.RequestStep(count=1)).SerializeToString()
        size = len(game.answer(look))
        stepping = observing = 0.0
        for _ in range(frames):
            stepping += _timed(lambda: game.answer(step))
            observing += _timed(lambda: game.answer(look))
    return {
        "observation_ms": round(observing / frames * 1e3, 3),
        "step_ms": round(stepping / frames * 1e3, 3),
        "bytes": size,
    }


def _start(game: Game, options: sc_pb.InterfaceOptions, units: int) -> None:
    local = sc_pb.LocalMap(map_path="Simple64.SC2Map", map_data=write_map(synthetic_terrain("Simple64")))
    create = sc_pb.RequestCreateGame(local_map=local, random_seed=1)
    create.player_setup.add(type=sc_pb.Participant)
    make = debug_pb.DebugCreateUnit(unit_type=MARINE, owner=1, pos=common_pb.Point2D(x=44, y=42), quantity=units)
    for request in (
        sc_pb.Request(create_game=create),
        sc_pb.Request(join_game=sc_pb.RequestJoinGame(race=common_pb.Terran, options=options)),
        sc_pb.Request(debug=sc_pb.RequestDebug(debug=[debug_pb.DebugCommand(create_unit=make)])),
        sc_pb.Request(step=sc_pb.RequestStep(count=32)),
    ):
        game.answer(request.SerializeToString())


def _timed(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--frames", type=int, default=100)
    options = parser.parse_args()
    tune_malloc()
    results = {name: measure(asked, options.units, options.frames) for name, asked in interfaces().items()}
    print(json.dumps({"machine": machine(), "units": options.units, "interfaces": results}, indent=1))


if __name__ == "__main__":
    main()
