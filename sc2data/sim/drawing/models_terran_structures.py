"""Shapes of the Terran structures."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from sc2data.sim.drawing.mesh import Builder


def _feet(b: Builder, spread: float, size: float = 0.5) -> None:
    """Four landing feet."""
    for x in (spread, -spread):
        b.box((x, spread, 0.16), (size, size, 0.32), "dark", taper=0.75, mirror=True, tier=0)


def _command_center(b: Builder) -> None:
    _feet(b, 1.75, 0.9)
    b.prism((0.0, 0.0, 0.1), 2.6, 0.9, "iron", sides=8, top=0.95, tier=1)
    b.prism((0.0, 0.0, 1.0), 2.35, 0.5, "steel", sides=8, top=0.8, tier=2)
    for i in range(8):
        a = (i + 0.5) * math.pi / 4
        x, y = 2.25 * math.cos(a), 2.25 * math.sin(a)
        b.box((x, y, 0.72), (0.4, 0.8, 0.5), "team" if i % 2 else "hull", yaw=a, taper=0.85, tier=2)
    b.prism((0.0, 0.0, 1.5), 1.55, 0.5, "hull", sides=8, top=0.85, tier=3)
    b.prism((0.0, 0.0, 2.0), 1.1, 0.34, "steel", sides=8, top=0.7, tier=4)
    b.box((0.75, 0.0, 2.1), (0.6, 0.9, 0.4), "glass", taper=0.7, tier=5)
    b.box((-0.35, 0.0, 2.42), (0.7, 0.8, 0.2), "team", taper=0.85, tier=5)
    b.box((1.9, 0.0, 0.7), (0.9, 1.2, 0.9), "dark", taper=0.85, tier=3)
    b.box((1.95, 0.0, 1.16), (0.7, 1.0, 0.08), "hazard", tier=4)
    b.tube((-1.2, 1.0, 1.5), (-1.2, 1.0, 3.0), 0.08, "iron", end_radius=0.03, tier=5)
    b.prism((-1.0, -1.1, 1.5), 0.4, 0.5, "rust", tier=4)
    b.fittings((-0.1, 0.0, 2.0), (1.6, 1.8), 9, ("dark", "iron", "hull", "visor"), tier=5, seed=1)
    for i in range(16):
        a = (i + 0.5) * math.pi / 8
        x, y = 1.95 * math.cos(a), 1.95 * math.sin(a)
        b.box((x, y, 1.26), (0.12, 0.34, 0.12), "visor" if i % 3 == 0 else "dark", yaw=a, tier=3)
    for i in range(4):
        a = i * math.pi / 2 + 0.3
        b.box((2.35 * math.cos(a), 2.35 * math.sin(a), 0.5), (0.3, 0.5, 0.4), "rust", yaw=a, tier=2)


def _orbital_command(b: Builder) -> None:
    _command_center(b)
    b.tube((-0.6, 0.0, 2.4), (-0.6, 0.0, 3.0), 0.2, "iron", tier=6)
    b.tube((-0.75, 0.0, 3.1), (-0.4, 0.0, 3.5), 0.9, "steel", end_radius=0.5, sides=10, tier=7)


def _planetary_fortress(b: Builder) -> None:
    _command_center(b)
    b.prism((0.0, 0.0, 2.3), 0.9, 0.4, "dark", tier=6)
    b.box((0.0, 0.0, 2.9), (1.2, 0.9, 0.5), "steel", taper=0.8, tier=7)
    b.tube((0.5, 0.26, 2.9), (2.0, 0.26, 3.0), 0.15, "dark", mirror=True, tier=8)


def _supply_depot(b: Builder) -> None:
    b.box((0.0, 0.0, 0.12), (2.0, 2.0, 0.24), "dark", tier=0)
    b.box((0.0, 0.0, 0.6), (1.8, 1.8, 0.8), "iron", taper=0.9)
    for x, y in ((0.46, 0.46), (0.46, -0.46), (-0.46, 0.46), (-0.46, -0.46)):
        b.box((x, y, 1.06), (0.66, 0.66, 0.2), "hull", taper=0.8, tier=2)
        b.box((x, y, 1.2), (0.34, 0.34, 0.1), "team", tier=3)
    b.box((0.0, 0.0, 1.1), (0.16, 1.6, 0.24), "steel", tier=3)
    b.box((0.92, 0.0, 0.5), (0.12, 0.7, 0.4), "hazard", tier=2)


def _supply_depot_lowered(b: Builder) -> None:
    b.box((0.0, 0.0, 0.06), (2.1, 2.1, 0.12), "dark", tier=0)
    for x, y in ((0.46, 0.46), (0.46, -0.46), (-0.46, 0.46), (-0.46, -0.46)):
        b.box((x, y, 0.14), (0.8, 0.8, 0.1), "iron", taper=0.9, tier=1)
        b.box((x, y, 0.2), (0.36, 0.36, 0.06), "team", tier=2)


def _barracks(b: Builder) -> None:
    _feet(b, 1.2, 0.7)
    b.box((-0.1, 0.0, 0.8), (3.0, 2.9, 1.1), "iron", taper=0.92)
    b.box((1.25, 0.0, 0.62), (0.6, 1.3, 0.9), "dark", taper=0.9, tier=2)
    b.box((1.45, 0.0, 0.5), (0.3, 0.9, 0.7), "black", tier=3)
    b.box((-0.2, 0.0, 1.55), (2.2, 2.0, 0.5), "hull", taper=0.8, tier=3)
    b.box((0.4, 0.95, 1.4), (1.4, 0.5, 0.3), "team", taper=0.85, mirror=True, tier=3)
    b.box((-0.9, 0.0, 1.95), (0.6, 1.2, 0.5), "steel", taper=0.8, tier=4)
    b.box((0.3, 0.0, 1.86), (0.7, 0.7, 0.16), "team", tier=4)
    b.tube((-1.1, 0.9, 1.4), (-1.1, 0.9, 2.4), 0.16, "rust", mirror=True, tier=4)
    b.fittings((-0.1, 0.0, 1.78), (1.5, 1.4), 8, ("dark", "iron", "steel"), tier=4, seed=2)
    for y in (0.5, 1.0):
        b.box((1.28, y, 1.0), (0.1, 0.22, 0.14), "visor", mirror=True, tier=2)
        b.box((1.36, y, 0.4), (0.1, 0.3, 0.3), "hazard", mirror=True, tier=2)
    b.box((-0.2, 1.44, 0.8), (1.6, 0.1, 0.4), "dark", mirror=True, tier=1)


def _factory(b: Builder) -> None:
    _feet(b, 1.2, 0.7)
    b.box((-0.3, 0.0, 0.9), (2.5, 3.0, 1.3), "iron", taper=0.9)
    b.box((1.15, 0.0, 0.5), (1.0, 2.2, 0.7), "dark", taper=0.9)
    b.box((1.3, 0.0, 0.9), (0.9, 1.7, 0.14), "hazard", tier=2)
    b.box((-0.4, 0.75, 1.75), (1.8, 0.8, 0.5), "team", taper=0.8, mirror=True, tier=3)
    b.box((-0.4, 0.0, 1.7), (1.6, 0.6, 0.3), "steel", tier=3)
    for y in (0.45, 1.05):
        b.tube((-1.2, y, 1.5), (-1.2, y, 2.7), 0.22, "rust", end_radius=0.18, sides=8, mirror=True, tier=4)
    b.tube((0.4, 0.0, 1.6), (1.7, 0.0, 2.2), 0.12, "steel", tier=4)
    b.fittings((-0.3, 0.0, 1.6), (1.9, 2.4), 10, ("dark", "iron", "rust", "visor"), tier=4, seed=3)
    b.box((1.6, 0.6, 0.55), (0.12, 0.5, 0.4), "black", mirror=True, tier=2)


def _starport(b: Builder) -> None:
    _feet(b, 1.2, 0.7)
    b.prism((0.0, 0.0, 0.3), 1.9, 0.9, "iron", sides=8, top=0.92)
    b.prism((0.2, 0.0, 1.2), 1.35, 0.2, "dark", sides=12, tier=2)
    b.prism((0.2, 0.0, 1.4), 1.0, 0.06, "hazard", sides=12, tier=3)
    b.prism((0.2, 0.0, 1.46), 0.8, 0.05, "iron", sides=12, tier=4)
    b.box((-1.2, 0.0, 1.6), (0.8, 2.0, 0.9), "hull", taper=0.8, tier=5)
    b.box((-1.2, 0.0, 2.1), (0.5, 1.2, 0.2), "team", tier=6)
    b.box((0.3, 1.45, 1.3), (1.5, 0.4, 0.5), "team", taper=0.8, mirror=True, tier=5)
    b.tube((-1.3, 0.7, 2.0), (-1.3, 0.7, 3.0), 0.06, "steel", mirror=True, tier=6)
    b.fittings((-1.2, 0.0, 2.05), (0.5, 1.6), 6, ("dark", "steel", "visor"), tier=6, seed=4)
    for i in range(12):
        a = i * math.pi / 6
        b.box((0.2 + 0.9 * math.cos(a), 0.9 * math.sin(a), 1.52), (0.1, 0.1, 0.05), "visor", tier=4)


def _engineering_bay(b: Builder) -> None:
    _feet(b, 1.1, 0.6)
    b.prism((0.0, 0.0, 0.2), 1.75, 0.8, "iron", sides=6, top=0.9)
    b.ball((0.0, 0.0, 1.0), (1.2, 1.2, 0.9), "hull", sides=10, tier=2)
    b.box((0.9, 0.0, 0.9), (0.8, 0.8, 0.7), "team", taper=0.8, tier=3)
    b.box((-0.7, 0.8, 1.1), (0.7, 0.5, 0.5), "team", mirror=True, tier=3)
    b.fittings((0.0, 0.0, 1.7), (1.0, 1.0), 5, ("dark", "steel", "visor"), tier=3, seed=5)
    b.box((1.4, 0.0, 0.6), (0.2, 0.6, 0.5), "black", tier=2)
    b.tube((-0.6, 0.0, 1.6), (-0.6, 0.0, 2.5), 0.1, "steel", tier=4)
    b.tube((-0.6, 0.0, 2.4), (-0.3, 0.0, 2.6), 0.4, "steel", end_radius=0.2, sides=8, tier=5)


def _bunker(b: Builder) -> None:
    b.prism((0.0, 0.0, 0.0), 1.8, 0.5, "earth", sides=8, top=0.9, tier=0)
    b.prism((0.0, 0.0, 0.4), 1.5, 0.6, "iron", sides=8, top=0.85)
    for i in range(4):
        a = i * math.pi / 2
        b.box((1.3 * math.cos(a), 1.3 * math.sin(a), 0.7), (0.2, 0.8, 0.16), "black", yaw=a, tier=2)
        a += math.pi / 4
        b.box((1.35 * math.cos(a), 1.35 * math.sin(a), 0.62), (0.4, 0.6, 0.6), "team", yaw=a, taper=0.8, tier=2)
    b.prism((0.0, 0.0, 1.0), 1.15, 0.25, "hull", sides=8, top=0.8, tier=3)
    b.prism((0.0, 0.0, 1.25), 0.5, 0.1, "dark", sides=8, tier=4)
    b.fittings((0.0, 0.0, 1.22), (1.2, 1.2), 5, ("iron", "steel"), tier=4, seed=7)


def _refinery(b: Builder) -> None:
    b.prism((0.0, 0.0, 0.0), 1.75, 0.4, "dark", sides=8, top=0.95, tier=0)
    b.prism((0.0, 0.0, 0.4), 0.9, 0.9, "iron", sides=8, top=0.8)
    b.prism((0.0, 0.0, 1.3), 0.55, 0.3, "gas", sides=8, top=0.6, tier=2)
    for x, y in ((1.05, 1.05), (-1.05, 1.05)):
        b.tube((x, y, 0.3), (x, y, 1.5), 0.42, "hull", sides=8, mirror=True)
        b.ball((x, y, 1.5), (0.42, 0.42, 0.26), "team", mirror=True, tier=2)
    b.tube((1.05, -1.05, 1.0), (1.05, 1.05, 1.0), 0.14, "rust", tier=3)
    b.tube((-1.05, -1.05, 1.0), (-1.05, 1.05, 1.0), 0.14, "rust", tier=0)
    b.box((1.35, 0.0, 0.6), (0.5, 0.8, 0.5), "hazard", taper=0.9, tier=2)


def _missile_turret(b: Builder) -> None:
    b.prism((0.0, 0.0, 0.0), 0.95, 0.35, "dark", sides=6, top=0.85, tier=0)
    b.tube((0.0, 0.0, 0.3), (0.0, 0.0, 1.2), 0.36, "iron", end_radius=0.28)
    b.box((0.0, 0.0, 1.4), (0.5, 0.5, 0.4), "steel", tier=2)
    b.box((0.0, 0.5, 1.45), (0.9, 0.46, 0.5), "team", mirror=True, tier=3)
    b.box((0.42, 0.5, 1.45), (0.2, 0.36, 0.4), "black", mirror=True, tier=3)


def _sensor_tower(b: Builder) -> None:
    b.prism((0.0, 0.0, 0.0), 0.75, 0.4, "dark", sides=6, tier=0)
    b.tube((0.0, 0.0, 0.4), (0.0, 0.0, 2.6), 0.2, "steel", end_radius=0.08)
    b.tube((0.0, 0.0, 2.2), (0.5, 0.0, 2.6), 0.6, "team", end_radius=0.2, sides=8, tier=2)


def _hall(b: Builder, lid: str, dome: bool) -> None:
    """A plain Terran production hall."""
    _feet(b, 1.1, 0.6)
    b.box((0.0, 0.0, 0.75), (2.9, 2.8, 1.1), "iron", taper=0.88)
    b.box((0.0, 0.0, 1.45), (2.0, 2.0, 0.4), lid, taper=0.8, tier=2)
    if dome:
        b.ball((-0.3, 0.0, 1.6), (0.8, 0.8, 0.7), "steel", tier=3)
    b.box((0.5, 0.8, 1.5), (1.2, 0.5, 0.5), "team", taper=0.8, mirror=True, tier=3)
    b.box((1.3, 0.0, 0.6), (0.4, 1.0, 0.7), "dark", tier=2)
    b.fittings((0.0, 0.0, 1.6), (1.5, 1.5), 8, ("dark", "iron", "steel", "visor"), tier=3, seed=6)


def _addon(b: Builder, reactor: bool) -> None:
    b.box((0.0, 0.0, 0.4), (1.7, 1.7, 0.8), "iron", taper=0.9)
    if reactor:
        b.tube((0.35, 0.35, 0.8), (0.35, 0.35, 1.3), 0.32, "steel", mirror=True, tier=2)
        b.tube((-0.4, 0.35, 0.8), (-0.4, 0.35, 1.2), 0.32, "team", mirror=True, tier=2)
    else:
        b.box((-0.2, 0.0, 0.95), (1.0, 1.1, 0.4), "hull", taper=0.8, tier=2)
        b.box((0.4, 0.0, 0.95), (0.4, 1.0, 0.3), "team", taper=0.8, tier=2)
        b.ball((-0.3, 0.0, 1.2), 0.3, "glass", tier=3)


def _auto_turret(b: Builder) -> None:
    for x in (0.5, -0.5):
        b.tube((0.1 * x, 0.1, 0.5), (x, 0.5, 0.0), 0.08, "iron", mirror=True, tier=0)
    b.box((0.0, 0.0, 0.65), (0.7, 0.6, 0.4), "team", taper=0.8)
    b.tube((0.2, 0.12, 0.68), (0.85, 0.12, 0.68), 0.06, "black", mirror=True, tier=2)


MODELS: dict[str, Callable[[Builder], None]] = {
    "CommandCenter": _command_center,
    "CommandCenterFlying": _command_center,
    "OrbitalCommand": _orbital_command,
    "OrbitalCommandFlying": _orbital_command,
    "PlanetaryFortress": _planetary_fortress,
    "SupplyDepot": _supply_depot,
    "SupplyDepotLowered": _supply_depot_lowered,
    "Barracks": _barracks,
    "BarracksFlying": _barracks,
    "Factory": _factory,
    "FactoryFlying": _factory,
    "Starport": _starport,
    "StarportFlying": _starport,
    "EngineeringBay": _engineering_bay,
    "Bunker": _bunker,
    "Refinery": _refinery,
    "RefineryRich": _refinery,
    "MissileTurret": _missile_turret,
    "SensorTower": _sensor_tower,
    "AutoTurret": _auto_turret,
    "PointDefenseDrone": _auto_turret,
    "GhostAcademy": functools.partial(_hall, lid="dark", dome=False),
    "Armory": functools.partial(_hall, lid="rust", dome=False),
    "FusionCore": functools.partial(_hall, lid="hull", dome=True),
    **{f"{hall}TechLab": functools.partial(_addon, reactor=False) for hall in ("", "Barracks", "Factory", "Starport")},
    **{f"{hall}Reactor": functools.partial(_addon, reactor=True) for hall in ("", "Barracks", "Factory", "Starport")},
}
