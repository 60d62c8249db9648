"""Which feature layers there are, and what a client asks for when it wants them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

DEFAULT_CAMERA_WIDTH = 24.0
"""World units on the screen's shorter side where a client names none, as pysc2 has it."""

SCREEN_BITS: Mapping[str, int] = {
    "height_map": 8,
    "visibility_map": 8,
    "creep": 1,
    "power": 1,
    "player_id": 8,
    "unit_type": 32,
    "selected": 1,
    "unit_hit_points": 32,
    "unit_hit_points_ratio": 8,
    "unit_energy": 32,
    "unit_energy_ratio": 8,
    "unit_shields": 32,
    "unit_shields_ratio": 8,
    "player_relative": 8,
    "unit_density_aa": 8,
    "unit_density": 8,
    "effects": 8,
    "hallucinations": 1,
    "cloaked": 1,
    "blip": 1,
    "buffs": 32,
    "buff_duration": 8,
    "active": 1,
    "build_progress": 8,
    "buildable": 1,
    "pathable": 1,
    "placeholder": 1,
}
"""Bits per pixel of spatial.proto's FeatureLayers, by field."""

MINIMAP_BITS: Mapping[str, int] = {
    "height_map": 8,
    "visibility_map": 8,
    "creep": 1,
    "camera": 1,
    "player_id": 8,
    "player_relative": 8,
    "selected": 1,
    "alerts": 8,  # spatial.proto says 1 bit, the game sends 8
    "buildable": 1,
    "pathable": 1,
    "unit_type": 32,
}
"""Bits per pixel of spatial.proto's FeatureLayersMinimap, by field."""


@dataclasses.dataclass(frozen=True)
class LayerSetup:
    """What a client asks of feature layers: sizes in pixels, the camera's width in world units, two switches.

    Raises ValueError for a size or a camera width that is not positive.
    """

    width: int
    height: int
    minimap_width: int
    minimap_height: int
    camera_width: float = DEFAULT_CAMERA_WIDTH  # world units on the screen's shorter side
    crop_to_playable_area: bool = False
    allow_cheating_layers: bool = False

    def __post_init__(self) -> None:
        for name in ("width", "height", "minimap_width", "minimap_height", "camera_width"):
            value = getattr(self, name)
            if not value > 0:
                raise ValueError(f"feature layers with {name} {value}: it must be more than zero")

    @classmethod
    def from_message(cls, message: Any) -> LayerSetup:
        """From a `SpatialCameraSetup` message; an unset width is `DEFAULT_CAMERA_WIDTH`."""
        return cls(
            width=message.resolution.x,
            height=message.resolution.y,
            minimap_width=message.minimap_resolution.x,
            minimap_height=message.minimap_resolution.y,
            camera_width=message.width if message.HasField("width") else DEFAULT_CAMERA_WIDTH,
            crop_to_playable_area=message.crop_to_playable_area,
            allow_cheating_layers=message.allow_cheating_layers,
        )
