"""Shapes of the Zerg units; structures are in `models_zerg_structures`."""

from __future__ import annotations

from collections.abc import Callable

from sc2data.sim.drawing.mesh import Builder


def _legs(b: Builder, spots: list[tuple[float, float]], hip: float, material: str = "shell") -> None:
    """Bent legs, mirrored: at each (x, y) a knee up and a claw on the ground."""
    for x, y in spots:
        b.tube((x * 0.5, y * 0.4, hip), (x * 0.9, y * 0.85, hip * 1.25), 0.06, material, sides=5, mirror=True, tier=0)
        b.tube((x * 0.9, y * 0.85, hip * 1.25), (x * 1.1, y, 0.0), 0.055, "claw", end_radius=0.01, mirror=True, tier=0)


def _zergling(b: Builder) -> None:
    _legs(b, [(0.26, 0.3), (-0.26, 0.32)], 0.24)
    b.ball((-0.06, 0.0, 0.34), (0.36, 0.18, 0.17), "carapace", pitch=0.15)
    b.ball((-0.1, 0.0, 0.44), (0.26, 0.12, 0.11), "team", pitch=0.15, tier=2)
    b.ball((0.34, 0.0, 0.38), (0.17, 0.12, 0.11), "flesh")
    b.tube((0.4, 0.06, 0.38), (0.62, 0.05, 0.24), 0.045, "claw", end_radius=0.0, mirror=True)
    b.box((0.38, 0.06, 0.44), (0.06, 0.06, 0.05), "eye", mirror=True)
    b.tube((0.1, 0.12, 0.46), (0.3, 0.3, 0.62), 0.05, "shell", mirror=True)
    b.tube((0.3, 0.3, 0.62), (0.66, 0.2, 0.34), 0.055, "bone", end_radius=0.0, mirror=True)
    b.sheet([(-0.02, 0.08, 0.46), (-0.4, 0.3, 0.58), (-0.3, 0.08, 0.42)], "team", mirror=True, tier=3)
    b.tube((-0.34, 0.0, 0.34), (-0.68, 0.0, 0.3), 0.08, "shell", end_radius=0.01)


def _baneling(b: Builder) -> None:
    _legs(b, [(0.24, 0.34), (-0.22, 0.34)], 0.16)
    b.ball((-0.1, 0.0, 0.38), (0.36, 0.36, 0.34), "bile", rings=6, sides=10)
    for x, y, z, r in (
        (-0.16, 0.18, 0.6, 0.12),
        (-0.3, -0.14, 0.56, 0.12),
        (0.06, -0.16, 0.6, 0.11),
        (-0.38, 0.12, 0.4, 0.1),
    ):
        b.ball((x, y, z), r, "acid", rings=4, sides=6, tier=2)
    b.ball((-0.12, 0.0, 0.68), (0.2, 0.1, 0.07), "team", tier=3)
    b.ball((0.28, 0.0, 0.26), (0.16, 0.13, 0.12), "carapace")
    b.box((0.38, 0.06, 0.32), (0.05, 0.05, 0.05), "eye", mirror=True)
    b.tube((0.32, 0.1, 0.2), (0.5, 0.06, 0.12), 0.04, "claw", end_radius=0.0, mirror=True)
    b.box((0.2, 0.0, 0.4), (0.2, 0.3, 0.1), "team")


def _hydralisk(b: Builder) -> None:
    for x0, z0, x1, z1, r in (
        (-0.7, 0.05, -0.4, 0.1, 0.09),
        (-0.4, 0.1, -0.05, 0.18, 0.15),
        (-0.05, 0.18, 0.1, 0.55, 0.17),
    ):
        b.tube((x0, 0.0, z0), (x1, 0.0, z1), r * 0.8, "shell", end_radius=r, tier=0)
    b.ball((0.1, 0.0, 0.74), (0.2, 0.22, 0.28), "carapace")
    b.ball((0.18, 0.0, 0.7), (0.14, 0.13, 0.2), "flesh", tier=2)
    b.ball((0.0, 0.0, 0.98), (0.32, 0.2, 0.13), "team", pitch=-0.5, tier=2)
    b.tube((-0.08, 0.0, 1.06), (-0.44, 0.0, 1.22), 0.17, "team", end_radius=0.06, tier=3)
    b.ball((0.32, 0.0, 0.92), (0.17, 0.1, 0.09), "bone", tier=2)
    b.box((0.4, 0.07, 0.95), (0.06, 0.06, 0.05), "eye", mirror=True, tier=2)
    b.tube((0.08, 0.2, 0.84), (0.22, 0.42, 0.92), 0.06, "shell", mirror=True, tier=2)
    b.tube((0.22, 0.42, 0.92), (0.6, 0.3, 0.5), 0.07, "bone", end_radius=0.0, mirror=True, tier=2)
    b.tube((-0.05, 0.16, 0.74), (-0.24, 0.34, 0.8), 0.05, "claw", end_radius=0.0, mirror=True, tier=2)


def _roach(b: Builder) -> None:
    _legs(b, [(0.42, 0.5), (0.0, 0.56), (-0.4, 0.48)], 0.26)
    b.ball((-0.05, 0.0, 0.36), (0.56, 0.36, 0.26), "shell", rings=5, sides=9)
    for x, s in ((0.2, 0.9), (-0.1, 1.0), (-0.38, 0.8)):
        b.ball((x, 0.0, 0.5), (0.24, 0.34 * s, 0.16), "team", tier=2)
        b.tube(
            (x, 0.16 * s, 0.6), (x - 0.16, 0.26 * s, 0.8), 0.06, "bone", end_radius=0.0, sides=5, mirror=True, tier=3
        )
    b.ball((0.5, 0.0, 0.36), (0.2, 0.2, 0.16), "carapace")
    b.ball((0.62, 0.0, 0.3), (0.1, 0.12, 0.08), "acid")
    b.box((0.6, 0.12, 0.42), (0.06, 0.05, 0.05), "eye", mirror=True)


def _drone(b: Builder) -> None:
    _legs(b, [(0.22, 0.3), (-0.1, 0.34)], 0.26)
    b.ball((0.0, 0.0, 0.36), (0.32, 0.24, 0.18), "flesh")
    b.ball((-0.08, 0.0, 0.46), (0.26, 0.2, 0.14), "team", tier=2)
    b.ball((0.26, 0.0, 0.36), (0.13, 0.12, 0.1), "carapace")
    b.tube((0.3, 0.1, 0.34), (0.5, 0.14, 0.2), 0.05, "bone", end_radius=0.0, mirror=True)
    b.sheet([(-0.1, 0.14, 0.46), (-0.46, 0.42, 0.52), (-0.36, 0.12, 0.42)], "membrane", mirror=True, tier=3)
    b.box((0.34, 0.07, 0.42), (0.05, 0.05, 0.04), "eye", mirror=True)


def _queen(b: Builder) -> None:
    _legs(b, [(0.6, 0.66), (0.1, 0.78), (-0.5, 0.7)], 0.5)
    b.ball((-0.5, 0.0, 0.55), (0.6, 0.34, 0.3), "flesh", sides=9)
    b.ball((-0.5, 0.0, 0.74), (0.46, 0.26, 0.18), "team", tier=2)
    b.tube((0.0, 0.0, 0.55), (0.2, 0.0, 1.1), 0.26, "carapace", end_radius=0.2)
    b.ball((0.24, 0.0, 1.26), (0.3, 0.2, 0.16), "shell", tier=3)
    b.ball((0.1, 0.0, 1.44), (0.3, 0.3, 0.12), "team", pitch=-0.6, tier=4)
    b.tube((0.2, 0.24, 1.05), (0.5, 0.5, 1.2), 0.07, "shell", mirror=True, tier=3)
    b.tube((0.5, 0.5, 1.2), (0.95, 0.34, 0.6), 0.07, "bone", end_radius=0.0, mirror=True, tier=3)
    b.box((0.46, 0.1, 1.3), (0.08, 0.06, 0.05), "eye", mirror=True, tier=3)


def _ultralisk(b: Builder) -> None:
    _legs(b, [(0.6, 0.62), (-0.6, 0.62)], 0.6, "carapace")
    b.ball((-0.1, 0.0, 0.85), (1.0, 0.56, 0.46), "shell", sides=10)
    for x in (0.4, 0.0, -0.4):
        b.ball((x, 0.0, 1.2), (0.26, 0.42, 0.2), "team", tier=2)
    b.ball((0.9, 0.0, 0.8), (0.34, 0.3, 0.26), "carapace")
    b.tube((0.7, 0.36, 1.1), (1.1, 0.8, 1.2), 0.12, "bone", mirror=True)
    b.tube((1.1, 0.8, 1.2), (1.8, 0.34, 0.5), 0.14, "bone", end_radius=0.0, mirror=True)


def _infestor(b: Builder) -> None:
    _legs(b, [(0.3, 0.4), (-0.1, 0.46), (-0.5, 0.4)], 0.2)
    b.ball((-0.15, 0.0, 0.36), (0.7, 0.34, 0.3), "flesh", sides=9)
    b.ball((-0.3, 0.0, 0.56), (0.4, 0.24, 0.16), "team", tier=2)
    b.ball((0.4, 0.0, 0.5), (0.24, 0.26, 0.26), "membrane", tier=2)
    b.ball((0.56, 0.0, 0.46), (0.12, 0.16, 0.14), "eye")


def _ravager(b: Builder) -> None:
    _roach(b)
    b.tube((-0.5, 0.0, 0.5), (-0.1, 0.0, 1.0), 0.2, "flesh", end_radius=0.14, tier=4)
    b.ball((-0.05, 0.0, 1.05), 0.16, "eye", tier=5)


def _lurker(b: Builder) -> None:
    _legs(b, [(0.6, 0.7), (0.2, 0.8), (-0.3, 0.8), (-0.7, 0.7)], 0.42)
    b.ball((-0.1, 0.0, 0.5), (0.7, 0.4, 0.3), "shell", sides=9)
    b.ball((-0.15, 0.0, 0.7), (0.5, 0.3, 0.2), "team", tier=2)
    for x in (0.2, -0.1, -0.4):
        b.tube((x, 0.15, 0.8), (x - 0.2, 0.3, 1.15), 0.07, "bone", end_radius=0.0, mirror=True, tier=3)
    b.ball((0.6, 0.0, 0.5), (0.24, 0.18, 0.16), "carapace", tier=2)


def _swarm_host(b: Builder) -> None:
    _legs(b, [(0.5, 0.6), (0.0, 0.7), (-0.5, 0.6)], 0.34)
    b.ball((0.0, 0.0, 0.4), (0.66, 0.44, 0.28), "shell", sides=9)
    for x, y in ((-0.2, 0.2), (-0.2, -0.2), (0.14, 0.0), (-0.46, 0.0)):
        b.ball((x, y, 0.66), 0.2, "acid", rings=4, sides=7, tier=2)
    b.ball((0.5, 0.0, 0.46), (0.24, 0.24, 0.18), "team", tier=2)


def _larva(b: Builder) -> None:
    for i, r in enumerate((0.09, 0.12, 0.12, 0.09)):
        b.ball((0.24 - 0.16 * i, 0.03 * (i % 2), 0.1), (0.12, r, r), "membrane", rings=4, sides=6)
    b.box((0.0, 0.0, 0.21), (0.3, 0.06, 0.04), "team", tier=2)


def _egg(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.3), (0.32, 0.32, 0.42), "membrane", rings=6)
    for i in range(3):
        b.ball((0.2 - 0.18 * i, 0.16 * (1 - i), 0.3), (0.14, 0.12, 0.26), "sinew", tier=2, rings=4, sides=6)
    b.ball((0.0, 0.0, 0.6), (0.16, 0.16, 0.14), "team", tier=3)


def _wings(b: Builder, span: float, back: float, material: str = "membrane") -> None:
    b.sheet(
        [(0.15, 0.1, 0.05), (0.1, span * 0.6, 0.3), (-back * 0.6, span * 0.5, 0.18), (-0.2, 0.1, 0.0)],
        material,
        mirror=True,
    )
    b.sheet(
        [(0.1, span * 0.6, 0.3), (-back * 0.3, span, 0.1), (-back, span * 0.9, 0.0), (-back * 0.6, span * 0.5, 0.18)],
        "team",
        mirror=True,
    )


def _mutalisk(b: Builder) -> None:
    _wings(b, 0.95, 0.6)
    b.ball((0.0, 0.0, 0.0), (0.42, 0.16, 0.15), "carapace")
    b.ball((0.4, 0.0, 0.02), (0.16, 0.12, 0.1), "flesh")
    b.tube((-0.3, 0.0, 0.0), (-0.7, 0.0, -0.16), 0.12, "shell", end_radius=0.05)
    b.tube((-0.7, 0.0, -0.16), (-0.5, 0.0, -0.4), 0.06, "bone", end_radius=0.0)
    b.box((0.46, 0.07, 0.08), (0.06, 0.05, 0.04), "eye", mirror=True)


def _overlord(b: Builder) -> None:
    for x, y in ((0.5, 0.3), (0.1, 0.42), (-0.4, 0.36)):
        b.tube((x, y, -0.3), (x * 1.1, y * 1.2, -0.75), 0.08, "shell", end_radius=0.01, mirror=True, tier=0)
    b.ball((-0.1, 0.0, 0.15), (0.95, 0.72, 0.56), "flesh", rings=6, sides=10)
    b.ball((0.65, 0.0, -0.12), (0.34, 0.28, 0.24), "carapace", tier=2)
    b.ball((-0.1, 0.0, 0.5), (0.66, 0.34, 0.26), "team", tier=2)
    b.ball((-0.25, 0.46, 0.36), (0.42, 0.24, 0.26), "sinew", mirror=True, tier=2)
    b.box((0.9, 0.14, -0.06), (0.1, 0.08, 0.08), "eye", mirror=True, tier=3)


def _overseer(b: Builder) -> None:
    _overlord(b)
    b.ball((0.7, 0.0, 0.1), (0.26, 0.3, 0.22), "acid", tier=4)


def _corruptor(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.0), (0.5, 0.4, 0.34), "shell", sides=9)
    b.ball((0.0, 0.0, 0.22), (0.36, 0.26, 0.16), "team", tier=2)
    for y in (0.12, 0.34):
        b.tube((0.3, y, -0.05), (0.85, y * 1.4, -0.2), 0.1, "flesh", end_radius=0.02, mirror=True)
    b.ball((0.42, 0.0, 0.0), 0.16, "eye", tier=2)
    b.tube((-0.4, 0.16, 0.0), (-0.8, 0.3, 0.1), 0.1, "sinew", end_radius=0.02, mirror=True)


def _brood_lord(b: Builder) -> None:
    _wings(b, 1.3, 1.0)
    b.ball((0.0, 0.0, 0.0), (0.8, 0.36, 0.3), "carapace", sides=9)
    b.ball((-0.1, 0.0, 0.22), (0.5, 0.24, 0.16), "team", tier=2)
    b.ball((0.8, 0.0, 0.0), (0.26, 0.2, 0.16), "flesh", tier=2)


def _viper(b: Builder) -> None:
    _wings(b, 1.0, 0.9)
    b.tube((-1.0, 0.0, -0.2), (0.3, 0.0, 0.05), 0.06, "shell", end_radius=0.2)
    b.ball((0.5, 0.0, 0.08), (0.34, 0.22, 0.16), "carapace", tier=2)
    b.ball((0.4, 0.0, 0.2), (0.24, 0.16, 0.1), "team", tier=3)


def _mound(b: Builder) -> None:
    b.ball((0.0, 0.0, 0.0), (0.62, 0.55, 0.14), "earth", rings=6, sides=10)
    for x, y in ((0.3, 0.2), (-0.28, 0.3), (0.1, -0.34), (-0.3, -0.2), (0.0, 0.05)):
        b.ball((x, y, 0.06), (0.16, 0.13, 0.1), "earth", rings=4, sides=6, tier=2)


MODELS: dict[str, Callable[[Builder], None]] = {
    "Zergling": _zergling,
    "Baneling": _baneling,
    "Hydralisk": _hydralisk,
    "Roach": _roach,
    "Ravager": _ravager,
    "Drone": _drone,
    "Queen": _queen,
    "Ultralisk": _ultralisk,
    "Infestor": _infestor,
    "InfestorTerran": _zergling,
    "LurkerMP": _lurker,
    "SwarmHostMP": _swarm_host,
    "Broodling": _zergling,
    "LocustMP": _zergling,
    "Changeling": _baneling,
    "Larva": _larva,
    "Egg": _egg,
    "BanelingCocoon": _egg,
    "RavagerCocoon": _egg,
    "LurkerMPEgg": _egg,
    "Mutalisk": _mutalisk,
    "Overlord": _overlord,
    "OverlordTransport": _overlord,
    "Overseer": _overseer,
    "OverseerSiegeMode": _overseer,
    "Corruptor": _corruptor,
    "BroodLord": _brood_lord,
    "Viper": _viper,
    "Burrowed": _mound,
}
"""By unit type name; "Burrowed" is what shows of any unit in the ground."""
