"""Shapes of the Protoss units and structures."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from sc2data.sim.drawing.mesh import Builder


def _zealot(b: Builder) -> None:
    b.tube((0.06, 0.14, 0.0), (-0.06, 0.12, 0.3), 0.08, "gold", mirror=True, tier=0)
    b.tube((-0.06, 0.12, 0.3), (0.0, 0.1, 0.55), 0.1, "dark", mirror=True, tier=0)
    b.box((0.0, 0.0, 0.74), (0.28, 0.36, 0.4), "gold", taper=1.2)
    b.box((0.1, 0.0, 0.5), (0.12, 0.2, 0.3), "team")
    b.ball((0.0, 0.32, 0.94), (0.2, 0.17, 0.15), "gold", mirror=True, tier=2)
    b.ball((-0.03, 0.34, 1.0), (0.14, 0.12, 0.1), "team", mirror=True, tier=3)
    b.ball((0.05, 0.0, 1.1), (0.14, 0.11, 0.16), "brass", tier=3)
    b.tube((-0.05, 0.0, 1.14), (-0.34, 0.0, 1.0), 0.07, "dark", end_radius=0.02, tier=3)
    b.tube((0.0, 0.36, 0.86), (0.26, 0.34, 0.6), 0.08, "gold", mirror=True)
    b.tube((0.26, 0.34, 0.6), (0.74, 0.26, 0.5), 0.07, "psi", end_radius=0.0, mirror=True)
    b.box((0.16, 0.0, 0.82), (0.06, 0.12, 0.14), "psi")


def _stalker(b: Builder) -> None:
    for x, y in ((0.5, 0.5), (-0.5, 0.5)):
        b.tube((x * 0.3, y * 0.3, 0.6), (x * 0.8, y * 0.9, 0.9), 0.09, "steel", mirror=True, tier=0)
        b.tube((x * 0.8, y * 0.9, 0.9), (x * 1.2, y * 1.25, 0.0), 0.09, "dark", end_radius=0.02, mirror=True, tier=0)
    b.ball((0.0, 0.0, 0.72), (0.46, 0.3, 0.28), "iron")
    b.ball((-0.06, 0.0, 0.92), (0.34, 0.22, 0.14), "team", tier=2)
    b.box((0.36, 0.0, 0.74), (0.12, 0.16, 0.1), "psi")
    b.box((0.3, 0.3, 0.76), (0.36, 0.1, 0.14), "steel", mirror=True, tier=2)


def _probe(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.4), (0.3, 0.26, 0.2), "gold")
    b.ball((-0.04, 0.0, 0.52), (0.22, 0.18, 0.1), "team", tier=2)
    b.ball((0.22, 0.0, 0.42), (0.12, 0.12, 0.1), "psi")
    b.tube((-0.05, 0.24, 0.44), (-0.3, 0.36, 0.56), 0.08, "brass", end_radius=0.03, mirror=True, tier=2)
    b.tube((0.12, 0.2, 0.34), (0.36, 0.2, 0.24), 0.05, "gold", end_radius=0.01, mirror=True)


def _templar(b: Builder, robe: str) -> None:
    b.prism((0.0, 0.0, 0.05), 0.3, 0.6, robe, sides=8, top=0.5)
    b.box((0.0, 0.0, 0.78), (0.22, 0.34, 0.3), "gold", taper=1.2, tier=2)
    b.ball((0.0, 0.28, 0.92), (0.17, 0.15, 0.1), "team", mirror=True, tier=3)
    b.ball((0.04, 0.0, 1.02), (0.13, 0.1, 0.15), "brass", tier=3)
    b.box((0.2, 0.0, 0.4), (0.08, 0.16, 0.4), "team")
    b.ball((0.26, 0.24, 0.66), 0.08, "psi", mirror=True)


def _sentry(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.6), (0.3, 0.3, 0.34), "psi")
    for a in (0.6, 2.5, 4.2):
        b.box((0.36 * math.cos(a), 0.36 * math.sin(a), 0.6), (0.12, 0.4, 0.5), "gold", yaw=a, tier=2)
    b.ball((0.0, 0.0, 0.98), (0.2, 0.2, 0.12), "team", tier=3)


def _immortal(b: Builder) -> None:
    for x, y in ((0.5, 0.5), (-0.5, 0.5)):
        b.tube((x * 0.5, y * 0.6, 0.6), (x * 1.2, y * 1.1, 0.0), 0.15, "gold", end_radius=0.1, mirror=True, tier=0)
    b.ball((0.0, 0.0, 0.75), (0.6, 0.42, 0.36), "gold", sides=9)
    b.ball((-0.1, 0.0, 1.0), (0.4, 0.3, 0.16), "team", tier=2)
    b.tube((0.0, 0.5, 0.85), (0.75, 0.5, 0.8), 0.17, "brass", mirror=True, tier=2)
    b.tube((0.75, 0.5, 0.8), (0.8, 0.5, 0.8), 0.12, "psi", mirror=True, tier=3)


def _colossus(b: Builder) -> None:
    for x, y in ((0.7, 0.7), (-0.7, 0.7)):
        b.tube((x * 0.3, y * 0.4, 1.9), (x, y, 1.4), 0.1, "gold", mirror=True, tier=0)
        b.tube((x, y, 1.4), (x * 1.25, y * 1.2, 0.0), 0.1, "brass", end_radius=0.05, mirror=True, tier=0)
    b.box((0.0, 0.0, 2.05), (1.1, 0.46, 0.4), "gold", taper=0.8)
    b.box((-0.15, 0.0, 2.3), (0.7, 0.3, 0.14), "team", tier=2)
    b.tube((0.3, 0.34, 2.0), (0.9, 0.4, 1.95), 0.09, "psi", mirror=True, tier=2)


def _archon(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.9), (0.75, 0.75, 0.8), "psi", rings=6, sides=10)
    b.ball((0.0, 0.0, 1.0), (0.4, 0.5, 0.5), "crystal_light", tier=2)
    b.ball((0.0, 0.45, 1.2), (0.24, 0.22, 0.18), "team", mirror=True, tier=3)


def _glider(b: Builder, span: float, length: float) -> None:
    """A winged flyer of the Protoss."""
    b.ball((0.0, 0.0, 0.0), (length, 0.24, 0.18), "gold")
    b.sheet(
        [(length * 0.5, 0.12, 0.0), (-length * 0.6, 0.14, 0.0), (-length, span, 0.12), (-length * 0.3, span, 0.1)],
        "gold",
        mirror=True,
    )
    b.sheet(
        [(length * 0.2, 0.2, 0.08), (-length * 0.5, 0.2, 0.08), (-length * 0.7, span * 0.7, 0.14)],
        "team",
        mirror=True,
        tier=2,
    )
    b.ball((length * 0.3, 0.0, 0.14), (0.2, 0.12, 0.1), "psi", tier=2)


def _carrier(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.0), (1.5, 0.6, 0.4), "gold", sides=10)
    b.box((-0.2, 0.5, 0.05), (1.7, 0.24, 0.3), "brass", taper=0.8, mirror=True)
    b.box((-0.1, 0.0, 0.36), (1.0, 0.4, 0.16), "team", taper=0.7, tier=2)
    b.ball((1.2, 0.0, 0.05), (0.3, 0.2, 0.16), "psi", tier=2)


def _prism_ship(b: Builder) -> None:
    b.prism((0.0, 0.0, -0.3), 0.5, 0.7, "gold", sides=4, top=0.5)
    b.ball((0.0, 0.0, 0.4), (0.24, 0.24, 0.3), "psi", tier=2)
    b.box((0.0, 0.55, 0.0), (0.6, 0.2, 0.4), "team", taper=0.6, mirror=True)


def _observer(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.0), (0.3, 0.3, 0.2), "gold")
    b.ball((0.18, 0.0, 0.05), 0.14, "psi", tier=2)
    b.tube((-0.1, 0.2, 0.0), (-0.4, 0.4, 0.1), 0.08, "team", end_radius=0.02, mirror=True)


def _stand(b: Builder, radius: float, sides: int = 8) -> None:
    b.prism((0.0, 0.0, 0.0), radius, 0.2, "stone", sides=sides, tier=0)
    b.prism((0.0, 0.0, 0.2), radius * 0.92, 0.3, "brass", sides=sides, top=0.9, tier=1)


def _nexus(b: Builder) -> None:
    _stand(b, 2.65)
    b.prism((0.0, 0.0, 0.5), 2.1, 0.5, "gold", sides=8, top=0.8, tier=2)
    b.tube((0.0, 0.0, 0.9), (0.0, 0.0, 3.0), 1.1, "psi", end_radius=0.1, sides=8, tier=3)
    for i in range(4):
        a = (i + 0.5) * math.pi / 2
        c, s = math.cos(a), math.sin(a)
        b.tube((2.1 * c, 2.1 * s, 0.3), (1.3 * c, 1.3 * s, 2.2), 0.5, "gold", end_radius=0.18, sides=6, tier=4)
        b.tube((1.3 * c, 1.3 * s, 2.1), (0.8 * c, 0.8 * s, 2.9), 0.22, "brass", end_radius=0.05, sides=6, tier=4)
        b.box((2.2 * c, 2.2 * s, 0.75), (0.4, 0.8, 0.5), "team", yaw=a, taper=0.7, tier=5)


def _pylon(b: Builder) -> None:
    _stand(b, 0.95, 6)
    b.tube((0.0, 0.0, 0.5), (0.0, 0.0, 1.2), 0.1, "psi", end_radius=0.42, sides=6, tier=2)
    b.tube((0.0, 0.0, 1.2), (0.0, 0.0, 2.2), 0.42, "psi", end_radius=0.0, sides=6, tier=3)
    for i in range(3):
        a = (i + 0.25) * 2 * math.pi / 3
        c, s = math.cos(a), math.sin(a)
        b.tube((0.8 * c, 0.8 * s, 0.3), (0.6 * c, 0.6 * s, 1.3), 0.18, "gold", end_radius=0.06, tier=4)
        b.ball((0.78 * c, 0.78 * s, 0.55), (0.22, 0.22, 0.2), "team", tier=5)


def _gateway(b: Builder) -> None:
    _stand(b, 1.8, 6)
    b.box((-0.8, 0.0, 0.9), (0.9, 2.4, 1.0), "gold", taper=0.8, tier=2)
    b.tube((0.3, 1.2, 0.4), (0.1, 0.9, 2.2), 0.42, "gold", end_radius=0.24, mirror=True, tier=3)
    b.tube((0.1, 0.9, 2.1), (0.0, 0.0, 2.7), 0.24, "brass", end_radius=0.2, mirror=True, tier=4)
    b.prism((0.4, 0.0, 0.5), 0.75, 0.1, "psi", sides=10, tier=2)
    b.box((-0.8, 0.8, 1.5), (0.6, 0.5, 0.3), "team", taper=0.7, mirror=True, tier=5)
    b.ball((0.0, 0.0, 2.75), (0.3, 0.3, 0.24), "team", tier=5)


def _temple(b: Builder, sides: int, orb: str) -> None:
    """A plain Protoss structure."""
    _stand(b, 1.8, sides)
    b.prism((0.0, 0.0, 0.5), 1.4, 0.7, "gold", sides=sides, top=0.75, tier=2)
    b.prism((0.0, 0.0, 1.2), 0.8, 0.4, "brass", sides=sides, top=0.6, tier=3)
    b.ball((0.0, 0.0, 1.8), (0.42, 0.42, 0.5), orb, tier=4)
    for i in range(3):
        a = (i + 0.5) * 2 * math.pi / 3
        c, s = math.cos(a), math.sin(a)
        b.tube((1.5 * c, 1.5 * s, 0.3), (1.1 * c, 1.1 * s, 1.9), 0.3, "gold", end_radius=0.1, tier=4)
        b.box((1.45 * c, 1.45 * s, 0.8), (0.3, 0.6, 0.4), "team", yaw=a, taper=0.7, tier=5)


def _assimilator(b: Builder) -> None:
    _stand(b, 1.7)
    b.ball((0.0, 0.0, 0.8), (1.0, 1.0, 0.7), "gold", sides=10, tier=2)
    b.prism((0.0, 0.0, 1.4), 0.4, 0.2, "gas", tier=3)
    for i in range(4):
        a = (i + 0.5) * math.pi / 2
        c, s = math.cos(a), math.sin(a)
        b.tube((1.4 * c, 1.4 * s, 0.3), (0.9 * c, 0.9 * s, 1.7), 0.28, "brass", end_radius=0.1, tier=4)
        b.ball((1.35 * c, 1.35 * s, 0.7), 0.28, "team", tier=5)


def _photon_cannon(b: Builder) -> None:
    _stand(b, 1.0, 6)
    b.tube((0.0, 0.0, 0.4), (0.0, 0.0, 1.0), 0.4, "brass", end_radius=0.3, tier=2)
    b.ball((0.0, 0.0, 1.25), (0.42, 0.42, 0.36), "gold", tier=3)
    b.ball((0.28, 0.0, 1.3), (0.24, 0.24, 0.22), "psi", tier=4)
    b.ball((-0.1, 0.36, 1.35), (0.36, 0.14, 0.26), "team", mirror=True, tier=4)


MODELS: dict[str, Callable[[Builder], None]] = {
    "Zealot": _zealot,
    "Adept": _zealot,
    "AdeptPhaseShift": _zealot,
    "DarkTemplar": functools.partial(_templar, robe="dark"),
    "HighTemplar": functools.partial(_templar, robe="brass"),
    "Stalker": _stalker,
    "Probe": _probe,
    "Sentry": _sentry,
    "Disruptor": _sentry,
    "DisruptorPhased": _sentry,
    "Immortal": _immortal,
    "Colossus": _colossus,
    "Archon": _archon,
    "Phoenix": functools.partial(_glider, span=0.8, length=0.8),
    "VoidRay": functools.partial(_glider, span=0.9, length=1.0),
    "Oracle": functools.partial(_glider, span=0.8, length=0.7),
    "Tempest": functools.partial(_glider, span=1.5, length=1.2),
    "Interceptor": functools.partial(_glider, span=0.3, length=0.28),
    "Carrier": _carrier,
    "Mothership": _carrier,
    "MothershipCore": _prism_ship,
    "WarpPrism": _prism_ship,
    "WarpPrismPhasing": _prism_ship,
    "Observer": _observer,
    "ObserverSiegeMode": _observer,
    "Nexus": _nexus,
    "Pylon": _pylon,
    "PylonOvercharged": _pylon,
    "Gateway": _gateway,
    "WarpGate": _gateway,
    "Assimilator": _assimilator,
    "AssimilatorRich": _assimilator,
    "PhotonCannon": _photon_cannon,
    "ShieldBattery": _photon_cannon,
    "CyberneticsCore": functools.partial(_temple, sides=6, orb="psi"),
    "Forge": functools.partial(_temple, sides=4, orb="flame"),
    "TwilightCouncil": functools.partial(_temple, sides=8, orb="shard"),
    "TemplarArchive": functools.partial(_temple, sides=8, orb="crystal_light"),
    "DarkShrine": functools.partial(_temple, sides=5, orb="dark"),
    "FleetBeacon": functools.partial(_temple, sides=6, orb="gold"),
    "RoboticsBay": functools.partial(_temple, sides=4, orb="glass"),
    "RoboticsFacility": _gateway,
    "Stargate": _gateway,
}
