"""One measurement of `benchmarks.inference`, in a process of its own: what an answer takes, from a source to the end.

Networks: `full` is a ResNet-18 that sees every pixel; `resnet` is the project's model with the same ResNet-18 for its
glimpses in the place of its own small encoder; `small` is the project's model as it is. Sources: the picture is decoded
in `memory`, or in a file as a `pyramid` or a `jpeg`. All that lies between source and answer counts: opening, decoding,
levels, proxy, windows, conversion to floating point. Weights are random; that changes no cost.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from sc2data.peak import forget_peak, peak_mib
from sc2data.pyramid import Pyramid, PyramidStore
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.pyramid import Plane
from sc2data.pyramid.window import Box
from varsac.encoders import ResNet
from varsac.inference import folded
from varsac.models.varsac import VarSac, VarSacConfig
from varsac.models.whole import FullImage, WholeConfig
from varsac.tasks.batch import collate
from varsac.tasks.photos.store import ColourFile
from varsac.tasks.proxy import proxy_of, proxy_size
from varsac.tasks.task import DataSpec, Example, HeadSpec

NETWORKS = ("full", "resnet", "small")
SOURCES = ("memory", "pyramid", "jpeg")
FILES = {"memory": "image.npy", "pyramid": "image.h5", "jpeg": "image.jpg"}
"""What the picture is called in its folder, by source."""
BAND = 256
"""Rows that are decoded at a time."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """What is measured.

    Args:
        network: of `NETWORKS`.
        source: of `SOURCES`.
        folder: where the picture is, under the name that `FILES` says.
        height: of the picture, px; width: likewise.
        batch: pictures at once: the same one so many times, each decoded and looked at for itself.
        glimpses: T; side: S, px, cut from windows of about as many pixels of the image.
        proxy: shorter side of the proxy, px.
        device: "cpu" or "cuda".
        threads: of torch and OpenCV.
        fold: make the network ready for answering by `varsac.inference.folded`, else take it as it is trained.
        rounds: how often at least; seconds: and for how long at least.
    """

    network: str
    source: str
    folder: str
    height: int
    width: int
    batch: int
    glimpses: int = VarSacConfig.glimpses
    side: int = VarSacConfig.glimpse_size
    proxy: int = 64
    device: str = "cpu"
    threads: int = 1
    fold: bool = True
    rounds: int = 3
    seconds: float = 2.0


class ResNetGlimpses(nn.Module):
    """A ResNet-18 in the place of `varsac.encoders.GlimpseEncoder`, for answers that need no map of cells."""

    def __init__(self, channels: int, features: int) -> None:
        super().__init__()
        self.backbone = ResNet(channels)
        self.features = nn.Linear(self.backbone.features, features)

    def forward(self, glimpses: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, S, S) to no map, (B, 0), and a vector (B, features), rectified."""
        vector = self.features(self.backbone(glimpses)).relu()
        return vector.new_zeros(len(vector), 0), vector


@dataclasses.dataclass(frozen=True)
class CountedPlane:
    """A level that counts what is decoded of it."""

    plane: Plane
    counts: list[int]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.plane.shape

    def read(self, box: Box) -> tuple[Pixels, int]:
        """As of the level."""
        pixels, decoded = self.plane.read(box)
        self.counts.append(decoded)
        return pixels, decoded


def network(cell: Cell) -> nn.Module:
    """The network of a cell, in evaluation mode."""
    torch.manual_seed(0)
    size = proxy_size(cell.height, cell.width, cell.proxy)
    # Objects of a size at which the usual window has as many pixels as the glimpse.
    object_size = cell.side / VarSacConfig.window
    spec = DataSpec((HeadSpec("kind", "classes", 10),), 3, size, (cell.height, cell.width), object_size)
    model: nn.Module
    if cell.network == "full":
        model = FullImage(WholeConfig(), spec)
    else:
        config = VarSacConfig(glimpses=cell.glimpses, glimpse_size=cell.side)
        model = VarSac(config, spec)
        if cell.network == "resnet":
            model.register_module("glimpse", ResNetGlimpses(3, config.features))
    return (folded(model) if cell.fold else model.eval()).to(cell.device)


Opener = Callable[[], contextlib.AbstractContextManager[Pyramid]]


def openers(cell: Cell) -> list[Opener]:
    """What opens each picture of the batch; those in memory are loaded here, each for itself."""
    path = Path(cell.folder) / FILES[cell.source]
    if cell.source == "memory":
        return [functools.partial(_in_memory, np.load(path)) for _ in range(cell.batch)]
    return [functools.partial(_stored if cell.source == "pyramid" else _decoded, path)] * cell.batch


@contextlib.contextmanager
def _in_memory(image: Pixels) -> Iterator[Pyramid]:
    yield Pyramid.of(image)


@contextlib.contextmanager
def _stored(path: Path) -> Iterator[Pyramid]:
    with contextlib.closing(PyramidStore(path)) as store:
        yield store["image"]


@contextlib.contextmanager
def _decoded(path: Path) -> Iterator[Pyramid]:
    file = ColourFile(path)
    pixels = np.empty((file.height, file.width, file.channels), np.uint8)
    for box, band in file.bands(BAND):
        pixels[box.top : box.bottom, box.left : box.right] = band
    yield Pyramid.of(pixels)


def answer(cell: Cell, model: nn.Module, pictures: Sequence[Opener]) -> int:
    """From the sources to the answers; returns the pixels that were decoded of stored pyramids."""
    counts: list[int] = []
    with contextlib.ExitStack() as stack:
        examples = []
        for opener in pictures:
            opened = stack.enter_context(opener())
            pyramid = Pyramid([CountedPlane(plane, counts) for plane in opened.planes])
            examples.append(Example(_proxy(cell, pyramid), pyramid, {}))
        model(collate(examples).to(cell.device))
        if cell.device != "cpu":
            torch.cuda.synchronize()
    return sum(counts)


def _proxy(cell: Cell, pyramid: Pyramid) -> Pixels:
    """The proxy; a blank for the network that needs none."""
    if cell.network == "full":
        return np.zeros((8, 8, 3), np.uint8)
    return proxy_of(pyramid, proxy_size(cell.height, cell.width, cell.proxy))


@torch.inference_mode()
def measure(cell: Cell) -> dict[str, float]:
    """Cost of one answer for a batch.

    Returns:
        "ms", the least of all rounds, and "median_ms": of the processor, all threads together, or on a GPU the clock's;
        "rounds"; "peak_mib": how much the process's most resident memory, or the GPU's most allocated, grows in a first
        round, that is not timed, over what network and pictures in memory take; "decoded_px" an image.
    """
    torch.set_num_threads(cell.threads)
    cv2.setNumThreads(cell.threads)
    model, pictures = network(cell), openers(cell)
    begin = _forget(cell)
    decoded = answer(cell, model, pictures)
    grown = _peak(cell) - begin
    clock = time.process_time if cell.device == "cpu" else time.perf_counter
    times: list[float] = []
    while len(times) < cell.rounds or sum(times) < cell.seconds:
        start = clock()
        answer(cell, model, pictures)
        times.append(clock() - start)
    return {
        "ms": 1e3 * min(times),
        "median_ms": 1e3 * statistics.median(times),
        "rounds": len(times),
        "peak_mib": grown,
        "decoded_px": {"memory": 0, "pyramid": decoded / cell.batch, "jpeg": cell.height * cell.width}[cell.source],
    }


def _forget(cell: Cell) -> float:
    if cell.device == "cpu":
        return forget_peak()
    torch.cuda.reset_peak_memory_stats()
    return torch.cuda.max_memory_allocated() / 2**20


def _peak(cell: Cell) -> float:
    return peak_mib() if cell.device == "cpu" else torch.cuda.max_memory_allocated() / 2**20


if __name__ == "__main__":
    print(json.dumps(measure(Cell(**json.loads(sys.argv[1])))))
