"""Models: every unit type has one, the important ones one of their own."""

import numpy as np
import pytest

from sc2data import units
from sc2data.sim.drawing import models
from sc2data.sim.drawing.mesh import Builder

MODELLED = [
    "Marine",
    "Marauder",
    "SiegeTank",
    "SiegeTankSieged",
    "Zergling",
    "Baneling",
    "Hydralisk",
    "SCV",
    "Drone",
    "Probe",
    "Roach",
    "Zealot",
    "Stalker",
    "Reaper",
    "Hellion",
    "Medivac",
    "Mutalisk",
    "Overlord",
    "Queen",
    "CommandCenter",
    "Hatchery",
    "Nexus",
    "SupplyDepot",
    "Barracks",
    "Factory",
    "Starport",
    "EngineeringBay",
    "Bunker",
    "Refinery",
    "SpawningPool",
    "Extractor",
    "EvolutionChamber",
    "BanelingNest",
    "HydraliskDen",
    "SpineCrawler",
    "Gateway",
    "Pylon",
    "Assimilator",
    "CyberneticsCore",
    "PhotonCannon",
    "Forge",
]


def test_common_units_have_shapes_of_their_own() -> None:
    shapes = {}
    for name in MODELLED:
        mesh = models.model_of(units.unit_type(name))
        shapes[name] = mesh.corners.tobytes()
        assert mesh is models.mesh(name)
    assert len(set(shapes.values())) == len(MODELLED)


def test_every_unit_type_has_a_shape_of_about_its_size() -> None:
    for unit in units.unit_types().values():
        mesh = models.model_of(unit)
        assert np.isfinite(mesh.corners).all()
        if unit.has_statistics and unit.radius and unit.is_structure:
            assert 0.5 * unit.radius < mesh.reach < 2.2 * unit.radius + 0.6, unit.name


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("ZerglingBurrowed", "Burrowed"),
        ("LabMineralField750", "MineralField"),
        ("RichMineralField", "RichMineralField"),
        ("SpacePlatformGeyser", "VespeneGeyser"),
        ("DestructibleDebris6x6", "DestructibleRock"),
    ],
)
def test_kinds_of_one_thing_share_a_shape(name, like) -> None:
    mesh = models.model_of(units.unit_type(name))
    assert len(mesh.faces) == len(models.mesh(like).faces)


def test_the_owners_colour_is_on_every_mobile_unit_and_structure() -> None:
    for unit in units.unit_types().values():
        if unit.race != "Neutral" and unit.has_statistics and not unit.is_burrowed and "Burrowed" not in unit.name:
            assert models.model_of(unit).takes_team.any(), unit.name


def test_normals_point_out_of_convex_parts() -> None:
    builder = Builder()
    builder.box((1.0, 2.0, 3.0), (1.0, 1.0, 1.0), "steel", yaw=0.3, pitch=0.2)
    builder.ball((0.0, 0.0, 0.0), 1.0, "team")
    builder.tube((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.3, "glass", end_radius=0.0, mirror=True)
    mesh = builder.mesh(2.0)
    assert (np.einsum("ij,ij->i", mesh.normals, mesh.centres - mesh.middles[mesh.part]) > 0).all()
    assert mesh.spans[-1] == len(mesh.corners)
    assert mesh.height == pytest.approx(2 * 3.6, abs=0.3)
    assert mesh.takes_team.sum() == 40
