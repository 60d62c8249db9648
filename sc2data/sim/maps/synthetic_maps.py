"""The maps that the simulator brings along: made up from a name and a seed, with the names and sizes of real ones."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping

from sc2data.errors import UserError
from sc2data.sim.maps.battlefields import battlefield
from sc2data.sim.maps.melee_maps import flat, simple
from sc2data.sim.maps.mini_game_maps import NAMES as MINI_GAMES
from sc2data.sim.maps.mini_game_maps import mini_game
from sc2data.sim.maps.scenery import TILESETS
from sc2data.sim.maps.terrain import Terrain


class UnknownMapError(UserError, KeyError):
    """No synthetic map has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclasses.dataclass(frozen=True)
class SyntheticMap:
    """A map that can be made: the folder of `Maps/` that pysc2 looks for it in, and how it is made from a seed."""

    folder: str
    make: Callable[[int], Terrain]


def _plans() -> dict[str, SyntheticMap]:
    plans: dict[str, SyntheticMap] = {}
    for side in (32, 48, 64, 96, 128):
        plans[f"Flat{side}"] = SyntheticMap("Melee", functools.partial(flat, f"Flat{side}", side))
    for side in (64, 96, 128):
        plans[f"Simple{side}"] = SyntheticMap("Melee", functools.partial(simple, f"Simple{side}", side))
    for name in MINI_GAMES:
        plans[name] = SyntheticMap("mini_games", functools.partial(mini_game, name))
    for side, tileset in [(96, ""), (128, ""), *((96, tileset) for tileset in TILESETS)]:
        name = f"Battlefield{side}{tileset.capitalize()}"
        plans[name] = SyntheticMap("Battlefields", functools.partial(battlefield, name, side, tileset=tileset))
    return plans


SYNTHETIC: Mapping[str, SyntheticMap] = _plans()
"""By name. Battlefields are for scenes: open land on three levels, of one tileset or of the one the seed chooses."""


def synthetic_terrain(name: str, seed: int = 0) -> Terrain:
    """Make the map `name`; the same name and seed give the same map.

    Raises:
        UnknownMapError: for a name that is not in `SYNTHETIC`.

    >>> terrain = synthetic_terrain("Flat64")
    >>> terrain.width, terrain.length, terrain.playable, len(terrain.start_locations)
    (88, 96, (12, 12, 76, 76), 2)
    """
    if name not in SYNTHETIC:
        raise UnknownMapError(f"no synthetic map is named {name!r}; there are {', '.join(SYNTHETIC)}")
    return SYNTHETIC[name].make(seed)
