"""Workers side by side, each with a game of its own; what they make comes out in order, whatever their number."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, Protocol

from sc2data import memory
from sc2data.harvest.backend import Backend
from sc2data.harvest.channel import Channel
from sc2data.harvest.faults import CRASH, GameFault, HarvestError
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.jobs import Greeting, Outcome, Supervision, Worker

_END_SECONDS = 15.0


class Pool(Protocol):
    """Does the jobs `first`, `first + 1`, ... and yields their outcomes in that order."""

    def greet(self) -> Greeting:
        """Start a game and tell about it."""

    def outcomes(self, first: int) -> Iterator[Outcome]:
        """What became of job `first` and all after it, without end."""

    def close(self) -> None:
        """End all games."""


def make(backend: Backend, config: HarvestConfig, supervision: Supervision, workers: int) -> Pool:
    """A pool of `workers`: one works in this process, more in processes of their own."""
    if workers < 1:
        raise HarvestError(f"workers {workers}: at least 1 is needed")
    if workers == 1:
        return OwnProcess(backend, config, supervision)
    return ManyProcesses(backend, config, supervision, workers)


class OwnProcess:
    """A pool of one worker in this process; its game works while the caller stores records."""

    def __init__(self, backend: Backend, config: HarvestConfig, supervision: Supervision) -> None:
        memory.tune_malloc()
        self._worker = Worker(backend, config, supervision)

    def greet(self) -> Greeting:
        """Start the game and tell about it."""
        return self._worker.greet()

    def outcomes(self, first: int) -> Iterator[Outcome]:
        """What became of job `first` and all after it, without end."""
        for job in itertools.count(first):
            outcome = self._worker.run(job)
            self._worker.ahead(job + 1)
            yield outcome

    def close(self) -> None:
        """End the game."""
        self._worker.close()


class ManyProcesses:
    """A pool of workers in processes of their own: worker w of W does every W-th job from the w-th on.

    A worker waits until its outcome is taken, so each holds one job at most ahead of its turn.
    """

    def __init__(self, backend: Backend, config: HarvestConfig, supervision: Supervision, workers: int) -> None:
        memory.tune_malloc()
        self._arguments = (backend, config, supervision)
        self._tries = supervision.tries
        self._workers: list[_Remote | None] = [None] * workers

    def greet(self) -> Greeting:
        """Start the first worker's game and tell about it."""
        remote = self._remote(0, None)
        try:
            greeting: Greeting = _told(remote.receive())
        except EOFError as error:
            raise HarvestError(f"the first worker process ended with {remote.exit_code()} before it began") from error
        return greeting

    def outcomes(self, first: int) -> Iterator[Outcome]:
        """What became of job `first` and all after it, without end."""
        number = len(self._workers)
        for index in range(number):
            self._start(index, first + index)
        for job in itertools.count(first):
            yield self._outcome((job - first) % number, job)

    def close(self) -> None:
        """End all workers and their games."""
        for remote in filter(None, self._workers):
            remote.close()
        self._workers = [None] * len(self._workers)

    def _outcome(self, index: int, job: int) -> Outcome:
        """Take job `job` from worker `index`; a worker that dies is replaced, as often as a job may be tried."""
        deaths: list[tuple[str, str]] = []
        while len(deaths) < self._tries:
            remote = self._workers[index]
            assert remote is not None
            try:
                outcome: Outcome = _told(remote.receive())
            except EOFError:
                deaths.append((CRASH, f"worker process {index} ended with {remote.exit_code()}"))
                remote.close()
                self._workers[index] = None
                self._start(index, job)
                continue
            outcome.faults[:0] = deaths
            outcome.restarts["worker"] += len(deaths)
            return outcome
        self._start(index, job + len(self._workers))
        return Outcome(job, [], deaths, Counter({"worker": len(deaths)}), Counter())

    def _start(self, index: int, job: int) -> None:
        """Let worker `index` do `job` and every W-th after it."""
        remote = self._remote(index, job)
        remote.tell(job)

    def _remote(self, index: int, job: int | None) -> _Remote:
        remote = self._workers[index]
        if remote is None:
            remote = _Remote((*self._arguments, len(self._workers), job is None))
            self._workers[index] = remote
        return remote


class _Remote:
    """A worker process, seen from the parent.

    It is a program of its own rather than a `multiprocessing.Process`, which would run the caller's main module again:
    so harvests can be started from a notebook, too.
    """

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from sc2data.harvest import pool; pool.work({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C goes to the whole session; the parent ends its workers
            )
        self._channel = Channel(ours)
        self.tell(arguments)

    def tell(self, value: Any) -> None:
        """Send something to the worker."""
        with contextlib.suppress(ConnectionError):  # `receive` tells what has become of it.
            self._channel.send(value)

    def receive(self) -> Any:
        """What the worker says next. Raises EOFError when it is gone."""
        return self._channel.receive()

    def exit_code(self) -> str:
        """How the process ended."""
        try:
            return f"exit code {self._process.wait(_END_SECONDS)}"
        except subprocess.TimeoutExpired:
            return "its connection closed"

    def close(self) -> None:
        """Let the worker end its game and itself; see to it that it does."""
        self._channel.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _told(value: Any) -> Any:
    """What a worker said, or the error that it sent instead."""
    if isinstance(value, BaseException):
        raise value
    return value


def work(descriptor: int) -> None:
    """Main function of a worker process, which talks to its parent through the socket `descriptor`.

    It is told what to do, greets if asked to, waits for its first job and does every `stride`-th from there on.
    """
    memory.tune_malloc()
    memory.calm_garbage_collection()
    channel = Channel(socket.socket(fileno=descriptor))
    try:
        backend, config, supervision, stride, greets = channel.receive()
        worker = Worker(backend, config, supervision)
    except EOFError:
        return
    except HarvestError as error:
        channel.send(error)
        return
    try:
        if greets:
            channel.send(worker.greet())
        for job in itertools.count(channel.receive(), stride):
            outcome = worker.run(job)
            worker.ahead(job + stride)
            channel.send(outcome)
    except (HarvestError, GameFault) as error:
        with contextlib.suppress(ConnectionError):
            channel.send(error)
    except (EOFError, ConnectionError):
        pass  # The parent has enough.
    finally:
        worker.close()
        channel.close()
