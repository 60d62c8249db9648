"""Lay out a folder like an installation of StarCraft II, whose executable is the simulator.

    python -m sc2data.sim.install DIR [--maps FILE_OR_FOLDER ...] [--versions 4.10.0 ...]

With `SC2PATH=DIR`, unmodified pysc2 and other clients of the API launch the simulator as if it were the game.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import importlib.util
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sc2data.errors import UserError
from sc2data.sim.maps.map_file import MapError, read_map, write_map
from sc2data.sim.maps.map_folders import map_path
from sc2data.sim.maps.synthetic_maps import SYNTHETIC, synthetic_terrain

MARKER = "SIMULATOR.txt"
"""File that tells a simulator from the game; its first line is `FIRST_LINE`."""

FIRST_LINE = "This is a simulator of StarCraft II, not the game."

DEFAULT_BUILD = 75689
"""Base build of game 4.10.0, the last for Linux."""

_FOLDERS = ("Battle.net", "Libs", "Maps", "Replays", "Versions")
_MAP_PACKAGE = "sc2maptool"
_RECIPE, _FILE = "recipe: ", "file: "


class InstallError(UserError, RuntimeError):
    """The folder cannot be laid out: what is in the way, and what to do."""


def is_simulator(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is an installation that `install` laid out, rather than the game or anything else."""
    try:
        with (Path(path) / MARKER).open(encoding="utf-8", errors="replace") as file:
            return file.readline(200).strip() == FIRST_LINE
    except OSError:
        return False


def install(
    directory: str | os.PathLike[str],
    maps: Iterable[str | os.PathLike[str]] = (),
    versions: Iterable[str | int] = (DEFAULT_BUILD,),
    python: str | os.PathLike[str] = sys.executable,
) -> Path:
    """Lay out a simulator in `directory` and return its absolute path.

    `maps` names `.SC2Map` files, or folders of them, to lay out beside the synthetic ones, which they replace where the
    names agree; those of an installed `sc2maptool` come along. `versions` are game versions ("4.10.0") or base builds
    (75689), one executable each. `python` runs the simulator. Each file is replaced in one move, so clients never see
    half of one, and a folder that is up to date is left as it is. Files that others put there stay.

    Raises:
        InstallError: for a folder that holds the game or anything else, for maps that are not there, for a version
            that is not known, and where `python` does not find the simulator.
        MapError: for a map that cannot be read.
        OSError: where the folder cannot be written.
    """
    root = Path(directory).expanduser().absolute()
    _check_free(root)
    real = _real_maps(maps)
    builds = sorted({_build(version) for version in versions})
    recipe = _recipe(real, builds, python)
    if _is_up_to_date(root, recipe):
        return root
    _check_python(python)
    maps_by_name = _map_files(real)
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    _write(root / MARKER, _marker("unfinished", []))
    for name, data in maps_by_name.items():
        _write(root / name, data)
    executables = [f"Versions/Base{build:05}/SC2_x64" for build in builds]
    for name in executables:
        _write(root / name, _launcher(python), mode=0o755)
    _write(root / MARKER, _marker(recipe, [*executables, *sorted(maps_by_name)]))
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sc2data.sim.install",
        description="Lay out a folder like an installation of StarCraft II, whose executable is the simulator. "
        "Set SC2PATH to it, and pysc2 or any other client of the API launches the simulator as if it were the game.",
    )
    parser.add_argument("directory", metavar="DIR", help="folder to lay out: new, empty, or laid out before")
    parser.add_argument(
        "--maps", nargs="+", default=[], metavar="FILE_OR_FOLDER", help="real .SC2Map files to lay out too"
    )
    parser.add_argument(
        "--versions", nargs="+", default=[str(DEFAULT_BUILD)], metavar="VERSION",
        help="game versions (4.10.0) or base builds (75689) to offer; default: 4.10.0",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        root = install(options.directory, options.maps, options.versions)
    except (UserError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("Compiling the simulator's inner loops, once for each version: up to a minute.", flush=True)
    compiling = subprocess.run(
        [sys.executable, "-E", "-P", "-c", _COMPILE], cwd="/", stderr=subprocess.PIPE, text=True, check=False
    )
    if compiling.returncode:
        reason = _last_line(compiling)
        print(
            f"error: the simulator's inner loops cannot be compiled ({reason}): install this project with "
            "`pip install -e '.[sc2]'`",
            file=sys.stderr,
        )
        return 2
    maps = sum(1 for _ in (root / "Maps").rglob("*.SC2Map"))
    versions = ", ".join(sorted(path.name for path in (root / "Versions").iterdir()))
    print(
        f"Simulator laid out in {root}: {versions}; {maps} maps.\nUse it with: export SC2PATH={shlex.quote(str(root))}"
    )
    return 0


_COMPILE = "from sc2data.sim.compiled import compile_all; compile_all()"
"""What each simulator would do when it starts, before it listens."""


def _check_free(root: Path) -> None:
    if not root.exists() or is_simulator(root):
        return
    if not root.is_dir():
        raise InstallError(f"{root} is a file: name a folder, new or empty")
    found = sorted(path.name for path in root.iterdir())
    if "Versions" in found or "SC2Data" in found:
        raise InstallError(f"{root} holds an installation of StarCraft II, which stays untouched: name another folder")
    if found:
        listed = ", ".join(found[:3]) + (", ..." if len(found) > 3 else "")
        raise InstallError(f"{root} is not empty (it has {listed}): name a new or an empty folder")


def _check_python(python: str | os.PathLike[str]) -> None:
    """The launched simulator sees neither the caller's folder nor its PYTHON* settings, so it must be installed."""
    command = [os.fspath(python), "-E", "-P", "-c", "import sc2data.sim.compiled"]
    try:
        result = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallError(f"{os.fspath(python)} cannot be run ({error}): name a Python interpreter") from error
    if result.returncode:
        raise InstallError(
            f"{os.fspath(python)} does not find the simulator ({_last_line(result)}): install this project "
            "for it, as with `pip install -e '.[sc2]'`"
        )


def _last_line(result: subprocess.CompletedProcess[str]) -> str:
    """What a process complained of at its end."""
    return (result.stderr.strip().splitlines() or [f"exit status {result.returncode}"])[-1]


def _build(version: str | int) -> int:
    from sc2data.sim.api.settings import VERSIONS

    known = {name: build for build, (name, _) in VERSIONS.items()} | {str(build): build for build in VERSIONS}
    if str(version) not in known:
        names = ", ".join(f"{name} ({build})" for build, (name, _) in VERSIONS.items())
        raise InstallError(f"version {version} is not one that the simulator can claim to be; there are {names}")
    return known[str(version)]


def _real_maps(maps: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Real map files: those of the map package first, so that the ones that were asked for prevail."""
    found: list[Path] = []
    package = importlib.util.find_spec(_MAP_PACKAGE)
    for folder in (package.submodule_search_locations or ()) if package else ():
        found += sorted(Path(folder).rglob("*.SC2Map"))
    for name in maps:
        path = Path(name).expanduser().absolute()
        inside = sorted(path.rglob("*.SC2Map")) if path.is_dir() else [path]
        if not inside or not path.exists():
            raise InstallError(f"there is no map at {path}: name .SC2Map files or folders that hold some")
        found += inside
    return found


def _map_files(real: list[Path]) -> Mapping[str, bytes]:
    """Contents by path; every real map is read once, so that a broken one is known now."""
    files = {f"Maps/{map_path(path.stem, _title(path))}": path.read_bytes() for path in real}
    for name in SYNTHETIC:
        place = f"Maps/{map_path(name)}"
        if place not in files:
            files[place] = _synthetic_file(name)
    return files


@functools.cache
def _synthetic_file(name: str) -> bytes:
    return write_map(synthetic_terrain(name))


def _title(path: Path) -> str:
    try:
        return read_map(path.read_bytes(), path.stem).title
    except MapError as error:
        raise MapError(f"{path}: {error}") from error


def _launcher(python: str | os.PathLike[str]) -> bytes:
    """The executable. It becomes the interpreter (exec), so that signals to the game's process reach the simulator.

    -E and -P keep the caller's PYTHON* settings and working folder out of the interpreter. The simulator tells its
    version from the executable's path, as clients do.
    """
    return (
        "#!/bin/sh\n"
        f"# {FIRST_LINE}\n"
        'folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1\n'
        f'exec {shlex.quote(os.fspath(python))} -E -P -m sc2data.sim -executable "$folder/SC2_x64" "$@"\n'
    ).encode()


def _marker(recipe: str, files: list[str]) -> bytes:
    listed = "".join(f"{_FILE}{name}\n" for name in files)
    return (
        f"{FIRST_LINE}\n\n"
        "Versions/*/SC2_x64 starts the simulator of sc2-saccades (python -m sc2data.sim), which speaks the protocol\n"
        "of the StarCraft II API. Laid out by python -m sc2data.sim.install; may be deleted and laid out again.\n\n"
        f"{_RECIPE}{recipe}\n{listed}"
    ).encode()


def _is_up_to_date(root: Path, recipe: str) -> bool:
    """Whether the folder was laid out by this recipe to the end, and no file is missing since."""
    try:
        lines = (root / MARKER).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return False
    files = [line.removeprefix(_FILE) for line in lines if line.startswith(_FILE)]
    return _RECIPE + recipe in lines and all((root / name).is_file() for name in files)


def _recipe(real: list[Path], builds: list[int], python: str | os.PathLike[str]) -> str:
    """A digest of all that the files laid out follow from: this package's code, the real maps, the interpreter."""
    digest = hashlib.sha256(repr((builds, os.fspath(python))).encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    for path in real:
        status = path.stat()
        digest.update(repr((str(path), status.st_size, status.st_mtime_ns)).encode())
    return digest.hexdigest()


def _write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file in one move, unless it has these bytes already."""
    if path.is_file() and path.read_bytes() == data and path.stat().st_mode & 0o777 == mode:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    sys.exit(main())
