"""The game's process: started through pysc2's launcher, kept on a leash, its words kept in a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from absl import flags

from sc2data import pysc2_compat
from sc2data.harvest.backend import Backend
from sc2data.harvest.faults import CRASH, HANG, GameFault

_LOG_LINES = 15
_GONE_SECONDS = 10.0


class GameProcess:
    """One running game of `backend` and the controller connected to it.

    A leash kills the game and removes its temporary folder when this process ends, however it ends: StarCraft II itself
    would live on.

    Raises:
      GameFault: it ended or did not listen within `launch_seconds`.
    """

    def __init__(self, backend: Backend, want_rgb: bool = True, launch_seconds: float = 120.0) -> None:
        pysc2_compat.require_pysc2()
        from pysc2 import run_configs
        from pysc2.lib import protocol, remote_controller, sc_process

        from sc2data.harvest.controller import GameController

        if not flags.FLAGS.is_parsed():
            flags.FLAGS.mark_as_parsed()  # pysc2 reads its flags; a library's caller may have none
        self.folder = Path(tempfile.mkdtemp(prefix="sc2-harvest-"))
        self._log = self.folder / "game.log"
        self.pid = 0
        self._process: Any = None
        self._psutil: psutil.Process | None = None
        self._leash: subprocess.Popen[bytes] | None = None
        try:
            with _environment(SC2PATH=str(backend.path)):
                config = run_configs.get()
            config.tmp_dir = str(self.folder)
            with _output_to(self._log):
                self._process = config.start(want_rgb=want_rgb, connect=False)
            self.pid = int(self._process.pid or 0)
            self._psutil = psutil.Process(self.pid)
            self._leash = _leash(self.pid, self.folder)
            self.controller = GameController("127.0.0.1", self._process.port, self._process, launch_seconds)
        except (remote_controller.ConnectError, protocol.ConnectionError, protocol.ProtocolError) as error:
            kind = HANG if self.running else CRASH
            fault = GameFault(kind, f"the game did not start: {error}", self.last_words())
            self.kill()
            raise fault from error
        except (sc_process.SC2LaunchError, psutil.Error, RuntimeError, OSError) as error:
            fault = GameFault(CRASH, f"the game could not be launched: {error}", self.last_words())
            self.kill()
            raise fault from error

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return bool(self._process is not None and self._process.running)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._process.port)

    def ended_within(self, seconds: float) -> bool:
        """Whether the process ends within `seconds`: a socket closes a moment before its process is gone."""
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.running

    def resident_mebibytes(self) -> float:
        """Resident memory of the game and its children, in MiB; 0 when it has ended."""
        if self._psutil is None:
            return 0.0
        try:
            family = [self._psutil, *self._psutil.children(recursive=True)]
            return sum(process.memory_info().rss for process in family) / 2**20
        except psutil.Error:
            return 0.0

    def last_words(self) -> str:
        """The last lines that the game wrote to its output."""
        return "\n".join(self._lines()[-_LOG_LINES:])

    def words_about(self, *subjects: str) -> str:
        """The lines of its whole output that name one of `subjects`."""
        return "\n".join(line for line in self._lines() if any(subject in line for subject in subjects))

    def _lines(self) -> list[str]:
        try:
            return self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    def close(self) -> None:
        """Ask the game to quit, see to it that it is gone, and remove its temporary folder. Idempotent."""
        controller = getattr(self, "controller", None)
        if controller is not None and self.running:
            with contextlib.suppress(Exception):  # It is being ended; what it has to say no longer matters.
                controller.quit()
            controller.drop()
        self._remove()

    def kill(self) -> None:
        """End the game at once, for when it no longer answers. Idempotent."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        controller = getattr(self, "controller", None)
        if controller is not None:
            controller.drop()
        self._remove()

    def _remove(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None
            if self._psutil is not None:
                with contextlib.suppress(psutil.Error):
                    self._psutil.wait(_GONE_SECONDS)
        if self._leash is not None:
            self._leash.kill()
            self._leash.wait()
            assert self._leash.stdin is not None
            self._leash.stdin.close()
            self._leash = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> GameProcess:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables for a moment: pysc2 reads SC2PATH from there and nowhere else."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Let the output of child processes started meanwhile go to `path`: pysc2's launcher offers no other way."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(1), os.dup(2)]
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        yield
    finally:
        for number, copy in zip((1, 2), saved):
            os.dup2(copy, number)
            os.close(copy)
        os.close(log)


def _leash(pid: int, folder: Path) -> subprocess.Popen[bytes]:
    """A shell that waits until this process is gone, then kills `pid` and removes `folder`."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'trap "" INT TERM HUP; read line; kill -9 "$0"; rm -rf "$1"', str(pid), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
