"""World views made by hand, for tests of what is drawn from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc2data import units
from sc2data.sim import state, view
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import WorldView


def flat_terrain(width: int = 64, length: int = 64, z: float = 8.0, **fields: Any) -> Terrain:
    """Level ground of `width` x `length` cells, all of it playable."""
    cells = np.ones((length, width), bool)
    values: dict[str, Any] = {
        "name": "flat",
        "height": np.full((length + 1, width + 1), z, np.float32),
        "level": np.full((length, width), 64, np.uint8),
        "pathable": cells,
        "placeable": cells,
        "playable": (0, 0, width, length),
        "start_locations": (),
    }
    return Terrain(**(values | fields))


def make_view(terrain: Terrain, *rows: dict[str, Any], camera: tuple[float, float] = (32.0, 32.0)) -> WorldView:
    """A view of units, one a row of fields; what a row leaves out is as for an own, complete, healthy unit.

    `type` is an id or a name; tags ascend with the rows.
    """
    arrays = {name: np.zeros(len(rows), dtype) for name, dtype in state.UNIT_FIELDS.items()}
    extra: dict[str, list[Any]] = {name: [] for name in _DEFAULTS}
    for i, row in enumerate(rows):
        kind = units.unit_type(row.get("type", "Marine"))
        own = {"owner": 1, "z": 8.0, "radius": kind.radius, "health": kind.max_health, "health_max": kind.max_health}
        for name, value in (own | {"build_progress": 1.0} | row | {"tag": i + 1, "type": kind.id}).items():
            if name in arrays:
                arrays[name][i] = value
        for name, default in _DEFAULTS.items():
            extra[name].append(row.get(name, default))
    shape = (terrain.length, terrain.width)
    return WorldView(
        loop=0,
        player=1,
        camera=(*camera, 8.0),
        terrain=terrain,
        **arrays,
        display_type=np.array(extra["display_type"], np.int8),
        alliance=np.array(extra["alliance"], np.int8),
        cloak=np.array(extra["cloak"], np.int8),
        selected=np.array(extra["selected"], bool),
        on_screen=np.ones(len(rows), bool),
        orders=[list(orders) for orders in extra["orders"]],
        buffs=[dict(buffs) for buffs in extra["buffs"]],
        cargo=[[] for _ in rows],
        visibility=np.full(shape, 2, np.uint8),
        creep=np.zeros(shape, bool),
        effects=[],
        blasts=[],
    )


_DEFAULTS: dict[str, Any] = {
    "display_type": view.VISIBLE,
    "alliance": view.SELF,
    "cloak": view.NOT_CLOAKED,
    "selected": False,
    "orders": (),
    "buffs": {},
}
