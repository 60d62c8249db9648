"""What looking costs beside seeing every pixel: `python -m benchmarks.inference [--sizes 224 ... 16384] [--json FILE]`.

The same ResNet-18 sees whole pictures, or the glimpses of the project's model; a further column has the model's own
small encoder (`benchmarks.looking` says what exactly is compared). Each measurement has a process of its own. Times
are those of the processor, one thread unless --threads says otherwise, the least of all rounds; of the clock on a GPU.
Memory is what the process grows by, over network and pictures. Files are in the system's page cache. The rival of what
is read from a pyramid is the network that decodes a JPEG and sees every pixel.

What would take too long or too much memory, by what a smaller picture took, is not run, and the reason is told: no
figure is extrapolated. Pictures are blobs of colour with film grain (`benchmarks.pyramid`); --photos adds
photographs of your own. At 16384 px it takes 2 GiB of disk.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.inference_table import compare, growth, tables
from benchmarks.looking import FILES, SOURCES, Cell
from benchmarks.machine import machine
from benchmarks.pyramid import picture
from sc2data.pyramid import ImageFile, PyramidWriter
from varsac.models.varsac import VarSacConfig
from varsac.tasks.photos.store import TILE, ColourFile

SIZES = (224, 512, 1024, 2528, 4096, 8192, 16384)
QUALITY = 90
"""Of the JPEGs."""
START = 120.0
"""Seconds that a process has to begin and to load a picture."""

Row = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parser().parse_args(argv)
    measured = rows(arguments)
    compare(measured)
    print(tables(measured))
    settings = {name: value for name, value in vars(arguments).items() if name not in ("json", "photos")}
    report = {"machine": machine(), "settings": settings, "growth": growth(measured), "rows": measured}
    print(json.dumps({name: report[name] for name in ("machine", "settings", "growth")}))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


def parser() -> argparse.ArgumentParser:
    """The flags."""
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="sides of the square pictures, px")
    flags.add_argument(
        "--photos", type=Path, nargs="*", default=[], help="photographs, measured from files, one a batch"
    )
    flags.add_argument("--batches", type=int, nargs="+", default=(1, 8), help="pictures at once")
    flags.add_argument("--sources", nargs="+", choices=SOURCES, default=SOURCES)
    flags.add_argument("--looks", type=_look, nargs="+", default=((4, 32), (4, 64)), metavar="TxS",
                       help="glimpses with the ResNet-18, and their side in px")  # fmt: skip
    flags.add_argument("--proxy", type=int, default=64, help="shorter side of the proxy, px")
    flags.add_argument("--as-trained", action="store_true", help="leave batch norms and layout as they are in training")
    flags.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    flags.add_argument("--threads", type=int, default=1)
    flags.add_argument("--rounds", type=int, default=3, help="of each measurement at least")
    flags.add_argument("--seconds", type=float, default=2.0, help="of each measurement at least")
    flags.add_argument("--limit-seconds", type=float, default=60.0, help="for one answer; slower ones are not run")
    flags.add_argument("--limit-gib", type=float, default=12.0, help="of memory; what needs more is not run")
    flags.add_argument("--json", type=Path, help="write all that was measured to this file")
    return flags


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture in its files.

    Args:
        name: what the tables call it.
        folder: where it lies under the names of `benchmarks.looking.FILES`.
        height: px; width: likewise.
        sources: from which it can be read.
        batches: how many at once.
    """

    name: str
    folder: Path
    height: int
    width: int
    sources: Sequence[str]
    batches: Sequence[int]


def rows(arguments: argparse.Namespace) -> list[Row]:
    """Measure everything that was asked for, small pictures first."""
    limits = Limits(arguments.limit_seconds, arguments.limit_gib)
    found: list[Row] = []
    for one in pictures(arguments):
        for cell in cells(arguments, one):
            row = {"picture": one.name, **dataclasses.asdict(cell), **limits.run(cell)}
            del row["folder"]
            found.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    return found


def pictures(arguments: argparse.Namespace) -> Iterator[Picture]:
    """Each picture for as long as it is measured; then its files are removed."""
    for size in sorted(arguments.sizes):
        with tempfile.TemporaryDirectory() as name:
            folder, image = Path(name), picture(size)
            np.save(folder / FILES["memory"], image)
            cv2.imwrite(str(folder / FILES["jpeg"]), image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            with PyramidWriter(folder / FILES["pyramid"], tile=TILE) as writer:
                writer.add("image", image)
            del image
            yield Picture(str(size), folder, size, size, arguments.sources, arguments.batches)
    for photo in arguments.photos:
        with tempfile.TemporaryDirectory() as name:
            folder, file = Path(name), ImageFile(photo)
            (folder / FILES["jpeg"]).symlink_to(photo.resolve())
            with PyramidWriter(folder / FILES["pyramid"], tile=TILE) as writer:
                writer.add("image", ColourFile(photo))
            sources = [source for source in arguments.sources if source != "memory"]
            yield Picture(f"{photo.name}, {file.width} x {file.height}", folder, file.height, file.width, sources, (1,))


def cells(arguments: argparse.Namespace, one: Picture) -> Iterator[Cell]:
    """What is measured on a picture."""
    networks = [("small", VarSacConfig.glimpses, VarSacConfig.glimpse_size)]
    networks += [("resnet", glimpses, side) for glimpses, side in arguments.looks]
    for source in one.sources:
        # From a pyramid there is nothing to be won by a network that sees every pixel.
        whole = [] if source == "pyramid" else [("full", 0, VarSacConfig.glimpse_size)]
        for batch in one.batches:
            for network, glimpses, side in whole + networks:
                yield Cell(
                    network=network,
                    source=source,
                    folder=str(one.folder),
                    height=one.height,
                    width=one.width,
                    batch=batch,
                    glimpses=glimpses,
                    side=side,
                    proxy=arguments.proxy,
                    device=arguments.device,
                    threads=arguments.threads,
                    fold=not arguments.as_trained,
                    rounds=arguments.rounds,
                    seconds=arguments.seconds,
                )


class Limits:
    """Runs cells, but for those that are expected to take too much.

    Only the network that sees every pixel takes more time for larger pictures; glimpses take memory for what is held.

    Args:
        seconds: for one answer.
        gib: of memory, pictures included.
    """

    def __init__(self, seconds: float, gib: float) -> None:
        self.seconds, self.gib = seconds, gib
        self._before: dict[tuple[str, int], tuple[int, Row]] = {}

    def run(self, cell: Cell) -> Row:
        """What was measured, or {"not_run": why}."""
        reason = self._reason(cell)
        if reason:
            return {"not_run": reason}
        measured = measured_apart(cell, (cell.rounds + 2) * self.seconds + cell.seconds + START)
        if "ms" in measured and cell.network == "full":
            self._before[cell.source, cell.batch] = cell.height * cell.width, measured
        return measured

    def _reason(self, cell: Cell) -> str:
        """Why a cell is not run; "" for no reason."""
        pixels = cell.height * cell.width
        gib = 0.0 if cell.source == "pyramid" else 3 * cell.batch * pixels / 2**30
        if cell.network != "full":
            gib *= 4 / 3
            return f"pictures and levels take {gib:.1f} GiB; {self._limit('gib')}" if gib > self.gib else ""
        if (cell.source, cell.batch) not in self._before:
            return ""
        smaller, before = self._before[cell.source, cell.batch]
        seconds = before["ms"] / 1e3 * pixels / smaller
        gib += before["peak_mib"] / 2**10 * pixels / smaller
        cost = f"{before['ms'] / 1e3:.3g} s and {before['peak_mib']:.0f} MiB"
        told = f"by what {smaller:,} pixels took, {cost}, it would take"
        if seconds > self.seconds:
            return f"{told} {seconds:.0f} s; {self._limit('seconds')}"
        return f"{told} {gib:.1f} GiB, pictures included; {self._limit('gib')}" if gib > self.gib else ""

    def _limit(self, unit: str) -> str:
        return f"--limit-{unit} is {getattr(self, unit):g}"


def measured_apart(cell: Cell, patience: float) -> Row:
    """`benchmarks.looking.measure` in a process of its own, or {"not_run": why} where it was killed or took too long.

    Raises:
        RuntimeError: it failed.
    """
    one_thread = {name: str(cell.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "VIPS_CONCURRENCY")}
    command = [sys.executable, "-m", "benchmarks.looking", json.dumps(dataclasses.asdict(cell))]
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(
            command, cwd=root, env=os.environ | one_thread, capture_output=True, text=True, timeout=patience
        )
    except subprocess.TimeoutExpired:
        return {"not_run": f"it was not done after {patience:.0f} s"}
    if done.returncode < 0:
        return {"not_run": f"it was killed by signal {-done.returncode}, as systems do that run out of memory"}
    if done.returncode:
        raise RuntimeError(f"{cell} failed: {done.stderr.strip()[-2000:]}")
    return dict(json.loads(done.stdout))


def _look(text: str) -> tuple[int, int]:
    """(T, S) of "4x32"."""
    glimpses, _, side = text.partition("x")
    return int(glimpses), int(side)


if __name__ == "__main__":
    main()
