"""The scenery of a map, ready to be drawn: which shape each doodad has and where it stands."""

from __future__ import annotations

import math

import numpy as np

from sc2data.sim.drawing import models, soils
from sc2data.sim.drawing.relief import Relief
from sc2data.sim.maps.terrain import Terrain

_WORDS = (
    (("stump", "dead", "driftwood", "root"), "stump"),
    (("pine", "conifer", "fir"), "conifer"),
    (("tree", "palm", "trunk"), "tree"),
    (("bush", "grass", "plant", "fern", "flower", "shrub", "foliage", "mushroom", "cactus"), "bush"),
    (("crystal", "shard"), "shard"),
    (("stalagmite", "spire", "spike"), "spike"),
    (("boulder", "cliffrock"), "boulder"),
    (("rock", "stone", "rubble", "pebble"), "rock"),
    (("crate", "container", "barrel", "box", "cargo"), "crate"),
    (("pipe", "tank", "vent"), "pipe"),
    (("lamp", "light", "beacon", "lantern"), "lamp"),
    (("wreck", "debris", "hulk", "vehicle", "skeleton", "bones", "ruin"), "wreck"),
    (("log",), "log"),
    (("fire", "lava", "ember"), "ember"),
)
_SCALE_STEP = 0.25
_FACINGS = 8
_TURN = 2 * math.pi / _FACINGS


class Doodads:
    """Parallel arrays of a map's doodads: `name` (a key of `models.MODELS`), `scale`, `facing`, `at` (N, 3).

    `facing` is a multiple of an eighth of a turn, in radians, `scale` one of a quarter: few sprites serve many doodads.
    """

    def __init__(self, terrain: Terrain, relief: Relief) -> None:
        placed = [(shape, doodad) for doodad in terrain.doodads if (shape := _shape(doodad.name, terrain))]
        self.name = [shape for shape, _ in placed]
        self.scale = [max(_SCALE_STEP, round(d.scale / _SCALE_STEP) * _SCALE_STEP) for _, d in placed]
        self.facing = [round(d.facing / _TURN) % _FACINGS * _TURN for _, d in placed]
        x, y = np.array([d.x for _, d in placed]), np.array([d.y for _, d in placed])
        self.at = np.stack([x, y, relief.height_at(x, y)], axis=1).reshape(-1, 3).astype(np.float64)
        self.reach = np.array(
            [1.5 * max(mesh.reach, mesh.height) for mesh in map(models.mesh, self.name, self.scale)], np.float64
        )

    def __len__(self) -> int:
        return len(self.name)


def _shape(name: str, terrain: Terrain) -> str:
    """The model for a doodad of the game's tables; "" where nothing is known of it."""
    lower = name.lower()
    if lower in models.MODELS:
        return lower
    for words, shape in _WORDS:
        if any(word in lower for word in words):
            return "pine" if shape in ("tree", "conifer") and soils.tileset_of(terrain).name == "snow" else shape
    return ""
