"""The log of a run: a line of JSON for every thing that happened, and TensorBoard's files where they are asked for."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from sc2data.errors import UserError
from sc2data.format.durable import replace_file, storage_error

LOG = "log.jsonl"


class LogError(UserError, ValueError):
    """A log that cannot be read."""


class TensorBoardError(UserError, ImportError):
    """TensorBoard's files were asked for and the package is not installed."""


class Log:
    """Appends to `log.jsonl` in a folder.

    Args:
        folder: of the run.
        first: step that the run goes on from; lines of later steps, written before it was cut off, are dropped.
        tensorboard: write event files too.

    Raises:
        TensorBoardError: the package is missing.
        LogError: the log that is there is damaged.
        StorageError: the disk does not take it.
    """

    def __init__(self, folder: pathlib.Path, first: int = 0, tensorboard: bool = False) -> None:
        self.path = folder / LOG
        self._writer = _event_writer(folder, first) if tensorboard else None
        kept = [line for line in read(self.path) if line["step"] <= first] if first else []
        replace_file(self.path, "".join(json.dumps(line) + "\n" for line in kept).encode())
        self._file = self.path.open("ab", buffering=0)

    def write(self, kind: str, step: int, values: dict[str, Any]) -> None:
        """Add a line: {"kind": ..., "step": ..., **values}.

        Raises:
            StorageError: the disk does not take it.
        """
        try:
            self._file.write((json.dumps({"kind": kind, "step": step, **values}) + "\n").encode())
        except OSError as error:
            raise storage_error(self.path, error) from error
        if self._writer is not None:
            for name, value in values.items():
                if isinstance(value, int | float):
                    self._writer.add_scalar(f"{kind}/{name}", value, step)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._writer is not None:
            self._writer.close()


def read(path: pathlib.Path) -> list[dict[str, Any]]:
    """The lines of a log; none where there is no file. A last line that was cut off is left out.

    Raises:
        LogError: a line that is none.
    """
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            raise LogError(f"{path}, line {number}, is damaged ({error}); remove the line and go on") from error
    return found


def cpu_seconds(folder: pathlib.Path) -> float:
    """CPU-seconds that the run of a folder took up to its last line of the log, over all times it was gone on with.

    Raises:
        LogError: the log is damaged.
    """
    total = last = 0.0
    for line in read(folder / LOG):
        if "cpu_seconds" in line:
            seconds = line["cpu_seconds"]
            total += seconds - last if seconds >= last else seconds  # the clock begins again when a run goes on
            last = seconds
    return total


def _event_writer(folder: pathlib.Path, first: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise TensorBoardError(
            "train.tensorboard=true needs the package tensorboard: pip install 'sc2-saccades[tensorboard]', or leave "
            "it out"
        ) from None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=first + 1 if first else None)
