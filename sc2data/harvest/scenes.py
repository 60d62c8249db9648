"""Draws battle scenes: which units stand where, under which camera, and what happens to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.harvest.faults import ConfigError
from sc2data.harvest.ground import Ground
from sc2data.harvest.pictures import RenderSizes
from sc2data.harvest.scene_config import CLUSTERS, CROWD, SPREAD, STILL, SceneConfig

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]

CAMERA_EDGE = 7
"""Cells between a camera and the edge of the playable area; the game would push a camera nearer to it back."""
ANCHOR_DISTANCE = 20.0
"""World units, on all but small maps, between everything in a scene and the structures that keep the players in the
game: farther than any weapon reaches."""
_ANCHOR_SHARE = 0.28  # of the playable area's diagonal: the same on small maps
FRONT = 3.0
"""World units between the sides where they are set up: what fights hand to hand needs some loops to get there."""
_MARGIN = 0.06
_LEAST_CELLS = 12
_TRIES = 12
_GROUP = 4.0  # world units around the middle of a group off the screen


@dataclasses.dataclass(frozen=True)
class Placement:
    """A unit to create: its type id, whether it is ours or the enemy's, and where."""

    type: int
    ours: bool
    x: float
    y: float


@dataclasses.dataclass
class ScenePlan:
    """A scene to set up. `rng` goes on being drawn from while it is played, for orders and repairs."""

    scene: int
    seed: int
    camera: tuple[float, float]
    counted: int
    placements: list[Placement]
    motion: str
    loops: int
    frame_loops: list[int]
    inside: Points  # (n, 2) cell centres well within the view: where a unit that is missing may be put
    rng: np.random.Generator


class SceneSampler:
    """Draws the scenes of one map.

    Scene i of seed S is the same whatever else is drawn: its generator is made from (S, i, attempt) alone.

    Raises:
      ConfigError: the map has no place for a camera.
    """

    def __init__(
        self, config: SceneConfig, ground: Ground, sizes: RenderSizes, anchors: Sequence[tuple[float, float]]
    ) -> None:
        self.config = config
        self.ground = ground
        self._view_size = sizes.asked_screen
        self._ids = config.type_ids()
        walkable = ground.walkable() & self._far_from(anchors)
        rows, columns = np.nonzero(walkable)
        self._cells = np.stack([columns + 0.5, rows + 0.5], axis=1)
        self._heights = ground.height[rows, columns].astype(np.float64)
        self._walkable = walkable
        self._cameras = self._camera_cells()
        if not len(self._cameras):
            raise ConfigError("the map has no walkable ground for a camera away from its edges and the players' bases")

    def sample(self, seed: int, scene: int, attempt: int = 0) -> ScenePlan:
        """Scene number `scene` of a harvest with `seed`; `attempt` counts the draws that the game refused."""
        sequence = np.random.SeedSequence([seed, scene, attempt])
        rng = np.random.default_rng(sequence)
        config = self.config
        camera, inside, outside = self._view(rng)
        ground = _Placer(rng, self._walkable, self._cells[inside], self._cells[outside])

        counted = int(rng.integers(config.count[0], config.count[1] + 1))
        own = self._ids[config.counted]
        placements = self._structures(rng, ground)
        placements += [Placement(own, True, *point) for point in ground.inside(counted, _choice(rng, config.layouts))]
        placements += [Placement(own, True, *point) for point in ground.outside(_between(rng, config.elsewhere))]
        mix = self._mix(rng)
        placements += self._clutter(rng, ground, mix, ours=True)
        ground.keep_off(placements)
        placements += self._clutter(rng, ground, mix, ours=False)
        motion = _choice(rng, config.motions)
        return ScenePlan(
            scene=scene,
            seed=int(sequence.generate_state(1, np.uint64)[0]),
            camera=camera,
            counted=counted,
            placements=placements,
            motion=motion,
            loops=0 if motion == STILL else _between(rng, config.loops),
            frame_loops=[_between(rng, config.frame_loops) for _ in range(config.frames - 1)],
            inside=self._cells[inside],
            rng=rng,
        )

    def _far_from(self, anchors: Sequence[tuple[float, float]]) -> Mask:
        """Which cells (H, W) are far enough from the anchors."""
        left, bottom, right, top = self.ground.playable
        distance = min(ANCHOR_DISTANCE, _ANCHOR_SHARE * float(np.hypot(right - left, top - bottom)))
        y, x = np.mgrid[: self.ground.pathable.shape[0], : self.ground.pathable.shape[1]] + 0.5
        return np.logical_and.reduce([np.hypot(x - ax, y - ay) > distance for ax, ay in anchors] or [x > 0])

    def _camera_cells(self) -> Points:
        left, bottom, right, top = self.ground.playable
        x, y = self._cells.T
        edge = CAMERA_EDGE
        return self._cells[(x > left + edge) & (x < right - edge) & (y > bottom + edge) & (y < top - edge)]

    def _view(self, rng: np.random.Generator) -> tuple[tuple[float, float], Mask, Mask]:
        """A camera that sees enough ground, and which cells are well within its view and well outside."""
        best: tuple[tuple[float, float], Mask, Mask] | None = None
        for _ in range(_TRIES):
            x, y = self._cameras[rng.integers(len(self._cameras))] + rng.uniform(-0.5, 0.5, 2)
            inside, outside = self._sides((float(x), float(y)))
            if best is None or inside.sum() > best[1].sum():
                best = (float(x), float(y)), inside, outside
            if inside.sum() >= 40 + 3 * self.config.count[1]:
                break
        assert best is not None
        return best

    def _sides(self, point: tuple[float, float]) -> tuple[Mask, Mask]:
        width, height = self._view_size
        camera = ScreenCamera((*point, self.ground.height_at(*point)), width, height)
        near = np.abs(self._cells - point).max(axis=1) < 40
        pixels, depth = camera.project(np.column_stack([self._cells[near], self._heights[near]]))
        offset = np.abs(pixels / (width, height) - 0.5).max(axis=1)  # 0 in the middle, 0.5 on the edge
        inside, outside = np.zeros(len(near), bool), ~near
        inside[near] = (offset < 0.5 - _MARGIN) & (depth > 0)
        outside[near] = (offset > 0.5 + 2 * _MARGIN) | (depth <= 0)
        return inside, outside

    def _structures(self, rng: np.random.Generator, ground: _Placer) -> list[Placement]:
        count = _between(rng, self.config.structures_count)
        names = rng.choice(self.config.structures, count).tolist() if count else []
        placements = []
        for name, near in zip(names, rng.random(count) < 0.6):
            point = ground.structure(self.ground.placeable, bool(near))
            if point is not None:
                placements.append(Placement(self._ids[name], bool(rng.random() < 0.5), *point))
        return placements

    def _mix(self, rng: np.random.Generator) -> dict[str, int]:
        """How many of each other type: a mix of its own in each scene."""
        names = [*self.config.army, *self.config.enemies]
        if not names:
            return {}
        counts = rng.multinomial(_between(rng, self.config.clutter), rng.dirichlet(np.full(len(names), 0.7)))
        return dict(zip(names, counts.tolist()))

    def _clutter(self, rng: np.random.Generator, ground: _Placer, mix: dict[str, int], ours: bool) -> list[Placement]:
        """The other units of one side, most of them in the view."""
        names = self.config.army if ours else self.config.enemies
        kinds = rng.permutation([self._ids[name] for name in names for _ in range(mix[name])]).astype(int).tolist()
        near = int(rng.binomial(len(kinds), rng.uniform(0.3, 1.0)))
        points = ground.inside(near, _choice(rng, self.config.layouts)) + ground.outside(len(kinds) - near)
        return [Placement(kind, ours, *point) for kind, point in zip(kinds, points)]


class _Placer:
    """Points on the ground of one scene; the places of structures are not given away again."""

    def __init__(self, rng: np.random.Generator, walkable: Mask, inside: Points, outside: Points) -> None:
        self._rng = rng
        self._inside = inside
        self._outside = outside if len(outside) else inside
        self._allowed = np.zeros_like(walkable)
        self._allowed[inside[:, 1].astype(int), inside[:, 0].astype(int)] = True

    def inside(self, count: int, layout: str) -> list[tuple[float, float]]:
        """`count` points in the view, standing as `layout` says."""
        if layout == SPREAD or not count:
            return self._scatter(self._inside, count)
        groups, spread = {
            CLUSTERS: (int(self._rng.integers(2, 5)), self._rng.uniform(0.8, 2.5)),
            CROWD: (1, 0.35 * np.sqrt(count)),
        }[layout]
        centres = self._inside[self._rng.integers(len(self._inside), size=groups)]
        members = self._rng.integers(groups, size=count)
        tries = centres[members][:, None] + self._rng.normal(0, spread, (count, _TRIES, 2))
        fallback = np.array(self._scatter(self._inside, count))
        good = self._are_allowed(tries)
        first = tries[np.arange(count), good.argmax(axis=1)]
        points = np.where(good.any(axis=1, keepdims=True), first, fallback)
        return [(x, y) for x, y in points.tolist()]

    def outside(self, count: int) -> list[tuple[float, float]]:
        """`count` points anywhere on the map but in the view, in groups."""
        if not count:
            return []
        groups = 1 + int(self._rng.integers(0, max(1, count // 4) + 1))
        centres = self._outside[self._rng.integers(len(self._outside), size=groups)]
        x, y = (self._outside[None, :, axis] - centres[:, None, axis] for axis in (0, 1))
        near = [np.flatnonzero(row) for row in x * x + y * y < _GROUP**2]
        cells = [self._outside[self._rng.choice(near[group])] for group in self._rng.integers(groups, size=count)]
        return self._jittered(np.array(cells))

    def structure(self, placeable: Mask, near: bool) -> tuple[float, float] | None:
        """A place for a structure of up to 3 x 3 cells, away from the others; None where there is hardly any."""
        pool = self._inside if near else self._outside
        for x, y in pool[self._rng.integers(len(pool), size=_TRIES)]:
            column, row = int(x), int(y)
            clear = placeable[row - 2 : row + 3, column - 2 : column + 3]
            if clear.size == 25 and clear.all():
                self._take(x, y)
                return float(x), float(y)
        return None

    def _take(self, x: float, y: float) -> None:
        """Let nothing else stand within three cells of (x, y), as long as some ground is left."""
        left = [cells[np.abs(cells - (x, y)).max(axis=1) > 3] for cells in (self._inside, self._outside)]
        if len(left[0]) and len(left[1]):
            self._inside, self._outside = left
            self._allowed[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] = False

    def keep_off(self, placements: Sequence[Placement]) -> None:
        """Let nothing else stand within `FRONT` of these, as long as some ground is left."""
        free = np.ones(self._allowed.shape, np.uint8)
        for placement in placements:
            free[int(placement.y), int(placement.x)] = 0
        distance = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_3)
        far = [distance[cells[:, 1].astype(int), cells[:, 0].astype(int)] > FRONT for cells in self._pools()]
        if all(mask.sum() >= _LEAST_CELLS for mask in far):
            self._inside, self._outside = self._inside[far[0]], self._outside[far[1]]
            self._allowed &= distance > FRONT

    def _pools(self) -> tuple[Points, Points]:
        return self._inside, self._outside

    def _scatter(self, cells: Points, count: int) -> list[tuple[float, float]]:
        return self._jittered(cells[self._rng.integers(len(cells), size=count)])

    def _jittered(self, cells: Points) -> list[tuple[float, float]]:
        """A point in each of some cells."""
        return [(x, y) for x, y in (cells + self._rng.uniform(-0.45, 0.45, cells.shape)).tolist()]

    def _are_allowed(self, points: Points) -> Mask:
        """Which of points (..., 2) lie on cells where something may stand."""
        columns, rows = points[..., 0].astype(int), points[..., 1].astype(int)
        height, width = self._allowed.shape
        within = np.asarray((rows >= 0) & (rows < height) & (columns >= 0) & (columns < width))
        return within & self._allowed[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]


def _between(rng: np.random.Generator, bounds: tuple[int, int]) -> int:
    """A whole number, uniform over both bounds and what lies between."""
    return int(rng.integers(bounds[0], bounds[1] + 1))


def _choice(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    names = sorted(weights)
    shares = np.array([weights[name] for name in names], np.float64)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]
