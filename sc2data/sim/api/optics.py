"""Where a client's pixels and raw coordinates are in the world, by the interface options that it asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc2data.geometry import FeatureScreen, MinimapTransform, ScreenCamera
from sc2data.sim.api.messages import sc_pb
from sc2data.sim.maps.terrain import Terrain, height_at
from sc2data.sim.view import SCREEN_SIZE, camera_height

FEATURE_LAYER, RENDER = "feature_layer", "render"
SPACES = (FEATURE_LAYER, RENDER)
"""The two interfaces with pixels: fields of `InterfaceOptions`; `Action` has fields "action_" + these."""

DEFAULT_WIDTH = 24.0
"""World units across the shorter side of the feature screen where a client names none: pysc2's own default."""

_DESCENTS = 4

Point = tuple[float, float]
Pixel = tuple[int, int]


class Optics:
    """The transforms of one client's interface over one map.

    Convention:
        World points and continuous pixels as in `sc2data.geometry`; an integer pixel stands for its centre on the way
        to the world, and for the pixel that holds the point on the way back. Raw coordinates are world points less
        `origin`.
    """

    def __init__(self, options: sc_pb.InterfaceOptions, terrain: Terrain) -> None:
        self.options = options
        self.terrain = terrain
        left, bottom = terrain.playable[:2]
        cropped = options.raw_crop_to_playable_area
        self.origin: Point = (float(left), float(bottom)) if cropped else (0.0, 0.0)
        self.raw_area: tuple[int, int, int, int] = terrain.playable if cropped else _whole(terrain)
        """Cells that the raw grids cover: left, bottom, right, top."""
        self.spaces = tuple(space for space in SPACES if options.HasField(space))

    def setup(self, space: str) -> sc_pb.SpatialCameraSetup:
        """What the client asked for of `space`."""
        setup: sc_pb.SpatialCameraSetup = getattr(self.options, space)
        return setup

    def to_world(self, point: Any) -> Point:
        """A raw point (a message with x and y) in world units."""
        return point.x + self.origin[0], point.y + self.origin[1]

    @property
    def screen_size(self) -> Point:
        """World units (across, up) that the feature screen shows; the default where there is none."""
        if FEATURE_LAYER not in self.spaces:
            return SCREEN_SIZE
        screen = self.feature_screen((0.0, 0.0))
        return screen.width / screen.scale, screen.height / screen.scale

    def feature_screen(self, camera: Point) -> FeatureScreen:
        """The feature layers' screen while the camera looks at `camera`."""
        setup = self.options.feature_layer
        size = setup.resolution
        return FeatureScreen(camera, max(size.x, 1), max(size.y, 1), setup.width or DEFAULT_WIDTH)

    def render_camera(self, camera: Point) -> ScreenCamera:
        """The rendered screen's camera while it looks at `camera`."""
        size = self.options.render.resolution
        z = camera_height(self.terrain, *camera)
        return ScreenCamera((*camera, z), max(size.x, 1), max(size.y, 1))

    def minimap(self, space: str) -> MinimapTransform:
        """The minimap of `space`."""
        setup = self.setup(space)
        area = self.terrain.playable if setup.crop_to_playable_area else _whole(self.terrain)
        size = setup.minimap_resolution
        left, bottom, right, top = area
        return MinimapTransform((left, bottom, right, top), max(size.x, 1), max(size.y, 1))

    def screen_point(self, space: str, pixel: Any, camera: Point) -> Point:
        """The ground under a pixel (a message with x and y) of the screen."""
        centre = [[pixel.x + 0.5, pixel.y + 0.5]]
        if space == FEATURE_LAYER:
            x, y = self.feature_screen(camera).to_world(centre)[0].tolist()
            return x, y
        view = self.render_camera(camera)
        z = view.target[2]
        for _ in range(_DESCENTS):
            x, y = view.ground(centre, z)[0].tolist()
            z = float(height_at(self.terrain, x, y))
        return x, y

    def minimap_point(self, space: str, pixel: Any) -> Point:
        """The world point under a pixel (a message with x and y) of the minimap."""
        x, y = self.minimap(space).to_world([[pixel.x + 0.5, pixel.y + 0.5]])[0].tolist()
        return x, y

    def screen_pixel(self, space: str, point: Point, camera: Point) -> Pixel | None:
        """The screen's pixel that shows the ground at `point`; None where that is not on the screen."""
        if space == FEATURE_LAYER:
            screen = self.feature_screen(camera)
            found, width, height = screen.to_pixels([point])[0], screen.width, screen.height
        else:
            view = self.render_camera(camera)
            pixels, depth = view.project([[*point, float(height_at(self.terrain, *point))]])
            if depth[0] <= 0:
                return None
            found, width, height = pixels[0], view.width, view.height
        x, y = np.floor(found).astype(int).tolist()
        return (x, y) if 0 <= x < width and 0 <= y < height else None

    def minimap_pixel(self, space: str, point: Point) -> Pixel:
        """The minimap's pixel that shows `point`, the nearest one for points outside."""
        transform = self.minimap(space)
        x, y = np.floor(transform.to_pixels([point])[0]).astype(int).tolist()
        return min(max(x, 0), transform.width - 1), min(max(y, 0), transform.height - 1)


def _whole(terrain: Terrain) -> tuple[int, int, int, int]:
    return 0, 0, terrain.width, terrain.length
