"""Jobs in processes of their own, on one thread each, their progress kept in files."""

from __future__ import annotations

import contextlib
import multiprocessing
import pathlib
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from typing import Protocol, TypeVar

import torch

from sc2data.errors import UserError
from sc2data.memory import tune_malloc

Result = TypeVar("Result", covariant=True)
T = TypeVar("T")


class Job(Protocol[Result]):
    """Something to be done elsewhere; picklable."""

    @property
    def progress(self) -> pathlib.Path:
        """The file that keeps what it says on standard error."""
        ...

    def do(self) -> Result:
        """Do it.

        Raises:
            UserError: it could not be done.
        """
        ...


def apart(jobs: Iterable[tuple[Job[T], Callable[[str], None]]], number: int) -> Iterator[tuple[Job[T], T]]:
    """Jobs with their results as they come, so many at once; what failed tells why and is left out.

    Args:
        jobs: each with what is told of its failure.
        number: processes at a time.
    """
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(number, mp_context=context, max_tasks_per_child=1) as pool:
        waiting = {pool.submit(_done, job): (job, tell) for job, tell in jobs}
        for future in futures.as_completed(waiting):
            job, tell = waiting[future]
            try:
                result = future.result()
            except UserError as error:
                tell(f"failed: {error}")
            else:
                yield job, result


def _done(job: Job[T]) -> T:
    torch.set_num_threads(1)
    tune_malloc()
    job.progress.parent.mkdir(parents=True, exist_ok=True)
    with job.progress.open("a", encoding="utf-8") as progress, contextlib.redirect_stderr(progress):
        return job.do()
