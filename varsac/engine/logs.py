"""The log of a run: a line of JSON for every thing that happened, and TensorBoard's files where they are asked for."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from sc2data.errors import UserError

LOG = "log.jsonl"


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
    """

    def __init__(self, folder: pathlib.Path, first: int = 0, tensorboard: bool = False) -> None:
        self.path = folder / LOG
        self._writer = _event_writer(folder, first) if tensorboard else None
        kept = [line for line in read(self.path) if line["step"] <= first] if first else []
        self.path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
        self._file = self.path.open("a", encoding="utf-8")

    def write(self, kind: str, step: int, values: dict[str, Any]) -> None:
        """Add a line: {"kind": ..., "step": ..., **values}."""
        self._file.write(json.dumps({"kind": kind, "step": step, **values}) + "\n")
        self._file.flush()
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
    """The lines of a log; none where there is no file. A last line that was cut off is left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def _event_writer(folder: pathlib.Path, first: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise TensorBoardError(
            "train.tensorboard=true needs the package tensorboard: pip install tensorboard, or leave the option out"
        ) from None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=first or None)
