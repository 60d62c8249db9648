"""The ground under a tilted camera: every pixel's ray meets the relief, and the texture is drawn there."""

from __future__ import annotations

import dataclasses
import math
import pathlib

import cv2
import numpy as np
import numpy.typing as npt

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import noise, soils
from sc2data.sim.drawing.ground_texture import PIXELS_PER_UNIT, ground_texture
from sc2data.sim.drawing.relief import SAMPLES, Relief
from sc2data.sim.maps.terrain import Terrain

Plane = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

_SLICE = 0.6  # world units between the heights at which rays are tested
_RAYS = 256  # rays along the shorter side of the picture
_MAX_ZOOM = 4
_STONES = 30  # px of the rock's tile a world unit of a rock face
_VOID = (9, 9, 12)


@dataclasses.dataclass(frozen=True)
class Hits:
    """Where the rays of a picture meet the ground, on a grid of every `step` pixels with a margin of one.

    Convention:
        `x`, `y`, `z` are float32 (rows, columns) in world units, `depth` along the viewing direction. The element
        (j, i) belongs to the pixel position ((i - 0.5) * step, (j - 0.5) * step).
    """

    step: int
    x: Plane
    y: Plane
    z: Plane
    depth: Plane

    def enlarge(self, grid: Plane, width: int, height: int, step: int = 0) -> Plane:
        """A grid like `x` as one value a pixel, (height, width); `step` values an element where it is given."""
        rows, columns = grid.shape
        step = step or self.step
        full = cv2.resize(grid, (columns * step, rows * step), interpolation=cv2.INTER_LINEAR)
        return full[step : step + height, step : step + width]


def cast(relief: Relief, camera: ScreenCamera) -> Hits:
    """Meet the relief with the rays of `camera`."""
    step = max(1, min(camera.width, camera.height) // _RAYS)
    columns = (np.arange(math.ceil(camera.width / step) + 2) - 0.5) * step
    rows = (np.arange(math.ceil(camera.height / step) + 2) - 0.5) * step
    eye = camera.eye
    right = ((columns - camera.width / 2) / camera.focal).astype(np.float32)
    upward = (camera.height / 2 - rows) / camera.focal
    north = (camera.forward[1] + upward * camera.up[1]).astype(np.float32)[:, None]
    down = (camera.forward[2] + upward * camera.up[2]).astype(np.float32)[:, None]
    down = np.minimum(down, -0.05)  # rays at or over the horizon, under very wide angles: far away is enough

    shape = (len(rows), len(columns))
    low, high = _heights_in_view(relief, eye, right, north, down)
    slices = max(1, math.ceil((high - low) / _SLICE))

    def gap(depth: Plane) -> Plane:
        """Height of the rays' points at `depth` over the relief."""
        u = (np.float32(eye[0] * SAMPLES) + np.float32(SAMPLES) * right * depth).astype(np.float32)
        v = np.float32(eye[1] * SAMPLES) + np.float32(SAMPLES) * north * depth
        ground = cv2.remap(relief.z, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.float32(eye[2]) + down * depth - ground

    near = np.broadcast_to((np.float32(high) - np.float32(eye[2])) / down, shape).astype(np.float32)
    above = gap(near)
    far, below = near.copy(), above.copy()
    for number in range(1, slices + 1):
        z = high + (low - high) * number / slices
        depth = np.broadcast_to((np.float32(z) - np.float32(eye[2])) / down, shape)
        here = gap(np.ascontiguousarray(depth))
        open_ = below > 0  # rays that have not met the ground yet
        np.copyto(near, far, where=open_)
        np.copyto(above, below, where=open_)
        np.copyto(far, depth, where=open_)
        np.copyto(below, here, where=open_)
    for _ in range(2):  # regula falsi between the last point above the ground and the first one below it
        share = above / np.maximum(above - below, 1e-6)
        middle = near + np.clip(share, 0, 1) * (far - near)
        here = gap(middle)
        inside = here <= 0
        far, below = np.where(inside, middle, far), np.where(inside, here, below)
        near, above = np.where(inside, near, middle), np.where(inside, above, here)
    depth = np.where(np.abs(above) < np.abs(below), near, far)
    x = np.float32(eye[0]) + right * depth
    y = np.float32(eye[1]) + north * depth
    return Hits(step, x, y, np.float32(eye[2]) + down * depth, depth)


def _heights_in_view(
    relief: Relief, eye: npt.NDArray[np.float64], right: Plane, north: Plane, down: Plane
) -> tuple[float, float]:
    """Lowest and highest ground that the rays can meet, with a little room, world units."""
    depths = np.array([(z - eye[2]) / down[[0, -1], 0] for z in (relief.lowest, relief.highest)])
    ys = eye[1] + north[[0, -1], 0] * depths
    xs = eye[0] + np.array([right.min(), right.max()]) * depths.max()
    top, left = max(relief.z.shape[0] - 1, 1), max(relief.z.shape[1] - 1, 1)
    rows = np.clip([math.floor(ys.min() * SAMPLES), math.ceil(ys.max() * SAMPLES) + 1], 0, [top - 1, top + 1])
    columns = np.clip([math.floor(xs.min() * SAMPLES), math.ceil(xs.max() * SAMPLES) + 1], 0, [left - 1, left + 1])
    seen = relief.z[rows[0] : max(rows[1], rows[0] + 1), columns[0] : max(columns[1], columns[0] + 1)]
    return float(seen.min()) - 0.01, float(seen.max()) + 0.01


class Ground:
    """The drawn land of one map."""

    def __init__(self, terrain: Terrain, relief: Relief, directory: pathlib.Path) -> None:
        self._terrain, self._relief = terrain, relief
        self.texture = ground_texture(terrain, relief, directory)
        self._creep = soils.creep(terrain.seed + 5).astype(np.uint8)
        self._creep_edge = noise.fractal(soils.TILE, terrain.seed + 6, roughness=1.3, coarsest=12)
        grit = 128 * (0.82 + 0.36 * noise.fractal(1024, terrain.seed + 7, roughness=0.45, coarsest=120))
        self._steep = relief.steepness()
        rock = soils.rock((128.0, 128.0, 128.0), terrain.seed + 8).mean(2)
        self._rock = np.clip(rock * (128 / rock.mean()), 30, 250).astype(np.uint8)
        self._grit = cv2.merge([grit.astype(np.uint8)] * 3)

    def paint(self, camera: ScreenCamera, hits: Hits, creep: npt.NDArray[np.bool_]) -> Image:
        """The ground as `camera` sees it, (H, W, 3) RGB; `creep` (H, W) cells, row 0 in the south."""
        pixels_per_unit = camera.focal / camera.distance
        zoom = int(np.clip(round(pixels_per_unit / PIXELS_PER_UNIT / 1.6), 1, _MAX_ZOOM))
        rows, columns = self.texture.shape[:2]
        north = self._terrain.length
        left = int(np.clip(math.floor(hits.x.min() * PIXELS_PER_UNIT) - 2, 0, columns - 2))
        right = int(np.clip(math.ceil(hits.x.max() * PIXELS_PER_UNIT) + 2, left + 2, columns))
        top = int(np.clip(math.floor((north - hits.y.max()) * PIXELS_PER_UNIT) - 2, 0, rows - 2))
        bottom = int(np.clip(math.ceil((north - hits.y.min()) * PIXELS_PER_UNIT) + 2, top + 2, rows))
        patch = self._patch(left, top, right, bottom, zoom, creep)
        scale = PIXELS_PER_UNIT * zoom
        u = hits.enlarge(hits.x * np.float32(scale) - np.float32(left * zoom + 0.5), camera.width, camera.height)
        v = np.float32((north * PIXELS_PER_UNIT - top) * zoom - 0.5) - hits.y * np.float32(scale)
        v = hits.enlarge(v, camera.width, camera.height)
        image = cv2.remap(patch, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=_VOID)
        gain = self._rock_faces(hits, camera)
        return image if gain is None else cv2.multiply(image, cv2.merge([gain] * 3), dst=image, scale=1 / 128)

    def _rock_faces(self, hits: Hits, camera: ScreenCamera) -> Image | None:
        """Brightness of the stones in rock faces, (H, W), 128 where there is none; None where no face is in view.

        The texture shows the land from above, where a face is only a few pixels deep; here stones are laid over faces
        by height instead.
        """
        sampled = (hits.x * np.float32(SAMPLES), hits.y * np.float32(SAMPLES))
        steep = cv2.remap(self._steep, *sampled, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if steep.max() < 0.3:
            return None
        step = -(-hits.step // 2)  # half the resolution is enough
        size = (-(-camera.width * step // hits.step), -(-camera.height * step // hits.step), step)
        u = hits.enlarge((hits.x + hits.y) * np.float32(_STONES), *size)
        v = hits.enlarge(hits.z * np.float32(-1.4 * _STONES), *size)
        left, top = math.floor(u.min()), math.floor(v.min())
        rock = noise.wrap(self._rock, left, top, math.ceil(u.max()) - left + 2, math.ceil(v.max()) - top + 2)
        stones = cv2.remap(rock, u - np.float32(left), v - np.float32(top), cv2.INTER_LINEAR)
        share = np.rint(hits.enlarge(steep, *size) * np.float32(255)).astype(np.uint8)
        gain = cv2.add(
            cv2.multiply(stones, share, scale=1 / 255),
            cv2.multiply(255 - share, np.full_like(share, 128), scale=1 / 255),
        )
        return cv2.resize(gain, (camera.width, camera.height), interpolation=cv2.INTER_LINEAR)

    def _patch(self, left: int, top: int, right: int, bottom: int, zoom: int, creep: npt.NDArray[np.bool_]) -> Image:
        """The texture between pixel bounds, `zoom` times finer, with grit and creep."""
        patch = np.ascontiguousarray(self.texture[top:bottom, left:right])
        width, height = (right - left) * zoom, (bottom - top) * zoom
        if zoom > 1:
            patch = cv2.resize(patch, (width, height), interpolation=cv2.INTER_LINEAR)
            grit = noise.wrap(self._grit, left * zoom, top * zoom, width, height)
            patch = cv2.multiply(patch, grit, dst=patch, scale=1 / 128)
        share = self._creep_share(left, top, right, bottom, zoom, creep)
        if share is not None:
            skin = noise.wrap(self._creep, left * 2, top * 2, (right - left) * 2, (bottom - top) * 2)
            skin = cv2.resize(skin, (width, height)) if zoom != 2 else skin
            patch = cv2.blendLinear(patch, skin, 1 - share, share)
        return patch

    def _creep_share(
        self, left: int, top: int, right: int, bottom: int, zoom: int, creep: npt.NDArray[np.bool_]
    ) -> Plane | None:
        """How much of each pixel of a patch is creep, in [0, 1]; None where there is none."""
        north = self._terrain.length
        west, east = left // PIXELS_PER_UNIT, -(-right // PIXELS_PER_UNIT)
        low, high = north - -(-bottom // PIXELS_PER_UNIT), north - top // PIXELS_PER_UNIT
        if not creep[low:high, west:east].any():
            return None
        cells = cv2.resize(creep[low:high, west:east][::-1].astype(np.float32), None, fx=4, fy=4)
        cells = cv2.GaussianBlur(cells, (0, 0), 2.6)
        size = ((right - left) * zoom, (bottom - top) * zoom)
        pixels = zoom * PIXELS_PER_UNIT / 4
        shift = (left - west * PIXELS_PER_UNIT) * zoom, (top - (north - high) * PIXELS_PER_UNIT) * zoom
        matrix = np.array([[pixels, 0, pixels / 2 - 0.5 - shift[0]], [0, pixels, pixels / 2 - 0.5 - shift[1]]])
        smooth = cv2.warpAffine(cells, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        edge = noise.wrap(self._creep_edge, left, top, right - left, bottom - top)
        edge = cv2.resize(edge, size, interpolation=cv2.INTER_LINEAR)
        return np.clip((smooth + 0.5 * (edge - 0.5) - 0.4) * 6, 0, 1)
