"""The debug command `test_process`: let the process hang, crash or exit, now or later."""

from __future__ import annotations

import os
import signal
import threading

from sc2data.sim.api.messages import debug_pb

_Test = debug_pb.DebugTestProcess


def carry_out(command: debug_pb.DebugTestProcess, lock: threading.Condition) -> None:
    """Do what the command says after its delay. A process that hangs keeps `lock`, so that nothing is answered."""
    if command.delay_ms > 0:
        timer = threading.Timer(command.delay_ms / 1000, _happen, (command.test, lock))
        timer.daemon = True
        timer.start()
    else:
        _happen(command.test, lock)


def _happen(test: int, lock: threading.Condition) -> None:
    if test == _Test.crash:
        signal.raise_signal(signal.SIGSEGV)
    elif test == _Test.exit:
        os._exit(0)
    elif test == _Test.hang:
        with lock:
            threading.Event().wait()
