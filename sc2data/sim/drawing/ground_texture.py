"""The ground of a map as one picture seen from straight above: soils, rock and sunlight, made once and kept on disk."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pathlib
import tempfile
import zlib

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.drawing import noise, soils
from sc2data.sim.drawing import relief as relief_module
from sc2data.sim.drawing.relief import SAMPLES, Relief
from sc2data.sim.maps.terrain import Terrain

PIXELS_PER_UNIT = 20
"""Scale of the texture, px a world unit."""

KEPT_BYTES = 1 << 30
"""Room for textures in the cache directory; those that were not used for longest are deleted beyond it."""

_STRIP = 16  # world units drawn at once: bounds the memory of building


def ground_texture(terrain: Terrain, relief: Relief, directory: pathlib.Path) -> npt.NDArray[np.uint8]:
    """The texture (H * 20, W * 20, 3) RGB, row 0 in the north, from a file in `directory` where there is one.

    Read-only; the file is mapped, so that processes share its memory. Where the directory cannot be written to, the
    texture is made in memory.
    """
    path = directory / f"ground-{_key(terrain)}.npy"
    shape = (terrain.length * PIXELS_PER_UNIT, terrain.width * PIXELS_PER_UNIT, 3)
    found = _mapped(path, shape)
    if found is not None:
        with contextlib.suppress(OSError):
            os.utime(path)
        return found
    texture = _painted(terrain, relief)
    try:
        _store(path, texture)
        _prune(directory)
    except OSError:
        texture.flags.writeable = False
        return texture
    stored = _mapped(path, shape)
    return texture if stored is None else stored


def _key(terrain: Terrain) -> str:
    """What the texture depends on, as a name for its file."""
    digest = hashlib.sha256(f"{_code()} {terrain.name} {terrain.tileset} {terrain.seed}".encode())
    for grid in (terrain.height, terrain.level, terrain.pathable, terrain.placeable):
        digest.update(np.ascontiguousarray(grid).tobytes())
    return digest.hexdigest()[:24]


@functools.lru_cache(maxsize=1)
def _code() -> str:
    """What draws: other code, or other libraries, may give other bytes, and then old files must not be read."""
    digest = hashlib.sha256(f"{np.__version__} {cv2.__version__}".encode())
    for name in (noise.__file__, relief_module.__file__, soils.__file__, __file__):
        digest.update(pathlib.Path(name or "").read_bytes())
    return digest.hexdigest()


def _mapped(path: pathlib.Path, shape: tuple[int, int, int]) -> npt.NDArray[np.uint8] | None:
    """The array stored at `path`, or None where no whole array of that shape is."""
    try:
        stored = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return np.asarray(stored) if stored.shape == shape and stored.dtype == np.uint8 else None


def _store(path: pathlib.Path, texture: npt.NDArray[np.uint8]) -> None:
    """Write a texture so that no reader ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, texture)
        os.replace(temporary, path)
    except OSError:
        pathlib.Path(temporary).unlink(missing_ok=True)
        raise


def _prune(directory: pathlib.Path) -> None:
    """Delete the textures that were not used for longest until the others fit into `KEPT_BYTES`."""
    kept = 0
    for path in sorted(directory.glob("ground-*.npy"), key=lambda p: p.stat().st_mtime_ns, reverse=True):
        kept += path.stat().st_size
        if kept > KEPT_BYTES:
            path.unlink(missing_ok=True)


def _painted(terrain: Terrain, relief: Relief) -> npt.NDArray[np.uint8]:
    """Draw the texture, strip by strip from the north."""
    palette = soils.tileset_of(terrain)
    seed = zlib.crc32(terrain.name.encode()) % 10000 + 97 * terrain.seed
    layers = [soils.soil(kind, colour, seed + 31 * i) for i, (kind, colour) in enumerate(palette.soils)]
    layers.append(soils.rock(palette.rock, seed + 131))
    shares = _shares(terrain, relief, seed)
    light = relief.light()
    height = terrain.length * PIXELS_PER_UNIT
    texture = np.empty((height, terrain.width * PIXELS_PER_UNIT, 3), np.uint8)
    for top in range(0, height, _STRIP * PIXELS_PER_UNIT):
        bottom = min(top + _STRIP * PIXELS_PER_UNIT, height)
        texture[top:bottom] = _strip(layers, shares, light, relief, top, bottom)
    return texture


def _shares(terrain: Terrain, relief: Relief, seed: int) -> list[npt.NDArray[np.float32]]:
    """How much of soil 1, soil 2 and rock lies over soil 0, each shaped like the relief's grid, about [0, 1]."""
    shape = relief.z.shape
    size = 512
    repeat = (shape[0] // size + 1, shape[1] // size + 1)

    def patches(offset: int, coarsest: int) -> npt.NDArray[np.float32]:
        tile = noise.fractal(size, seed + offset, roughness=1.7, coarsest=coarsest, finest=90)
        return np.tile(tile, repeat)[: shape[0], : shape[1]]

    blocked = _on_samples(~terrain.pathable)
    margin = cv2.GaussianBlur(blocked, (0, 0), 1.4 * SAMPLES)
    unbuildable = cv2.GaussianBlur(_on_samples(terrain.pathable & ~terrain.placeable), (0, 0), 0.7 * SAMPLES)
    tier = relief.z - np.floor(relief.lowest)
    second = 2.4 * (patches(1, 5) - 0.55) + 0.7 * margin + 0.9 * unbuildable + 0.06 * tier
    third = 2.6 * (patches(2, 7) - 0.68) + 0.8 * blocked * margin
    slope = np.hypot(cv2.Sobel(relief.z, cv2.CV_32F, 1, 0), cv2.Sobel(relief.z, cv2.CV_32F, 0, 1)) * (SAMPLES / 8)
    slope = cv2.GaussianBlur(slope, (0, 0), 0.25 * SAMPLES)
    steep = np.clip((slope - 0.7) * 1.6, 0, 1.4) * np.clip(cv2.GaussianBlur(blocked, (0, 0), 2) * 2, 0, 1)
    return [np.clip(share, 0, 1.4).astype(np.float32) for share in (second, third, steep)]


def _on_samples(cells: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """A grid of cells on the relief's samples."""
    fine = np.repeat(np.repeat(cells, SAMPLES, 0), SAMPLES, 1)
    return np.pad(fine, ((0, 1), (0, 1)), mode="edge").astype(np.float32)


def _strip(
    layers: list[soils.Soil],
    shares: list[npt.NDArray[np.float32]],
    light: npt.NDArray[np.float32],
    relief: Relief,
    top: int,
    bottom: int,
) -> npt.NDArray[np.uint8]:
    """Rows `top` to `bottom` of the texture."""
    width = relief.width * PIXELS_PER_UNIT
    columns = (np.arange(width, dtype=np.float32) + 0.5) * (SAMPLES / PIXELS_PER_UNIT)
    rows = relief.length * SAMPLES - (np.arange(top, bottom, dtype=np.float32) + 0.5) * (SAMPLES / PIXELS_PER_UNIT)
    u, v = np.meshgrid(columns, rows)

    def fine(grid: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return cv2.remap(grid, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    colour = noise.wrap(layers[0], 0, top, width, bottom - top)
    for layer, share in zip(layers[1:], shares, strict=True):
        tile = noise.wrap(layer, 0, top, width, bottom - top)
        # Lighter grains of the upper soil come through first: borders look strewn, not faded.
        grains = (tile.mean(2) - tile.mean()) / 90
        mix = np.clip((fine(share) + grains - 0.5) * 3.5 + 0.5, 0, 1)[..., None]
        colour += mix * (tile - colour)
    steep = np.clip(fine(shares[2]), 0, 1)
    strata = 1 + 0.16 * steep * np.sin(7.0 * fine(relief.z) + 0.05 * u)
    return np.clip(colour * (fine(light) * strata)[..., None], 0, 255).astype(np.uint8)
