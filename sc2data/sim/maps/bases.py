"""Bases of made-up melee maps: a town hall's place with its mineral fields and geysers."""

from __future__ import annotations

import dataclasses

from sc2data.sim.maps.landscape import Landscape
from sc2data.sim.maps.terrain import MapObject

RADIUS = 9.5
"""World units around the town hall's place that the base takes."""

_MINERALS = ((-6.5, 0.0), (-6.5, 2.0), (-5.5, 5.0), (-0.5, 6.0))
_SMALL_MINERALS = ((-7.5, 1.0), (-6.5, 4.0), (-4.5, 6.0), (-1.5, 7.0))
_GEYSERS = ((-7.0, -3.0), (3.0, 7.0))
"""Places relative to the town hall of resources to its north-west, at the distances that ladder maps have."""

_NAMES = {"station": ("LabMineralField", "LabMineralField750", "SpacePlatformGeyser")}
_COMMON_NAMES = ("MineralField", "MineralField750", "VespeneGeyser")


@dataclasses.dataclass(frozen=True)
class Base:
    """Where a town hall goes, and on which side of it the resources lie: `east` and `north` are -1 or 1."""

    x: float
    y: float
    east: int
    north: int

    def mirrored(self, playable: tuple[int, int, int, int]) -> Base:
        """The same base turned by half a circle about the middle of the playable area."""
        left, bottom, right, top = playable
        return Base(left + right - self.x, bottom + top - self.y, -self.east, -self.north)


def settle(land: Landscape, base: Base, start: bool = False) -> None:
    """Put the base's resources on the land: four full mineral fields, four small ones, two geysers.

    A `start` is a start location too.
    """
    names = _NAMES.get(land.tileset, _COMMON_NAMES)
    for name, places in zip(names, (_MINERALS, _SMALL_MINERALS, _GEYSERS)):
        for west, north in places:
            land.units.append(MapObject(name, base.x - base.east * west, base.y + base.north * north))
    if start:
        land.start_locations.append((base.x, base.y))
