"""Feature layers: what spatial.proto's screen and minimap show of one player's view, by rules measured on the game."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sc2data import units
from sc2data.geometry import FeatureScreen, MinimapTransform
from sc2data.sim import view
from sc2data.sim.drawing import layer_discs, layer_units
from sc2data.sim.drawing.layer_grids import CellSampler, HeightPainter
from sc2data.sim.drawing.layer_setup import MINIMAP_BITS, SCREEN_BITS, LayerSetup
from sc2data.sim.drawing.layer_units import TopUnits
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import WorldView

__all__ = ["MINIMAP_BITS", "SCREEN_BITS", "FeatureLayers", "LayerSetup"]

Layers = dict[str, npt.NDArray[Any]]
FloatArray = npt.NDArray[np.float64]


class FeatureLayers:
    """Draws every feature layer of one map.

    Layers are arrays (H, W), row 0 on top: bool where spatial.proto has 1 bit per pixel, uint8 for 8, int32 for 32,
    under the proto's names (`SCREEN_BITS`, `MINIMAP_BITS`). Compared with 17 recorded frames of the game, all layers
    that show something there are equal in every pixel, except height_map (99.99 % on the screen, 99.96 % on the
    minimap, the rest off by one) and unit_density_aa (one pixel): `python -m benchmarks.fidelity`.

    Layers that no recording shows at work (power, creep, effects, hallucinations, cloaked, buff_duration,
    build_progress, buildable, pathable) follow the proto's comments; blip, placeholder and alerts are always 0, for
    the simulator has no such thing.
    """

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._screen_heights = HeightPainter(terrain)
        self._minimap_heights = HeightPainter(terrain)
        table = units.unit_types()
        self._minimap_radius, self._power_radius = np.full((2, max(table) + 1), np.nan)
        for key, kind in table.items():
            self._minimap_radius[key], self._power_radius[key] = kind.minimap_radius, kind.power_radius

    def screen(self, seen: WorldView, setup: LayerSetup) -> Layers:
        """All screen layers of `seen` at `setup`'s resolution.

        Convention:
            Seen from straight above; see `sc2data.geometry.FeatureScreen`. A unit is a disc of its radius, placed by
            `sc2data.sim.drawing.layer_discs`.
        """
        width, height = setup.width, setup.height
        transform = FeatureScreen((seen.camera[0], seen.camera[1]), width, height, setup.camera_width)
        x, y = _pixels(transform, seen)
        radius = seen.radius.astype(np.float64) * transform.scale
        top = TopUnits(x, y, layer_discs.diameters(radius), layer_units.screen_order(seen), width, height)
        layers: Layers = {layer: top.image(values) for layer, values in layer_units.values(seen)}
        layers["unit_density"] = top.density()
        layers["unit_density_aa"] = np.minimum(layer_discs.coverage(x, y, radius, width, height), 255).astype(np.uint8)
        layers["height_map"] = self._screen_heights(*self._height_points(transform))
        layers["effects"] = _effects(seen, transform)
        layers["power"] = self._power(seen, transform, x, y)
        world_x, world_y = _pixel_centres(transform, width, height)
        layers |= self._ground(seen, CellSampler(self._terrain, world_x, world_y))
        return _complete(layers, SCREEN_BITS, (height, width))

    def minimap(self, seen: WorldView, setup: LayerSetup) -> Layers:
        """All minimap layers of `seen` at `setup`'s resolution.

        Convention:
            See `sc2data.geometry.MinimapTransform`; blank columns or rows are 0. A unit is a disc of its type's
            minimap radius, at least one pixel, or not drawn where that is 0. `unit_type` is empty unless the setup
            allows cheating layers.
        """
        width, height = setup.minimap_width, setup.minimap_height
        area = self._terrain.playable if setup.crop_to_playable_area else (0, 0, *reversed(self._terrain.level.shape))
        transform = MinimapTransform(area, width, height)
        x, y = _pixels(transform, seen)
        radius = _look_up(self._minimap_radius, seen.type, seen.radius)
        diameter = np.where(radius > 0, layer_discs.diameters(radius * transform.scale), 0)
        top = TopUnits(x, y, diameter, layer_units.minimap_order(seen), width, height)
        layers = {layer: top.image(values) for layer, values in layer_units.values(seen) if layer in MINIMAP_BITS}
        if not setup.allow_cheating_layers:
            del layers["unit_type"]
        world_x, world_y = _pixel_centres(transform, width, height)
        layers |= self._ground(seen, CellSampler(self._terrain, world_x, world_y))
        layers["height_map"] = self._minimap_heights(world_x, world_y)
        layers["camera"] = _camera(seen, setup, transform)
        return _complete(layers, MINIMAP_BITS, (height, width))

    def _ground(self, seen: WorldView, sampled: CellSampler) -> Layers:
        return {
            "visibility_map": sampled(seen.visibility),
            "creep": sampled(seen.creep),
            "pathable": sampled(self._terrain.pathable),
            "buildable": sampled(self._terrain.placeable),
        }

    def _height_points(self, transform: FeatureScreen) -> tuple[FloatArray, FloatArray]:
        """World points that the screen's height map shows.

        The game cuts it from one picture of the whole map, of ceil(map height x scale) rows, at the pixel that the
        camera's point is in: so it lags behind the other layers by up to a pixel (measured, 16 frames).
        """
        scale, length = transform.scale, self._terrain.length
        left = math.floor(transform.centre[0] * scale) - transform.width // 2
        top = math.floor((length - transform.centre[1]) * scale) - transform.height // 2
        columns = left + 0.5 + np.arange(transform.width, dtype=np.float64)
        rows = math.ceil(length * scale) - top - 0.5 - np.arange(transform.height, dtype=np.float64)
        return columns / scale, rows / scale

    def _power(self, seen: WorldView, transform: FeatureScreen, x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
        """Where the player's own complete pylons and prisms give power."""
        reach = _look_up(self._power_radius, seen.type, np.zeros(len(seen)))
        giving = (reach > 0) & (seen.alliance == view.SELF) & (seen.build_progress >= 1)
        shape = (transform.height, transform.width)
        image = np.zeros(shape[0] * shape[1], bool)
        if giving.any():
            diameter = layer_discs.diameters(reach[giving] * transform.scale)
            pixels, _ = layer_discs.covered(x[giving], y[giving], diameter, transform.width, transform.height)
            image[pixels] = True
        return image.reshape(shape)


def _pixels(transform: FeatureScreen | MinimapTransform, seen: WorldView) -> tuple[FloatArray, FloatArray]:
    points = transform.to_pixels(np.stack([seen.x, seen.y], axis=1).astype(np.float64))
    return points[:, 0], points[:, 1]


def _pixel_centres(
    transform: FeatureScreen | MinimapTransform, width: int, height: int
) -> tuple[FloatArray, FloatArray]:
    """World x (W,) of the columns' and world y (H,) of the rows' centres."""
    x = transform.to_world(np.stack([np.arange(width) + 0.5, np.zeros(width)], axis=1))[:, 0]
    y = transform.to_world(np.stack([np.zeros(height), np.arange(height) + 0.5], axis=1))[:, 1]
    return x, y


def _effects(seen: WorldView, transform: FeatureScreen) -> npt.NDArray[np.uint8]:
    """Effect ids, the latest effect on top: a disc of the effect's radius at each of its points."""
    image = np.zeros(transform.height * transform.width, np.uint8)
    discs = [(effect.effect, effect.radius, point) for effect in seen.effects for point in effect.points]
    if discs:
        centres = transform.to_pixels(np.array([point for _, _, point in discs], np.float64))
        diameter = layer_discs.diameters(np.array([radius for _, radius, _ in discs]) * transform.scale)
        pixels, disc = layer_discs.covered(centres[:, 0], centres[:, 1], diameter, transform.width, transform.height)
        image[pixels] = np.array([effect for effect, _, _ in discs], np.uint8)[disc]
    return image.reshape(transform.height, transform.width)


def _camera(seen: WorldView, setup: LayerSetup, transform: MinimapTransform) -> npt.NDArray[np.bool_]:
    """The camera's rectangle: its corner and its size in pixels, each without its fraction."""
    unit = setup.camera_width / min(setup.width, setup.height)  # world units a screen pixel
    across, up = setup.width * unit, setup.height * unit
    (left, top), *_ = transform.to_pixels([[seen.camera[0] - across / 2, seen.camera[1] + up / 2]]).tolist()
    column, row = math.floor(left), math.floor(top)
    image = np.zeros((setup.minimap_height, setup.minimap_width), bool)
    rows = slice(max(row, 0), max(row + math.floor(up * transform.scale), 0))
    image[rows, max(column, 0) : max(column + math.floor(across * transform.scale), 0)] = True
    return image


def _complete(layers: Layers, bits: Mapping[str, int], shape: tuple[int, int]) -> Layers:
    """`layers` in the proto's order, with zeros for those that never show anything."""
    dtypes = {1: np.bool_, 8: np.uint8, 32: np.int32}
    return {name: layers[name] if name in layers else np.zeros(shape, dtypes[size]) for name, size in bits.items()}


def _look_up(table: FloatArray, types: npt.NDArray[np.int32], otherwise: npt.NDArray[np.floating]) -> FloatArray:
    """`table` at unit `types` (N,), `otherwise` (N,) for types that it does not have."""
    found = table[np.clip(types, 0, len(table) - 1)]
    return np.where((types < len(table)) & ~np.isnan(found), found, otherwise)
