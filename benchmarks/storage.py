"""What it costs to write and read records, by compression: CPU ms, ratio, and the cost of windows.

    python -m benchmarks.storage [DATASET] [--records N]

Measures on the pictures of a data set, or, without one, on scenes of 200 units that the simulator draws (1024 px
screens, 256 px minimaps). Prints a table to stderr and JSON to stdout. CPU times are of this process, the best of three
rounds.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import h5py
import hdf5plugin
import numpy as np
import numpy.typing as npt

from benchmarks.machine import machine
from sc2data import units
from sc2data.format import CountedType, Dataset, DatasetWriter, MapInfo, Record, Scene, Schema, Units
from sc2data.format.compression import COMPRESSIONS
from sc2data.format.layout import LIBRARY_VERSIONS
from sc2data.sim.drawing.scene import ScenePainter
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.view import camera_height
from tests.sc2data.sim import drawn_worlds

ROUNDS = 3
READS = 100
WINDOWS = (48, 224)
TILES = (128, 256)
UNITS = 200
TYPES = ("Marine", "Marauder", "SiegeTank", "SiegeTankSieged", "Zergling", "Baneling", "Hydralisk", "SCV", "Drone")
Row = dict[str, Any]
Picture = npt.NDArray[np.uint8]

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
    seen = Units.of(
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
    return Record(minimap, painter.screen(view, camera), seen, Scene(number, number, camera=target))


def best_cpu(work: Callable[[], Any], times: int = 1) -> float:
    """CPU ms of `work` divided by `times`, the best of the rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1e3 / times)
    return round(min(spent), 3)


def measure_filters(screens: Sequence[Picture], folder: pathlib.Path) -> list[Row]:
    """CPU ms to write a screen and to read a window, by filter and tile, with HDF5 alone."""
    rows: list[Row] = []
    for tile in TILES:
        for name, options in FILTERS.items():
            path = folder / f"{name}-{tile}.h5"
            write = best_cpu(functools.partial(write_screens, path, screens, tile, options), len(screens))
            ratio = sum(screen.nbytes for screen in screens) / path.stat().st_size
            row: Row = {"filter": name, "tile": tile, "ratio": round(ratio, 3), "write_ms": write}
            with h5py.File(path, "r") as file:
                row |= window_costs(screens[0].shape, file["screen"].__getitem__, len(screens))
            rows.append(row)
            path.unlink()
    return rows


def write_screens(path: pathlib.Path, screens: Sequence[Picture], tile: int, options: dict[str, Any]) -> None:
    """A file of screens, stored as a shard stores them."""
    height, width, channels = screens[0].shape
    with h5py.File(path, "w", libver=LIBRARY_VERSIONS) as file:
        dataset = file.create_dataset(
            "screen",
            (0, height, width, channels),
            np.uint8,
            chunks=(1, min(tile, height), min(tile, width), channels),
            maxshape=(None, height, width, channels),
            fletcher32=True,
            **options,
        )
        for index, screen in enumerate(screens):
            dataset.resize(index + 1, axis=0)
            dataset[index] = screen


def measure_datasets(schema: Schema, records: Sequence[Record], folder: pathlib.Path) -> list[Row]:
    """CPU ms a record through `DatasetWriter` (checksums, columns, hash and fsync included) and `Dataset`."""
    rows: list[Row] = []
    for compression in COMPRESSIONS:
        paths = [folder / f"{compression}-{number}" for number in range(ROUNDS)]
        fresh = iter(paths)
        row: Row = {"compression": compression}
        write = functools.partial(write_next, fresh, schema, records, compression)
        row["write_ms"] = best_cpu(write, len(records))
        with Dataset(paths[0]) as dataset:
            row["kib_per_record"] = round(dataset.manifest.shards[0].bytes / len(dataset) / 1024)
            for name, read in (("record", dataset.record), ("minimap", dataset.minimap), ("units", dataset.units)):
                row[f"{name}_ms"] = best_cpu(functools.partial(read_all, read, len(dataset)), len(dataset))
            if schema.screen is not None:
                row |= window_costs(schema.screen, dataset_window(dataset), len(dataset))
        rows.append(row)
    return rows


def write_next(paths: Iterator[pathlib.Path], schema: Schema, records: Sequence[Record], compression: str) -> None:
    """A data set of one shard in the next of `paths`, each record an episode of its own."""
    with DatasetWriter(
        next(paths), {}, schema, PROVENANCE, compression=compression, shard_records=len(records)
    ) as writer:
        for episode, record in enumerate(records):
            scene = Scene(episode, episode, camera=record.scene.camera, map=record.scene.map)
            writer.append(dataclasses.replace(record, scene=scene))


def read_all(read: Callable[[int], Any], count: int) -> None:
    """Read every record once."""
    for index in range(count):
        read(index)


def dataset_window(dataset: Dataset) -> Callable[[Any], Any]:
    """`Dataset.screen_window`, called with a slice like an array."""

    def read(place: tuple[int, slice, slice]) -> Any:
        index, rows, columns = place
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return dataset.screen_window(index, columns.start, rows.start, *size)

    return read


def window_costs(shape: Sequence[int], read: Callable[[Any], Any], count: int) -> Row:
    """CPU ms to read a window at a random place, by its side; sides above the screen's are left out."""
    random = np.random.default_rng(0)
    height, width = shape[:2]

    def read_many(side: int) -> None:
        for _ in range(READS):
            x, y = int(random.integers(width - side + 1)), int(random.integers(height - side + 1))
            read(np.s_[int(random.integers(count)), y : y + side, x : x + side])

    sides = [side for side in WINDOWS if side <= min(height, width)]
    return {f"window_{side}_ms": best_cpu(functools.partial(read_many, side), READS) for side in sides}


def table(rows: Sequence[Row]) -> str:
    """Rows as text in columns."""
    if not rows:
        return ""
    names = list(rows[0])
    lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return "\n".join("  ".join(word.rjust(width) for word, width in zip(line, widths)) for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="?", help="measure on the records of this data set")
    parser.add_argument("--records", type=int, default=12, help="how many records to measure on")
    asked = parser.parse_args(arguments)
    if asked.dataset:
        with Dataset(asked.dataset) as dataset:
            schema, records = dataset.schema, [dataset.record(i) for i in range(min(asked.records, len(dataset)))]
    else:
        schema, records = drawn_records(asked.records)
    screens = [record.screen for record in records if record.screen is not None]
    with tempfile.TemporaryDirectory() as name:
        filters = measure_filters(screens, pathlib.Path(name)) if screens else []
        datasets = measure_datasets(schema, records, pathlib.Path(name))
    print(table(filters), table(datasets), sep="\n\n", file=sys.stderr)
    sizes = {"records": len(records), "minimap": schema.minimap, "screen": schema.screen}
    print(json.dumps({"machine": machine(), **sizes, "filters": filters, "datasets": datasets}, indent=1))


if __name__ == "__main__":
    main()
