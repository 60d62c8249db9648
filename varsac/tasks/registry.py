"""Tasks by name, with their settings."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from typing import Any

from sc2data.errors import UserError
from varsac.tasks.cache import Report
from varsac.tasks.dslr import DSLRConfig, DSLRTask
from varsac.tasks.sc2 import SC2Config, SC2Task
from varsac.tasks.synthetic import SyntheticConfig, SyntheticTask
from varsac.tasks.task import Task


class UnknownTaskError(UserError, KeyError):
    """No task of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclasses.dataclass(frozen=True)
class Entry:
    """One task: its settings' class, and what makes it of settings, a data folder or None, and a reporter or None."""

    config: type[Any]
    make: Callable[[Any, str | os.PathLike[str] | None, Report | None], Task]


TASKS = {
    "dslr": Entry(DSLRConfig, DSLRTask),
    "sc2": Entry(SC2Config, SC2Task),
    "synthetic": Entry(SyntheticConfig, SyntheticTask),
}


def entry(name: str) -> Entry:
    """The entry of a name.

    Raises:
        UnknownTaskError: there is none.

    >>> entry("synthetic").config().scene
    'two_digits'
    """
    if name not in TASKS:
        raise UnknownTaskError(f"no task {name!r}; tasks are {', '.join(sorted(TASKS))}")
    return TASKS[name]


def make(
    name: str, config: Any = None, data_dir: str | os.PathLike[str] | None = None, report: Report | None = None
) -> Task:
    """A task.

    Args:
        name: of the task.
        config: its settings, of `entry(name).config`; None: the defaults.
        data_dir: where its data is, or is to be kept.
        report: is told how many examples or photographs are ready, and of how many, where some are made first.

    Raises:
        UnknownTaskError: there is no task of that name.
        TaskError: it cannot be made of the data.
    """
    chosen = entry(name)
    settings = chosen.config() if config is None else config
    if not isinstance(settings, chosen.config):
        raise TypeError(f"settings of task {name!r} are {chosen.config.__name__}, not {type(settings).__name__}")
    return chosen.make(settings, data_dir, report)
