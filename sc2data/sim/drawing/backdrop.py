"""Everything of a scene that stays while the camera rests: ground, creep, doodads, fog of war."""

from __future__ import annotations

import dataclasses
import math
import pathlib
from collections.abc import Hashable

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import models, palette
from sc2data.sim.drawing.atlas import SMALL_PARTS, Atlas, optics_of, scale_of, sizes
from sc2data.sim.drawing.doodads import Doodads
from sc2data.sim.drawing.ground import Ground, Hits, cast
from sc2data.sim.drawing.relief import Relief
from sc2data.sim.drawing.sheet import Sheet
from sc2data.sim.drawing.sprite_loops import Rays
from sc2data.sim.drawing.sprites import Blank, Pose, Sprite, rasterise
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import WorldView

Image = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.int64]  # (N, 4) left, top, right, bottom in px

FOG = np.array([0.0, 0.5, 1.0], np.float32)
"""Brightness of ground never seen, seen once and seen now."""

_HIDES = 0.6  # world units that ground must be higher than a unit's foot to hide it
_NEARER = 0.4  # and nearer to the camera
_OCCLUDER = 5.0  # world units around a foot in which higher ground can hide something of the unit


@dataclasses.dataclass
class Standing:
    """Doodads in view, from the farthest to the nearest."""

    drawn: list[tuple[Hashable, Sprite]]  # and what names each sprite
    foot: npt.NDArray[np.int64]  # (N, 2) px
    box: Boxes
    depth: npt.NDArray[np.float64]
    hiding: npt.NDArray[np.float64]  # (N, 2) as `Backdrop.hiding`
    overlap: npt.NDArray[np.bool_]  # (N, N) [a, b]: a is nearer than b and covers a part of its box


@dataclasses.dataclass
class Backdrop:
    """The picture under the units for one camera."""

    camera: ScreenCamera
    creep: bytes
    hits: Hits
    lit: Image  # in full light
    window: tuple[slice, slice]  # the map's cells in view
    ridge: npt.NDArray[np.float32]  # as `hits.z`: the highest ground in view near each ray
    image: Image  # with fog
    standing: Standing = dataclasses.field(init=False)
    fog: bytes | None = None

    @property
    def rays(self) -> Rays:
        """What sprites are laid before and behind."""
        return self.hits.z, self.hits.depth, self.hits.step

    def hiding(
        self, pixels: npt.NDArray[np.float64], z: npt.NDArray[np.floating], depth: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Above which height and nearer than which depth ground hides what stands at `pixels` (N, 2): (N, 2).

        Infinite where no ground can: none as high is near. `z` and `depth` (N,) are the feet's.
        """
        limits = np.stack([np.asarray(z) + _HIDES, depth - _NEARER], axis=1).astype(np.float64)
        limits[~self.may_hide(pixels, z)] = np.inf
        return limits

    def may_hide(self, pixels: npt.NDArray[np.float64], z: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
        """Whether higher ground is in view near feet at `pixels` (N, 2) of heights `z` (N,)."""
        step = self.hits.step
        columns = np.clip(pixels[:, 0] / step + 0.5, 0, self.ridge.shape[1] - 1).astype(np.intp)
        rows = np.clip(pixels[:, 1] / step + 0.5, 0, self.ridge.shape[0] - 1).astype(np.intp)
        return self.ridge[rows, columns] > np.asarray(z) + _HIDES


class BackdropPainter:
    """Draws backdrops of one map and keeps the latest."""

    def __init__(self, terrain: Terrain, directory: pathlib.Path, atlas: Atlas, sheet: Sheet) -> None:
        self.relief = Relief(terrain)
        self.ground = Ground(terrain, self.relief, directory)
        self._terrain = terrain
        self._doodads = Doodads(terrain, self.relief)
        self._atlas = atlas
        self._sheet = sheet
        self._latest: Backdrop | None = None

    def paint(self, view: WorldView, camera: ScreenCamera) -> Backdrop:
        """The backdrop of a view; its arrays must not be written to."""
        backdrop = self._latest
        if backdrop is None or backdrop.camera != camera or backdrop.creep != view.creep[backdrop.window].tobytes():
            backdrop = self._latest = self._new(view, camera)
        fog = view.visibility[backdrop.window]
        stamp = fog.tobytes()
        if backdrop.fog != stamp:
            backdrop.fog = stamp
            backdrop.image = backdrop.lit if (fog == 2).all() else self._fogged(backdrop, view.visibility)
        return backdrop

    def _new(self, view: WorldView, camera: ScreenCamera) -> Backdrop:
        hits = cast(self.relief, camera)
        lit = self.ground.paint(camera, hits, view.creep)
        window = self._window(hits)
        size = 2 * max(1, round(_OCCLUDER / 2 * camera.focal / camera.distance / hits.step)) + 1
        ridge = cv2.dilate(hits.z, np.ones((size, 1), np.uint8))
        ridge = cv2.dilate(ridge, np.ones((1, size), np.uint8))
        backdrop = Backdrop(camera, view.creep[window].tobytes(), hits, lit, window, ridge, lit)
        backdrop.standing = self._stand(backdrop)
        return backdrop

    def _window(self, hits: Hits) -> tuple[slice, slice]:
        """Cells of the map that the rays meet, with one around them."""
        rows = np.clip([math.floor(hits.y.min()) - 1, math.ceil(hits.y.max()) + 1], 0, self._terrain.length)
        columns = np.clip([math.floor(hits.x.min()) - 1, math.ceil(hits.x.max()) + 1], 0, self._terrain.width)
        return slice(int(rows[0]), int(rows[1])), slice(int(columns[0]), int(columns[1]))

    def _stand(self, backdrop: Backdrop) -> Standing:
        """The doodads in view, which are painted over the ground."""
        camera, doodads = backdrop.camera, self._doodads
        pixels, depth = camera.project(doodads.at) if len(doodads) else (np.zeros((0, 2)), np.zeros(0))
        margin = doodads.reach * camera.focal / np.maximum(depth, 1)
        seen = (depth > 1) & (pixels[:, 0] > -margin) & (pixels[:, 0] < camera.width + margin)
        seen &= (pixels[:, 1] > -margin) & (pixels[:, 1] < camera.height + margin)
        rows = np.flatnonzero(seen)
        rows = rows[np.argsort(-depth[rows], kind="stable")]
        feet = np.rint(pixels[rows]).astype(np.int64)
        drawn = [self._sprite(row, camera, float(camera.focal / depth[row])) for row in rows.tolist()]
        hiding = backdrop.hiding(pixels[rows], doodads.at[rows, 2], depth[rows])
        self._sheet.make_room()
        numbers = np.array([self._sheet.number(key, sprite) for key, sprite in drawn], np.int64)
        self._sheet.paint(backdrop.lit, numbers, feet, hiding, backdrop.rays)
        box = self._sheet.boxes(numbers, feet)
        near = depth[rows][:, None] < depth[rows][None]
        return Standing(drawn, feet, box, depth[rows], hiding, near & meeting(box, box))

    def _sprite(self, row: int, camera: ScreenCamera, scale: float) -> tuple[Hashable, Sprite]:
        """The sprite of a doodad and its name."""
        doodads = self._doodads
        (octave,), (part,) = sizes(np.array([scale]), camera, np.array([SMALL_PARTS]))
        name, size, turn = doodads.name[row], doodads.scale[row], doodads.facing[row]
        blank = (name, size, turn, int(octave), optics_of(camera))

        def draw() -> Blank:
            return rasterise(
                models.mesh(name, size), Pose(turn, camera.focal, scale_of(int(octave), camera), pitch=camera.pitch)
            )

        def finish(plain: Blank) -> Sprite:
            return plain.in_colour(palette.of_player(0))

        key = (blank, int(part))
        return key, self._atlas.find(key) or self._atlas.make(key, blank, (int(part), SMALL_PARTS), draw, finish)

    def _fogged(self, backdrop: Backdrop, visibility: npt.NDArray[np.uint8]) -> Image:
        """The picture with the fog of war over it."""
        rows, columns = backdrop.window
        hits, camera = backdrop.hits, backdrop.camera
        bright = cv2.GaussianBlur(FOG[visibility[backdrop.window]], (0, 0), 0.8)
        u, v = hits.x - np.float32(columns.start + 0.5), hits.y - np.float32(rows.start + 0.5)
        bright = cv2.remap(bright, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        gain = np.rint(hits.enlarge(bright, camera.width, camera.height) * 255).astype(np.uint8)
        return cv2.multiply(backdrop.lit, cv2.merge([gain, gain, gain]), scale=1 / 255)


def meeting(first: Boxes, second: Boxes) -> npt.NDArray[np.bool_]:
    """Which boxes (N, 4) overlap which of others (M, 4): (N, M)."""
    a, b = first[:, None], second[None]
    return (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
