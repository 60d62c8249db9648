"""What the ground is made of: tilesets and their tiling colour textures."""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.drawing import noise
from sc2data.sim.maps.terrain import Terrain

TILE = 640
"""Side of a soil's tile in px; the ground texture lays it at its own scale."""

Colour = tuple[float, float, float]
Soil = npt.NDArray[np.float32]  # (TILE, TILE, 3) RGB in [0, 255]


@dataclasses.dataclass(frozen=True)
class Tileset:
    """A look of the land: soils from the commonest to the rarest, the cliffs' rock, and what grows there."""

    name: str
    soils: tuple[tuple[str, Colour], tuple[str, Colour], tuple[str, Colour]]
    rock: Colour
    growth: tuple[str, ...]
    words: tuple[str, ...]
    """What the names of the game's own tilesets of this look contain."""


TILESETS = (
    Tileset(
        "meadow",
        (("grass", (86, 104, 48)), ("dirt", (124, 98, 66)), ("gravel", (128, 120, 104))),
        (126, 112, 94),
        ("tree", "bush", "rock", "log"),
        ("agria", "bel", "haven", "korhal", "meinhoff"),
    ),
    Tileset(
        "desert",
        (("sand", (176, 140, 92)), ("cracked", (150, 108, 70)), ("gravel", (136, 112, 86))),
        (158, 110, 74),
        ("rock", "stump", "spike", "crate"),
        ("marsara", "mar sara", "sand", "xil", "tyrador", "valhalla"),
    ),
    Tileset(
        "ash",
        (("dirt", (82, 72, 66)), ("lava", (66, 56, 54)), ("cracked", (92, 78, 70))),
        (84, 70, 64),
        ("rock", "spike", "ember", "stump"),
        ("char", "ash", "zerus", "cavern"),
    ),
    Tileset(
        "snow",
        (("snow", (188, 200, 214)), ("dirt", (112, 110, 112)), ("gravel", (138, 146, 158))),
        (108, 116, 130),
        ("pine", "rock", "shard", "log"),
        ("kaldir", "snow", "ice", "braxis"),
    ),
    Tileset(
        "station",
        (("plates", (104, 110, 118)), ("grating", (82, 84, 90)), ("plates", (126, 118, 104))),
        (92, 96, 106),
        ("crate", "lamp", "pipe", "rock"),
        ("space", "platform", "castanar", "terran", "avernus"),
    ),
    Tileset(
        "jungle",
        (("grass", (58, 92, 58)), ("dirt", (92, 78, 62)), ("gravel", (96, 104, 96))),
        (98, 94, 88),
        ("tree", "bush", "shard", "rock"),
        ("jungle", "ulaan", "shakuras", "aiur", "dark"),
    ),
)


def tileset_of(terrain: Terrain) -> Tileset:
    """The look of a map: by the name of its tileset, else by its name and seed."""
    name = terrain.tileset.lower()
    for tileset in TILESETS:
        if name and (tileset.name in name or any(word in name for word in tileset.words)):
            return tileset
    return TILESETS[(zlib.crc32(terrain.name.encode()) + terrain.seed) % len(TILESETS)]


@functools.lru_cache(maxsize=12)
def soil(kind: str, colour: Colour, seed: int) -> Soil:
    """The tile of a soil `kind` (a key of `KINDS`) around a `colour`; it wraps around."""
    return np.clip(KINDS[kind](np.asarray(colour, np.float32), seed), 0, 255).astype(np.float32)


def rock(colour: Colour, seed: int) -> Soil:
    """The tile of bare rock, as on cliff faces."""
    return soil("rock", colour, seed)


def _tinted(
    colour: npt.NDArray[np.float32],
    value: npt.NDArray[np.floating],
    other: Colour,
    share: npt.NDArray[np.floating],
) -> Soil:
    """`colour` with brightness factors `value`, mixed with `other` by `share` in [0, 1]."""
    mixed = colour + np.clip(share, 0, 1)[..., None] * (np.asarray(other, np.float32) - colour)
    return (mixed * value[..., None]).astype(np.float32)


def _times(colour: npt.NDArray[np.float32], factors: float | Colour) -> Colour:
    """A colour brighter or darker by a factor, or by one for each of its channels."""
    r, g, b = (colour * np.asarray(factors)).tolist()
    return r, g, b


def _shades(seed: int, low: float, high: float, count: int) -> npt.NDArray[np.float32]:
    """A brightness for each of `count` cells.

    The stream is not the one that placed the cells: two draws from one seed follow each other, and brightness would
    run with the place from one side of the tile to the other.
    """
    return np.random.default_rng((seed, 1)).uniform(low, high, count).astype(np.float32)


def _stones(seed: int, count: int, share: float) -> tuple[noise.Plane, noise.Plane]:
    """Rounded stones scattered over a tile: where they are in [0, 1] and how high, px."""
    distance, number = noise.cells(TILE, count, seed)
    random = np.random.default_rng((seed, 1))
    size = np.where(random.random(count) < share, random.uniform(0.3, 0.9, count), 0).astype(np.float32)[number]
    inside = np.clip((distance - (1 - size) * 7) / 2, 0, 1) * (size > 0)
    return inside.astype(np.float32), (np.minimum(distance, 9) * inside).astype(np.float32)


def _grass(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    patches = noise.fractal(TILE, seed, roughness=1.8, coarsest=3, finest=40)
    blades = noise.fractal(TILE, seed + 1, roughness=0.5, coarsest=70)
    tufts = noise.fractal(TILE, seed + 2, roughness=1.2, coarsest=24)
    light = noise.relief_light(tufts, 1.6) * (0.7 + 0.36 * blades + 0.26 * tufts)
    dry = _times(colour, (1.35, 1.16, 1.1))
    return _tinted(colour, light, dry, 2.2 * (patches - 0.42))


def _dirt(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    clods = noise.fractal(TILE, seed, roughness=1.25, coarsest=10)
    grain = noise.fractal(TILE, seed + 1, roughness=0.3, coarsest=90)
    stones, height = _stones(seed + 2, 1500, 0.12)
    light = noise.relief_light(clods, 1.9) * (0.85 + 0.3 * grain) * noise.relief_light(height, 0.06)
    patches = noise.fractal(TILE, seed + 3, roughness=1.9, coarsest=3, finest=30)
    dark = _times(colour, (0.72, 0.74, 0.78))
    ground = _tinted(colour, light, dark, 2 * (patches - 0.45))
    pebbles = _tinted(np.array((112, 106, 98), np.float32), light, dark, stones * 0)
    return ground + np.float32(0.7) * stones[..., None] * (pebbles - ground)


def _gravel(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    distance, number = noise.cells(TILE, 5200, seed)
    shade = _shades(seed, 0.78, 1.2, 5200)[number]
    light = noise.relief_light(np.minimum(distance, 3), 0.1) * shade * np.clip(0.55 + distance / 4, 0, 1)
    patches = noise.fractal(TILE, seed + 3, roughness=1.9, coarsest=3, finest=30)
    return _tinted(colour, light, _times(colour, 0.7), 1.6 * (patches - 0.5))


def _sand(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    bend = noise.fractal(TILE, seed, roughness=2.2, coarsest=2, finest=20)
    x, y = np.meshgrid(np.arange(TILE, dtype=np.float32), np.arange(TILE, dtype=np.float32))
    ripples = np.sin((x * 26 + y * 14) * (2 * np.pi / TILE) + 26 * bend) * 0.5 + 0.5
    depth = np.clip(noise.fractal(TILE, seed + 1, roughness=2, coarsest=3, finest=24) * 2 - 0.5, 0, 1)
    grain = noise.fractal(TILE, seed + 2, roughness=0.2, coarsest=100)
    light = noise.relief_light((ripples * depth * 1.2).astype(np.float32), 0.55) * (0.88 + 0.24 * grain)
    return _tinted(colour, light, _times(colour, (1.14, 1.12, 1.06)), 1.6 * (bend - 0.35))


def _cracked(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    distance, number = noise.cells(TILE, 420, seed)
    shade = _shades(seed, 0.9, 1.1, 420)[number]
    wobble = noise.fractal(TILE, seed + 1, roughness=1, coarsest=30)
    crack = np.clip((distance + 3 * (wobble - 0.5)) / 2.2, 0, 1)
    light = noise.relief_light(np.minimum(distance, 5) + 2 * wobble, 0.09) * shade * (0.5 + 0.5 * crack)
    return _tinted(colour, light, _times(colour, 0.8), wobble)


def _lava(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    ground = _cracked(colour, seed)
    distance, _ = noise.cells(TILE, 120, seed + 7)
    heat = np.clip(noise.fractal(TILE, seed + 8, roughness=2, coarsest=3, finest=20) * 3 - 1.6, 0, 1)
    glow = np.exp(-((distance / 3.2) ** 2)) * heat
    return ground + glow[..., None] * (np.array((255, 118, 30), np.float32) - ground)


def _snow(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    drifts = noise.fractal(TILE, seed, roughness=2.0, coarsest=4, finest=60)
    grain = noise.fractal(TILE, seed + 1, roughness=0.4, coarsest=60)
    light = noise.relief_light(drifts * 6, 0.5) * (0.93 + 0.14 * grain)
    return _tinted(colour, light, (150, 172, 204), 2 * (0.5 - drifts))


def _plates(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    random = np.random.default_rng(seed)
    height = np.zeros((TILE, TILE), np.float32)
    shade = np.ones((TILE, TILE), np.float32)
    for y in range(0, TILE, 80):
        for x in range(0, TILE, 80):
            split = random.integers(0, 3)
            for part in range(1 if split == 0 else 2):
                w, h = (40 if split == 1 else 80), (40 if split == 2 else 80)
                left, top = x + part * 40 * int(split == 1), y + part * 40 * int(split == 2)
                height[top + 2 : top + h - 1, left + 2 : left + w - 1] = 1
                shade[top : top + h, left : left + w] = random.uniform(0.86, 1.12)
                for at in ((left + 6, top + 6), (left + w - 6, top + 6), (left + 6, top + h - 6)):
                    cv2.circle(height, at, 1, 1.8, -1)
    wear = noise.fractal(TILE, seed + 1, roughness=1.3, coarsest=4)
    light = noise.relief_light(cv2.GaussianBlur(height, (0, 0), 0.7), 0.5) * shade * (0.55 + 0.45 * height)
    return _tinted(colour, light * (0.85 + 0.3 * wear), (104, 84, 66), 2.4 * (wear - 0.62))


def _grating(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    x, y = np.meshgrid(np.arange(TILE), np.arange(TILE))
    bars = (((x // 5) % 2) | ((y // 5) % 2)).astype(np.float32)
    wear = noise.fractal(TILE, seed + 1, roughness=1.3, coarsest=4)
    light = noise.relief_light(cv2.GaussianBlur(bars, (0, 0), 0.8), 0.4) * (0.55 + 0.45 * bars)
    return _tinted(colour, light.astype(np.float32), (88, 70, 56), 2 * (wear - 0.55))


def _rock(colour: npt.NDArray[np.float32], seed: int) -> Soil:
    distance, number = noise.cells(TILE, 700, seed)
    shade = _shades(seed, 0.8, 1.18, 700)[number]
    rough = noise.fractal(TILE, seed + 1, roughness=1.1, coarsest=8)
    facets = np.minimum(distance, 7) + 9 * rough
    light = noise.relief_light(facets, 0.11) * shade * np.clip(0.55 + distance / 6, 0, 1)
    return _tinted(colour, light, _times(colour, (0.72, 0.76, 0.84)), 2 * (rough - 0.4))


KINDS: dict[str, Callable[[npt.NDArray[np.float32], int], Soil]] = {
    "grass": _grass,
    "dirt": _dirt,
    "gravel": _gravel,
    "sand": _sand,
    "cracked": _cracked,
    "lava": _lava,
    "snow": _snow,
    "plates": _plates,
    "grating": _grating,
    "rock": _rock,
}


def creep(seed: int) -> Soil:
    """The tile of creep: a purple skin with veins, which wraps around."""
    distance, _ = noise.cells(TILE, 260, seed)
    skin = noise.fractal(TILE, seed + 1, roughness=1.2, coarsest=10)
    veins = np.exp(-((distance / 4.0) ** 2)).astype(np.float32)
    light = noise.relief_light(3 * veins + 5 * skin, 0.3) * (0.75 + 0.5 * skin)
    base = _tinted(np.array((50, 36, 50), np.float32), light, (74, 46, 58), 1.5 * (skin - 0.4))
    return np.clip(base * (1 - 0.3 * veins[..., None]) + veins[..., None] * np.array((26, 8, 22), np.float32), 0, 255)
