"""Shapes of the Zerg structures."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from sc2data.sim.drawing.mesh import Builder


def _roots(b: Builder, radius: float, count: int, thick: float) -> None:
    """Roots that hold a structure in the creep."""
    for i in range(count):
        a = (i + 0.35) * 2 * math.pi / count
        c, s = math.cos(a), math.sin(a)
        b.tube(
            (0.5 * radius * c, 0.5 * radius * s, 0.6 * thick + 0.2),
            (radius * c, radius * s, 0.0),
            thick,
            "sinew",
            end_radius=thick * 0.3,
            tier=0,
        )


def _spikes(b: Builder, radius: float, z: float, count: int, length: float, tier: int = 3, phase: float = 0.0) -> None:
    """A crown of curved bones that lean outward."""
    for i in range(count):
        a = (i + phase) * 2 * math.pi / count
        c, s = math.cos(a), math.sin(a)
        x, y = radius * c, radius * s
        tip = (x + 0.45 * length * c, y + 0.45 * length * s, z + length)
        b.tube((x, y, z), tip, length * 0.16, "bone", end_radius=0.0, sides=5, tier=tier)


def _hatchery(b: Builder, crown: int = 6, height: float = 1.0) -> None:
    _roots(b, 2.75, 10, 0.36)
    b.ball((0.0, 0.0, 0.3), (2.3, 2.3, 0.9), "flesh", rings=6, sides=14, tier=1)
    for i in range(5):
        a = (i + 0.5) * 2 * math.pi / 5
        b.ball((1.5 * math.cos(a), 1.5 * math.sin(a), 0.8), (0.75, 0.75, 0.6), "sinew", tier=2)
    b.tube((0.0, 0.0, 0.8), (0.0, 0.0, 1.7 * height), 1.45, "carapace", end_radius=0.9, sides=10, tier=3)
    b.tube((0.0, 0.0, 1.7 * height), (0.0, 0.0, 1.75 * height), 0.7, "maw", sides=10, tier=4)
    for i in range(4):
        a = (i + 0.25) * math.pi / 2
        b.ball((1.1 * math.cos(a), 1.1 * math.sin(a), 1.25), (0.5, 0.34, 0.5), "team", yaw=a, tier=4)
    _spikes(b, 1.5, 0.9, crown, 1.5 * height, tier=5, phase=0.5)
    for i in range(3):
        a = i * 2 * math.pi / 3 + 0.4
        b.ball((2.0 * math.cos(a), 2.0 * math.sin(a), 0.7), (0.4, 0.4, 0.34), "acid", tier=3)


def _spawning_pool(b: Builder) -> None:
    _roots(b, 1.8, 8, 0.25)
    b.prism((0.0, 0.0, 0.0), 1.65, 0.5, "flesh", sides=10, top=0.82, tier=1)
    b.prism((0.0, 0.0, 0.42), 1.15, 0.1, "acid", sides=10, tier=2)
    for i in range(6):
        a = i * math.pi / 3
        b.ball(
            (1.35 * math.cos(a), 1.35 * math.sin(a), 0.5),
            (0.42, 0.3, 0.34),
            "team" if i % 2 else "carapace",
            yaw=a,
            tier=3,
        )
    _spikes(b, 1.3, 0.6, 6, 1.0, tier=4, phase=0.5)


def _extractor(b: Builder) -> None:
    _roots(b, 1.7, 8, 0.26)
    b.ball((0.0, 0.0, 0.4), (1.3, 1.3, 0.8), "flesh", sides=10, tier=1)
    b.tube((0.0, 0.0, 0.8), (0.0, 0.0, 1.6), 0.7, "carapace", end_radius=0.4, sides=8, tier=2)
    b.prism((0.0, 0.0, 1.55), 0.34, 0.1, "gas", tier=3)
    for i in range(4):
        a = (i + 0.5) * math.pi / 2
        b.ball((1.0 * math.cos(a), 1.0 * math.sin(a), 0.8), (0.4, 0.4, 0.4), "team", tier=3)
    _spikes(b, 0.8, 1.0, 4, 1.2, tier=4)


def _evolution_chamber(b: Builder) -> None:
    _roots(b, 1.8, 7, 0.3)
    b.ball((-0.2, 0.0, 0.6), (1.5, 1.2, 0.85), "sinew", sides=10)
    b.ball((0.8, 0.0, 0.6), (0.7, 0.8, 0.6), "carapace", tier=2)
    b.ball((-0.5, 0.0, 1.2), (0.8, 0.7, 0.5), "team", tier=2)
    for x, y in ((-0.9, 0.7), (0.1, 0.85)):
        b.tube((x, y, 0.9), (x * 1.1, y * 1.3, 1.7), 0.2, "flesh", end_radius=0.12, mirror=True, tier=3)
        b.ball((x * 1.1, y * 1.3, 1.75), 0.2, "eye", mirror=True, tier=4)


def _baneling_nest(b: Builder) -> None:
    _roots(b, 1.8, 8, 0.25)
    b.ball((0.0, 0.0, 0.25), (1.6, 1.6, 0.5), "flesh", sides=10)
    for i, (x, y, r) in enumerate(
        ((0.5, 0.5, 0.55), (-0.6, 0.4, 0.6), (0.0, -0.6, 0.6), (0.8, -0.4, 0.4), (-0.7, -0.6, 0.4))
    ):
        b.ball((x, y, 0.7), (r, r, r * 1.1), "bile" if i % 2 else "acid", tier=2)
    b.ball((-0.05, 0.1, 1.1), (0.4, 0.4, 0.34), "team", tier=3)
    _spikes(b, 1.4, 0.3, 7, 0.9, tier=3)


def _den(b: Builder, horns: int) -> None:
    """A cave of horn and skin."""
    _roots(b, 1.8, 8, 0.28)
    b.ball((-0.2, 0.0, 0.55), (1.5, 1.35, 0.8), "carapace", sides=10)
    b.ball((0.95, 0.0, 0.5), (0.5, 0.6, 0.46), "maw", tier=2)
    b.ball((-0.4, 0.0, 1.1), (0.9, 0.7, 0.45), "team", tier=2)
    b.tube((1.0, 0.5, 0.4), (1.4, 0.3, 1.5), 0.2, "bone", end_radius=0.0, mirror=True, tier=3)
    _spikes(b, 0.9, 1.0, horns, 1.0, tier=4, phase=0.5)


def _spire(b: Builder) -> None:
    _roots(b, 1.2, 6, 0.22)
    b.ball((0.0, 0.0, 0.3), (0.95, 0.95, 0.5), "flesh")
    b.tube((0.0, 0.0, 0.4), (0.1, 0.0, 2.2), 0.55, "carapace", end_radius=0.25, tier=2)
    b.tube((0.1, 0.0, 2.2), (0.5, 0.0, 3.2), 0.25, "bone", end_radius=0.0, tier=3)
    b.ball((0.0, 0.0, 1.5), (0.5, 0.5, 0.4), "team", tier=3)
    _spikes(b, 0.5, 1.0, 5, 1.3, tier=3)


def _spine_crawler(b: Builder) -> None:
    _roots(b, 1.05, 7, 0.2)
    b.ball((0.0, 0.0, 0.35), (0.7, 0.7, 0.45), "carapace")
    b.tube((-0.1, 0.0, 0.5), (-0.3, 0.0, 1.5), 0.24, "sinew", end_radius=0.17, tier=2)
    b.ball((-0.1, 0.0, 0.75), (0.4, 0.4, 0.3), "team", tier=3)
    b.tube((-0.3, 0.0, 1.5), (0.2, 0.0, 1.9), 0.18, "flesh", end_radius=0.16, tier=3)
    b.tube((0.2, 0.0, 1.9), (1.1, 0.0, 0.9), 0.2, "bone", end_radius=0.0, tier=4)


def _spore_crawler(b: Builder) -> None:
    _roots(b, 0.95, 7, 0.18)
    b.ball((0.0, 0.0, 0.5), (0.65, 0.65, 0.55), "flesh")
    b.ball((0.0, 0.0, 0.95), (0.4, 0.4, 0.34), "team", tier=2)
    b.tube((0.1, 0.0, 1.0), (0.4, 0.0, 1.5), 0.22, "maw", end_radius=0.26, tier=3)
    b.tube((-0.2, 0.3, 0.9), (-0.4, 0.6, 1.4), 0.14, "acid", end_radius=0.08, mirror=True, tier=2)


def _creep_tumor(b: Builder) -> None:
    _roots(b, 0.9, 7, 0.14)
    b.ball((0.0, 0.0, 0.15), (0.55, 0.55, 0.3), "sinew")
    b.ball((0.0, 0.0, 0.36), (0.24, 0.24, 0.2), "eye", tier=2)
    b.ball((0.25, 0.0, 0.3), (0.2, 0.3, 0.14), "team", tier=2)


def _nydus(b: Builder) -> None:
    _roots(b, 1.2, 8, 0.24)
    b.tube((-0.2, 0.0, 0.0), (0.1, 0.0, 1.5), 0.85, "carapace", end_radius=0.7, sides=10)
    b.tube((0.1, 0.0, 1.5), (0.3, 0.0, 1.7), 0.7, "team", end_radius=0.6, sides=10, tier=2)
    b.tube((0.3, 0.0, 1.7), (0.34, 0.0, 1.74), 0.45, "maw", sides=10, tier=3)
    _spikes(b, 0.7, 1.3, 6, 0.8, tier=4)


MODELS: dict[str, Callable[[Builder], None]] = {
    "Hatchery": _hatchery,
    "Lair": functools.partial(_hatchery, crown=8, height=1.3),
    "Hive": functools.partial(_hatchery, crown=10, height=1.55),
    "SpawningPool": _spawning_pool,
    "Extractor": _extractor,
    "ExtractorRich": _extractor,
    "EvolutionChamber": _evolution_chamber,
    "BanelingNest": _baneling_nest,
    "HydraliskDen": functools.partial(_den, horns=6),
    "LurkerDenMP": functools.partial(_den, horns=8),
    "RoachWarren": functools.partial(_den, horns=4),
    "UltraliskCavern": functools.partial(_den, horns=10),
    "InfestationPit": _spawning_pool,
    "Spire": _spire,
    "GreaterSpire": _spire,
    "SpineCrawler": _spine_crawler,
    "SpineCrawlerUprooted": _spine_crawler,
    "SporeCrawler": _spore_crawler,
    "SporeCrawlerUprooted": _spore_crawler,
    "CreepTumor": _creep_tumor,
    "CreepTumorQueen": _creep_tumor,
    "CreepTumorBurrowed": _creep_tumor,
    "NydusNetwork": _nydus,
    "NydusCanal": _nydus,
}
