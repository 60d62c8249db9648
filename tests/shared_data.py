"""Where the recordings of the real game are that tests and benchmarks compare with; none are in the repository."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SC2DATA_TEST_DATA"


def find_shared_data() -> Path | None:
    """The folder of recordings: `$SC2DATA_TEST_DATA`, else `../shared/data` beside this checkout; None where absent."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if (folder / "observations").is_dir() else None


def shared_data() -> Path:
    """The folder of recordings; skips the running test, saying why, where it is absent."""
    folder = find_shared_data()
    if folder is None:
        import pytest

        pytest.skip(f"no recordings of the real game: set {VARIABLE} to the folder that holds observations/")
    return folder
