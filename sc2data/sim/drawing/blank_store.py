"""Blanks on disk: what a model looks like is drawn once for all games, not once in each."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pathlib
import shutil
import struct
import tempfile
import zlib
from collections.abc import Hashable

import cv2
import numpy as np

import sc2data
from sc2data.sim.drawing.sprites import Blank

KEPT_BYTES = 512 << 20
"""Room for blanks in the cache directory; those that find none are drawn anew each time."""

_HEAD = struct.Struct("<IIiiI")  # height, width, left, top, checksum of what follows
_FOLDER = "sprites-"
_SOURCES = ("sim/drawing/*.py", "geometry.py", "units.py", "data/*.json")


class BlankStore:
    """Keeps blanks by key in a folder of `directory`, one for each version of what draws them.

    What is read has the bytes that were written, or counts as missing. Nothing of it can fail: where the disk does not
    take or give a blank, it is drawn. Processes may share the folder.
    """

    def __init__(self, directory: pathlib.Path) -> None:
        self._folder = directory / f"{_FOLDER}{_version()}"
        self._room = 0
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._room = KEPT_BYTES - sum(entry.stat().st_size for entry in os.scandir(self._folder))
            for other in directory.glob(f"{_FOLDER}*"):
                if other != self._folder:
                    shutil.rmtree(other, ignore_errors=True)

    def get(self, key: Hashable) -> Blank | None:
        """The blank kept under `key`, None where there is none or it is damaged."""
        try:
            data = bytearray(self._path(key).read_bytes())
        except OSError:
            return None
        if len(data) < _HEAD.size:
            return None
        height, width, left, top, checksum = _HEAD.unpack_from(data)
        size = height * width
        if len(data) != _HEAD.size + 5 * size or zlib.crc32(memoryview(data)[_HEAD.size :]) != checksum:
            return None
        colour = np.frombuffer(data, np.uint8, 4 * size, _HEAD.size).reshape(height, width, 4)
        rest = np.frombuffer(data, np.uint8, size, _HEAD.size + 4 * size).reshape(height, width)
        return Blank(colour, rest, left, top)

    def put(self, key: Hashable, blank: Blank) -> None:
        """Keep a blank, if there is room."""
        body = blank.colour.tobytes() + blank.rest.tobytes()
        self._room -= _HEAD.size + len(body)
        if self._room < 0:
            return
        with contextlib.suppress(OSError):
            handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_HEAD.pack(*blank.rest.shape, blank.left, blank.top, zlib.crc32(body)) + body)
                os.replace(temporary, self._path(key))
            except OSError:
                pathlib.Path(temporary).unlink(missing_ok=True)

    def _path(self, key: Hashable) -> pathlib.Path:
        return self._folder / hashlib.sha256(repr(key).encode()).hexdigest()[:32]


@functools.lru_cache(maxsize=1)
def _version() -> str:
    """What draws: other code, tables or libraries may give other bytes, and then old files must not be read."""
    digest = hashlib.sha256(f"{np.__version__} {cv2.__version__}".encode())
    package = pathlib.Path(sc2data.__file__).parent
    for path in sorted(path for pattern in _SOURCES for path in package.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]
