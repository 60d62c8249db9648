"""Shapes of the Terran units; structures are in `models_terran_structures`."""

from __future__ import annotations

from collections.abc import Callable

from sc2data.sim.drawing.mesh import Builder


def _marine(b: Builder) -> None:
    b.tube((0.0, 0.13, 0.0), (-0.02, 0.11, 0.4), 0.11, "iron", end_radius=0.09, mirror=True, tier=0)
    b.box((0.05, 0.13, 0.05), (0.26, 0.16, 0.1), "dark", mirror=True, tier=0)
    b.box((0.0, 0.0, 0.56), (0.3, 0.38, 0.34), "team", taper=1.15)
    b.box((-0.2, 0.0, 0.6), (0.16, 0.32, 0.34), "iron")
    b.ball((0.0, 0.29, 0.7), (0.17, 0.15, 0.15), "team", mirror=True, tier=2)
    b.tube((0.02, 0.3, 0.64), (0.26, 0.2, 0.46), 0.075, "steel", mirror=True)
    b.ball((0.04, 0.0, 0.84), (0.13, 0.12, 0.13), "iron", tier=3)
    b.box((0.13, 0.0, 0.85), (0.08, 0.15, 0.08), "visor", tier=3)
    b.box((0.36, 0.06, 0.48), (0.5, 0.08, 0.12), "dark")
    b.box((0.22, 0.06, 0.57), (0.16, 0.05, 0.06), "black")
    b.tube((0.6, 0.06, 0.5), (0.78, 0.06, 0.5), 0.035, "black", sides=5)
    b.box((-0.3, 0.0, 0.66), (0.06, 0.2, 0.16), "hazard")
    b.box((0.16, 0.0, 0.46), (0.06, 0.16, 0.12), "steel")


def _marauder(b: Builder) -> None:
    b.tube((0.02, 0.2, 0.0), (-0.02, 0.17, 0.48), 0.17, "iron", end_radius=0.13, mirror=True, tier=0)
    b.box((0.08, 0.2, 0.06), (0.36, 0.24, 0.13), "dark", mirror=True, tier=0)
    b.box((0.0, 0.0, 0.68), (0.46, 0.54, 0.44), "team", taper=1.15)
    b.box((-0.28, 0.0, 0.76), (0.22, 0.46, 0.4), "iron")
    b.ball((0.0, 0.42, 0.86), (0.24, 0.22, 0.22), "team", mirror=True, tier=2)
    b.ball((0.1, 0.0, 0.98), (0.15, 0.16, 0.15), "dark", tier=3)
    b.box((0.2, 0.0, 0.99), (0.1, 0.18, 0.08), "visor", tier=3)
    b.tube((0.05, 0.46, 0.76), (0.3, 0.44, 0.6), 0.13, "steel", mirror=True)
    b.box((0.42, 0.44, 0.6), (0.36, 0.22, 0.24), "iron", mirror=True)
    b.box((0.4, 0.44, 0.74), (0.24, 0.12, 0.08), "hazard", mirror=True)
    b.tube((0.6, 0.44, 0.6), (0.76, 0.44, 0.6), 0.085, "black", mirror=True)
    b.tube((-0.38, 0.14, 0.6), (-0.36, 0.14, 1.04), 0.09, "dark", mirror=True)
    b.box((0.24, 0.0, 0.62), (0.06, 0.3, 0.2), "steel")


def _reaper(b: Builder) -> None:
    b.tube((0.0, 0.11, 0.0), (-0.03, 0.1, 0.42), 0.085, "dark", end_radius=0.09, mirror=True, tier=0)
    b.box((0.0, 0.0, 0.56), (0.24, 0.3, 0.3), "team", taper=1.2)
    b.tube((-0.24, 0.17, 0.4), (-0.16, 0.15, 0.86), 0.12, "steel", end_radius=0.07, mirror=True)
    b.tube((-0.26, 0.17, 0.28), (-0.24, 0.17, 0.4), 0.05, "flame", end_radius=0.1, mirror=True, tier=0)
    b.ball((0.03, 0.0, 0.82), (0.12, 0.11, 0.13), "dark", tier=3)
    b.box((0.12, 0.0, 0.83), (0.06, 0.14, 0.06), "eye", tier=3)
    b.tube((0.02, 0.22, 0.62), (0.26, 0.22, 0.5), 0.06, "iron", mirror=True)
    b.box((0.36, 0.22, 0.5), (0.26, 0.06, 0.1), "black", mirror=True)


def _ghost(b: Builder) -> None:
    b.tube((0.0, 0.1, 0.0), (0.0, 0.09, 0.46), 0.08, "dark", mirror=True, tier=0)
    b.box((0.0, 0.0, 0.6), (0.2, 0.28, 0.3), "steel", taper=1.15)
    b.box((0.01, 0.0, 0.58), (0.22, 0.12, 0.32), "team", tier=2)
    b.ball((0.02, 0.0, 0.84), 0.11, "dark", tier=3)
    b.box((0.1, 0.0, 0.85), (0.06, 0.15, 0.05), "psi", tier=3)
    b.tube((-0.1, -0.12, 0.52), (0.85, -0.12, 0.56), 0.035, "black", sides=5)
    b.tube((0.0, 0.17, 0.66), (0.3, -0.06, 0.54), 0.05, "dark", mirror=True)


def _scv(b: Builder) -> None:
    b.box((-0.02, 0.27, 0.14), (0.34, 0.16, 0.28), "iron", mirror=True, tier=0)
    b.box((-0.06, 0.0, 0.42), (0.5, 0.46, 0.4), "hazard", taper=0.8)
    b.box((-0.3, 0.0, 0.5), (0.2, 0.5, 0.34), "team")
    b.box((0.16, 0.0, 0.5), (0.16, 0.28, 0.22), "glass")
    b.ball((-0.02, 0.34, 0.5), (0.17, 0.12, 0.17), "team", mirror=True, tier=2)
    b.tube((0.02, 0.36, 0.44), (0.4, 0.28, 0.28), 0.075, "steel", mirror=True)
    b.tube((0.4, 0.28, 0.28), (0.56, 0.2, 0.26), 0.07, "dark", end_radius=0.0, mirror=True)
    b.tube((-0.4, 0.14, 0.4), (-0.4, 0.14, 0.62), 0.07, "dark", mirror=True)
    b.box((-0.04, 0.0, 0.65), (0.2, 0.16, 0.06), "iron", tier=2)


def _hellion(b: Builder) -> None:
    for x, y in ((0.42, 0.36), (-0.4, 0.4)):
        b.tube((x, y - 0.1, 0.2), (x, y + 0.1, 0.2), 0.22, "black", sides=9, mirror=True, tier=0)
    b.box((0.0, 0.0, 0.28), (1.1, 0.4, 0.2), "iron", taper=0.85)
    b.box((0.32, 0.0, 0.36), (0.5, 0.34, 0.12), "team", taper=0.7, tier=2)
    b.box((-0.28, 0.0, 0.44), (0.4, 0.46, 0.22), "team", taper=0.75, tier=2)
    b.ball((-0.02, 0.0, 0.5), (0.16, 0.14, 0.14), "glass", tier=3)
    b.tube((-0.1, 0.16, 0.56), (0.5, 0.16, 0.54), 0.06, "dark", tier=4)
    b.box((-0.2, 0.16, 0.56), (0.24, 0.16, 0.16), "steel", tier=4)


def _tracks(b: Builder, length: float = 1.7) -> None:
    """The tank's hull with its tracks."""
    b.box((0.0, 0.52, 0.2), (length, 0.36, 0.4), "dark", taper=0.86, mirror=True, tier=0)
    for i in range(6):
        x = (i - 2.5) * length * 0.15
        b.box((x, 0.52, 0.42), (length * 0.1, 0.34, 0.06), "iron", mirror=True, tier=1)
        b.tube((x, 0.66, 0.18), (x, 0.72, 0.18), 0.13, "iron", sides=7, mirror=True, tier=1)
    b.box((0.0, 0.0, 0.36), (length * 0.92, 0.72, 0.3), "iron", taper=0.88, tier=1)
    b.box((length * 0.33, 0.0, 0.5), (length * 0.22, 0.62, 0.08), "team", taper=0.9, tier=2)
    b.box((-length * 0.4, 0.0, 0.52), (length * 0.12, 0.6, 0.16), "dark", tier=2)
    b.box((0.1, 0.62, 0.44), (length * 0.5, 0.16, 0.1), "team", taper=0.9, mirror=True, tier=2)


def _siege_tank(b: Builder) -> None:
    _tracks(b)
    b.prism((-0.12, 0.0, 0.5), 0.5, 0.16, "iron", sides=8, tier=2)
    b.box((-0.16, 0.0, 0.76), (0.84, 0.66, 0.34), "steel", taper=0.76, tier=3)
    b.box((-0.34, 0.0, 0.96), (0.36, 0.44, 0.1), "team", tier=4)
    b.tube((0.2, 0.14, 0.78), (1.15, 0.14, 0.8), 0.075, "dark", mirror=True, tier=3)
    b.tube((0.98, 0.14, 0.8), (1.18, 0.14, 0.8), 0.1, "iron", mirror=True, tier=3)
    b.box((0.28, 0.0, 0.76), (0.14, 0.5, 0.2), "iron", tier=3)
    b.box((0.02, 0.0, 0.95), (0.14, 0.16, 0.06), "visor", tier=4)
    b.prism((-0.36, 0.24, 1.0), 0.1, 0.07, "dark", sides=6, tier=5)
    b.tube((-0.5, -0.26, 0.9), (-0.52, -0.26, 1.4), 0.02, "black", sides=4, tier=4)
    b.box((-0.62, 0.0, 0.8), (0.14, 0.5, 0.2), "dark", tier=3)


def _siege_tank_sieged(b: Builder) -> None:
    for x, y in ((0.62, 0.74), (-0.62, 0.74)):
        b.tube((x * 0.5, y * 0.6, 0.34), (x * 1.3, y * 1.25, 0.06), 0.1, "steel", mirror=True, tier=0)
        b.prism((x * 1.3, y * 1.25, 0.0), 0.24, 0.12, "iron", sides=6, mirror=True, tier=0)
    _tracks(b, 1.6)
    b.prism((-0.05, 0.0, 0.5), 0.56, 0.2, "iron", sides=10, tier=2)
    b.box((-0.2, 0.0, 0.86), (0.9, 0.78, 0.42), "steel", taper=0.76, tier=3)
    b.box((-0.46, 0.0, 1.08), (0.34, 0.6, 0.16), "team", tier=4)
    b.box((-0.1, 0.32, 1.02), (0.5, 0.14, 0.1), "team", mirror=True, tier=4)
    b.tube((0.1, 0.0, 0.98), (1.55, 0.0, 1.36), 0.13, "iron", end_radius=0.1, sides=8, tier=4)
    b.tube((1.36, 0.0, 1.31), (1.62, 0.0, 1.38), 0.17, "dark", sides=8, tier=4)
    b.tube((0.1, 0.2, 0.9), (0.7, 0.06, 1.1), 0.05, "hazard", mirror=True, tier=4)
    b.box((0.14, 0.0, 0.94), (0.3, 0.4, 0.3), "iron", tier=4)
    b.box((-0.66, 0.0, 0.9), (0.12, 0.5, 0.24), "dark", tier=3)


def _thor(b: Builder) -> None:
    b.tube((0.0, 0.42, 0.2), (-0.1, 0.34, 0.9), 0.22, "iron", mirror=True, tier=0)
    b.box((0.1, 0.44, 0.12), (0.7, 0.44, 0.24), "dark", taper=0.8, mirror=True, tier=0)
    b.box((0.0, 0.0, 1.2), (0.9, 0.9, 0.6), "steel", taper=0.85)
    b.box((0.36, 0.0, 1.3), (0.4, 0.5, 0.36), "team", taper=0.7, tier=2)
    b.box((0.5, 0.0, 1.42), (0.2, 0.3, 0.12), "glass", tier=3)
    b.box((0.1, 0.72, 1.1), (0.9, 0.34, 0.4), "iron", mirror=True)
    b.tube((0.4, 0.72, 1.06), (1.2, 0.72, 1.02), 0.12, "dark", mirror=True)
    b.tube((-0.5, 0.34, 1.5), (0.5, 0.34, 1.9), 0.14, "team", mirror=True, tier=4)


def _viking_assault(b: Builder) -> None:
    b.tube((0.05, 0.26, 0.0), (-0.1, 0.2, 0.6), 0.12, "iron", mirror=True, tier=0)
    b.box((0.0, 0.0, 0.8), (0.6, 0.44, 0.4), "steel", taper=0.8)
    b.box((0.2, 0.0, 0.98), (0.3, 0.3, 0.16), "team", tier=2)
    b.box((0.05, 0.46, 0.84), (0.6, 0.2, 0.24), "team", mirror=True)
    b.tube((0.3, 0.46, 0.8), (0.85, 0.46, 0.78), 0.08, "dark", mirror=True)


def _widow_mine(b: Builder) -> None:
    for x in (0.34, -0.34):
        b.tube((0.0, 0.1, 0.2), (x, 0.4, 0.0), 0.05, "dark", mirror=True, tier=0)
    b.ball((0.0, 0.0, 0.26), (0.3, 0.28, 0.2), "iron")
    b.ball((0.0, 0.0, 0.4), 0.14, "team", tier=2)


def _cyclone(b: Builder) -> None:
    for x, y in ((0.5, 0.46), (-0.5, 0.46)):
        b.tube((x, y - 0.14, 0.24), (x, y + 0.14, 0.24), 0.26, "black", sides=8, mirror=True, tier=0)
    b.box((0.0, 0.0, 0.4), (1.3, 0.6, 0.26), "iron", taper=0.85)
    b.box((-0.1, 0.0, 0.7), (0.7, 0.66, 0.34), "steel", taper=0.8, tier=2)
    b.box((-0.2, 0.0, 0.9), (0.4, 0.4, 0.1), "team", tier=3)
    b.box((0.2, 0.4, 0.78), (0.7, 0.2, 0.26), "team", mirror=True, tier=3)


def _jet(b: Builder, wing: float, nose: float, engine: float) -> None:
    """A winged flyer of the Terrans."""
    b.box((0.0, 0.0, 0.0), (nose * 1.3, 0.34, 0.3), "steel", taper=0.75)
    b.tube((nose * 0.55, 0.0, 0.0), (nose, 0.0, -0.02), 0.16, "iron", end_radius=0.03)
    b.ball((nose * 0.4, 0.0, 0.16), (0.24, 0.12, 0.1), "glass", tier=2)
    b.sheet([(0.3, 0.12, 0.04), (-0.34, 0.12, 0.04), (-0.5, wing, 0.02), (-0.14, wing, 0.02)], "team", mirror=True)
    b.tube((-0.7, engine, 0.02), (0.05, engine, 0.02), 0.17, "iron", end_radius=0.12, mirror=True, tier=2)
    b.tube((-0.82, engine, 0.02), (-0.7, engine, 0.02), 0.07, "flame", end_radius=0.13, mirror=True, tier=1)
    b.sheet([(-0.3, 0.05, 0.1), (-0.7, 0.05, 0.1), (-0.75, 0.1, 0.42), (-0.55, 0.1, 0.42)], "team", mirror=True, tier=3)


def _medivac(b: Builder) -> None:
    b.box((0.05, 0.0, 0.0), (1.3, 0.5, 0.5), "hull", taper=0.8)
    b.ball((0.66, 0.0, 0.02), (0.32, 0.22, 0.22), "glass")
    b.box((-0.1, 0.0, 0.27), (0.7, 0.34, 0.08), "team", tier=2)
    b.tube((-0.65, 0.55, 0.02), (0.05, 0.55, 0.02), 0.24, "iron", end_radius=0.18, sides=8, mirror=True)
    b.tube((-0.78, 0.55, 0.02), (-0.65, 0.55, 0.02), 0.1, "flame", end_radius=0.2, mirror=True, tier=0)
    b.box((-0.2, 0.38, 0.1), (0.5, 0.3, 0.1), "team", mirror=True, tier=2)
    b.box((-0.75, 0.0, 0.25), (0.3, 0.5, 0.1), "iron", tier=2)


def _banshee(b: Builder) -> None:
    _jet(b, 0.5, 0.85, 0.0)
    b.prism((-0.05, 0.52, 0.0), 0.36, 0.08, "dark", sides=10, mirror=True, tier=2)
    b.prism((-0.05, 0.52, 0.06), 0.24, 0.06, "team", sides=10, mirror=True, tier=3)


def _viking_fighter(b: Builder) -> None:
    _jet(b, 0.75, 0.8, 0.3)
    b.tube((-0.1, 0.72, -0.02), (0.7, 0.72, -0.02), 0.08, "dark", mirror=True, tier=2)


def _raven(b: Builder) -> None:
    _jet(b, 0.7, 0.5, 0.2)
    b.prism((-0.05, 0.0, 0.16), 0.3, 0.1, "team", sides=10, tier=3)


def _liberator(b: Builder) -> None:
    _jet(b, 0.95, 0.9, 0.5)
    b.box((0.1, 0.8, 0.0), (0.9, 0.16, 0.2), "iron", mirror=True, tier=2)


def _battlecruiser(b: Builder) -> None:
    b.box((-0.1, 0.0, 0.0), (2.0, 0.5, 0.44), "steel", taper=0.8)
    b.box((1.15, 0.0, -0.02), (0.6, 0.86, 0.36), "iron", taper=0.8)
    b.box((1.2, 0.0, 0.18), (0.34, 0.5, 0.1), "team", tier=2)
    b.box((-0.95, 0.0, 0.02), (0.7, 1.3, 0.46), "iron", taper=0.85)
    b.tube((-1.42, 0.42, 0.0), (-1.28, 0.42, 0.0), 0.12, "flame", end_radius=0.2, mirror=True, tier=0)
    b.box((-0.3, 0.0, 0.32), (0.8, 0.3, 0.24), "team", taper=0.8, tier=2)
    b.box((-0.5, 0.0, 0.5), (0.26, 0.2, 0.2), "glass", tier=3)
    b.box((-0.9, 0.5, 0.28), (0.5, 0.2, 0.14), "team", mirror=True, tier=2)


def _mule(b: Builder) -> None:
    _scv(b)
    b.box((-0.1, 0.0, 0.78), (0.4, 0.5, 0.3), "steel", tier=4)
    b.box((0.12, 0.0, 0.8), (0.1, 0.3, 0.1), "visor", tier=5)


MODELS: dict[str, Callable[[Builder], None]] = {
    "Marine": _marine,
    "Marauder": _marauder,
    "Reaper": _reaper,
    "Ghost": _ghost,
    "GhostNova": _ghost,
    "SCV": _scv,
    "MULE": _mule,
    "Hellion": _hellion,
    "HellionTank": _viking_assault,
    "SiegeTank": _siege_tank,
    "SiegeTankSieged": _siege_tank_sieged,
    "Thor": _thor,
    "ThorAP": _thor,
    "WarHound": _thor,
    "VikingAssault": _viking_assault,
    "VikingFighter": _viking_fighter,
    "WidowMine": _widow_mine,
    "Cyclone": _cyclone,
    "Medivac": _medivac,
    "Banshee": _banshee,
    "Raven": _raven,
    "Liberator": _liberator,
    "LiberatorAG": _liberator,
    "Battlecruiser": _battlecruiser,
}
