"""The rendered minimap: the land from above, fog, creep, units as squares in their owners' colours."""

from __future__ import annotations

import collections
import functools

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import MinimapTransform, ScreenCamera
from sc2data.sim.drawing import palette, sprite_loops
from sc2data.sim.drawing.backdrop import FOG
from sc2data.sim.drawing.figures import drawn, type_of
from sc2data.sim.drawing.ground_texture import PIXELS_PER_UNIT
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.state import NEUTRAL
from sc2data.sim.view import WorldView

Image = npt.NDArray[np.uint8]
Area = tuple[float, float, float, float]

_COARSE = 4  # px a world unit of the picture of the land that minimaps are shrunk from
_KEPT = 4  # sizes whose land is kept
_CREEP = np.array([98, 40, 104], np.uint8)
_MINERALS, _RICH, _GAS, _ROCKS = (126, 196, 255), (255, 214, 96), (90, 220, 150), (150, 140, 128)


class MinimapPainter:
    """Draws minimaps of one map.

    Convention:
        World to pixels by `sc2data.geometry.MinimapTransform`; what is not of the map stays black.
    """

    def __init__(self, terrain: Terrain, texture: Image) -> None:
        self._terrain, self._texture = terrain, texture
        self._lands: collections.OrderedDict[tuple[int, int, Area], Image] = collections.OrderedDict()
        self._land: tuple[object, Image] | None = None

    def paint(self, view: WorldView, width: int, height: int, area: Area, camera: ScreenCamera | None) -> Image:
        """The minimap (height, width, 3) RGB of `area`; with the outline of what `camera` sees where one is given."""
        transform = MinimapTransform(area, width, height)
        image = self._explored(view, transform).copy()
        _dots(image, view, transform)
        if camera is not None:
            corners = np.array([(0, 0), (camera.width, 0), (camera.width, camera.height), (0, camera.height)])
            outline = transform.to_pixels(camera.ground(corners, camera.target[2]))
            points = np.rint(np.clip(outline, -1e4, 1e4) * 16 - 8).astype(np.int32)
            cv2.polylines(image, [points], True, (255, 255, 255), 1, cv2.LINE_AA, 4)
        return image

    def _explored(self, view: WorldView, transform: MinimapTransform) -> Image:
        """The land under creep and fog."""
        stamp = (transform, view.visibility.tobytes(), view.creep.tobytes())
        if self._land is None or self._land[0] != stamp:
            size = (transform.width, transform.height)
            shift = _matrix(transform, self._terrain.length, 1)
            fog = np.rint(255 * FOG).astype(np.uint8)[view.visibility[::-1]]
            bright = cv2.warpAffine(fog, shift, size, flags=cv2.INTER_LINEAR)
            land = self._lit(transform)
            if view.creep.any():
                share = cv2.warpAffine(view.creep[::-1].astype(np.float32), shift, size, flags=cv2.INTER_LINEAR)
                land = cv2.blendLinear(land, np.full_like(land, _CREEP), 1 - 0.6 * share, 0.6 * share)
            self._land = (stamp, cv2.multiply(land, cv2.merge([bright, bright, bright]), scale=1 / 255))
        return self._land[1]

    def _lit(self, transform: MinimapTransform) -> Image:
        """The land in full light, (height, width, 3)."""
        key = (transform.width, transform.height, transform.area)
        if key not in self._lands:
            land = _coarse(self._texture)
            size = (transform.width, transform.height)
            blur = _COARSE / transform.scale / 2.4
            if blur > 0.5:
                land = cv2.GaussianBlur(land, (0, 0), blur)
            colour = cv2.warpAffine(
                land, _matrix(transform, self._terrain.length, _COARSE), size, flags=cv2.INTER_LINEAR
            )
            tier = self._terrain.level[::-1].astype(np.float32) / 64
            shift = _matrix(transform, self._terrain.length, 1)
            tier = cv2.warpAffine(tier, shift, size, flags=cv2.INTER_NEAREST)
            inside = cv2.warpAffine(
                np.ones_like(tier, shape=self._terrain.level.shape), shift, size, flags=cv2.INTER_NEAREST
            )
            gain = (0.66 + 0.14 * np.clip(tier, 0, 4)) * np.where(tier < 0.5, 0.4, 1) * inside
            self._lands[key] = np.clip(colour.astype(np.float32) * gain[..., None], 0, 230).astype(np.uint8)
            while len(self._lands) > _KEPT:
                self._lands.popitem(last=False)
        return self._lands[key]


def _coarse(texture: Image) -> Image:
    """The land at `_COARSE` px a world unit."""
    size = (texture.shape[1] * _COARSE // PIXELS_PER_UNIT, texture.shape[0] * _COARSE // PIXELS_PER_UNIT)
    return cv2.resize(texture, size, interpolation=cv2.INTER_AREA)


def _matrix(transform: MinimapTransform, length: int, pixels: int) -> npt.NDArray[np.float64]:
    """Affine map (2, 3) to the minimap from a picture of the whole map, `pixels` a world unit, row 0 in the north."""
    scale = transform.scale / pixels
    left, top = -transform.area[0] * transform.scale, (transform.area[3] - length) * transform.scale
    return np.array([[scale, 0, left + scale / 2 - 0.5], [0, scale, top + scale / 2 - 0.5]])


@functools.lru_cache(maxsize=4096)
def _look(type_id: int, owner: int) -> tuple[palette.Colour, float]:
    """Colour and radius in world units of a unit's square."""
    unit = type_of(type_id)
    colour = palette.of_player(owner)
    if owner == NEUTRAL and unit:
        if "MineralField" in unit.name:
            colour = _RICH if unit.name.startswith("Rich") else _MINERALS
        elif "Geyser" in unit.name:
            colour = _GAS
        else:
            colour = _ROCKS
    return colour, unit.minimap_radius if unit else 0.5


def _dots(image: Image, view: WorldView, transform: MinimapTransform) -> None:
    """Units as filled squares: what belongs to nobody below, structures next, the mobile on top."""
    rows = drawn(view)
    if not len(rows):
        return
    rows = rows[np.lexsort((~view.structure[rows], view.owner[rows] != NEUTRAL))]
    kinds, of_kind = np.unique(view.type[rows].astype(np.int64) << 8 | view.owner[rows], return_inverse=True)
    looks = [_look(kind >> 8, kind & 0xFF) for kind in kinds.tolist()]
    pixels = transform.to_pixels(np.stack([view.x[rows], view.y[rows]], axis=1))
    least = 2 if min(image.shape[:2]) >= 128 else 1
    sides = np.rint(2 * transform.scale * np.array([radius for _, radius in looks]))
    sides = np.maximum(least, sides).astype(int)[of_kind]
    left = np.rint(pixels[:, 0] - sides / 2).astype(int)
    top = np.rint(pixels[:, 1] - sides / 2).astype(int)
    boxes = np.stack([left, top, left + sides, top + sides], axis=1)
    sprite_loops.fill(image, boxes, np.array([colour for colour, _ in looks], np.uint8)[of_kind])
