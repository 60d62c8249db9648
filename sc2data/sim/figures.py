"""The sprite of a unit in its present state: facing, team, building, burrowed, cloaked, remembered."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim import models, palette, sprites
from sc2data.sim.mesh import Builder, Mesh
from sc2data.sim.sprites import FACINGS, Pose, Sprite, SpriteCache
from sc2data.sim.view import HIDDEN, SNAPSHOT, WorldView
from sc2data.units import UnitType, UnknownUnitTypeError, unit_type

_STAGES = 8  # drawn steps of a structure's construction

PLAIN, BURROWED, REMEMBERED, CLOAKED, ILLUSION = range(5)
"""How a unit shows."""


@functools.lru_cache(maxsize=4096)
def type_of(type_id: int) -> UnitType | None:
    """The table's row of a unit type id, None where the table has none."""
    try:
        return unit_type(type_id)
    except UnknownUnitTypeError:
        return None


@functools.lru_cache(maxsize=4096)
def _shape(type_id: int, burrowed: bool) -> Mesh:
    """What a unit type looks like."""
    unit = type_of(type_id)
    if burrowed:
        return models.mesh("Burrowed", max(unit.radius if unit else 0.5, 0.3) / 0.55)
    return models.model_of(unit) if unit else models.mesh("wreck")


@functools.lru_cache(maxsize=4096)
def reach(type_id: int) -> float:
    """World units from a unit's foot within which its sprite lies, with its shadow."""
    mesh = _shape(type_id, False)
    return float(2.2 * max(mesh.reach, abs(mesh.height)) + 0.5)


@functools.lru_cache(maxsize=4096)
def _construction(type_id: int, stage: int) -> Mesh:
    """A structure at `stage` of `_STAGES` of its construction."""
    unit, whole = type_of(type_id), _shape(type_id, False)
    share = (stage + 0.5) / _STAGES
    radius = unit.radius if unit else whole.reach
    if unit and unit.race == "Zerg":
        b = Builder()
        r = radius * (0.45 + 0.5 * share)
        b.ball((0.0, 0.0, 0.2 * r), (r, r, (0.4 + 0.4 * share) * r), "flesh", rings=6, sides=10)
        for i in range(5):
            a = i * 2 * math.pi / 5
            b.ball((0.6 * r * math.cos(a), 0.6 * r * math.sin(a), 0.4 * r), 0.36 * r, "sinew", tier=2)
        b.ball((0.0, 0.0, (0.5 + 0.4 * share) * r), 0.3 * r, "team", tier=3)
        return b.mesh()
    if unit and unit.race == "Protoss":
        return whole
    corners = whole.corners.copy()
    corners[:, 2] = np.minimum(corners[:, 2], whole.height * share)
    return dataclasses.replace(whole, corners=corners)


class Figures:
    """Makes the sprites of units and keeps them."""

    def __init__(self, cache: SpriteCache) -> None:
        self._cache = cache

    def sprites(
        self,
        view: WorldView,
        rows: npt.NDArray[np.intp],
        camera: ScreenCamera,
        pixels: npt.NDArray[np.float64],
        depth: npt.NDArray[np.float64],
        *,
        shadows_of_flyers: bool = False,
    ) -> list[Sprite]:
        """Sprites of the units `rows` of a view whose feet are at `pixels` (N, 2) and `depth` (N,).

        A flyer's shadow is a sprite of its own, where the ground is: `shadows_of_flyers` asks for these.
        """
        big = view.structure[rows] | (view.radius[rows] > 0.7)
        step = np.where(big, sprites.LARGE_STEP, sprites.SMALL_STEP)
        scale = camera.focal / np.maximum(depth, 1)
        level = np.rint(np.log(scale) / np.log(step)).astype(int)
        fine = np.where(big, 25.0, 10.0)
        up = np.rint((camera.height / 2 - pixels[:, 1]) / camera.focal * fine).astype(int)
        across = np.where(big, np.rint((pixels[:, 0] - camera.width / 2) / camera.focal * 16), 0).astype(int)
        facing = np.rint(view.facing[rows] / (2 * math.pi) * FACINGS).astype(int) % FACINGS
        show = _shows(view, rows)
        stage = np.where(view.structure[rows], np.minimum(view.build_progress[rows] * _STAGES, _STAGES), _STAGES)
        flying = view.flying[rows]
        columns = (view.type[rows], view.owner[rows], show, stage.astype(int), facing, level, up, across, flying, big)
        keys = zip(*(column.tolist() for column in columns), strict=True)
        height = camera.height
        kept = self._cache
        return [
            kept.get((*key, shadows_of_flyers, height)) or self._new(key, shadows_of_flyers, camera) for key in keys
        ]

    def _new(self, key: tuple[int, ...], shadow_only: bool, camera: ScreenCamera) -> Sprite:
        """Draw the sprite of a key."""
        type_id, owner, show, stage, facing, level, up, across, flying, big = key
        step, fine = (sprites.LARGE_STEP, 25.0) if big else (sprites.SMALL_STEP, 10.0)
        pose = Pose(facing * 2 * math.pi / FACINGS, camera.focal, step**level, across / 16, up / fine)
        mesh = _shape(type_id, show == BURROWED)
        if stage < _STAGES:
            mesh = _construction(type_id, stage)
        colour = palette.of_player(owner)
        sprite = sprites.rasterise(mesh, colour, pose, body=not shadow_only, shadow=shadow_only or not flying)
        unit = type_of(type_id)
        if stage < _STAGES and unit and unit.race == "Protoss":
            sprite = sprite.tinted((150, 210, 255), 0.6, 1.1).faded(0.3 + 0.6 * stage / _STAGES)
        if show == REMEMBERED:
            sprite = sprite.tinted((150, 150, 155), 0.92, 0.55)
        elif show == CLOAKED:
            sprite = sprite.tinted((170, 200, 220), 0.4, 1.0).faded(0.35)
        elif show == ILLUSION:
            sprite = sprite.tinted((130, 190, 255), 0.6, 1.1).faded(0.7)
        return self._cache.put((*key, shadow_only, camera.height), sprite)


def _shows(view: WorldView, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """How each unit shows."""
    show = np.where(view.hallucination[rows], ILLUSION, PLAIN)
    show = np.where(view.cloaked[rows], CLOAKED, show)
    show = np.where(view.burrowed[rows], BURROWED, show)
    return np.where(view.display_type[rows] == SNAPSHOT, REMEMBERED, show)


def drawn(view: WorldView) -> npt.NDArray[np.intp]:
    """Rows of a view that are drawn at all: what is hidden from the player is not."""
    return np.flatnonzero(view.display_type != HIDDEN)
