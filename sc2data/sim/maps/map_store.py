"""Where maps come from: the request itself, the temporary folder, the installation."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sc2data.sim.maps.map_file import read_map
from sc2data.sim.maps.terrain import Terrain

SUFFIX = ".SC2Map"
PATH_LIMIT = 260
"""Characters of a map's path that the game accepts."""

_KEPT = 4


class MapStore:
    """Finds maps by path or name, reads them once, keeps the latest few."""

    def __init__(self, data_dir: Path, temp_dir: Path) -> None:
        self._maps = data_dir / "Maps"
        self._temp = temp_dir
        self._read: dict[str, Terrain] = {}

    def terrain(self, data: bytes, path: str) -> Terrain:
        """The map in `data`, named by its path; raises `map_file.MapError`. The same bytes give the same object."""
        name = Path(path.replace("\\", "/")).stem
        key = hashlib.sha256(data).hexdigest() + name
        if key not in self._read:
            self._read[key] = read_map(data, name)
            while len(self._read) > _KEPT:
                del self._read[next(iter(self._read))]
        return self._read[key]

    def load(self, path: str) -> bytes:
        """The bytes of the map at `path`: saved before, in Maps/, or anywhere if absolute. Raises FileNotFoundError."""
        wanted = path.replace("\\", "/")
        if len(path) <= PATH_LIMIT:
            for folder in (self._temp, self._maps):
                found = folder / wanted
                if found.is_file():
                    return found.read_bytes()
        raise FileNotFoundError(path)

    def load_named(self, name: str) -> tuple[str, bytes]:
        """Path and bytes of the map whose file is called `name`, spaces and case aside. Raises FileNotFoundError."""
        for path in self.paths():
            if _plain(Path(path).stem) == _plain(name):
                return path, (self._maps / path).read_bytes()
        raise FileNotFoundError(name)

    def save(self, path: str, data: bytes) -> None:
        """Keep a map in the temporary folder; raises ValueError for a path that leaves it and OSError."""
        target = (self._temp / path.replace("\\", "/")).resolve()
        if not path or len(path) > PATH_LIMIT or not target.is_relative_to(self._temp.resolve()):
            raise ValueError(f"map_path {path!r} is not a path within the temporary folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def paths(self) -> list[str]:
        """Paths of the installed maps, relative to Maps/, sorted."""
        return sorted(path.relative_to(self._maps).as_posix() for path in self._maps.rglob("*" + SUFFIX))

    def names(self) -> list[str]:
        """Names of the installed maps, sorted."""
        return sorted({Path(path).stem for path in self.paths()})


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
