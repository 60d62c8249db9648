"""Pyramids of photographs, made once: a file a photograph, in folders like the photographs' own."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import pathlib
import time
from collections.abc import Iterator, Sequence

import numpy as np

from sc2data.format import OccupiedError
from sc2data.format.durable import InUseError
from sc2data.pyramid import ImageError, ImageFile, PyramidStore, PyramidWriter, StoreError
from sc2data.pyramid.layout import SUFFIX
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.window import Box
from varsac.tasks.cache import Report
from varsac.tasks.photos.held import HeldPyramid
from varsac.tasks.photos.photo import Photo
from varsac.tasks.stored import StoredPyramid
from varsac.tasks.task import TaskError

TILE = 128
SHOWN = 3
"""Damaged photographs that an error names."""


class PhotoStore:
    """The pyramids of a collection of photographs, all in colour.

    A photograph whose file has changed in size or time since is converted again.

    Args:
        folder: where they are, or are to be.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def convert(
        self, photos: Sequence[Photo], workers: int = 1, damaged: str = "error", report: Report | None = None
    ) -> list[Photo]:
        """Make the pyramids that are missing.

        Args:
            photos: of which photographs.
            workers: processes that convert; 1: this one. Each has a band of one photograph in memory, or all of it
                where its file cannot be decoded by parts.
            damaged: what to do with files that are no whole photographs: "error" (after the others are converted) or
                "skip".
            report: is told how many are ready, and of how many.

        Returns:
            The photographs that have pyramids.

        Raises:
            TaskError: damaged files.
            StorageError: the disk takes no more; what was converted stays.
        """
        found: dict[str, str] = {}
        jobs = [(photo.path, self.path(photo)) for photo in photos]
        for ready, (photo, problem) in enumerate(zip(photos, _converted(jobs, workers), strict=True), start=1):
            if problem:
                found[photo.name] = problem
            if report:
                report(ready, len(photos))
        if found and damaged == "error":
            listed = "; ".join(list(found.values())[:SHOWN])
            raise TaskError(
                f"{len(found)} of {len(photos)} photographs cannot be used; leave them out with damaged=skip: {listed}"
            )
        return [photo for photo in photos if photo.name not in found]

    def path(self, photo: Photo) -> pathlib.Path:
        """The file of a photograph's pyramid."""
        return self.folder / (photo.name + SUFFIX)

    def pyramid(self, photo: Photo) -> StoredPyramid:
        """The pyramid of a photograph that was converted."""
        return StoredPyramid(self.path(photo), "photo")

    def held(self, photo: Photo) -> HeldPyramid:
        """The same, whose small levels stay in memory; for collections of at most `KEPT_PHOTOS`."""
        return HeldPyramid(self.path(photo), "photo", TILE)


class ColourFile:
    """An image file whose grey becomes three equal channels: all photographs of a collection are of one kind."""

    channels = 3

    def __init__(self, path: pathlib.Path) -> None:
        self._file = ImageFile(path)
        self.height, self.width = self._file.height, self._file.width

    def bands(self, rows: int) -> Iterator[tuple[Box, Pixels]]:
        """As of `ImageFile`."""
        grey = self._file.channels == 1
        for box, pixels in self._file.bands(rows):
            yield box, np.repeat(pixels, 3, axis=2) if grey else pixels


def _converted(jobs: list[tuple[pathlib.Path, pathlib.Path]], workers: int) -> Iterator[str]:
    todo = sum(not target.exists() for _, target in jobs)
    if workers <= 1 or todo <= 1:
        yield from map(_convert, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(workers, todo), context) as pool:
        yield from pool.map(_convert, jobs)


def _convert(job: tuple[pathlib.Path, pathlib.Path]) -> str:
    """Make one pyramid where it is not up to date; returns what is wrong with the photograph, or ""."""
    source, target = job
    try:
        status = source.stat()
        about = {"bytes": status.st_size, "changed_ns": status.st_mtime_ns}
        if target.exists() and _about(target) != about:
            target.unlink()
        while not target.exists():
            _write(source, target, about)
    except ImageError as error:
        return str(error)
    except FileNotFoundError:
        return f"{source} is missing"
    return ""


def _write(source: pathlib.Path, target: pathlib.Path, about: dict[str, int]) -> None:
    try:
        with PyramidWriter(target, tile=TILE) as writer:
            writer.add("photo", ColourFile(source), about)
    except OccupiedError:
        return
    except InUseError:  # another process converts it
        time.sleep(0.2)


def _about(target: pathlib.Path) -> dict[str, int]:
    """What a pyramid says of the file that it was made from; nothing where it is damaged."""
    try:
        store = PyramidStore(target)
        try:
            return store.about("photo")
        finally:
            store.close()
    except (StoreError, KeyError):
        return {}
