"""Where a point of the world is in a picture: the game's camera, its minimap and its feature screen.

The simulator draws with these transforms and the harvester labels with them, for the game and the simulator alike, so a
position in pixels is the position at which the thing was drawn.

Convention:
    world: x to the east, y to the north, z up; one unit is one map cell; arrays are (N, 2) or (N, 3) float64.
    pixels: x to the right, y down, continuous, and pixel *edges* count: (0, 0) is the upper left corner of the image,
    (W, H) its lower right one, the centre of the first pixel is (0.5, 0.5); `floor` gives the pixel's index.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# The default camera of StarCraft II as its editor shows it (distance in world units, angles in degrees). The field of
# view is taken as the vertical one. No published statement ties these to the API's `render` picture: for the real game
# they are an assumption, which `python -m scripts.doctor` can check with a picture.
CAMERA_DISTANCE = 34.0703
CAMERA_PITCH = 56.0
CAMERA_FIELD_OF_VIEW = 27.7998


@dataclasses.dataclass(frozen=True)
class ScreenCamera:
    """The tilted perspective camera of the rendered screen: it looks north and down at `target`.

    Convention:
        `target` (x, y, z) projects to the centre of the image. Depth is measured along the viewing direction in world
        units. See the module for world and pixel axes.

    >>> camera = ScreenCamera(target=(50.0, 40.0, 8.0), width=1024, height=1024)
    >>> pixels, depth = camera.project(np.array([[50.0, 40.0, 8.0], [51.0, 40.0, 8.0], [50.0, 42.0, 8.0]]))
    >>> np.round(pixels, 1).tolist()
    [[512.0, 512.0], [572.7, 512.0], [512.0, 414.5]]
    >>> np.round(camera.ground(pixels, z=8.0), 6).tolist()
    [[50.0, 40.0], [51.0, 40.0], [50.0, 42.0]]
    """

    target: tuple[float, float, float]
    width: int
    height: int
    distance: float = CAMERA_DISTANCE
    pitch: float = CAMERA_PITCH
    field_of_view: float = CAMERA_FIELD_OF_VIEW

    @property
    def focal(self) -> float:
        """Focal length in pixels: a unit length at depth d is focal / d pixels long."""
        return self.height / 2 / math.tan(math.radians(self.field_of_view) / 2)

    @property
    def forward(self) -> FloatArray:
        """The viewing direction, a unit vector (3,)."""
        pitch = math.radians(self.pitch)
        return np.array([0.0, math.cos(pitch), -math.sin(pitch)])

    @property
    def up(self) -> FloatArray:
        """The image's up direction in the world, a unit vector (3,)."""
        pitch = math.radians(self.pitch)
        return np.array([0.0, math.sin(pitch), math.cos(pitch)])

    @property
    def eye(self) -> FloatArray:
        """Where the camera is, (3,) world units."""
        return np.asarray(self.target, np.float64) - self.distance * self.forward

    def project(self, points: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Project world points (N, 3) to pixels (N, 2) and depths (N,).

        Points behind the camera have depth <= 0, and their pixels are not meaningful.
        """
        offset = np.asarray(points, np.float64).reshape(-1, 3) - self.eye
        depth = offset @ self.forward
        scale = self.focal / np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        pixels = np.stack([self.width / 2 + offset[:, 0] * scale, self.height / 2 - (offset @ self.up) * scale], axis=1)
        return pixels, depth

    def rays(self, pixels: npt.ArrayLike) -> FloatArray:
        """Directions (N, 3) from the eye through pixels (N, 2), scaled to depth 1 along the viewing direction."""
        xy = np.asarray(pixels, np.float64).reshape(-1, 2)
        right = (xy[:, :1] - self.width / 2) / self.focal
        upward = (self.height / 2 - xy[:, 1:]) / self.focal
        return self.forward + right * np.array([1.0, 0.0, 0.0]) + upward * self.up

    def ground(self, pixels: npt.ArrayLike, z: float | FloatArray) -> FloatArray:
        """World (x, y) (N, 2) at which the rays through pixels (N, 2) meet the plane of height `z`, or (N,) planes."""
        rays = self.rays(pixels)
        t = (z - self.eye[2]) / rays[:, 2]
        return self.eye[:2] + t[:, None] * rays[:, :2]

    def pixels_per_unit(self, depth: npt.ArrayLike) -> FloatArray:
        """Pixels that one world unit across the view takes at `depth` (any shape)."""
        return self.focal / np.asarray(depth, np.float64)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for attributes of a data set; `from_dict` reads them back."""
        return dataclasses.asdict(self) | {"target": [float(v) for v in self.target]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ScreenCamera:
        """Rebuild a camera from `to_dict`."""
        return cls(**{**values, "target": tuple(values["target"])})


@dataclasses.dataclass(frozen=True)
class MinimapTransform:
    """World to minimap pixels: square pixels, origin at the area's upper left corner.

    Convention:
        `area` is (left, bottom, right, top) in world units: the whole map, or the playable area where the minimap is
        cropped to it. The longer side of the area fills the image; blank pixels remain at the right or the bottom
        (sc2-api.md 1.9, measured on recordings of the real game).

    >>> transform = MinimapTransform(area=(0, 0, 168, 184), width=128, height=128)
    >>> transform.to_pixels([[84.0, 92.0]]).round(2).tolist(), round(transform.scale, 4)
    ([[58.43, 64.0]], 0.6957)
    """

    area: tuple[float, float, float, float]
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels per world unit."""
        left, bottom, right, top = self.area
        return min(self.width / (right - left), self.height / (top - bottom))

    def to_pixels(self, points: npt.ArrayLike) -> FloatArray:
        """World points (N, 2) or (N, 3) to continuous pixels (N, 2)."""
        xy = np.asarray(points, np.float64)[..., :2].reshape(-1, 2)
        return np.stack([(xy[:, 0] - self.area[0]) * self.scale, (self.area[3] - xy[:, 1]) * self.scale], axis=1)

    def to_world(self, pixels: npt.ArrayLike) -> FloatArray:
        """Continuous pixels (N, 2) to world points (N, 2)."""
        xy = np.asarray(pixels, np.float64).reshape(-1, 2)
        return np.stack([xy[:, 0] / self.scale + self.area[0], self.area[3] - xy[:, 1] / self.scale], axis=1)


Rectangle = tuple[float, float, float, float]
"""(left, top, right, bottom) on a picture whose corners are (-1, -1), upper left, and (1, 1)."""


def view_on_minimap(camera: ScreenCamera, minimap: MinimapTransform) -> Rectangle:
    """Where on the minimap a screen lies.

    The screen is seen in perspective and so is a trapezium on the minimap. This is the rectangle that is right on the
    screen's middle row and middle column, on the plane of the ground that the camera looks at.
    """
    middle = camera.width / 2, camera.height / 2
    edges = [(0, middle[1]), (camera.width, middle[1]), (middle[0], 0), (middle[0], camera.height)]
    x, y = _on_minimap(camera, minimap, edges).T.tolist()
    return x[0], y[2], x[1], y[3]


def shown_on_minimap(camera: ScreenCamera, minimap: MinimapTransform) -> FloatArray:
    """The trapezium (4, 2) of the minimap that a screen shows, on the plane of the ground that the camera looks at.

    Corners from the screen's upper left one clockwise, in the coordinates of `Rectangle`.

    >>> camera = ScreenCamera(target=(50.0, 50.0, 0.0), width=512, height=512)
    >>> shown_on_minimap(camera, MinimapTransform((0.0, 0.0, 100.0, 100.0), 128, 128)).round(2).tolist()
    [[-0.2, -0.24], [0.2, -0.24], [0.14, 0.17], [-0.14, 0.17]]
    """
    right, bottom = camera.width, camera.height
    return _on_minimap(camera, minimap, [(0, 0), (right, 0), (right, bottom), (0, bottom)])


def _on_minimap(camera: ScreenCamera, minimap: MinimapTransform, pixels: npt.ArrayLike) -> FloatArray:
    """Pixels (N, 2) of the screen as places (N, 2) of the minimap, from -1 to 1."""
    ground = camera.ground(pixels, z=camera.target[2])
    return np.asarray(2 * minimap.to_pixels(ground) / [minimap.width, minimap.height] - 1)


@dataclasses.dataclass(frozen=True)
class FeatureScreen:
    """World to feature-layer screen pixels: seen straight from above, `camera_width` world units on the shorter side.

    Convention:
        px = (x - centre_x) s + width / 2, py = height / 2 - (y - centre_y) s with s = min(width, height) / camera_width
        (sc2-api.md 1.9).

    >>> FeatureScreen(centre=(50.0, 40.0), width=128, height=128, camera_width=24.0).to_pixels([[53.0, 40.0]]).tolist()
    [[80.0, 64.0]]
    """

    centre: tuple[float, float]
    width: int
    height: int
    camera_width: float = 24.0

    @property
    def scale(self) -> float:
        """Pixels per world unit."""
        return min(self.width, self.height) / self.camera_width

    def to_pixels(self, points: npt.ArrayLike) -> FloatArray:
        """World points (N, 2) or (N, 3) to continuous pixels (N, 2)."""
        xy = np.asarray(points, np.float64)[..., :2].reshape(-1, 2)
        x = (xy[:, 0] - self.centre[0]) * self.scale + self.width / 2
        y = self.height / 2 - (xy[:, 1] - self.centre[1]) * self.scale
        return np.stack([x, y], axis=1)

    def to_world(self, pixels: npt.ArrayLike) -> FloatArray:
        """Continuous pixels (N, 2) to world points (N, 2)."""
        xy = np.asarray(pixels, np.float64).reshape(-1, 2)
        x = (xy[:, 0] - self.width / 2) / self.scale + self.centre[0]
        y = (self.height / 2 - xy[:, 1]) / self.scale + self.centre[1]
        return np.stack([x, y], axis=1)
