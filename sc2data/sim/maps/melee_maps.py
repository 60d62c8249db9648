"""Made-up melee maps for two: flat ones, and simple ones with each main base on high ground behind a ramp."""

from __future__ import annotations

import numpy as np

from sc2data.sim.maps import bases, scenery
from sc2data.sim.maps.bases import Base
from sc2data.sim.maps.landscape import RAMP_LENGTH, Cells, Landscape, Plane, Ramp
from sc2data.sim.maps.terrain import Terrain

_BORDER = 12
_NORTH_BORDER = 20
_START_FROM_EDGE, _NATURAL_FROM_EDGE = 12.5, 8.5
_RAMP_WIDTH = 6.0
_TRIES = 8


def flat(name: str, side: int, seed: int) -> Terrain:
    """Level ground all over; scenery outside of the playable area of `side` x `side` cells only."""
    if side == 32:  # the smallest has no border
        land = Landscape(name, seed, (side, side), (0, 0, side, side), _tileset(seed))
        start = Base(9.5, side - 9.5, -1, 1)
    else:
        land = _bordered(name, side, seed, bottom=12)
        start = _start(land)
    spots = [start] if side == 32 else [start, _natural(land, side)]
    for number, base in enumerate(spots):
        bases.settle(land, base, start=number == 0)
        bases.settle(land, base.mirrored(land.playable), start=number == 0)
    _patch_ground(land)
    scenery.plant(land, ~land.inside, scenery.TALL[land.tileset], spacing=2.6, scale=(0.7, 1.3))
    return land.terrain()


def simple(name: str, side: int, seed: int) -> Terrain:
    """Each main base on high ground with one ramp down to its natural expansion; mesas between the two sides."""
    land = _bordered(name, side, seed, bottom=10)
    spots = [_start(land), _natural(land, side), *_outlying(land, side)]
    for number, base in enumerate(spots):
        bases.settle(land, base, start=number == 0)
        bases.settle(land, base.mirrored(land.playable), start=number == 0)
    _raise_mains(land, side)
    _raise_mesas(land, spots)
    _bend(land, spots)
    _patch_ground(land)
    _dress(land)
    return land.terrain()


def _bordered(name: str, side: int, seed: int, bottom: int) -> Landscape:
    size = (side + 2 * _BORDER, side + _BORDER + _NORTH_BORDER)
    return Landscape(name, seed, size, (_BORDER, bottom, _BORDER + side, bottom + side), _tileset(seed))


def _tileset(seed: int) -> str:
    return scenery.TILESETS[seed % len(scenery.TILESETS)]


def _start(land: Landscape) -> Base:
    left, _, _, top = land.playable
    return Base(left + _START_FROM_EDGE, top - _START_FROM_EDGE, -1, 1)


def _natural(land: Landscape, side: int) -> Base:
    left, _, _, top = land.playable
    return Base(left + round(0.62 * side) + 0.5, top - _NATURAL_FROM_EDGE, 1, 1)


def _outlying(land: Landscape, side: int) -> list[Base]:
    """Further bases, on maps that have the room."""
    left, bottom, _, top = land.playable
    south = [Base(left + 10.5, top - round(0.55 * side) + 0.5, -1, -1)] if side >= 96 else []
    corner = [Base(left + 13.5, bottom + 13.5, -1, -1)] if side >= 128 else []
    return south + corner


def _mirrored(land: Landscape, cells: Cells) -> Cells:
    """`cells` and their image under half a turn about the middle of the playable area."""
    left, bottom, right, top = land.playable
    both = cells.copy()
    both[bottom:top, left:right] |= cells[bottom:top, left:right][::-1, ::-1]
    return both


def _raise_mains(land: Landscape, side: int) -> None:
    left, bottom, right, top = land.playable
    reach = 27.0 if side <= 64 else 32.0
    edge = reach + 1.2 * land.noise(9, octaves=2)
    west, south = np.maximum(land.x - left, 0), np.maximum(top - land.y, 0)
    high = _mirrored(land, (west**4 + south**4) ** 0.25 < edge)
    high[:, :left] |= high[:, left : left + 1]  # the plateaus go on behind the border
    high[:, right:] |= high[:, right - 1 : right]
    high[top:] |= high[top - 1]
    high[:bottom] |= high[bottom]
    land.tiers[high] = 2
    ramp = Ramp(left + reach - 2, top - 17.0, 1.0, 0.0, _RAMP_WIDTH, low=1)
    twin = Ramp(left + right - ramp.x, bottom + top - ramp.y, -1.0, 0.0, _RAMP_WIDTH, low=1)
    for slope in (ramp, twin):
        cut(land, slope)


def cut(land: Landscape, ramp: Ramp) -> None:
    """Cut a ramp into a cliff, with level ground at its top and at its foot."""
    along, across = ramp.frame(land.x, land.y)
    near = np.abs(across) <= ramp.width / 2 + 1
    land.tiers[near & (along >= -3) & (along < 1)] = ramp.low + 1
    land.tiers[near & (along >= 1) & (along < RAMP_LENGTH + 3)] = ramp.low
    land.ramps.append(ramp)


def _raise_mesas(land: Landscape, spots: list[Base]) -> None:
    """Rocks that nobody climbs, which make chokes; drawn anew until the two sides stay connected."""
    left, bottom, right, top = land.playable
    length, width = land.tiers.shape
    clear = land.disc((left + right) / 2, (bottom + top) / 2, 9) | land.disc(width / 2, length / 2, 9)
    for base in [*spots, *(base.mirrored(land.playable) for base in spots)]:
        clear |= land.disc(base.x, base.y, 12)
    for ramp in land.ramps:
        clear |= land.disc(ramp.x + RAMP_LENGTH * ramp.dx, ramp.y + RAMP_LENGTH * ramp.dy, 8)
    before = land.tiers.copy()
    for attempt in range(_TRIES):
        rough = land.noise(11, octaves=2) > 0.75 + 0.15 * attempt
        land.tiers = np.where(_mirrored(land, rough) & ~clear & land.inside & (before == 1), 3, before)
        walked = land.pathable()
        if all(walked[int(y), int(x)] for x, y in land.start_locations) and walked[clear].mean() > 0.8:
            return
    land.tiers = before


def _bend(land: Landscape, spots: list[Base]) -> None:
    """Long gentle swells, rough patches away from the bases, hills behind the border."""
    rows, columns = np.mgrid[: land.relief.shape[0], : land.relief.shape[1]].astype(np.float32)
    away = np.full(land.relief.shape, np.inf, np.float32)
    for base in [*spots, *(base.mirrored(land.playable) for base in spots)]:
        away = np.minimum(away, np.hypot(columns - base.x, rows - base.y))
    open_ground = np.clip((away - 12) / 8, 0, 1)
    patches = np.clip(land.noise(16, corners=True) - 0.9, 0, 1)
    land.relief += 0.05 * land.noise(60, octaves=1, corners=True)
    land.relief += (0.5 * open_ground * patches * land.noise(7, octaves=2, corners=True)).astype(np.float32)
    land.relief += hills(land)


def hills(land: Landscape) -> Plane:
    """Rise of the ground (H+1, W+1) outside of the playable area, nothing inside."""
    left, bottom, right, top = land.playable
    rows, columns = np.mgrid[: land.relief.shape[0], : land.relief.shape[1]].astype(np.float32)
    outside = np.maximum.reduce([left - columns, columns - right, bottom - rows, rows - top, np.zeros_like(rows)])
    return np.asarray(np.minimum(outside, 8) * (0.25 + 0.1 * land.noise(9, corners=True)), np.float32)


def _patch_ground(land: Landscape) -> None:
    """Patches of the second and third ground texture."""
    land.ground[land.noise(14) > 0.7] = 1
    land.ground[land.noise(10) > 1.3] = 2


def _dress(land: Landscape) -> None:
    """Trees outside and on mesas, small things where units walk, nothing at the bases."""
    walked = land.pathable()
    scenery.plant(land, ~land.inside, scenery.TALL[land.tileset], spacing=2.6, scale=(0.8, 1.5))
    scenery.plant(land, land.inside & (land.tiers == 3), scenery.TALL[land.tileset], spacing=3.0, scale=(0.6, 1.0))
    scenery.plant(land, walked & (land.noise(12) > 0.4), scenery.LOW[land.tileset], spacing=5.5, scale=(0.4, 0.8))
    kept = np.zeros_like(walked)
    for unit in land.units:
        kept |= land.disc(unit.x, unit.y, 3)
    for x, y in land.start_locations:
        kept |= land.disc(x, y, bases.RADIUS)
    scenery.clear(land, kept & land.inside)
