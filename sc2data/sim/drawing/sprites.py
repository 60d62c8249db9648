"""Pictures of models as the tilted camera sees them, made when first needed and kept."""

from __future__ import annotations

import dataclasses
import functools
import math

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import CAMERA_PITCH
from sc2data.sim.drawing import noise, sprite_loops
from sc2data.sim.drawing.mesh import Mesh
from sc2data.sim.drawing.palette import Colour
from sc2data.sim.drawing.relief import SUN

FACINGS = 24
"""Directions that a mobile unit is drawn in."""

Image = npt.NDArray[np.uint8]

TEAM_LIGHT = 150.0
"""What the fourth channel of a `Blank` holds where its owner's colour shows in full light."""

_FILL = np.array([0.1, -0.75, 0.62])  # the sky's light comes from the camera's side
_SHADOW = 0.52  # share of the light that a shadow takes
_CONTACT = 0.4  # share of the light that is missing under what stands on the ground
_SMALL = 56  # px: smaller bodies are drawn at four times their size, larger ones at twice
_GENTLE = 0.075  # world units over which a shadow's edge fades


@dataclasses.dataclass(frozen=True)
class Pose:
    """How a model stands before the camera.

    `facing` radians; `focal` the camera's focal length in px and `scale` px a world unit at the foot, so that the foot
    is focal / scale away; `across` and `up` tangents of the angles between the viewing direction and the ray to the
    foot; `pitch` the camera's, degrees.
    """

    facing: float
    focal: float
    scale: float
    across: float = 0.0
    up: float = 0.0
    pitch: float = CAMERA_PITCH


@dataclasses.dataclass(frozen=True)
class Sprite:
    """A picture to lay over another: picture * rest / 255 + colour.

    `colour` uint8 (h, w, 3) RGB already weighted by its coverage; `rest` uint8 (h, w) what shows through; `left`,
    `top`: px from the foot to the upper left corner, whole numbers, since the foot is at a corner of four pixels.
    """

    colour: Image
    rest: Image
    left: int
    top: int

    @property
    def nbytes(self) -> int:
        """Memory that it takes, once it was painted."""
        return self.colour.nbytes + 4 * self.rest.nbytes

    @functools.cached_property
    def extent(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, px from the foot."""
        height, width = self.rest.shape
        return self.left, self.top, self.left + width, self.top + height

    @functools.cached_property
    def _veil(self) -> Image:
        """`rest` for each colour, (h, w, 3)."""
        return cv2.merge([self.rest, self.rest, self.rest])

    def faded(self, share: Image | float) -> Sprite:
        """The sprite with only a share of its coverage: one in [0, 1] for all, or uint8 (h, w) for each pixel."""
        plane = np.full(self.rest.shape, round(255 * share), np.uint8) if isinstance(share, float) else share
        colour = cv2.multiply(self.colour, cv2.merge([plane, plane, plane]), scale=1 / 255)
        return dataclasses.replace(self, colour=colour, rest=255 - cv2.multiply(255 - self.rest, plane, scale=1 / 255))

    @functools.cached_property
    def body(self) -> Sprite:
        """The sprite without its shadow: where it has no colour it hides nothing."""
        clear = cv2.inRange(self.colour, (0, 0, 0), (0, 0, 0))
        return dataclasses.replace(self, rest=cv2.max(self.rest, clear))

    def tinted(self, tint: Colour, share: float, light: float) -> Sprite:
        """The sprite's own colours mixed with `tint` of the same brightness by `share`, times `light`."""
        grey = self.colour.mean(2, keepdims=True) / 150
        mixed = (self.colour * (1 - share) + grey * np.asarray(tint) * share) * light
        cover = 255 - self.rest[..., None].astype(np.float64)
        return dataclasses.replace(self, colour=np.rint(np.minimum(mixed, cover)).astype(np.uint8))

    def paint(self, image: Image, x: int, y: int) -> None:
        """Lay the sprite over `image` in place, its foot at the corner (x, y) of pixels."""
        sprite_loops.lay(image, self.colour, self._veil, x + self.left, y + self.top)


@dataclasses.dataclass(frozen=True)
class Blank:
    """A sprite that has not taken its owner's colour yet.

    `colour` uint8 (h, w, 4): RGB as of a sprite, and how bright the owner's colour is, in units of `TEAM_LIGHT`; the
    rest as in `Sprite`.
    """

    colour: Image
    rest: Image
    left: int
    top: int

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.colour.nbytes + self.rest.nbytes

    def shrunk(self, part: int, parts: int) -> Blank:
        """The same at `part` / `parts` of its size; its foot stays at a corner of pixels."""
        height, width = self.rest.shape
        left, top = self.left - self.left % parts, self.top - self.top % parts
        right, bottom = -(-(self.left + width) // parts) * parts, -(-(self.top + height) // parts) * parts
        border = (self.top - top, bottom - self.top - height, self.left - left, right - self.left - width)
        size = ((right - left) // parts * part, (bottom - top) // parts * part)
        colour = cv2.copyMakeBorder(self.colour, *border, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
        rest = cv2.copyMakeBorder(self.rest, *border, cv2.BORDER_CONSTANT, value=(255,))
        x0, y0 = border[2] * part // parts, border[0] * part // parts
        x1, y1 = size[0] - border[3] * part // parts, size[1] - border[1] * part // parts
        return Blank(
            cv2.resize(colour, size, interpolation=cv2.INTER_LINEAR)[y0:y1, x0:x1],
            cv2.resize(rest, size, interpolation=cv2.INTER_LINEAR)[y0:y1, x0:x1].copy(),
            left // parts * part + x0,
            top // parts * part + y0,
        )

    def in_colour(self, team: Colour) -> Sprite:
        """The sprite of an owner whose colour is `team`."""
        red, green, blue, light = cv2.split(self.colour)
        channels = [
            cv2.addWeighted(channel, 1, light, value / TEAM_LIGHT, 0)
            for channel, value in zip((red, green, blue), team, strict=True)
        ]
        return Sprite(cv2.merge(channels), self.rest, self.left, self.top)


class _Lens:
    """Projects model space for one pose; pixels relative to the foot."""

    def __init__(self, pose: Pose) -> None:
        self._pose = pose
        self._pitch = math.radians(pose.pitch)

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


def rasterise(mesh: Mesh, pose: Pose, *, body: bool = True, shadow: bool = True) -> Blank:
    """Draw a model: sunlit, smooth at the edges, with its shadow on level ground."""
    c, s = math.cos(pose.facing), math.sin(pose.facing)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    corners = mesh.corners @ turn.T
    lens = _Lens(pose)
    pixels, _ = lens.project(corners)
    cast = corners - np.maximum(corners[:, 2:], 0) / SUN[2] * np.array(SUN)
    cast[:, 2] = 0
    fallen, _ = lens.project(cast)
    soft = max(0.5, _GENTLE * pose.scale)
    spread = np.array([-1, 1])[:, None, None] * math.ceil(1.3 * soft) + fallen
    parts = ([pixels] if body else []) + ([spread.reshape(-1, 2)] if shadow else [])
    low, high = _bounds(np.concatenate(parts))
    width, height = high - low
    rest = np.full((height, width), 255, np.uint8)
    if shadow:
        floor, _ = lens.project(corners[corners[:, 2] < 0.15] * (1.0, 1.0, 0.0))
        rest = 255 - _shadow(mesh, floor - low, fallen - low, width, height, soft)
    colour = np.zeros((height, width, 4), np.uint8)
    if body:
        near, far = _bounds(pixels)
        window = slice(near[1] - low[1], far[1] - low[1]), slice(near[0] - low[0], far[0] - low[0])
        colour[window], cover = _body(mesh, turn, lens, pixels - near, far - near)
        rest[window] = cv2.multiply(rest[window], 255 - cover, scale=1 / 255)
    return Blank(colour, rest, int(low[0]), int(low[1]))


def _bounds(points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Whole pixel bounds of points (N, 2), with a margin of one."""
    return np.floor(points.min(0)).astype(np.int64) - 1, np.ceil(points.max(0)).astype(np.int64) + 1


def _lit(mesh: Mesh, normals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Colour of each face and the light on its owner's colour (F, 4): sun and sky, less of it near the ground."""
    sun = np.maximum(normals @ np.array(SUN), 0)
    sky = np.maximum(normals @ (_FILL / np.linalg.norm(_FILL)), 0)
    light = (0.26 + 0.78 * sun + 0.34 * sky) * (0.72 + 0.34 * mesh.raised)
    light = np.where(mesh.glows, np.maximum(light, 0.95), light) * mesh.tint
    gleam = np.where(mesh.glows, 0, 70 * sun**8)
    own = mesh.colour * light[:, None] + gleam[:, None]
    return np.minimum(np.column_stack([own, TEAM_LIGHT * light * mesh.takes_team]), 255)


def _body(
    mesh: Mesh,
    turn: npt.NDArray[np.float64],
    lens: _Lens,
    pixels: npt.NDArray[np.float64],
    size: npt.NDArray[np.int64],
) -> tuple[Image, Image]:
    """The model's faces, the nearest last, as colours (height, width, 4) and as coverage (height, width)."""
    normals = mesh.normals @ turn.T
    shades = _lit(mesh, normals)
    seen = np.einsum("ij,ij->i", normals, lens.sight(mesh.centres @ turn.T)) < 0
    _, distance = lens.project(mesh.middles @ turn.T)
    order = np.lexsort((-distance[mesh.part], mesh.tier[mesh.part]))
    order = order[seen[order]]
    width, height = size.tolist()
    fine = 4 if max(width, height) < _SMALL else 2
    canvas = np.zeros((height * fine, width * fine, 4), np.uint8)
    cover = np.zeros((height * fine, width * fine), np.uint8)
    points = np.rint(pixels * (fine * 16) - 8).astype(np.int32)
    for corner, shade in zip(points[mesh.faces[order]], shades[order].tolist(), strict=True):
        cv2.fillConvexPoly(canvas, corner, shade, cv2.LINE_8, 4)
    for first, last in zip(mesh.spans[:-1], mesh.spans[1:], strict=True):
        cv2.fillConvexPoly(cover, cv2.convexHull(points[first:last]), (255.0,), cv2.LINE_8, 4)
    while fine > 1:
        fine //= 2
        canvas = cv2.resize(canvas, (width * fine, height * fine), interpolation=cv2.INTER_AREA)
        cover = cv2.resize(cover, (width * fine, height * fine), interpolation=cv2.INTER_AREA)
    return _weathered(canvas, cover), cover


def _weathered(canvas: Image, cover: Image) -> Image:
    """A body (h, w, 4) with specks and scratches, its outline lit from above left and dark below right."""
    height, width = cover.shape
    gain = noise.wrap(_wear(), 0, 0, width, height)
    inner = gain[1:-1, 1:-1]
    lit = cv2.subtract(cover[1:-1, 1:-1], cover[:-2, :-2])
    dark = cv2.subtract(cover[1:-1, 1:-1], cover[2:, 2:])
    cv2.addWeighted(inner, 1, lit, 0.2, 0, dst=inner)
    cv2.addWeighted(inner, 1, dark, -0.3, 0, dst=inner)
    return cv2.multiply(canvas, cv2.merge([gain, gain, gain, gain]), scale=1 / 128)


@functools.lru_cache(maxsize=1)
def _wear() -> Image:
    """Brightness of worn surfaces, 128 where there is no wear."""
    specks = noise.fractal(512, 71, roughness=0.6, coarsest=48)
    blotches = noise.fractal(512, 72, roughness=1.4, coarsest=12, finest=120)
    return np.rint(128 + 44 * (specks - 0.5) + 50 * (blotches - 0.5)).astype(np.uint8)


def _shadow(
    mesh: Mesh, floor: npt.NDArray[np.float64], pixels: npt.NDArray[np.float64], width: int, height: int, soft: float
) -> Image:
    """Share of the light (height, width) that the model's shadow takes, its edges faded over `soft` px."""
    coarse = 2 if soft >= 2 else 1
    canvas = np.zeros((-(-height // coarse), -(-width // coarse)), np.uint8)
    points = np.rint(pixels * (16 / coarse) - 8).astype(np.int32)
    if len(floor):  # what stands on the ground also keeps the sky's light from it
        outline = cv2.convexHull(np.rint(floor * (16 / coarse) - 8).astype(np.int32))
        cv2.fillConvexPoly(canvas, outline, (255 * _CONTACT,), cv2.LINE_8, 4)
        canvas = cv2.GaussianBlur(canvas, (0, 0), soft / coarse)
    for first, last in zip(mesh.spans[:-1], mesh.spans[1:], strict=True):
        cv2.fillConvexPoly(canvas, cv2.convexHull(points[first:last]), (255 * _SHADOW,), cv2.LINE_8, 4)
    canvas = cv2.GaussianBlur(canvas, (0, 0), 0.5 * soft / coarse)
    if coarse == 1:
        return canvas
    full = (canvas.shape[1] * coarse, canvas.shape[0] * coarse)
    return cv2.resize(canvas, full, interpolation=cv2.INTER_LINEAR)[:height, :width]
