"""Generated examples in files: made once, by several processes, read by any.

A cache is a folder named by a hash of all that its examples depend on, and in it a folder a split with parts of so many
examples: `part-00000.h5` holds their pyramids and `part-00000.npz` the rest. The pyramids' file appears last and at
once, so a part either is there or is made again: a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import io
import multiprocessing
import os
import pathlib
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data.format.durable import FolderLock, InUseError, replace_file, storage_error
from sc2data.format.layout import canonical_json
from sc2data.pyramid import Pyramid, PyramidWriter
from varsac.tasks.generated import checked_index
from varsac.tasks.stored import StoredPyramid
from varsac.tasks.task import DataSpec, Example, Objects, TaskData, TaskError

PART = 128
"""Examples of a part."""
TILE = 128
"""Side of the tiles, px: larger than a store's default, for what tiles cost most is their number, at writing."""
VERSION = 1
"""Part of the hash: counts up when painters change what they paint."""

_NO_IMAGE = Pyramid([])
"""In the place of images that are written and no longer needed."""

Report = Callable[[int, int], None]
"""Is told how many examples are ready and how many there will be."""


class CachedData:
    """A `TaskData` read from a cache.

    Args:
        folder: of the split.
        spec: what the examples are like.
        length: how many there are.
    """

    def __init__(self, folder: pathlib.Path, spec: DataSpec, length: int) -> None:
        self.spec = spec
        self._folder, self._length = folder, length
        self._parts = [Part.read(_part_path(folder, start)) for start in range(0, length, PART)]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._folder, self.spec, self._length)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Example:
        index = checked_index(index, self._length)
        part, row = divmod(index, PART)
        return self._parts[part].example(row, StoredPyramid(_part_path(self._folder, part * PART), str(index)))


class Part:
    """All of some examples but their images, as a few arrays.

    Args:
        arrays: "proxy" (n, h, w, C); "label/NAME" for every head; "position", "class" and "radius" of all objects one
            after the other; "offset" (n + 1,), where each example's objects begin; "view" (n, 4); "name" (n,).
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._arrays = arrays

    @classmethod
    def of(cls, examples: list[Example]) -> Part:
        """Take them from examples, at least one."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "proxy": np.stack([example.proxy for example in examples]),
            "position": np.concatenate([example.objects.positions for example in examples]),
            "class": np.concatenate([example.objects.classes for example in examples]),
            "radius": np.concatenate([example.objects.radius for example in examples]),
            "offset": np.cumsum([0, *(len(example.objects) for example in examples)]),
            "view": np.array([example.view for example in examples]),
            "name": np.array([example.name for example in examples]),
        }
        for head in examples[0].labels:
            arrays[f"label/{head}"] = np.stack([example.labels[head] for example in examples])
        return cls(arrays)

    @classmethod
    def read(cls, path: pathlib.Path) -> Part:
        """What `write` wrote for the pyramids at `path`.

        Raises:
            TaskError: it is missing or damaged.
        """
        try:
            with open(path.with_suffix(".npz"), "rb") as file, np.load(file, allow_pickle=False) as arrays:
                return cls({name: arrays[name] for name in arrays.files})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise TaskError(
                f"{path.with_suffix('.npz')} is damaged ({error}); remove {path.parent} to make it again"
            ) from error

    def write(self, path: pathlib.Path) -> None:
        """Write them beside the pyramids at `path`."""
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **self._arrays)
        replace_file(path.with_suffix(".npz"), content.getvalue())

    def example(self, row: int, image: StoredPyramid) -> Example:
        """One of them, with its image."""
        arrays = self._arrays
        first, last = arrays["offset"][row : row + 2].tolist()
        objects = Objects(arrays["position"][first:last], arrays["class"][first:last], arrays["radius"][first:last])
        labels = {
            name.removeprefix("label/"): values[row] for name, values in arrays.items() if name.startswith("label/")
        }
        left, top, right, bottom = arrays["view"][row].tolist()
        return Example(
            arrays["proxy"][row], image, labels, objects, (left, top, right, bottom), str(arrays["name"][row])
        )


def cache_name(depends_on: Mapping[str, Any]) -> str:
    """The name of a cache, from JSON values of all that its examples depend on."""
    text = canonical_json({"version": VERSION, "part": PART, **depends_on})
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def cached(
    data: TaskData, folder: pathlib.Path, workers: int = 1, compression: str = "fast", report: Report | None = None
) -> CachedData:
    """The examples of `data` from a cache, which is made where it is not complete.

    Where another process makes it already, this one waits for it.

    Args:
        data: where the examples come from; picklable, and all that it depends on is in the folder's name.
        folder: of the split.
        workers: processes that paint; 1: this one.
        compression: of the tiles: "fast", "portable" or "none".
        report: is told of progress.

    Raises:
        StorageError: the disk takes no more; finished parts stay.
    """
    starts = range(0, len(data), PART)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(folder, error) from error
    if _missing(folder, starts):
        lock = _wait_for_lock(folder)
        try:
            _make(data, folder, _missing(folder, starts), workers, compression, report)
        finally:
            lock.close()
    return CachedData(folder, data.spec, len(data))


def _part_path(folder: pathlib.Path, start: int) -> pathlib.Path:
    return folder / f"part-{start // PART:05d}.h5"


def _missing(folder: pathlib.Path, starts: range) -> list[int]:
    return [start for start in starts if not _part_path(folder, start).exists()]


def _wait_for_lock(folder: pathlib.Path) -> FolderLock:
    while True:
        try:
            return FolderLock(folder)
        except InUseError:
            time.sleep(1)


def _make(
    data: TaskData, folder: pathlib.Path, starts: list[int], workers: int, compression: str, report: Report | None
) -> None:
    ready = len(data) - sum(min(PART, len(data) - start) for start in starts)
    if workers <= 1 or len(starts) <= 1:
        for start in starts:
            ready += _write_part(data, folder, start, compression)
            if report:
                report(ready, len(data))
        return
    # Spawned, not forked: the parent may have threads of torch or OpenCV running.
    context = multiprocessing.get_context("spawn")
    count = min(workers, len(starts), os.cpu_count() or 1)
    with concurrent.futures.ProcessPoolExecutor(count, context, _start, (data, folder, compression)) as pool:
        for examples in pool.map(_write_part_in_worker, starts):
            ready += examples
            if report:
                report(ready, len(data))


def _write_part(data: TaskData, folder: pathlib.Path, start: int, compression: str) -> int:
    """Write one part; returns how many examples it has."""
    path = _part_path(folder, start)
    indices = range(start, min(start + PART, len(data)))
    examples = []
    with PyramidWriter(path, tile=TILE, compression=compression) as writer:
        for index in indices:
            example = data[index]
            writer.add(str(index), example.image.level(0))
            examples.append(dataclasses.replace(example, image=_NO_IMAGE))
        Part.of(examples).write(path)
    return len(indices)


_worker: tuple[TaskData, pathlib.Path, str] | None = None


def _start(*arguments: Any) -> None:
    global _worker
    _worker = (arguments[0], arguments[1], arguments[2])


def _write_part_in_worker(start: int) -> int:
    if _worker is None:
        raise RuntimeError("a worker writes parts only after _start")
    data, folder, compression = _worker
    return _write_part(data, folder, start, compression)
