"""The most memory that this process had resident at a time."""

from __future__ import annotations

import ctypes
import gc
import platform
import resource
import sys
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_mib() -> float:
    """The peak since `forget_peak`, MiB; since the process began where the system cannot forget."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20


def forget_peak() -> float:
    """Give free memory back to the system and begin a new peak; returns where it begins, MiB."""
    gc.collect()
    if platform.libc_ver()[0] == "glibc":
        # What was freed and kept would be used again unseen.
        ctypes.CDLL(None).malloc_trim(0)
    if _CLEAR.exists():
        _CLEAR.write_text("5")
    return peak_mib()
