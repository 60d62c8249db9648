"""The rendered pictures of a game: the tilted view of the land with its units, and the minimap."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.compiled import cache_home
from sc2data.sim.drawing import blasts
from sc2data.sim.drawing.atlas import Atlas
from sc2data.sim.drawing.backdrop import Backdrop, BackdropPainter, meeting
from sc2data.sim.drawing.blank_store import BlankStore
from sc2data.sim.drawing.figures import Figures, drawn, reach
from sc2data.sim.drawing.minimap import MinimapPainter
from sc2data.sim.drawing.sheet import Sheet
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import WorldView

Image = npt.NDArray[np.uint8]

SMALLEST, LARGEST = 16, 4096
"""Sides of pictures that can be drawn, px."""


class PictureSizeError(ValueError):
    """A picture was asked for that is too small or too large."""


class ScenePainter:
    """Draws what a player sees of one map.

    The same view and camera give the same bytes, whatever was drawn before. The ground's texture is made when a map is
    first drawn (about a second for a small map, several for a large one) and kept in `cache_dir`, as are the sprites of
    units.

    Convention:
        Pictures are uint8 (H, W, 3) RGB, row 0 on top. A unit's foot (x, y, z) is at `ScreenCamera.project`, within
        half a pixel; so is the middle of a flyer.
    """

    def __init__(self, terrain: Terrain, cache_dir: str | os.PathLike[str] | None = None) -> None:
        directory = pathlib.Path(cache_dir) if cache_dir is not None else cache_home()
        atlas = Atlas(BlankStore(directory))
        self.terrain = terrain
        self._sheet = Sheet()
        self._backdrops = BackdropPainter(terrain, directory, atlas, self._sheet)
        self._figures = Figures(atlas)
        self._minimaps = MinimapPainter(terrain, self._backdrops.ground.texture)

    def screen(self, view: WorldView, camera: ScreenCamera) -> Image:
        """The scene through `camera`, a new array (camera.height, camera.width, 3)."""
        _check_size(camera.width, camera.height)
        backdrop = self._backdrops.paint(view, camera)
        image = backdrop.image.copy()
        blasts.paint_effects(image, view.effects, camera, camera.target[2])
        rows = drawn(view)
        points = np.stack([view.x[rows], view.y[rows], view.z[rows]], axis=1).astype(np.float64)
        pixels, depth = camera.project(points)
        room = np.array([reach(t) for t in view.type[rows].tolist()]) * camera.focal / np.maximum(depth, 1)
        seen = (depth > 1) & (pixels[:, 0] > -room) & (pixels[:, 0] < camera.width + room)
        seen &= (pixels[:, 1] > -room) & (pixels[:, 1] < camera.height + room)
        order = np.flatnonzero(seen)
        order = order[np.argsort(-depth[order], kind="stable")]
        rows, pixels, depth = rows[order], pixels[order], depth[order]
        self._shade(image, backdrop, view, rows[view.flying[rows]])
        self._stand(image, backdrop, view, rows, pixels, depth)
        blasts.paint_blasts(image, view.blasts, camera, view.loop, self._sheet)
        return image

    def minimap(
        self,
        view: WorldView,
        width: int,
        height: int,
        area: tuple[float, float, float, float],
        *,
        outline: bool = True,
        camera: ScreenCamera | None = None,
    ) -> Image:
        """The minimap of `area` (left, bottom, right, top), a new array (height, width, 3).

        `outline` draws what the screen's camera sees: `camera`, or a square picture of the view's camera.
        """
        _check_size(width, height)
        frame = (camera or ScreenCamera(view.camera, 1024, 1024)) if outline else None
        return self._minimaps.paint(view, width, height, area, frame)

    def _shade(self, image: Image, backdrop: Backdrop, view: WorldView, flyers: npt.NDArray[np.intp]) -> None:
        """Shadows of flying units, on the ground below them."""
        if not len(flyers):
            return
        x, y = view.x[flyers], view.y[flyers]
        points = np.stack([x, y, self._backdrops.relief.height_at(x, y)], axis=1)
        camera = backdrop.camera
        pixels, depth = camera.project(points)
        self._sheet.make_room()
        numbers = self._figures.numbers(view, flyers, camera, pixels, depth, self._sheet, shadows_of_flyers=True)
        self._sheet.paint(image, numbers, np.rint(pixels).astype(np.int64))

    def _stand(
        self,
        image: Image,
        backdrop: Backdrop,
        view: WorldView,
        rows: npt.NDArray[np.intp],
        pixels: npt.NDArray[np.float64],
        depth: npt.NDArray[np.float64],
    ) -> None:
        """Units from the farthest to the nearest, with the doodads that stand before them."""
        self._sheet.make_room()
        numbers = self._figures.numbers(view, rows, backdrop.camera, pixels, depth, self._sheet)
        feet, z = np.rint(pixels).astype(np.int64), view.z[rows]
        hiding = backdrop.hiding(pixels, z, depth)
        again = _before(backdrop, self._sheet.boxes(numbers, feet), depth)
        if len(again):
            standing = backdrop.standing
            named = [standing.drawn[i] for i in again.tolist()]
            bodies = [self._sheet.number(("body", key), sprite.body) for key, sprite in named]
            numbers, depth = np.concatenate([numbers, bodies]), np.concatenate([depth, standing.depth[again]])
            feet, hiding = (
                np.concatenate([feet, standing.foot[again]]),
                np.concatenate([hiding, standing.hiding[again]]),
            )
            order = np.argsort(-depth, kind="stable")
            numbers, feet, hiding = numbers[order], feet[order], hiding[order]
        self._sheet.paint(image, numbers, feet, hiding, backdrop.rays)


def _before(backdrop: Backdrop, box: npt.NDArray[np.int64], depth: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Doodads to be drawn once more: those in front of a unit, and those in front of one of these."""
    standing = backdrop.standing
    if not len(standing.depth) or not len(box):
        return np.zeros(0, np.intp)
    covers = (meeting(standing.box, box) & (standing.depth[:, None] < depth[None])).any(1)
    while True:
        more = covers | standing.overlap[:, covers].any(1)
        if (more == covers).all():
            return np.flatnonzero(covers)
        covers = more


def _check_size(width: int, height: int) -> None:
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise PictureSizeError(
            f"A picture of {width} x {height} px cannot be drawn: both sides must be {SMALLEST} to {LARGEST} px."
        )
