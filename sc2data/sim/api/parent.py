"""End this process when the process that started it has ended, so that a killed client leaves nothing behind.

The kernel's own way (prctl PR_SET_PDEATHSIG) fires when the parent's *thread* ends, which would end the games of any
client that starts them from short-lived threads. A file descriptor of the parent's process has no such trap.
"""

from __future__ import annotations

import os
import select
import threading
import time

_INIT = 1


def end_with_parent() -> None:
    """Watch the parent process in a thread and leave at once when it is gone; does nothing under process 1."""
    parent = os.getppid()
    if parent != _INIT:
        threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    try:
        descriptor = os.pidfd_open(parent)
    except (AttributeError, OSError):  # no such call in this system, or the parent ended just now
        while os.getppid() == parent:
            time.sleep(0.25)
    else:
        while os.getppid() == parent:
            select.select([descriptor], [], [])
    os._exit(0)
