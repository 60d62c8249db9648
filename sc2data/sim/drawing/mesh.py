"""Small solid shapes, put together from convex parts: the clay of which units and doodads are made.

Convention:
    Model space: x ahead (the unit faces +x), y to its left, z up; world units; the origin is the unit's foot, or the
    middle of a flyer.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sc2data.sim.drawing import palette

Point = tuple[float, float, float]
Array = npt.NDArray[np.float32]

_MIRROR = np.array((1, -1, 1), np.float32)


@dataclasses.dataclass(frozen=True)
class Mesh:
    """Convex parts as quadrilaterals (a triangle repeats its last corner).

    `corners` (V, 3) model space, those of part p from row `spans[p]` up to `spans[p + 1]`; `faces` (F, 4) rows of
    `corners`; `centres` and outward `normals` (F, 3) of the faces; `raised` (F,) their height, 0 at the model's bottom
    and 1 at its top; `part` (F,) number of the convex part; `middles` (P, 3) of the parts; `tier` (P,): parts of a
    higher tier are drawn over those of a lower one; `colour` (F, 3) RGB in full light, black where the face
    `takes_team` (F,), that is, the owner's colour; `glows` (F,) where it is as bright in the shade; `tint` (F,)
    brightness factors.
    """

    corners: Array
    spans: tuple[int, ...]
    faces: npt.NDArray[np.int32]
    centres: Array
    normals: Array
    raised: Array
    part: npt.NDArray[np.int32]
    middles: Array
    tier: npt.NDArray[np.int32]
    colour: Array
    takes_team: npt.NDArray[np.bool_]
    glows: npt.NDArray[np.bool_]
    tint: Array

    @property
    def height(self) -> float:
        """Highest corner, world units."""
        return float(self.corners[:, 2].max())

    @property
    def reach(self) -> float:
        """Distance of the farthest corner from the vertical axis, world units."""
        return float(np.hypot(self.corners[:, 0], self.corners[:, 1]).max())


class Builder:
    """Collects parts; `mesh` gives what was built. Every method adds one convex part (two when `mirror`)."""

    def __init__(self) -> None:
        self._corners: list[Array] = []
        self._faces: list[npt.NDArray[np.int32]] = []
        self._materials: list[str] = []
        self._tiers: list[int] = []
        self._count = 0

    def solid(self, corners: npt.ArrayLike, faces: Sequence[Sequence[int]], material: str, tier: int = 1) -> None:
        """A convex part from its corners (V, 3) and faces of three or four corners each."""
        quads = np.array([[*face, face[-1]] if len(face) == 3 else face for face in faces], np.int32)
        points = np.asarray(corners, np.float32)
        self._corners.append(points)
        self._faces.append(quads + self._count)
        self._materials.append(material)
        self._tiers.append(tier)
        self._count += len(points)

    def box(
        self,
        centre: Point,
        size: Point,
        material: str,
        *,
        taper: float = 1.0,
        yaw: float = 0.0,
        pitch: float = 0.0,
        tier: int = 1,
        mirror: bool = False,
    ) -> None:
        """A box around `centre`, its top `taper` times as large as its bottom, turned by `yaw` and `pitch` radians."""
        half = np.asarray(size, np.float32) / 2
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
        bottom = np.c_[signs * half[:2], np.full(4, -half[2])]
        top = np.c_[signs * half[:2] * taper, np.full(4, half[2])]
        points = _turned(np.concatenate([bottom, top]), yaw, pitch) + np.asarray(centre, np.float32)
        faces = [(0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
        self.solid(points, faces, material, tier)
        if mirror:
            self.solid(points * _MIRROR, faces, material, tier)

    def tube(
        self,
        start: Point,
        end: Point,
        radius: float,
        material: str,
        *,
        end_radius: float | None = None,
        sides: int = 6,
        tier: int = 1,
        mirror: bool = False,
    ) -> None:
        """A round bar from `start` to `end`; with an `end_radius` of 0 a spike."""
        a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
        axis = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6)
        side = np.cross(axis, (0, 0, 1) if abs(axis[2]) < 0.9 else (1, 0, 0))
        side /= np.linalg.norm(side)
        other = np.cross(axis, side)
        last = radius if end_radius is None else max(end_radius, 1e-3)
        angles = (np.arange(sides) + 0.5) * 2 * math.pi / sides
        ring = np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * other
        points = np.concatenate([a + radius * ring, b + last * ring])
        faces: list[tuple[int, ...]] = [(i, (i + 1) % sides, sides + (i + 1) % sides, sides + i) for i in range(sides)]
        for first in (0, sides):
            faces += [(first, first + i, first + i + 1) for i in range(1, sides - 1)]
        self.solid(points, faces, material, tier)
        if mirror:
            self.solid(points * _MIRROR, faces, material, tier)

    def prism(
        self,
        centre: Point,
        radius: float,
        height: float,
        material: str,
        *,
        sides: int = 8,
        top: float = 1.0,
        tier: int = 1,
        mirror: bool = False,
    ) -> None:
        """An upright prism on `centre` (the middle of its floor), its roof `top` times as wide as its floor."""
        x, y, z = centre
        self.tube(
            centre, (x, y, z + height), radius, material, end_radius=radius * top, sides=sides, tier=tier, mirror=mirror
        )

    def ball(
        self,
        centre: Point,
        radii: Point | float,
        material: str,
        *,
        yaw: float = 0.0,
        pitch: float = 0.0,
        rings: int = 5,
        sides: int = 8,
        tier: int = 1,
        mirror: bool = False,
    ) -> None:
        """An ellipsoid around `centre`."""
        size = np.broadcast_to(np.asarray(radii, np.float32), (3,))
        levels = np.linspace(-math.pi / 2, math.pi / 2, rings + 1)[1:-1]
        angles = np.arange(sides) * 2 * math.pi / sides
        points = [(math.cos(v) * math.cos(u), math.cos(v) * math.sin(u), math.sin(v)) for v in levels for u in angles]
        points = [*points, (0, 0, -1), (0, 0, 1)]
        south, north = len(points) - 2, len(points) - 1
        faces: list[tuple[int, ...]] = []
        for ring in range(len(levels) - 1):
            a, b = ring * sides, (ring + 1) * sides
            faces += [(a + i, a + (i + 1) % sides, b + (i + 1) % sides, b + i) for i in range(sides)]
        last = (len(levels) - 1) * sides
        faces += [(south, i, (i + 1) % sides) for i in range(sides)]
        faces += [(north, last + i, last + (i + 1) % sides) for i in range(sides)]
        placed = _turned(np.array(points, np.float32) * size, yaw, pitch) + np.asarray(centre, np.float32)
        self.solid(placed, faces, material, tier)
        if mirror:
            self.solid(placed * _MIRROR, faces, material, tier)

    def fittings(
        self,
        centre: Point,
        area: tuple[float, float],
        count: int,
        materials: Sequence[str],
        *,
        tier: int,
        seed: int = 0,
    ) -> None:
        """Hatches, vents and lamps strewn over a level roof of `area` (x, y) around `centre`."""
        random = np.random.default_rng(seed)
        for number in range(count):
            x, y = (float(random.uniform(-0.5, 0.5)) * side for side in area)
            size = float(random.uniform(0.1, 0.3)), float(random.uniform(0.1, 0.3)), float(random.uniform(0.06, 0.2))
            at = (centre[0] + x, centre[1] + y, centre[2] + size[2] / 2)
            self.box(at, size, materials[number % len(materials)], taper=0.9, tier=tier)

    def sheet(self, points: Sequence[Point], material: str, *, tier: int = 1, mirror: bool = False) -> None:
        """A thin wing or fin: a triangle or quadrilateral that is seen from both sides."""
        corners = np.array(points, np.float32)
        count = len(corners)
        thick = np.concatenate([corners, corners - np.array((0, 0, 0.03), np.float32)])
        faces: list[tuple[int, ...]] = [tuple(range(count)), tuple(range(count, 2 * count))]
        faces += [(i, (i + 1) % count, count + (i + 1) % count, count + i) for i in range(count)]
        self.solid(thick, faces, material, tier)
        if mirror:
            self.solid(thick * _MIRROR, faces, material, tier)

    def mesh(self, scale: float = 1.0) -> Mesh:
        """What was built, `scale` times as large."""
        corners = np.concatenate(self._corners) * np.float32(scale)
        faces = np.concatenate(self._faces)
        part = np.repeat(np.arange(len(self._faces)), [len(f) for f in self._faces]).astype(np.int32)
        middles = np.array([corners[np.unique(f)].mean(0) for f in self._faces], np.float32)
        a, b, c, d = (corners[faces[:, i]] for i in range(4))
        normals = np.cross(c - a, d - b)
        triangle = faces[:, 2] == faces[:, 3]
        normals[triangle] = np.cross(b - a, c - a)[triangle]
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        centres = (a + b + c + d) / 4
        outward = np.einsum("ij,ij->i", normals, centres - middles[part]) >= 0
        normals = np.where(outward[:, None], normals, -normals).astype(np.float32)
        names = np.array(self._materials)
        colour = np.array([palette.MATERIALS.get(name, (0, 0, 0)) for name in self._materials], np.float32)[part]
        takes_team = (names == palette.TEAM)[part]
        glows = np.isin(names, sorted(palette.GLOWING))[part]
        low, high = float(corners[:, 2].min()), float(corners[:, 2].max())
        raised = np.clip((centres[:, 2] - low) / max(high - low, 1e-3), 0, 1)
        tint = np.random.default_rng(len(corners)).uniform(0.93, 1.07, len(faces)).astype(np.float32)
        spans = (0, *np.cumsum([len(points) for points in self._corners]).tolist())
        tiers = np.array(self._tiers, np.int32)
        return Mesh(
            corners, spans, faces, centres, normals, raised, part, middles, tiers, colour, takes_team, glows, tint
        )


def _turned(points: npt.NDArray[np.float32], yaw: float, pitch: float) -> npt.NDArray[np.float32]:
    """Points (N, 3) pitched up around y, then turned left around z."""
    c, s = math.cos(pitch), math.sin(pitch)
    x, y, z = points.T
    x, z = c * x - s * z, s * x + c * z
    c, s = math.cos(yaw), math.sin(yaw)
    return np.stack([c * x - s * y, s * x + c * y, z], axis=1).astype(np.float32)
