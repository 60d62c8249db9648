"""Files that are on the disk when we say so: fsync, atomic replacement, one writer a folder."""

from __future__ import annotations

import abc
import contextlib
import fcntl
import os
import pathlib
import signal
import threading
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from sc2data.errors import UserError


class StorageError(UserError, OSError):
    """The disk did not take what was written; everything written before is intact."""


class InUseError(UserError, RuntimeError):
    """Another process writes to the data set."""


class AllOrNothing(abc.ABC):
    """A writer whose `with` block finishes what was written, or throws it away where an error ends the block."""

    @abc.abstractmethod
    def close(self) -> None:
        """Finish what was written."""

    @abc.abstractmethod
    def discard(self) -> None:
        """Throw away what is not finished."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block, or the function that this decorates, is done.

    HDF5 writes through a Python object (`sc2data.format.shard_file`). A KeyboardInterrupt that arises in there leaves
    the library with a file that it can neither finish nor close.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # Python hands signals to the main thread alone, and this one is ignored or ends the process at once
        return
    held: list[Any] = []
    signal.signal(signal.SIGINT, lambda *caught: held.append(caught))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)


def fsync_folder(folder: pathlib.Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: pathlib.Path, content: bytes) -> None:
    """Replace the content of `path` at once: a reader, or a crash, finds the old or the new content, never a part.

    Raises:
        StorageError: disk full, read-only folder, ...; the old content is intact.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        fsync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise storage_error(path, error) from error


def storage_error(path: pathlib.Path, error: OSError) -> StorageError:
    """Say in words what kept `path` from being written."""
    return StorageError(
        f"cannot write {path}: {error.strerror or error}. What was written before is intact; make room or choose "
        "another folder, then resume"
    )


class FolderLock:
    """Keeps a second writer out of `folder` while this object is open; ends with the process, however it ends.

    Raises:
        InUseError: another process holds the lock.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._descriptor: int | None = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.forget()
            raise InUseError(f"{folder} is being written to by another process; wait for it or end it") from error
        except OSError:
            pass  # some network file systems have no locks
        _LOCKS.add(self)

    def close(self) -> None:
        """Let others write."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)  # for forked children too that still share it
        self.forget()

    def forget(self) -> None:
        """Have no part in the lock any more: it stays with the process that took it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


_LOCKS: weakref.WeakSet[FolderLock] = weakref.WeakSet()


def _forget_in_child() -> None:
    """A forked child shares the parent's lock, and would keep it beyond the parent's end."""
    for lock in list(_LOCKS):
        lock.forget()


os.register_at_fork(after_in_child=_forget_in_child)
