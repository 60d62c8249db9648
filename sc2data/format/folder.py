"""Taking a folder for a data set."""

from __future__ import annotations

import pathlib

from sc2data.errors import UserError
from sc2data.format.durable import FolderLock, storage_error
from sc2data.format.manifest import MANIFEST
from sc2data.format.recovery import remove_leftovers


class OccupiedError(UserError, FileExistsError):
    """The folder holds something that a new data set would get mixed up with."""


def lock_folder(folder: pathlib.Path) -> FolderLock:
    """Make the folder where there is none, and keep other writers out of it.

    Raises:
        OccupiedError: `folder` is a file.
        InUseError: another process writes there.
        StorageError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OccupiedError(f"{folder} is a file: a data set needs a folder; name a new one") from error
    except OSError as error:
        raise storage_error(folder, error) from error
    return FolderLock(folder)


def require_empty(folder: pathlib.Path) -> None:
    """Make sure that nothing is in the folder, but for what a writer that was cut off left there.

    Raises:
        OccupiedError: a data set, or other files.
    """
    remove_leftovers(folder)
    present = sorted(file.name for file in folder.iterdir())
    if MANIFEST in present:
        raise OccupiedError(f"{folder} holds a data set already: resume it, or choose another folder")
    if present:
        names = ", ".join(present[:3]) + (", ..." if len(present) > 3 else "")
        raise OccupiedError(f"{folder} is not empty ({names}): a data set needs a folder of its own; name a new one")
