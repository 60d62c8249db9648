"""Pictures of models as the tilted camera sees them, made when first needed and kept."""

from __future__ import annotations

import collections
import dataclasses
import math

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import CAMERA_PITCH
from sc2data.sim.mesh import Mesh
from sc2data.sim.palette import Colour
from sc2data.sim.relief import SUN

FACINGS = 32
"""Directions that a mobile unit is drawn in."""

SMALL_STEP, LARGE_STEP = 1.04, 1.015
"""Ratio of one drawn size to the next, for units and for structures: a sprite is at most half a step off."""

Image = npt.NDArray[np.uint8]

_FILL = np.array([0.1, -0.75, 0.62])  # the sky's light comes from the camera's side
_SHADOW = 0.52  # share of the light that a shadow takes
_GENTLE = 0.075  # world units over which a shadow's edge fades


@dataclasses.dataclass(frozen=True)
class Pose:
    """How a model stands before the camera.

    `facing` radians; `focal` the camera's focal length in px and `scale` px a world unit at the foot, so that the foot
    is focal / scale away; `across` and `up` tangents of the angles between the viewing direction and the ray to the
    foot.
    """

    facing: float
    focal: float
    scale: float
    across: float = 0.0
    up: float = 0.0


@dataclasses.dataclass(frozen=True)
class Sprite:
    """A picture to lay over another: picture * rest / 255 + colour.

    `colour` uint8 (h, w, 3) RGB already weighted by its coverage; `rest` uint8 (h, w, 3) what shows through; `left`,
    `top`: px from the foot to the upper left corner, whole numbers, since the foot is at a corner of four pixels.
    """

    colour: Image
    rest: Image
    left: int
    top: int

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.colour.nbytes + self.rest.nbytes

    def faded(self, share: npt.NDArray[np.float32] | float) -> Sprite:
        """The sprite with only a `share` in [0, 1] of its coverage, one for all or (h, w) for each pixel."""
        keep = share if isinstance(share, float) else share[..., None]
        colour = np.rint(self.colour * keep).astype(np.uint8)
        return dataclasses.replace(self, colour=colour, rest=np.rint(255 - (255 - self.rest) * keep).astype(np.uint8))

    def tinted(self, tint: Colour, share: float, light: float) -> Sprite:
        """The sprite's own colours mixed with `tint` of the same brightness by `share`, times `light`."""
        grey = self.colour.mean(2, keepdims=True) / 150
        mixed = (self.colour * (1 - share) + grey * np.asarray(tint) * share) * light
        cover = 255 - self.rest.astype(np.float64)
        return dataclasses.replace(self, colour=np.rint(np.minimum(mixed, cover)).astype(np.uint8))

    def paint(self, image: Image, x: int, y: int) -> None:
        """Lay the sprite over `image` in place, its foot at the corner (x, y) of pixels."""
        left, top = x + self.left, y + self.top
        height, width = self.colour.shape[:2]
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, image.shape[1]), min(top + height, image.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        target = image[y0:y1, x0:x1]
        window = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        cv2.multiply(target, self.rest[window], dst=target, scale=1 / 255)
        cv2.add(target, self.colour[window], dst=target)


def level_of(scale: float, step: float) -> int:
    """Number of the drawn size nearest to `scale` px a world unit: `step` to its power."""
    return round(math.log(scale) / math.log(step))


class _Lens:
    """Projects model space for one pose; pixels relative to the foot."""

    def __init__(self, pose: Pose) -> None:
        self._pose = pose
        self._pitch = math.radians(CAMERA_PITCH)

    def project(self, points: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """World-oriented offsets (N, 3) from the foot to pixels (N, 2), x right and y down, and depths (N,)."""
        pose, c, s = self._pose, math.cos(self._pitch), math.sin(self._pitch)
        x, y, z = np.asarray(points, np.float64).T
        foot = pose.focal / pose.scale
        depth = foot + y * c - z * s
        across = (pose.across * foot + x) / depth - pose.across
        up = (pose.up * foot + y * s + z * c) / depth - pose.up
        return np.stack([across, -up], axis=1) * pose.focal, depth

    def sight(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Directions (N, 3) from the camera to world-oriented offsets (N, 3), not normalised."""
        pose, c, s = self._pose, math.cos(self._pitch), math.sin(self._pitch)
        foot = pose.focal / pose.scale
        eye = -foot * (np.array([0, c, -s]) + pose.across * np.array([1, 0, 0]) + pose.up * np.array([0, s, c]))
        return np.asarray(points, np.float64) - eye


def rasterise(mesh: Mesh, team: Colour, pose: Pose, *, body: bool = True, shadow: bool = True) -> Sprite:
    """Draw a model in the colour of its team: sunlit, smooth at the edges, with its shadow on level ground."""
    c, s = math.cos(pose.facing), math.sin(pose.facing)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    corners, normals, middles = mesh.corners @ turn.T, mesh.normals @ turn.T, mesh.middles @ turn.T
    camera = _Lens(pose)
    pixels, _ = camera.project(corners)
    cast = corners - np.maximum(corners[:, 2:], 0) / SUN[2] * np.array(SUN)
    cast[:, 2] = 0
    fallen, _ = camera.project(cast)
    soft = max(1.0, _GENTLE * pose.scale)
    low, high = _bounds(pixels if body else fallen, fallen if shadow else pixels, math.ceil(2 * soft) + 1)
    width, height = high - low
    shade = np.zeros((height, width), np.uint8)
    if shadow:
        shade = _shadow(mesh, (fallen - low), normals, width, height, soft)
    canvas = np.zeros((height, width, 4), np.uint8)
    if body:
        colours = _lit(mesh, team, corners, normals)
        middle = corners[mesh.faces].mean(1)
        seen = np.einsum("ij,ij->i", normals, camera.sight(middle)) < 0
        _, distance = camera.project(middles)
        order = np.lexsort((-distance[mesh.part], mesh.tier[mesh.part]))
        canvas = _body(mesh, pixels - low, colours, order[seen[order]], width, height)
    covered = canvas[..., 3].astype(np.float32)
    rest = (255 - covered) * (1 - shade.astype(np.float32) * (_SHADOW / 255))
    rest3 = cv2.merge([np.rint(rest).astype(np.uint8)] * 3)
    return Sprite(np.ascontiguousarray(canvas[..., :3]), rest3, int(low[0]), int(low[1]))


def _bounds(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], margin: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Whole pixel bounds of two sets of points, with a margin."""
    low = np.floor(np.minimum(first.min(0), second.min(0))).astype(np.int64) - margin
    high = np.ceil(np.maximum(first.max(0), second.max(0))).astype(np.int64) + margin
    return low, high


def _lit(mesh: Mesh, team: Colour, corners: npt.NDArray[np.float64], normals: npt.NDArray[np.float64]) -> npt.ArrayLike:
    """Colour of each face (F, 3) in sun and skylight, darker near the ground."""
    colours, glowing = mesh.colours(team)
    sun = np.maximum(normals @ np.array(SUN), 0)
    sky = np.maximum(normals @ (_FILL / np.linalg.norm(_FILL)), 0)
    level = corners[mesh.faces, 2].mean(1)
    bottom, top = float(corners[:, 2].min()), float(corners[:, 2].max())
    raised = np.clip((level - bottom) / max(top - bottom, 1e-3), 0, 1)
    light = (0.26 + 0.78 * sun + 0.34 * sky) * (0.72 + 0.34 * raised)
    gleam = 70 * sun**8 * ~glowing
    light = np.where(glowing, np.maximum(light, 0.95), light)
    return np.clip(colours * light[:, None] + gleam[:, None], 0, 255)


def _body(
    mesh: Mesh,
    pixels: npt.NDArray[np.float64],
    colours: npt.ArrayLike,
    order: npt.NDArray[np.intp],
    width: int,
    height: int,
) -> Image:
    """The model's faces in `order` on a clear canvas (height, width, 4), the last channel coverage."""
    fine = 4 if max(width, height) < 160 else 2
    canvas = np.zeros((height * fine, width * fine, 4), np.uint8)
    points = np.rint(pixels * (fine * 16) - 8).astype(np.int32)[mesh.faces]
    shades = np.asarray(colours, np.float64)
    for face in order.tolist():
        r, g, b = shades[face].tolist()
        cv2.fillConvexPoly(canvas, points[face], (r, g, b, 255.0), cv2.LINE_8, 4)
    while fine > 1:
        fine //= 2
        canvas = cv2.resize(canvas, (width * fine, height * fine), interpolation=cv2.INTER_AREA)
    return canvas


def _shadow(
    mesh: Mesh, pixels: npt.NDArray[np.float64], normals: npt.NDArray[np.float64], width: int, height: int, soft: float
) -> Image:
    """Coverage (height, width) of the model's shadow, its edges faded over `soft` px."""
    canvas = np.zeros((height * 2, width * 2), np.uint8)
    points = np.rint(pixels * 32 - 8).astype(np.int32)[mesh.faces]
    for face in np.flatnonzero(normals @ np.array(SUN) > 0).tolist():
        cv2.fillConvexPoly(canvas, points[face], (255.0,), cv2.LINE_8, 4)
    canvas = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(canvas, (0, 0), soft * 0.5)


class SpriteCache:
    """Keeps sprites by key within `capacity` bytes; the one that was not used for longest goes first."""

    def __init__(self, capacity: int = 192 << 20) -> None:
        self._capacity, self._held = capacity, 0
        self._sprites: collections.OrderedDict[object, Sprite] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._sprites)

    def get(self, key: object) -> Sprite | None:
        """The sprite kept under `key`."""
        sprite = self._sprites.get(key)
        if sprite is not None:
            self._sprites.move_to_end(key)
        return sprite

    def put(self, key: object, sprite: Sprite) -> Sprite:
        """Keep a sprite, let others go where there is no room; returns it."""
        self._sprites[key] = sprite
        self._held += sprite.nbytes
        while self._held > self._capacity and len(self._sprites) > 1:
            self._held -= self._sprites.popitem(last=False)[1].nbytes
        return sprite
