"""Shapes of what belongs to nobody: minerals, geysers, rocks, towers, trees and rubble."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from sc2data.sim.drawing.mesh import Builder


def _shard(b: Builder, x: float, y: float, lean: tuple[float, float], size: float, material: str, tier: int) -> None:
    """A six-sided crystal that leans."""
    tip = (x + lean[0] * size, y + lean[1] * size, size)
    middle = (x + 0.72 * lean[0] * size, y + 0.72 * lean[1] * size, 0.72 * size)
    b.tube((x, y, 0.0), middle, 0.2 * size, material, end_radius=0.24 * size, tier=tier)
    b.tube(middle, tip, 0.24 * size, material, end_radius=0.0, tier=tier)


def _minerals(b: Builder, material: str, light: str) -> None:
    """A field two cells wide and one deep, across the facing."""
    b.ball((0.0, 0.0, 0.02), (0.5, 0.95, 0.12), "rock", tier=0)
    _shard(b, -0.06, -0.5, (-0.1, -0.35), 0.75, material, 1)
    _shard(b, -0.1, 0.0, (-0.15, 0.05), 1.15, material, 1)
    _shard(b, 0.0, 0.5, (0.05, 0.4), 0.9, material, 1)
    _shard(b, 0.2, -0.22, (0.35, -0.2), 0.66, light, 1)
    _shard(b, 0.24, 0.3, (0.4, 0.2), 0.6, material, 1)
    _shard(b, 0.12, -0.75, (0.2, -0.5), 0.45, light, 1)


def _geyser(b: Builder, material: str) -> None:
    b.prism((0.0, 0.0, 0.0), 1.65, 0.3, "rock", sides=9, top=0.8, tier=0)
    for i in range(6):
        a = (i + 0.2) * math.pi / 3
        c, s = math.cos(a), math.sin(a)
        b.tube((1.15 * c, 1.15 * s, 0.1), (0.8 * c, 0.8 * s, 0.75), 0.5, "rock", end_radius=0.22, sides=5, tier=1)
    b.prism((0.0, 0.0, 0.3), 0.75, 0.16, material, sides=8, top=0.9, tier=2)
    b.ball((0.0, 0.0, 0.6), (0.5, 0.5, 0.36), material, tier=3)
    b.ball((0.2, 0.1, 1.0), (0.34, 0.34, 0.3), material, tier=3)


def _boulders(b: Builder, size: float, count: int, material: str = "rock") -> None:
    random = np.random.default_rng(count)
    for i in range(count):
        a, r = i * 2.4, size * 0.55 * math.sqrt(i / count)
        s = size * random.uniform(0.3, 0.5) * (1.2 if i == 0 else 0.9)
        centre = (r * math.cos(a), r * math.sin(a), s * 0.4)
        size3 = (s * random.uniform(0.8, 1.2), s * random.uniform(0.8, 1.2), s * random.uniform(0.7, 1.0))
        b.ball(centre, size3, material, yaw=a, pitch=random.uniform(-0.4, 0.4), rings=4, sides=6)


def _tower(b: Builder) -> None:
    b.prism((0.0, 0.0, 0.0), 1.0, 0.4, "stone", sides=6, top=0.9, tier=0)
    b.tube((0.0, 0.0, 0.4), (0.0, 0.0, 2.2), 0.5, "iron", end_radius=0.35)
    b.ball((0.0, 0.0, 2.5), (0.5, 0.5, 0.5), "glass", tier=2)
    for i in range(3):
        a = i * 2 * math.pi / 3
        b.tube(
            (0.8 * math.cos(a), 0.8 * math.sin(a), 0.2),
            (0.4 * math.cos(a), 0.4 * math.sin(a), 2.4),
            0.12,
            "rust",
            tier=3,
        )


def _tree(b: Builder) -> None:
    b.tube((0.0, 0.0, 0.0), (0.06, 0.0, 1.1), 0.15, "bark", end_radius=0.1, tier=0)
    random = np.random.default_rng(3)
    for i in range(9):
        a, r = i * 2.4, 0.62 * math.sqrt(i / 9)
        s = random.uniform(0.34, 0.5)
        z = 1.75 - 0.8 * r + random.uniform(-0.15, 0.15)
        material = "leaf_light" if i % 3 == 0 else "leaf"
        b.ball((r * math.cos(a), r * math.sin(a), z), (s, s, s * 0.8), material, yaw=a, rings=4, sides=6)


def _pine(b: Builder, frost: bool) -> None:
    b.tube((0.0, 0.0, 0.0), (0.0, 0.0, 0.6), 0.12, "bark", tier=0)
    for i, (r, z) in enumerate(((0.75, 0.4), (0.58, 0.95), (0.4, 1.45), (0.22, 1.9))):
        b.tube((0.0, 0.0, z), (0.0, 0.0, z + 0.75), r, "needle", end_radius=0.03, sides=8, tier=1 + 2 * i)
        if frost:
            top = (0.0, 0.0, z + 0.76)
            b.tube((0.0, 0.0, z + 0.36), top, r * 0.55, "frost", end_radius=0.02, sides=7, tier=2 + 2 * i)


def _bush(b: Builder) -> None:
    for i in range(5):
        a, r = i * 2.4, 0.24 * math.sqrt(i)
        b.ball(
            (r * math.cos(a), r * math.sin(a), 0.16),
            (0.26, 0.24, 0.22),
            "leaf_light" if i % 2 else "leaf",
            rings=4,
            sides=6,
        )


def _stump(b: Builder) -> None:
    b.tube((0.0, 0.0, 0.0), (0.1, 0.0, 1.0), 0.16, "bark", end_radius=0.09)
    b.tube((0.06, 0.0, 0.6), (0.5, 0.2, 1.3), 0.08, "bark", end_radius=0.01)
    b.tube((0.1, 0.0, 0.9), (-0.3, -0.2, 1.6), 0.08, "bark", end_radius=0.01)
    b.tube((0.1, 0.0, 1.0), (0.2, -0.3, 1.7), 0.07, "bark", end_radius=0.01)


def _log(b: Builder) -> None:
    b.tube((-0.7, 0.0, 0.16), (0.7, 0.1, 0.2), 0.18, "bark", end_radius=0.13, sides=7)
    b.tube((0.2, 0.0, 0.24), (0.4, 0.36, 0.6), 0.06, "bark", end_radius=0.02)


def _spike(b: Builder, material: str) -> None:
    _shard(b, 0.0, 0.0, (0.15, 0.0), 1.5, material, 1)
    _shard(b, 0.35, -0.2, (0.5, -0.2), 0.8, material, 2)
    _shard(b, -0.3, -0.1, (-0.5, -0.1), 0.9, material, 1)


def _ember(b: Builder) -> None:
    _boulders(b, 1.0, 4, "shell")
    b.ball((0.0, 0.0, 0.2), (0.3, 0.3, 0.26), "ember", tier=2)


def _crate(b: Builder) -> None:
    b.box((0.0, 0.0, 0.3), (0.7, 0.7, 0.6), "rust")
    b.box((0.0, 0.0, 0.62), (0.6, 0.6, 0.05), "iron", tier=2)
    b.box((0.7, 0.3, 0.2), (0.45, 0.45, 0.4), "wood", yaw=0.5)


def _pipe(b: Builder) -> None:
    b.tube((-0.9, 0.0, 0.22), (0.9, 0.0, 0.22), 0.2, "rust", sides=8)
    b.tube((-0.3, 0.0, 0.22), (-0.1, 0.0, 0.22), 0.27, "iron", sides=8, tier=2)
    b.box((0.6, 0.0, 0.3), (0.4, 0.5, 0.6), "dark", tier=2)


def _lamp(b: Builder) -> None:
    b.box((0.0, 0.0, 0.1), (0.4, 0.4, 0.2), "dark", tier=0)
    b.tube((0.0, 0.0, 0.2), (0.0, 0.0, 1.5), 0.07, "iron")
    b.ball((0.0, 0.0, 1.6), 0.17, "visor", tier=2)


def _wreck(b: Builder) -> None:
    b.box((0.0, 0.0, 0.18), (1.2, 0.7, 0.36), "rust", taper=0.8, yaw=0.3, pitch=0.1)
    b.box((-0.3, 0.3, 0.4), (0.5, 0.4, 0.3), "dark", yaw=-0.4, pitch=0.4, tier=2)
    b.tube((0.2, -0.2, 0.3), (1.0, -0.5, 0.5), 0.07, "iron", tier=2)


def _destructible(b: Builder) -> None:
    _boulders(b, 2.6, 9)
    b.box((0.2, -0.2, 0.9), (0.9, 0.2, 0.1), "rust", yaw=0.6, tier=3)


MODELS: dict[str, Callable[[Builder], None]] = {
    "MineralField": functools.partial(_minerals, material="crystal", light="crystal_light"),
    "RichMineralField": functools.partial(_minerals, material="rich", light="hazard"),
    "VespeneGeyser": functools.partial(_geyser, material="gas"),
    "RichVespeneGeyser": functools.partial(_geyser, material="psi"),
    "DestructibleRock": _destructible,
    "XelNagaTower": _tower,
    "tree": _tree,
    "pine": functools.partial(_pine, frost=True),
    "conifer": functools.partial(_pine, frost=False),
    "bush": _bush,
    "stump": _stump,
    "log": _log,
    "rock": functools.partial(_boulders, size=1.0, count=5),
    "boulder": functools.partial(_boulders, size=2.0, count=6),
    "spike": functools.partial(_spike, material="rock"),
    "shard": functools.partial(_spike, material="shard"),
    "ember": _ember,
    "crate": _crate,
    "pipe": _pipe,
    "lamp": _lamp,
    "wreck": _wreck,
}
"""Neutral units by type name or a word in it, and doodads by the words that tilesets use."""
