"""How the C library hands memory back to the system: a matter for programs that move megabytes many times a second."""

from __future__ import annotations

import ctypes
import gc
import platform

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # malloc.h
_INT_MAX = 2**31 - 1

_OBJECTS = 50_000
"""New objects after which the youngest are looked through."""


def tune_malloc() -> bool:
    """Let this process keep freed blocks of megabytes instead of returning them to the system; True where it took.

    By default glibc gives every block of some megabytes its own mapping, so that each frame of 3 MB is paid for again
    in page faults: 16 ms of CPU a frame against 6 ms with these settings, client and server together. The price is
    that memory once used is not given back before the process ends. On other C libraries nothing is done.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    mallopt.argtypes, mallopt.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
    # Older versions of glibc refuse a mapping threshold above half a heap.
    kept = mallopt(_MMAP_THRESHOLD, 1 << 30) or mallopt(_MMAP_THRESHOLD, 32 << 20)
    return bool(kept and mallopt(_TRIM_THRESHOLD, _INT_MAX) and mallopt(_TOP_PAD, 64 << 20))


def calm_garbage_collection() -> None:
    """Let Python look for garbage in circles less often, and never among what is there now: modules and tables.

    By default it walks through all of that again and again while lists and messages of hundreds of units are made,
    which is a tenth of a harvest's cost. What has no circles, nearly everything, is freed at once all the same.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 100)
