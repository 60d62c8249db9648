"""Faults on purpose, so that what drives the simulator can be tested against a game that breaks down.

Off by default. `-fault KIND@N[,KIND@N...]`, or the environment variable `SC2DATA_SIM_FAULT`, makes every N-th request
for an observation go wrong:

=========  =====================================================================
crash      the process dies of a segmentation fault
hang       the request is never answered, the connection stays open
close      the connection is closed without an answer
error      the answer is a protocol error
truncate   every rendered image lacks the second half of its data
black      every rendered image is black
=========  =====================================================================

Counting starts anew with each process.
"""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Mapping, Sequence

VARIABLE = "SC2DATA_SIM_FAULT"

KINDS = ("crash", "hang", "close", "error", "truncate", "black")


class ConnectionDropped(Exception):
    """The connection is to be closed without an answer."""


class InjectedError(Exception):
    """The request is to be answered with a protocol error."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """Every `every`-th observation suffers `kind`."""

    kind: str
    every: int


def parse(text: str) -> tuple[Fault, ...]:
    """Read "KIND@N,KIND@N"; the empty string is no fault. Raises ValueError.

    >>> parse("crash@50,black@7")
    (Fault(kind='crash', every=50), Fault(kind='black', every=7))
    """
    found = []
    for part in filter(None, text.split(",")):
        kind, _, every = part.partition("@")
        if kind not in KINDS or not every.isdigit() or int(every) < 1:
            raise ValueError(f"{part!r} is not KIND@N with KIND one of {', '.join(KINDS)} and N at least 1")
        found.append(Fault(kind, int(every)))
    return tuple(found)


class FaultPlan:
    """Counts observations and spoils those whose turn it is."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = tuple(faults)
        self._observations = 0

    def before(self) -> None:
        """Called before each observation is made: crash, hang, close and error happen here."""
        self._observations += bool(self._faults)
        for kind in self._due():
            if kind == "crash":
                signal.raise_signal(signal.SIGSEGV)
            elif kind == "hang":
                threading.Event().wait()
            elif kind == "close":
                raise ConnectionDropped
            elif kind == "error":
                raise InjectedError("A fault was asked for: error")

    def spoil(self, pictures: Mapping[str, memoryview]) -> dict[str, memoryview]:
        """The pixels of an observation's pictures, damaged where it is their turn."""
        kinds = self._due() if self._faults else ()
        spoilt = dict(pictures)
        for name, pixels in pictures.items():
            if "black" in kinds:
                spoilt[name] = memoryview(bytes(pixels.nbytes))
            if "truncate" in kinds:
                spoilt[name] = spoilt[name][: pixels.nbytes // 2]
        return spoilt

    def _due(self) -> list[str]:
        return [fault.kind for fault in self._faults if self._observations % fault.every == 0]
