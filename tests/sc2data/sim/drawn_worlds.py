"""Views made by hand, for tests of pictures: a small land and units where the test wants them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sc2data import units
from sc2data.sim.maps.terrain import MapObject, Terrain, height_at
from sc2data.sim.state import NEUTRAL, UNIT_FIELDS
from sc2data.sim.view import NOT_CLOAKED, VISIBLE, WorldView, alliances, camera_height


def land(side: int = 40, step: float = 0.0, *, tileset: str = "meadow", doodads: tuple[MapObject, ...] = ()) -> Terrain:
    """Flat ground of height 8; with `step`, higher by that much on rows 18 to 22, behind cliffs."""
    height = np.full((side + 1, side + 1), 8, np.float32)
    height[18:23] += step
    rise = np.abs(np.diff(height, axis=0))[:, :-1] > 0.5
    level = np.full((side, side), 64, np.uint8)
    return Terrain(
        "hand-made", height, level, ~rise, ~rise, (0, 0, side, side), ((5.0, 5.0),), doodads=doodads, tileset=tileset
    )


def view(
    terrain: Terrain, *figures: dict[str, Any], camera: tuple[float, float] = (20.0, 20.0), **fields: Any
) -> WorldView:
    """What player 1 sees of units given as `{"type": name, "x": ..., "y": ...}` and any other field of a unit."""
    rows = [_row(terrain, number, figure) for number, figure in enumerate(figures)]
    arrays = {name: np.array([row.get(name, 0) for row in rows], kind) for name, kind in UNIT_FIELDS.items()}
    count = len(rows)
    values: dict[str, Any] = {
        "loop": 0,
        "player": 1,
        "camera": (*camera, camera_height(terrain, *camera)),
        "terrain": terrain,
        **arrays,
        "display_type": np.array([row.get("display_type", VISIBLE) for row in rows], np.int8),
        "alliance": alliances(arrays["owner"], 1),
        "cloak": np.full(count, NOT_CLOAKED, np.int8),
        "selected": np.zeros(count, bool),
        "on_screen": np.ones(count, bool),
        "orders": [[] for _ in rows],
        "buffs": [{} for _ in rows],
        "cargo": [[] for _ in rows],
        "visibility": np.full(terrain.level.shape, 2, np.uint8),
        "creep": np.zeros(terrain.level.shape, bool),
        "effects": [],
        "blasts": [],
    }
    return WorldView(**{**values, **fields})


def _row(terrain: Terrain, number: int, figure: dict[str, Any]) -> dict[str, Any]:
    unit = units.unit_type(figure["type"])
    owner = NEUTRAL if unit.race == "Neutral" else 1
    z = float(height_at(terrain, np.array([figure["x"]]), np.array([figure["y"]]))[0]) + 3.75 * unit.is_flying
    row = {"tag": (number + 1) << 18, "owner": owner, "z": z, "facing": 1.5 * math.pi, "radius": unit.radius}
    row |= {
        "flying": unit.is_flying,
        "structure": unit.is_structure,
        "build_progress": 1.0,
        "burrowed": unit.is_burrowed,
    }
    return {**row, "health": unit.max_health, "health_max": unit.max_health, **figure, "type": unit.id}
