"""What holds for the whole process of the tests."""

import os
import signal
from collections.abc import Iterator

import pytest

# SDL, which gymnasium's own environments start through pygame, catches SIGTERM for good unless told otherwise: this
# process and the workers that later tests fork from it could no longer be ended. It reads this when it starts.
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Ctrl-C is Python's own, though this process was begun in the background of a shell, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
