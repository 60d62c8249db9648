"""Which StarCraft II plays: the real game where it is installed, else the simulator, driven by the same code."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import sys
from pathlib import Path

from sc2data.harvest.faults import BackendError, MapNotFoundError

AUTO, GAME, SIMULATOR = "auto", "game", "simulator"
CHOICES = (AUTO, GAME, SIMULATOR)

DEFAULT_GAME = Path("~/StarCraftII")
"""Where pysc2 looks on Linux when SC2PATH is not set."""


@dataclasses.dataclass(frozen=True)
class Backend:
    """A StarCraft II installation: `kind` is "game" or "simulator", `reason` says why it was taken."""

    kind: str
    path: Path
    reason: str

    def __str__(self) -> str:
        name = "StarCraft II" if self.kind == GAME else "the simulator (not the game)"
        return f"{name} at {self.path} ({self.reason})"

    def maps(self) -> list[Path]:
        """Every map file below `Maps/`, in alphabetical order; folders that are links count too."""
        folders = os.walk(self.path / "Maps", followlinks=True)
        return sorted(Path(folder, name) for folder, _, names in folders for name in names if name.endswith(".SC2Map"))

    def map_file(self, name: str) -> Path:
        """The file of map `name`: a path to a `.SC2Map`, or the stem of one anywhere below `Maps/`.

        Raises:
          MapNotFoundError: there is none; the message lists near names.
        """
        given = Path(name).expanduser()
        if given.suffix == ".SC2Map" and given.is_file():
            return given.resolve()
        wanted = given.stem if given.suffix == ".SC2Map" else name
        found = [path for path in self.maps() if path.stem.lower() == wanted.lower()]
        if found:
            return found[0]
        known = sorted({path.stem for path in self.maps()})
        wrong = "has not the name of a map file" if given.is_file() else f"is not below {self.path / 'Maps'}"
        raise MapNotFoundError(
            f"map {name!r} {wrong}. Maps there: {', '.join(known) or 'none'}. Give one of "
            "these names or the path of a .SC2Map file; docs/real-game.md says where the game's map packs come from."
        )


@dataclasses.dataclass(frozen=True)
class MapFile:
    """A map as the game is given it: `name` for people, `relative` as the API wants it, the bytes and their hash."""

    name: str
    relative: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @classmethod
    def read(cls, backend: Backend, name: str) -> MapFile:
        """Read map `name` of `backend` (see `Backend.map_file`)."""
        path = backend.map_file(name)
        maps = backend.path / "Maps"
        relative = path.relative_to(maps) if path.is_relative_to(maps) else Path(path.name)
        return cls(path.stem, relative.as_posix(), path.read_bytes())


def choose(choice: str = AUTO) -> Backend:
    """Find the backend that `choice` ("auto", "game", "simulator") names.

    `auto` takes what SC2PATH names, else the game in pysc2's default place, else the simulator, which is laid out in a
    cache folder at first use. A set SC2PATH that holds neither is an error, lest a harvest of "the game" quietly come
    from the simulator.

    Raises:
      BackendError: there is none such; the message says what was looked for.
    """
    if choice not in CHOICES:
        raise BackendError(f"unknown backend {choice!r}; allowed are {', '.join(CHOICES)}")
    named = os.environ.get("SC2PATH")
    if choice == SIMULATOR:
        if named and _is_simulator(Path(named)):
            return Backend(SIMULATOR, Path(named), "SC2PATH holds it")
        return Backend(SIMULATOR, laid_out_simulator(), "asked for")
    path = Path(named).expanduser() if named else DEFAULT_GAME.expanduser()
    if named and problem(path):
        raise BackendError(
            f"SC2PATH={named} holds no StarCraft II: {problem(path)}. Set SC2PATH to the folder that has Versions/ and "
            "Maps/ in it, or unset it and use --backend simulator."
        )
    if not problem(path):
        if not _is_simulator(path):
            return Backend(GAME, path, "SC2PATH holds it" if named else "found in the default place")
        if choice == AUTO:
            return Backend(SIMULATOR, path, "SC2PATH holds it" if named else "found in the default place")
    if choice == GAME:
        found = f"{path} holds the simulator" if not problem(path) else f"SC2PATH is not set and {problem(path)}"
        raise BackendError(
            f"no StarCraft II: {found}. Install the game (docs/real-game.md) and set SC2PATH, or use "
            "--backend simulator."
        )
    return Backend(SIMULATOR, laid_out_simulator(), "no StarCraft II found")


def problem(path: Path) -> str:
    """What keeps `path` from being an installation, in words; empty where nothing does."""
    if not path.is_dir():
        return f"{path} is not a folder"
    binaries = sorted(path.glob("Versions/Base*/SC2_x64*"))
    if not binaries:
        return f"{path} has no Versions/BaseNNNNN/SC2_x64"
    if not any(os.access(binary, os.X_OK) for binary in binaries):
        return f"{binaries[-1]} is not executable (chmod +x)"
    return ""


def cache_folder() -> Path:
    """Where a simulator is laid out for those who have no installation: `$XDG_CACHE_HOME`, else `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "sc2-saccades"


def simulator_folder() -> Path:
    """The simulator's place in the cache folder: one for each Python environment, whose interpreter it runs with."""
    return cache_folder() / f"simulator-{hashlib.sha256(sys.executable.encode()).hexdigest()[:8]}"


def laid_out_simulator() -> Path:
    """A simulator installation in the cache folder, made anew when the code that lays it out has changed."""
    from sc2data.sim import install

    try:
        return Path(install.install(simulator_folder()))
    except OSError as error:
        raise BackendError(
            f"cannot lay out a simulator in {cache_folder()}: {error}. Set XDG_CACHE_HOME to a folder that can be "
            "written, or make one with `python -m sc2data.sim.install DIR` and set SC2PATH=DIR."
        ) from error


def _is_simulator(path: Path) -> bool:
    from sc2data.sim import install

    return bool(install.is_simulator(path))
