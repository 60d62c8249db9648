"""The pace of games in realtime: 22.4 loops a second, whatever the client does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sc2data.sim.api.recording import LOOPS_PER_SECOND


class Clock:
    """Calls `tick` at the game's pace from a thread of its own, holding `changed`, and tells those who wait on it.

    Where ticks take longer than their time, the game slows down; loops that are late are not made up for in a rush.
    """

    _LATEST = 0.5  # seconds behind after which the lost time is given up

    def __init__(self, changed: threading.Condition, tick: Callable[[], None]) -> None:
        self._changed = changed
        self._tick = tick
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="realtime", daemon=True).start()

    def stop(self) -> None:
        """Tick no more."""
        self._stopped.set()

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            due = max(due + 1 / LOOPS_PER_SECOND, time.monotonic() - self._LATEST)
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                return
            with self._changed:
                if self._stopped.is_set():
                    return
                self._tick()
                self._changed.notify_all()
