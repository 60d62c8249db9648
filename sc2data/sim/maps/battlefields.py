"""Made-up land for battle scenes: wide and open, on three levels, with ramps, relief, thickets and scenery all over."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.sim.maps import bases, scenery
from sc2data.sim.maps.bases import Base
from sc2data.sim.maps.landscape import RAMP_LENGTH, Cells, Landscape, Ramp
from sc2data.sim.maps.melee_maps import cut, hills
from sc2data.sim.maps.terrain import Terrain

_BORDER = 8
_SMALLEST_LEVEL = 120  # cells
_OPEN_SHARE = 0.68
_TRIES = 12
_DIRECTIONS = [(float(np.cos(a)), float(np.sin(a))) for a in np.arange(8) * (np.pi / 4)]


def battlefield(name: str, side: int, seed: int, tileset: str = "") -> Terrain:
    """Land of `side` x `side` playable cells, at least 68 % of it walked; without a `tileset` the seed chooses."""
    tileset = tileset or scenery.TILESETS[seed % len(scenery.TILESETS)]
    playable = (_BORDER, _BORDER, _BORDER + side, _BORDER + side)
    land = Landscape(name, seed, (side + 2 * _BORDER, side + 2 * _BORDER), playable, tileset)
    start = Base(_BORDER + 13.5, _BORDER + side - 13.5, -1, 1)
    homes = [start, start.mirrored(playable)]
    for base in homes:
        bases.settle(land, base, start=True)
    settled = np.logical_or.reduce([land.disc(base.x, base.y, 13) for base in homes])
    for _ in range(_TRIES):
        _raise_levels(land, side, settled)
        _cut_ramps(land)
        walked = land.pathable()
        if walked[land.inside].mean() > _OPEN_SHARE and all(walked[int(y), int(x)] for x, y in land.start_locations):
            break
    else:
        land.tiers[:] = 2
        land.ramps.clear()
    _bend(land, homes)
    _dress(land, settled)
    return land.terrain()


def _raise_levels(land: Landscape, side: int, settled: Cells) -> None:
    """Valleys, the common level and plateaus, by contours of noise; small shreds go to the level around them."""
    field = land.noise(side / 4.5, octaves=2)
    field[cv2.dilate(settled.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0] = 0
    field = cv2.GaussianBlur(field, (0, 0), 1.5)
    low, high = _large(field < -0.85), _large(field > 0.75)
    land.tiers = np.where(low, 1, np.where(high, 3, 2)).astype(np.int32)
    land.ramps.clear()


def _large(cells: Cells) -> Cells:
    """`cells` with smooth outlines and without its small areas."""
    smooth = cv2.medianBlur(cells.astype(np.uint8), 5)
    _, areas, statistics, _ = cv2.connectedComponentsWithStats(smooth, connectivity=4)
    keep = statistics[:, cv2.CC_STAT_AREA] >= _SMALLEST_LEVEL
    keep[0] = False
    return np.asarray(keep[areas], np.bool_)


def _cut_ramps(land: Landscape) -> None:
    """Ramps between each plateau or valley and the common level, in number by the length of its outline."""
    for upper, low in ((land.tiers == 3, 2), (land.tiers == 1, 1)):
        count, areas = cv2.connectedComponents(upper.astype(np.uint8), connectivity=4)
        for area in range(1, count):
            part = areas == area
            rim = part & (cv2.erode(part.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0) & land.inside
            _cut_ramps_of(land, np.argwhere(rim), low, wanted=max(2, int(rim.sum()) // 40))


def _cut_ramps_of(land: Landscape, rim: npt.NDArray[np.int64], low: int, wanted: int) -> None:
    """Try the cells of an outline in random order until `wanted` ramps are cut."""
    made: list[Ramp] = []
    for row, column in rim[land.random.permutation(len(rim))].tolist():
        x, y = column + 0.5, row + 0.5
        if len(made) == wanted or any(np.hypot(x - ramp.x, y - ramp.y) < 16 for ramp in made):
            continue
        width = float(land.random.uniform(5, 9))
        for dx, dy in (_DIRECTIONS[i] for i in land.random.permutation(len(_DIRECTIONS))):
            back = 1.5 if low == 2 else RAMP_LENGTH - 1.5  # rims of valleys are at the ramp's foot
            ramp = Ramp(x - back * dx, y - back * dy, dx, dy, width, low)
            if _fits(land, ramp):
                cut(land, ramp)
                made.append(ramp)
                break


def _fits(land: Landscape, ramp: Ramp) -> bool:
    """Whether the ground above and below the ramp is level and free, in the playable area and off other ramps."""
    along, across = ramp.frame(land.x, land.y)
    near = np.abs(across) <= ramp.width / 2 + 1
    above, below = near & (along > -4) & (along < -0.5), near & (along > RAMP_LENGTH) & (along < RAMP_LENGTH + 4)
    whole = near & (along > -4) & (along < RAMP_LENGTH + 4)
    if not (land.inside[whole].all() and (land.tiers[above] == ramp.low + 1).all()):
        return False
    clear = all(np.hypot(ramp.x - other.x, ramp.y - other.y) > 14 for other in land.ramps)
    return clear and bool((land.tiers[below] == ramp.low).all())


def _bend(land: Landscape, homes: list[Base]) -> None:
    """Swells and bumps in patches, level ground between them and at the bases, hills behind the border."""
    rows, columns = np.mgrid[: land.relief.shape[0], : land.relief.shape[1]].astype(np.float32)
    away = np.minimum.reduce([np.hypot(columns - base.x, rows - base.y) for base in homes])
    weight = np.clip((away - 10) / 8, 0, 1) * np.clip(1.5 * land.noise(26, corners=True) + 0.3, 0, 1)
    swells = 0.3 * land.noise(22, octaves=2, corners=True) + 0.05 * land.noise(6, octaves=1, corners=True)
    land.relief += (weight * swells).astype(np.float32) + hills(land)


def _dress(land: Landscape, settled: Cells) -> None:
    """Ground textures, thickets that close the ground, and small things all over."""
    tall, low = scenery.TALL[land.tileset], scenery.LOW[land.tileset]
    land.ground[land.noise(16) > 0.55] = 1
    land.ground[land.noise(9) > 1.2] = 2
    walked = land.pathable()
    ramps = np.zeros_like(walked)
    for ramp in land.ramps:
        ramps |= land.disc(ramp.x + 3 * ramp.dx, ramp.y + 3 * ramp.dy, 9)
    free = walked & ~settled & ~ramps
    thickets = free & (land.noise(8, octaves=2) > 1.4)
    land.closed |= thickets
    scenery.plant(land, thickets, tall, spacing=1.6, scale=(0.6, 1.1))
    scenery.plant(land, ~land.inside, tall, spacing=2.4, scale=(0.8, 1.6))
    scenery.plant(land, land.inside & ~walked, tall, spacing=3.5, scale=(0.4, 0.8))
    walked = land.pathable() & ~settled
    scenery.plant(land, walked & (land.noise(14) > -0.5), low, spacing=2.8, scale=(0.3, 0.9))
