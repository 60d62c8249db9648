"""What draws one map: feature layers and rendered pictures, each made when it is first needed."""

from __future__ import annotations

import functools
from pathlib import Path

from sc2data.sim.drawing.layers import FeatureLayers
from sc2data.sim.drawing.scene import ScenePainter
from sc2data.sim.maps.terrain import Terrain


class Pictures:
    """The painters of one map. They keep what they prepared, so games on the same map share them."""

    def __init__(self, terrain: Terrain, cache_dir: Path | None = None) -> None:
        self._terrain = terrain
        self._cache_dir = cache_dir

    @functools.cached_property
    def layers(self) -> FeatureLayers:
        """Draws the feature layers."""
        return FeatureLayers(self._terrain)

    @functools.cached_property
    def painter(self) -> ScenePainter:
        """Paints the rendered pictures."""
        return ScenePainter(self._terrain, self._cache_dir)
