"""What one run of a comparison came to, as a JSON file that stands by itself."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import platform
from collections.abc import Mapping
from typing import Any

import torch

from sc2data.errors import UserError
from sc2data.format.durable import replace_file


class ResultError(UserError, ValueError):
    """A file that holds no result, or one of other settings."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One configuration on one work with one seed.

    Args:
        work: name in `varsac.comparison.work.WORKS`; configuration: name in `varsac.config.CONFIGS`.
        seed: of the run.
        config: the resolved configuration, plain values.
        command: what trains the same by `scripts.train`, in words; folders left out.
        code: `sc2data.format.provenance.code_version` when its training, or the last part of it, began.
        machine: processor, cores, threads, and versions.
        parameters: numbers in the model.
        cpu_seconds: of training, its validations included.
        images: seen in training, repeats counted.
        examples: of the test split.
        measures: as `varsac.engine.evaluate` gives them.
        settings: text by key, that this run had beyond its work's and its budget's.
        budget: CPU-seconds that its steps were chosen for; 0: they were not.
        trials: how many settings of the configuration were tried before, by the validation split.
    """

    work: str
    configuration: str
    seed: int
    config: Mapping[str, Any]
    command: tuple[str, ...]
    code: Mapping[str, Any]
    machine: Mapping[str, Any]
    parameters: int
    cpu_seconds: float
    images: int
    examples: int
    measures: Mapping[str, float]
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    budget: float = 0.0
    trials: int = 0

    def save(self, path: pathlib.Path) -> None:
        """Write it at once.

        Raises:
            StorageError: the disk does not take it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (json.dumps(dataclasses.asdict(self), indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: pathlib.Path) -> Result:
        """Read one.

        Raises:
            ResultError: the file is damaged or something else.
        """
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**fields, "command": tuple(fields["command"])})
        except (ValueError, TypeError, KeyError, OSError) as error:
            raise ResultError(
                f"{path} holds no result of a comparison ({error}); remove it or choose another"
            ) from None


def place_of(work: str, budget: float = 0.0) -> str:
    """What the folder of a work is called, with a budget of CPU-seconds or without.

    >>> place_of("smoke"), place_of("smoke", 85.0)
    ('smoke', 'smoke-85s')
    """
    return f"{work}-{budget:g}s" if budget else work


def result_file(folder: pathlib.Path, place: str, configuration: str, seed: int) -> pathlib.Path:
    """Where the result of a run is kept in a folder of results; see `place_of`."""
    return folder / place / f"{configuration}-seed{seed}.json"


def results_in(folder: pathlib.Path, place: str) -> list[Result]:
    """The results of a work, see `place_of`, by configuration and seed.

    Raises:
        ResultError: one cannot be read.
    """
    return [Result.load(path) for path in sorted((folder / place).glob("*-seed*.json"))]


def here() -> dict[str, Any]:
    """What figures of this process are measured on."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def processor() -> str:
    """The processor in words."""
    described = pathlib.Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8", errors="replace").splitlines() if described.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
