"""What it costs to write and read records, by compression: CPU ms, ratio, and the cost of windows.

    python -m benchmarks.storage [DATASET] [--records N]

Measures on the pictures of a data set, or, without one, on scenes of 200 units that the simulator draws (1024 px
screens, 256 px minimaps). Prints a table to stderr and JSON to stdout. CPU times are of this process, the best of three
rounds.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import h5py
import hdf5plugin
import numpy as np

from benchmarks.machine import machine
from sc2data.format import CountedType, Dataset, DatasetWriter, MapInfo, Record, Scene, Schema, Units
from sc2data.format.compression import COMPRESSIONS
from sc2data.format.layout import LIBRARY_VERSIONS
from sc2data.sim.scene import ScenePainter
from sc2data.sim.synthetic_maps import synthetic_terrain
from sc2data.sim.view import camera_height
from tests.sc2data.sim import drawn_worlds

ROUNDS = 3
UNITS = 200
TYPES = ("Marine", "Marauder", "SiegeTank", "SiegeTankSieged", "Zergling", "Baneling", "Hydralisk", "SCV", "Drone")
PROVENANCE = {"backend": {"name": "simulator", "version": "4.10.0"}}
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "gzip-1": {"compression": "gzip", "compression_opts": 1},
    "lzf": {"compression": "lzf"},
    "lz4": dict(hdf5plugin.LZ4()),
    "zstd-1": dict(hdf5plugin.Zstd(clevel=1)),
    "zstd-3": dict(hdf5plugin.Zstd(clevel=3)),
    "bitshuffle-lz4": dict(hdf5plugin.Bitshuffle(cname="lz4")),
    "blosc2-lz4": dict(hdf5plugin.Blosc2(cname="lz4", clevel=5, filters=hdf5plugin.Blosc2.NOFILTER)),
    "blosc2-zstd-1": dict(hdf5plugin.Blosc2(cname="zstd", clevel=1, filters=hdf5plugin.Blosc2.NOFILTER)),
}


def drawn_records(count: int) -> tuple[Schema, list[Record]]:
    """Records of battles on Simple64, drawn by the simulator's painter."""
    from sc2data import units

    terrain = synthetic_terrain("Simple64")
    area = (0.0, 0.0, float(terrain.width), float(terrain.length))
    info = MapInfo(terrain.name, terrain.width, terrain.length, terrain.playable, area)
    counted = tuple(CountedType(units.unit_type(name).id, name) for name in TYPES)
    schema = Schema((256, 256), (1024, 1024), counted, (info,))
    painter = ScenePainter(terrain)
    return schema, [_drawn_record(painter, schema, number) for number in range(count)]


def _drawn_record(painter: ScenePainter, schema: Schema, number: int) -> Record:
    random = np.random.default_rng(number)
    left, bottom, right, top = painter.terrain.playable
    x, y = random.uniform(left + 12, right - 12), random.uniform(bottom + 10, top - 10)
    figures = [
        {
            "type": TYPES[random.integers(len(TYPES))],
            "x": float(np.clip(random.normal(x, 7), left + 1, right - 1)),
            "y": float(np.clip(random.normal(y, 6), bottom + 1, top - 1)),
            "owner": int(random.integers(1, 3)),
            "facing": float(random.uniform(0, 2 * np.pi)),
        }
        for _ in range(UNITS)
    ]
    view = drawn_worlds.view(painter.terrain, *figures, camera=(x, y))
    target = (float(x), float(y), camera_height(painter.terrain, x, y))
    camera = schema.screen_camera(target)
    world = np.stack([view.x, view.y, view.z], axis=1)
    pixels = camera.project(world)[0].astype(np.float32)
    units = Units.of(
        type=view.type,
        alliance=view.alliance,
        owner=view.owner,
        tag=view.tag,
        world=world,
        minimap=schema.minimap_transform().to_pixels(world),
        screen=pixels,
        radius=view.radius,
        health=view.health,
        facing=view.facing,
        on_screen=((pixels >= 0) & (pixels < 1024)).all(axis=1),
    )
    minimap = painter.minimap(view, 256, 256, schema.maps[0].minimap_area)
    return Record(minimap, painter.screen(view, camera), units, Scene(number, number, camera=target))


def best_cpu(work: Callable[[], Any], times: int = 1) -> float:
    """CPU ms of `work` divided by `times`, the best of the rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1e3 / times)
    return round(min(spent), 3)


def measure_filters(
    screens: Sequence[np.ndarray[Any, Any]], folder: pathlib.Path, tiles: Sequence[int]
) -> list[dict[str, Any]]:
    """CPU ms to write a screen and to read windows of 48 and 224 px, by filter and tile."""
    rows = []
    path = folder / "filters.h5"
    random = np.random.default_rng(0)
    for tile in tiles:
        for name, options in FILTERS.items():
            write = best_cpu(lambda o=options, t=tile: _write_screens(path, screens, t, o), len(screens))
            ratio = sum(screen.nbytes for screen in screens) / path.stat().st_size
            row = {"filter": name, "tile": tile, "write_ms": write, "ratio": round(ratio, 3)}
            with h5py.File(path, "r") as file:
                for side in (48, 224):
                    row[f"window_{side}_ms"] = best_cpu(
                        lambda f=file, s=side: _read_windows(f["screen"], s, random), 100
                    )
            rows.append(row)
            print(
                "{filter:15} tile {tile}  write {write_ms:7.2f} ms  ratio {ratio:5.2f}  "
                "window 48 {window_48_ms:6.3f} ms  224 {window_224_ms:6.3f} ms".format(**row),
                file=sys.stderr,
            )
    return rows


def _write_screens(
    path: pathlib.Path, screens: Sequence[np.ndarray[Any, Any]], tile: int, options: dict[str, Any]
) -> None:
    shape = screens[0].shape
    with h5py.File(path, "w", libver=LIBRARY_VERSIONS) as file:
        dataset = file.create_dataset(
            "screen",
            (0, *shape),
            np.uint8,
            chunks=(1, tile, tile, 3),
            maxshape=(None, *shape),
            fletcher32=True,
            **options,
        )
        for index, screen in enumerate(screens):
            dataset.resize(index + 1, axis=0)
            dataset[index] = screen


def _read_windows(dataset: h5py.Dataset, side: int, random: np.random.Generator) -> None:
    count, height, width, _ = dataset.shape
    for _ in range(100):
        x, y = int(random.integers(width - side)), int(random.integers(height - side))
        dataset[int(random.integers(count)), y : y + side, x : x + side]


def measure_datasets(schema: Schema, records: Sequence[Record], folder: pathlib.Path) -> list[dict[str, Any]]:
    """CPU ms a record through `DatasetWriter` and `Dataset`: checksums, columns, hash and fsync included."""
    rows = []
    random = np.random.default_rng(0)
    for compression in COMPRESSIONS:
        path = folder / compression

        def write(path: pathlib.Path = path, compression: str = compression) -> None:
            for file in path.glob("*"):
                file.unlink()
            with DatasetWriter(path, {}, schema, PROVENANCE, compression=compression) as writer:
                for episode, record in enumerate(records):
                    scene = Scene(episode, episode, camera=record.scene.camera, map=record.scene.map)
                    writer.append(Record(record.minimap, record.screen, record.units, scene))

        row: dict[str, Any] = {"compression": compression, "write_ms": best_cpu(write, len(records))}
        with Dataset(path) as dataset:
            row["bytes_per_record"] = round(sum(shard.bytes for shard in dataset.manifest.shards) / len(dataset))
            row["record_ms"] = best_cpu(lambda d=dataset: [d.record(i) for i in range(len(d))], len(dataset))
            row["minimap_ms"] = best_cpu(lambda d=dataset: [d.minimap(i) for i in range(len(d))], len(dataset))
            row["units_ms"] = best_cpu(lambda d=dataset: [d.units(i) for i in range(len(d))], len(dataset))
            if schema.screen is not None:
                for side in (48, 224):
                    row[f"window_{side}_ms"] = best_cpu(lambda d=dataset, s=side: _dataset_windows(d, s, random), 100)
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
    return rows


def _dataset_windows(dataset: Dataset, side: int, random: np.random.Generator) -> None:
    height, width, _ = dataset.schema.trailing("screen")
    for _ in range(100):
        x, y = int(random.integers(width - side)), int(random.integers(height - side))
        dataset.screen_window(int(random.integers(len(dataset))), x, y, side, side)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="?", help="measure on the records of this data set")
    parser.add_argument("--records", type=int, default=12, help="how many records to measure on")
    arguments = parser.parse_args()
    if arguments.dataset:
        with Dataset(arguments.dataset) as dataset:
            schema, records = dataset.schema, [dataset.record(i) for i in range(min(arguments.records, len(dataset)))]
    else:
        schema, records = drawn_records(arguments.records)
    screens = [record.screen for record in records if record.screen is not None]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        report = {
            "machine": machine(),
            "records": len(records),
            "minimap": schema.minimap,
            "screen": schema.screen,
            "filters": measure_filters(screens, folder, (128, 256)) if screens else [],
            "datasets": measure_datasets(schema, records, folder),
        }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
