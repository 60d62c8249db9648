"""Which shape each unit type has: modelled by name, else a plain one by race, size and kind."""

from __future__ import annotations

import functools
from collections.abc import Callable

from sc2data.sim.drawing import (
    models_protoss,
    models_scenery,
    models_terran,
    models_terran_structures,
    models_zerg,
    models_zerg_structures,
)
from sc2data.sim.drawing.mesh import Builder, Mesh
from sc2data.units import UnitType

MODELS: dict[str, Callable[[Builder], None]] = {
    **models_terran.MODELS,
    **models_terran_structures.MODELS,
    **models_zerg.MODELS,
    **models_zerg_structures.MODELS,
    **models_protoss.MODELS,
    **models_scenery.MODELS,
}
"""Functions that build a model, by unit type name or doodad."""

_SKINS = {
    "Terran": ("iron", "steel", "dark"),
    "Zerg": ("carapace", "flesh", "shell"),
    "Protoss": ("gold", "brass", "stone"),
    "Neutral": ("rock", "rust", "earth"),
}


@functools.lru_cache(maxsize=512)
def mesh(name: str, scale: float = 1.0) -> Mesh:
    """The mesh of a key of `MODELS`, `scale` times as large."""
    builder = Builder()
    MODELS[name](builder)
    return builder.mesh(scale)


@functools.lru_cache(maxsize=2048)
def model_of(unit: UnitType) -> Mesh:
    """The mesh of a unit type."""
    name = _name_of(unit)
    if name == "Burrowed":
        return mesh(name, max(unit.radius, 0.3) / 0.55)
    if name:
        return mesh(name)
    return _plain(unit)


def _name_of(unit: UnitType) -> str:
    """The key of `MODELS` that a unit type is drawn with; "" where it needs a plain shape."""
    if unit.name in MODELS:
        return unit.name
    if unit.is_burrowed or unit.name.endswith("Burrowed"):
        return "Burrowed"
    if "MineralField" in unit.name:
        return "RichMineralField" if unit.name.startswith(("Rich", "PurifierRich")) else "MineralField"
    if "Geyser" in unit.name:
        return "RichVespeneGeyser" if unit.name.startswith("Rich") else "VespeneGeyser"
    if "Debris" in unit.name or "Rock" in unit.name or "Destructible" in unit.name:
        return "DestructibleRock"
    if "XelNaga" in unit.name:
        return "XelNagaTower"
    if unit.name.endswith(("Cocoon", "Egg", "CocoonMP")):
        return "Egg"
    return ""


def _plain(unit: UnitType) -> Mesh:
    """A shape that tells only race, size, and whether it is a structure, walks or flies."""
    main, light, dark = _SKINS.get(unit.race, _SKINS["Neutral"])
    r = max(unit.radius, 0.2)
    b = Builder()
    if unit.is_structure:
        b.prism((0.0, 0.0, 0.0), 1.05 * r, 0.25 * r, dark, sides=8, tier=0)
        b.prism((0.0, 0.0, 0.25 * r), 0.9 * r, 0.5 * r, main, sides=8, top=0.8, tier=1)
        b.box((0.0, 0.0, 0.95 * r), (0.9 * r, 0.9 * r, 0.4 * r), light, taper=0.8, tier=2)
        b.box((0.5 * r, 0.0, 0.85 * r), (0.4 * r, 0.7 * r, 0.3 * r), "team", taper=0.8, tier=3)
        b.box((-0.3 * r, 0.0, 1.2 * r), (0.4 * r, 0.5 * r, 0.15 * r), "team", tier=4)
    elif unit.is_flying:
        b.ball((0.0, 0.0, 0.0), (r, 0.4 * r, 0.3 * r), main)
        b.sheet([(0.3 * r, 0.2 * r, 0.05), (-0.5 * r, 0.2 * r, 0.05), (-0.7 * r, r, 0.1)], "team", mirror=True)
        b.ball((0.5 * r, 0.0, 0.15 * r), (0.3 * r, 0.2 * r, 0.2 * r), light, tier=2)
    else:
        b.tube((0.0, 0.4 * r, 0.0), (0.0, 0.35 * r, 0.9 * r), 0.25 * r, dark, mirror=True, tier=0)
        b.ball((0.0, 0.0, 1.2 * r), (0.7 * r, 0.6 * r, 0.6 * r), main)
        b.ball((0.0, 0.5 * r, 1.5 * r), (0.35 * r, 0.3 * r, 0.3 * r), "team", mirror=True, tier=2)
        b.ball((0.3 * r, 0.0, 1.8 * r), 0.3 * r, light, tier=3)
    return b.mesh()
