"""The sprite of a unit in its present state: facing, team, building, burrowed, cloaked, remembered."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import models, palette, sprites
from sc2data.sim.drawing.atlas import LARGE_PARTS, SMALL_PARTS, Atlas, optics_of, scale_of, sizes
from sc2data.sim.drawing.mesh import Builder, Mesh
from sc2data.sim.drawing.sheet import Sheet
from sc2data.sim.drawing.sprites import FACINGS, Blank, Pose, Sprite
from sc2data.sim.view import HIDDEN, SNAPSHOT, WorldView
from sc2data.units import UnitType, UnknownUnitTypeError, unit_type

_SMALL_TURN, _LARGE_TURN = 4.0, 8.0
"""Drawn directions of sight to a unit or a structure, for each unit of the tangent."""

_LARGE = 1.2  # world units: units of a larger radius are drawn as finely as structures
_STAGES = 8  # drawn steps of a structure's construction

_KEY_BITS = 64  # of the number that tells sprites of one camera apart

Rows = npt.NDArray[np.intp]

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

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._optics: dict[tuple[float, ...], int] = {}

    def numbers(
        self,
        view: WorldView,
        rows: Rows,
        camera: ScreenCamera,
        pixels: npt.NDArray[np.float64],
        depth: npt.NDArray[np.float64],
        sheet: Sheet,
        *,
        shadows_of_flyers: bool = False,
    ) -> npt.NDArray[np.int64]:
        """Numbers (N,) in `sheet` of the sprites of the units `rows` of a view, feet at `pixels` (N, 2), `depth` (N,).

        A flyer's shadow is a sprite of its own, where the ground is: `shadows_of_flyers` asks for these.
        """
        big = view.structure[rows] | (view.radius[rows] > _LARGE)
        parts = np.where(big, LARGE_PARTS, SMALL_PARTS)
        octave, part = sizes(camera.focal / np.maximum(depth, 1), camera, parts)
        fine = np.where(big, _LARGE_TURN, _SMALL_TURN)
        up = np.floor((camera.height / 2 - pixels[:, 1]) / camera.focal * fine).astype(int)
        across = np.where(big, np.rint((pixels[:, 0] - camera.width / 2) / camera.focal * _LARGE_TURN), 0).astype(int)
        facing = np.rint(view.facing[rows] / (2 * math.pi) * FACINGS).astype(int) % FACINGS
        show = _shows(view, rows)
        stage = np.where(view.structure[rows], np.minimum(view.build_progress[rows] * _STAGES, _STAGES), _STAGES)
        flying = view.flying[rows]
        traits = (view.type[rows], view.owner[rows], show, stage.astype(int), facing, octave, up, across, flying, big)
        optics = self._optics.setdefault(optics_of(camera), len(self._optics)) << _KEY_BITS
        keys = [key | optics for key in _packed((*traits, part), shadows_of_flyers)]
        found = [sheet.find(key) for key in keys]
        for i, number in enumerate(found):
            if number is None and (number := sheet.find(keys[i])) is None:
                of_unit = _Traits._make([*(int(trait[i]) for trait in traits), int(shadows_of_flyers)])
                number = sheet.add(keys[i], self._sprite(of_unit, camera, (int(part[i]), int(parts[i]))))
            found[i] = number
        return np.array(found, np.int64)

    def _sprite(self, traits: _Traits, camera: ScreenCamera, parts: tuple[int, int]) -> Sprite:
        """The sprite of a unit's traits at a part (n, of how many) of its drawn size."""
        blank = (optics_of(camera), *traits.shape)
        draw, finish = functools.partial(_draw, traits, camera), functools.partial(_finish, traits)
        return self._atlas.made(blank, parts, draw, finish)


class _Traits(NamedTuple):
    """What a unit's sprite depends on, besides its size: angles and sizes as numbers of their steps."""

    type: int
    owner: int
    show: int
    stage: int
    facing: int
    octave: int
    up: int
    across: int
    flying: int
    big: int
    shadow_only: int

    @property
    def shape(self) -> tuple[int, ...]:
        """What its blank depends on: all but the colour and what only changes colours."""
        return (self.type, int(self.show == BURROWED), *self[3:])


def _draw(traits: _Traits, camera: ScreenCamera) -> Blank:
    """The blank of a unit's traits."""
    fine = _LARGE_TURN if traits.big else _SMALL_TURN
    turn = traits.facing * 2 * math.pi / FACINGS
    pose = Pose(
        turn,
        camera.focal,
        scale_of(traits.octave, camera),
        traits.across / fine,
        (traits.up + 0.5) / fine,
        camera.pitch,
    )
    mesh = _shape(traits.type, traits.show == BURROWED)
    if traits.stage < _STAGES:
        mesh = _construction(traits.type, traits.stage)
    shadow_only = bool(traits.shadow_only)
    return sprites.rasterise(mesh, pose, body=not shadow_only, shadow=shadow_only or not traits.flying)


def _finish(traits: _Traits, blank: Blank) -> Sprite:
    """The sprite of a unit from its blank: its owner's colour, and whatever makes it less than real."""
    sprite = blank.in_colour(palette.of_player(traits.owner))
    unit = type_of(traits.type)
    if traits.stage < _STAGES and unit and unit.race == "Protoss":
        sprite = sprite.tinted((150, 210, 255), 0.6, 1.1).faded(0.3 + 0.6 * traits.stage / _STAGES)
    if traits.show == REMEMBERED:
        return sprite.tinted((150, 150, 155), 0.92, 0.55)
    if traits.show == CLOAKED:
        return sprite.tinted((170, 200, 220), 0.4, 1.0).faded(0.35)
    if traits.show == ILLUSION:
        return sprite.tinted((130, 190, 255), 0.6, 1.1).faded(0.7)
    return sprite


def _packed(traits: tuple[npt.NDArray[Any], ...], shadow_only: bool) -> list[int]:
    """One number for the traits of each unit, since hashing a tuple of twelve costs more than drawing does.

    Size and directions are counted from the middle of their range, 16: far beyond what a camera gives.
    """
    bits_of = (20, 5, 3, 4, 5, 5, 5, 5, 1, 1, 6)
    offsets = (0, 0, 0, 0, 0, 16, 16, 16, 0, 0, 0)
    key = np.full(len(traits[0]), int(shadow_only), np.int64)
    for trait, offset, bits in zip(traits, offsets, bits_of, strict=True):
        key = (key << bits) | ((trait.astype(np.int64) + offset) & ((1 << bits) - 1))
    return key.tolist()


def _shows(view: WorldView, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """How each unit shows."""
    show = np.where(view.hallucination[rows], ILLUSION, PLAIN)
    show = np.where(view.cloaked[rows], CLOAKED, show)
    show = np.where(view.burrowed[rows], BURROWED, show)
    return np.where(view.display_type[rows] == SNAPSHOT, REMEMBERED, show)


def drawn(view: WorldView) -> npt.NDArray[np.intp]:
    """Rows of a view that are drawn at all: what is hidden from the player is not."""
    return np.flatnonzero(view.display_type != HIDDEN)
