"""How true the simulator is to the game, measured: `python -m benchmarks.fidelity [--shared DIR] [--json FILE]`.

* layers: each recorded frame is rebuilt from the raw part of its observation, drawn with `FeatureLayers`, and compared
  with the recorded layers pixel by pixel.
* grids: terrain read from the `.SC2Map` file (of an installed `sc2maptool`) against recorded height, pathing and
  placement grids.
* data: the simulator's data table against recorded ResponseData.

Prints JSON to standard output, a table for people to standard error.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import data_fidelity, recordings
from benchmarks.machine import machine
from benchmarks.recordings import Frame
from sc2data import units
from sc2data.sim.drawing.layers import FeatureLayers, LayerSetup
from sc2data.sim.maps import footprints, grids
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import VISIBLE
from tests.shared_data import find_shared_data

_SIZE = 128

Report = dict[str, Any]


class LayerScores:
    """Shares of equal pixels by layer, collected frame by frame."""

    def __init__(self) -> None:
        self._shares: dict[str, dict[str, float]] = {}
        self._close: dict[str, list[float]] = {}
        self._shown: dict[str, int] = {}

    def add(self, frame: str, recorded: dict[str, npt.NDArray[Any]], drawn: dict[str, npt.NDArray[Any]]) -> None:
        """Compare what was `recorded` in a frame with what is `drawn`, layer by layer."""
        for layer, image in recorded.items():
            difference = np.abs(image.astype(np.int64) - drawn[layer])
            self._shares.setdefault(layer, {})[frame] = float(np.mean(difference == 0))
            self._close.setdefault(layer, []).append(float(np.mean(difference <= 1)))
            self._shown[layer] = self._shown.get(layer, 0) + bool(image.any())

    def report(self) -> Report:
        """Per layer: mean and worst share, the mean share that is equal within 1, the worst frame, how many frames were
        compared, and how many of them are not all zero."""
        return {
            layer: {
                "mean": float(np.mean(list(shares.values()))),
                "worst": min(shares.values()),
                "mean_within_1": float(np.mean(self._close[layer])),
                "worst_frame": min(shares, key=shares.__getitem__),
                "frames": len(shares),
                "frames_shown": self._shown[layer],
            }
            for layer, shares in self._shares.items()
        }


def layer_fidelity(observations: Path) -> Report:
    """Shares of equal pixels of all layers, and how each map's ground was known."""
    screen, minimap, coarse = LayerScores(), LayerScores(), LayerScores()
    frames = list(recordings.frames(observations))
    grounds = {frame.map_name: _ground(observations, frame) for frame in frames}
    painters = {name: FeatureLayers(ground.best) for name, ground in grounds.items()}
    gridded = {name: FeatureLayers(ground.grid) for name, ground in grounds.items() if ground.grid is not None}
    for frame in frames:
        ground = grounds[frame.map_name]
        _compare(frame, ground.best, painters[frame.map_name], screen, minimap, with_height=ground.known)
        if ground.grid is not None:
            _compare(frame, ground.grid, gridded[frame.map_name], coarse, LayerScores(), with_height=True)
    return {
        "ground": {name: ground.source for name, ground in grounds.items()},
        "screen": screen.report(),
        "minimap": minimap.report(),
        "screen_height_from_recorded_grid": coarse.report()["height_map"],
    }


@dataclasses.dataclass(frozen=True)
class Ground:
    """What is known of a recorded map: the best terrain, in words where it is from, and the one from its grids."""

    best: Terrain
    source: str
    grid: Terrain | None

    @property
    def known(self) -> bool:
        """Whether there are heights to compare."""
        return bool(self.best.height.any())


def _ground(observations: Path, frame: Frame) -> Ground:
    terrain, grid = recordings.map_terrain(frame.map_name), None
    if frame.map_name in recordings.LADDER_MAPS:
        grid = recordings.grid_terrain(recordings.ladder_map(observations, frame.map_name)[1])
    if terrain is not None:
        return Ground(terrain, "map file of sc2maptool", grid)
    if grid is not None:
        return Ground(grid, "height grid recorded with a later version of the map; no sc2maptool", grid)
    size = frame.observation.raw_data.map_state.visibility.size
    flat = recordings.flat_terrain(size.x, size.y)
    return Ground(flat, "unknown: neither recorded nor in sc2maptool; height maps left out", None)


def _compare(
    frame: Frame, terrain: Terrain, painter: FeatureLayers, screen: LayerScores, minimap: LayerScores, with_height: bool
) -> None:
    seen = recordings.view(frame, terrain)
    setup = LayerSetup(_SIZE, _SIZE, _SIZE, _SIZE, allow_cheating_layers=frame.cheating)
    recorded = frame.observation.feature_layer_data
    for scores, message, drawn in (
        (screen, recorded.renders, painter.screen(seen, setup)),
        (minimap, recorded.minimap_renders, painter.minimap(seen, setup)),
    ):
        layers = recordings.layers(message)
        if not with_height:
            layers.pop("height_map", None)
        scores.add(frame.name, layers, drawn)


def grid_fidelity(observations: Path) -> Report:
    """Shares of equal cells of the grids of each recorded ladder map, from its map file."""
    report: Report = {}
    for name in recordings.LADDER_MAPS:
        terrain = recordings.map_terrain(name)
        report[name] = (
            {"absent": "no map file: sc2maptool is not installed or lacks it"}
            if terrain is None
            else _grids(terrain, *recordings.ladder_map(observations, name)[1:])
        )
    return report


def _grids(terrain: Terrain, info: Any, observation: Any) -> Report:
    raw = info.start_raw
    height = recordings.decode(raw.terrain_height).astype(int)
    pathing, placement = recordings.decode(raw.pathing_grid), recordings.decode(raw.placement_grid)
    difference = np.abs(grids.height_grid(terrain).astype(int) - height)
    blocked = np.zeros(terrain.level.shape, bool)
    for unit in observation.raw_data.units:
        kind = units.unit_types().get(unit.unit_type)
        if kind and unit.display_type == VISIBLE:
            footprints.stamp(blocked, footprints.size(kind), unit.pos.x, unit.pos.y)
    return {
        "height_equal": float(np.mean(difference == 0)),
        "height_within_1": float(np.mean(difference <= 1)),
        "pathing": float(np.mean(grids.pathing_grid(terrain) == pathing)),
        "pathing_with_units_seen": float(np.mean(grids.pathing_grid(terrain, blocked) == pathing)),
        "placement": float(np.mean(grids.placement_grid(terrain) == placement)),
    }


def data_table_fidelity(observations: Path) -> Report:
    """Per table of ResponseData: entries in common, entries of one side only, and entries that differ by field."""
    recorded, _, _ = recordings.ladder_map(observations, recordings.LADDER_MAPS[0])  # the same on all recorded maps
    report: Report = dict(data_fidelity.compare(data_fidelity.everything(), recorded))
    return report


def fidelity(shared: Path) -> Report:
    """The whole report; `shared` is the folder that holds `observations`."""
    observations = shared / "observations"
    return {
        "machine": machine(),
        "layers": layer_fidelity(observations),
        "grids": grid_fidelity(observations),
        "data": data_table_fidelity(observations),
    }


def table(report: Report) -> str:
    """The report as a table for people."""
    lines = [
        "feature layers: share of equal pixels, mean over the frames and in the worst",
        f"  {'layer':30} {'mean':>10} {'worst':>10} {'within 1':>10}  frames (not all zero)",
    ]
    for part in ("screen", "minimap"):
        for layer, scores in report["layers"][part].items():
            shown = f"{scores['frames']} ({scores['frames_shown']})"
            shares = " ".join(f"{scores[key]:10.4%}" for key in ("mean", "worst", "mean_within_1"))
            lines.append(f"  {part + '.' + layer:30} {shares}  {shown}")
    lines += [f"  ground of {name}: {source}" for name, source in report["layers"]["ground"].items()]
    coarse = report["layers"]["screen_height_from_recorded_grid"]
    shares = f"{coarse['mean']:.2%}, within 1 {coarse['mean_within_1']:.2%}"
    lines.append(f"  screen.height_map from the recorded height grid alone: {shares}")
    lines.append("grids of map files: share of equal cells")
    for name, scores in report["grids"].items():
        words = scores.get("absent") or ", ".join(f"{key} {value:.2%}" for key, value in scores.items())
        lines.append(f"  {name}: {words}")
    lines.append("data table: differences to the recorded ResponseData")
    for name, counts in report["data"].items():
        differing = {field: count for field, count in counts.items() if count and field != "common"}
        lines.append(f"  {name}: {counts['common']} in common; {differing or 'no difference'}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, measure, print; 1 where there are no recordings."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--shared", type=Path, help="folder that holds observations/; found by itself where it is")
    parser.add_argument("--json", type=Path, help="write the JSON to this file instead of standard output")
    flags = parser.parse_args(arguments)
    shared = flags.shared or find_shared_data()
    if shared is None or not (shared / "observations").is_dir():
        print("no recordings of the real game: name the folder that holds observations/ with --shared", file=sys.stderr)
        return 1
    report = fidelity(shared)
    text = json.dumps(report, indent=1)
    if flags.json:
        flags.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    print(table(report), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
