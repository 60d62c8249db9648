"""The file below an HDF5 shard while it is written, so that a full disk is an error and not a crash."""

from __future__ import annotations

import contextlib
import os
import pathlib
from typing import Any

_GATHERED = 1 << 20
"""Bytes that are written at once. HDF5 writes chunk by chunk, which costs the system twice as much."""


class ShardFile:
    """A new file for h5py to write to, through h5py's driver for Python file objects.

    HDF5 cannot close a file after a failed write: the library keeps it open and dies of a segmentation fault when the
    process ends. So a write that the system refuses is remembered in `error` and, like all that follow, reported to
    HDF5 as done; whoever writes the shard looks at `error` and throws the file away.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.error: OSError | None = None
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        self._position = 0
        self._gathered = bytearray(_GATHERED)
        self._start = self._length = 0  # where in the file what was gathered belongs, and how much it is

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to `offset` bytes from the start, the position or the end."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: 0}[whence]
        if whence == os.SEEK_END:
            self.flush()
            start = os.fstat(self._descriptor).st_size
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def write(self, data: Any) -> int:
        """Write at the position; never raises, see `error`."""
        view = memoryview(data).cast("B")
        if self._position != self._start + self._length or self._length + view.nbytes > _GATHERED:
            self.flush()
            self._start = self._position
        if view.nbytes > _GATHERED:
            self._write_all(view, self._position)
            self._start += view.nbytes
        else:
            self._gathered[self._length : self._length + view.nbytes] = view
            self._length += view.nbytes
        self._position += view.nbytes
        return view.nbytes

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes at the position."""
        self.flush()
        data = os.pread(self._descriptor, size, self._position)
        self._position += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the position."""
        view = memoryview(buffer).cast("B")
        data = self.read(view.nbytes)
        view[: len(data)] = data
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file at `size` bytes, or the position; never raises, see `error`."""
        self.flush()
        size = self._position if size is None else size
        if self.error is None:
            try:
                os.ftruncate(self._descriptor, size)
            except OSError as error:
                self.error = error
        return size

    def flush(self) -> None:
        """Hand what was gathered to the system; never raises, see `error`."""
        length, self._length = self._length, 0
        self._write_all(memoryview(self._gathered)[:length], self._start)
        self._start += length

    def sync(self) -> None:
        """Make the content survive a power cut.

        Raises:
            OSError: an earlier write had failed, or the disk fails now.
        """
        self.flush()
        if self.error is not None:
            raise self.error
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file; what `sync` has not seen may be missing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Close the file and remove it."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _write_all(self, view: memoryview, position: int) -> None:
        """Write at `position`, unless a write has failed already; never raises, see `error`."""
        try:
            while view and self.error is None:
                written = os.pwrite(self._descriptor, view, position)
                view = view[written:]
                position += written
        except OSError as error:
            self.error = error
