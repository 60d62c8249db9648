"""What a glimpse costs by the size of its image: `python -m benchmarks.pyramid [--sizes 512 ... 16384]` prints JSON.

The same fixations in every image: x and y anywhere, windows from an eighth of the image to all of it, so that at every
size a level is there whose pixels are just finer than the glimpse's. `file` reads the tiles from a store (in the
system's page cache, nothing cached by HDF5), `memory` from a pyramid in memory, `crop_and_resize` is what one does
without a pyramid: cut the window out of the decoded image and average it down. Milliseconds of CPU time, all threads
together, a glimpse; sizes take turns in every round, the median round counts. The picture is blobs of colour with film
grain, which hardly compresses. At 16384 px it takes 3 GiB of memory and 3 of disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.machine import machine
from sc2data.pyramid import Pyramid, PyramidStore, PyramidWriter
from sc2data.pyramid.layout import TILE

SIZES = (512, 1024, 2048, 4096, 8192, 16384)
Fixations = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="sides of the square images, px")
    parser.add_argument("--glimpse", type=int, default=64, help="side of the glimpse, px")
    parser.add_argument("--tile", type=int, default=TILE, help="side of the tiles, px")
    parser.add_argument("--fixations", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), **vars(arguments))
    print(json.dumps(report | {"machine": machine()}, indent=1))


def measure(
    folder: Path, *, sizes: Sequence[int], glimpse: int, tile: int, fixations: int, rounds: int
) -> dict[str, Any]:
    """Write a store of each size to `folder` and look at all of them in turns."""
    looks = _fixations(fixations)
    rows: dict[int, dict[str, float]] = {}
    memory: dict[int, Pyramid] = {}
    for size in sizes:
        image = picture(size)
        rows[size] = _write(folder / f"{size}.h5", image, tile)
        memory[size] = Pyramid.of(image)
    file = {size: PyramidStore(folder / f"{size}.h5")["image"] for size in sizes}
    costs = {
        "file_ms": _turns({size: _looker(file[size], looks, glimpse) for size in sizes}, len(looks), rounds),
        "memory_ms": _turns({size: _looker(memory[size], looks, glimpse) for size in sizes}, len(looks), rounds),
        "crop_and_resize_ms": _turns({size: _cropper(memory[size], looks[:20], glimpse) for size in sizes}, 20, 1),
    }
    for size, row in rows.items():
        row |= {name: cost[size] for name, cost in costs.items()}
        for name, pyramid in (("needed_px", memory[size]), ("decoded_px", file[size])):
            row[name] = round(statistics.mean(pyramid.read_window(look, glimpse).decoded for look in looks))
    first, last = rows[sizes[0]], rows[sizes[-1]]
    return {
        "glimpse": glimpse,
        "tile": tile,
        "sizes": {str(size): row for size, row in rows.items()},
        "largest_over_smallest": {
            name: round(last[name] / first[name], 3) for name in ("file_ms", "memory_ms", "decoded_px")
        },
    }


def picture(size: int) -> npt.NDArray[np.uint8]:
    """A picture of side `size` of blobs of colour with film grain, (size, size, 3)."""
    random = np.random.default_rng(size)
    coarse = random.integers(0, 240, (max(size // 64, 2), max(size // 64, 2), 3), np.uint8)
    image = np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)
    grain = random.integers(0, 8, (512, 512, 3), np.uint8)
    for top in range(0, size, 512):
        band = image[top : top + 512]
        np.minimum(band, 247, out=band)
        band += np.tile(grain, (1, -(-size // 512), 1))[: len(band), :size]
    return image


def _fixations(count: int) -> Fixations:
    random = np.random.default_rng(0)
    scales = np.exp(random.uniform(np.log(1 / 8), 0, count))
    return np.stack([random.uniform(-1, 1, count), random.uniform(-1, 1, count), scales], axis=1)


def _write(path: Path, image: npt.NDArray[np.uint8], tile: int) -> dict[str, float]:
    start = time.process_time()
    with PyramidWriter(path, tile=tile) as writer:
        writer.add("image", image)
    seconds = time.process_time() - start
    return {"write_cpu_s": round(seconds, 3), "stored_share": round(path.stat().st_size / image.nbytes, 3)}


def _looker(pyramid: Pyramid, looks: Fixations, size: int) -> Callable[[], None]:
    def look() -> None:
        for fixation in looks:
            pyramid.window(fixation, size)

    return look


def _cropper(pyramid: Pyramid, looks: Fixations, size: int) -> Callable[[], None]:
    image, side = pyramid.level(0), pyramid.height

    def crop() -> None:
        for x, y, scale in looks:
            half = scale * side / 2
            left, top = (max(round((centre + 1) / 2 * side - half), 0) for centre in (x, y))
            part = image[top : top + round(2 * half), left : left + round(2 * half)]
            cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA)

    return crop


def _turns(ways: dict[int, Callable[[], None]], looks: int, rounds: int) -> dict[int, float]:
    """The median CPU milliseconds of a look in each way, after one round that does not count."""
    times: dict[int, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, work in ways.items():
            start = time.process_time()
            work()
            if turn:
                times[name].append(1e3 * (time.process_time() - start) / looks)
    return {name: round(statistics.median(values), 4) for name, values in times.items()}


if __name__ == "__main__":
    main()
