"""Compiled functions: loops over units, cells and pixels, which numpy would need dozens of calls for.

They stand in the modules whose names end in `_loops`. Numba compiles them when a module is first imported, which takes
some seconds each, and keeps them on disk: every later process reads them in milliseconds. Arithmetic is that of IEEE
754 in the order written, so the same numbers come out every time.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import pathlib
import shutil
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_FOLDER = "compiled-"
_VERSIONS_KEPT = 4
_PACKAGE = pathlib.Path(__file__).parent
_SOURCES = ("**/*_loops.py", "compiled.py", "state.py")


def cache_home() -> pathlib.Path:
    """Where what takes long to make is kept for all processes: `$XDG_CACHE_HOME/sc2data`, else `~/.cache/sc2data`."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (pathlib.Path(home) if home else pathlib.Path.home() / ".cache") / "sc2data"


def compiled(signature: str) -> Callable[[Function], Function]:
    """Compile a function for one `signature` in numba's words, or take it from the disk."""

    def decorate(function: Function) -> Function:
        settings: Any = numba.config
        before, kept = settings.CACHE_DIR, folder()
        settings.CACHE_DIR = str(kept or "")
        try:
            made: Any = numba.njit(signature, cache=kept is not None, nogil=True, error_model="numpy")(function)
        finally:
            settings.CACHE_DIR = before
        return cast(Function, made)

    return decorate


def inlined(function: Function) -> Function:
    """A function that only compiled ones call, and that becomes a part of them."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy")(function))


def compile_all() -> None:
    """Import every module of compiled functions, so that they are on the disk."""
    for path in sorted(_PACKAGE.glob("**/*_loops.py")):
        parts = path.relative_to(_PACKAGE).with_suffix("").parts
        importlib.import_module(".".join((__package__, *parts)))


@functools.lru_cache(maxsize=1)
def folder() -> pathlib.Path | None:
    """Where compiled functions are kept: one folder for each version of their sources. None where nothing can be.

    Numba itself only looks at the file that a function stands in, and not at those whose functions and numbers it uses.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(path for pattern in _SOURCES for path in _PACKAGE.glob(pattern)):
        digest.update(path.read_bytes())
    home = cache_home()
    place = home / f"{_FOLDER}{digest.hexdigest()[:24]}"
    try:
        if not place.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            others = [path for path in home.glob(f"{_FOLDER}*") if path != place]
            for old in sorted(others, key=lambda path: path.stat().st_mtime)[: 1 - _VERSIONS_KEPT]:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return None
    return place if os.access(place, os.W_OK) else None
