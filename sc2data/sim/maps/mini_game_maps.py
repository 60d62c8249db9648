"""Made-up maps for pysc2's seven mini-games: the arenas of the real ones, whose rules are the world's."""

from __future__ import annotations

from sc2data.sim.maps.landscape import Landscape
from sc2data.sim.maps.terrain import MapObject, Terrain

SIDE = 64
PLAYABLE = (10, 8, 54, 44)
"""Size and playable area of all seven, as in pysc2's own files."""

_TILESET = "meadow"
_PLAYERS = {
    "BuildMarines": 1,
    "CollectMineralShards": 1,
    "CollectMineralsAndGas": 1,
    "DefeatRoaches": 2,
    "DefeatZerglingsAndBanelings": 2,
    "FindAndDefeatZerglings": 2,
    "MoveToBeacon": 1,
}
NAMES = tuple(_PLAYERS)
_STARTS = ((2.5, 61.5), (7.5, 61.5))

_WEST = ((23, 26.5), (23, 28.5), (24, 23.5), (24, 25.5), (24, 29.5), (24, 31.5), (25, 22.5), (25, 32.5))
_EAST = ((41, 22.5), (41, 32.5), (42, 23.5), (42, 25.5), (42, 29.5), (42, 31.5), (43, 26.5), (43, 28.5))
_GEYSERS = ((26.5, 20.5), (26.5, 34.5), (39.5, 20.5), (39.5, 34.5))
_RESOURCES = {
    "BuildMarines": (("MineralField", _WEST),),
    "CollectMineralsAndGas": (("MineralField", _WEST + _EAST), ("VespeneGeyser", _GEYSERS)),
}


def mini_game(name: str, seed: int) -> Terrain:
    """The arena of mini-game `name`: level, bare, with the resources that its real map places."""
    land = Landscape(name, seed, (SIDE, SIDE), PLAYABLE, _TILESET)
    land.start_locations += _STARTS[: _PLAYERS[name]]
    for unit, places in _RESOURCES.get(name, ()):
        land.units += [MapObject(unit, float(x), float(y)) for x, y in places]
    land.ground[land.noise(12) > 0.8] = 1
    return land.terrain()
