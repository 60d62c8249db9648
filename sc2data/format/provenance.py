"""Where a data set comes from: what made the pictures and with what code. Nothing about the machine or its user."""

from __future__ import annotations

import importlib.metadata
import pathlib
import platform
import subprocess
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

import sc2data

RECORDED_PACKAGES = ("hdf5plugin", "opencv-python-headless", "protobuf", "pysc2", "s2clientprotocol")
GIT_SECONDS = 10.0


def collect(backend: Mapping[str, Any]) -> dict[str, Any]:
    """The provenance of a run that starts now.

    Args:
        backend: what made the pictures: "name" ("game" or "simulator"), "version" and what else tells (data version,
            build).

    Returns:
        Plain values: "backend", "code" (`code_version`), "python", "numpy", "h5py", "hdf5", "packages" (those
        installed), "platform" (system and processor family).
    """
    return {
        "backend": dict(backend),
        "code": code_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "h5py": h5py.__version__,
        "hdf5": h5py.version.hdf5_version,
        "packages": {name: version for name in RECORDED_PACKAGES if (version := installed_version(name))},
        "platform": f"{platform.system()} {platform.machine()}",
    }


def code_version() -> dict[str, Any]:
    """This package's "version"; "commit" and "dirty" (changed since) where it runs from a git checkout, else None."""
    folder = pathlib.Path(sc2data.__file__).parent
    commit: str | None = None
    dirty: bool | None = None
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is not None:
        commit = _git(folder, "rev-parse", "HEAD")
        changes = _git(folder, "status", "--porcelain", "--", ".")
        dirty = None if changes is None else bool(changes)
    return {"version": sc2data.__version__, "commit": commit, "dirty": dirty}


def installed_version(package: str) -> str | None:
    """Version of an installed distribution, None where there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(folder: pathlib.Path, *arguments: str) -> str | None:
    """What git prints, None where it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
